//! Every row of the lift table, on an object that has nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::merge_tests::{Merged, merged, object};
use super::table::{Row, Style, TABLE};
use super::{ADDED, Group, Hosts, Shape};
use crate::base::{Object, Tree, TreePath};
use crate::package::{UnionFile, Versions};

/// An object that has a value at a path of the table, and what makes it one that the row is for.
fn with(kind: &str, path: &str, value: Value) -> Value {
    let mut object = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "orders", "namespace": "n"}});
    let steps: Vec<String> = TreePath::from(path.to_owned()).0.iter().map(|step| step.key().to_string()).collect();
    put(&mut object, &steps, value);
    let given = |object: &mut Value, path: &[&str], value: &str| {
        put(object, &path.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>(), json!(value));
    };
    match kind {
        "Deployment" => given(&mut object, &["spec", "strategy", "type"], "RollingUpdate"),
        "PersistentVolumeClaim" => {
            object["metadata"]["name"] = json!("orders.data");
            if object["spec"]["storageClassName"].is_null() {
                given(&mut object, &["spec", "storageClassName"], "fast");
            }
        }
        _ => {}
    }
    object
}

fn put(place: &mut Value, steps: &[String], value: Value) {
    let Some((first, rest)) = steps.split_first() else {
        *place = value;
        return;
    };
    if let Some(list) = place.as_array_mut() {
        let name = if first == "*" { "main" } else { first.as_str() };
        if rest.is_empty() {
            return list.push(value);
        }
        list.push(json!({"name": name}));
        return put(list.last_mut().unwrap(), rest, value);
    }
    let is_list = matches!(first.as_str(), "containers" | "initContainers" | "env" | "rules" | "hosts" | "metrics")
        || (first == "tls" && rest.first().is_some_and(|next| next == "*"));
    let below = place
        .as_object_mut()
        .unwrap()
        .entry(first.clone())
        .or_insert_with(|| if is_list { json!([]) } else { json!({}) });
    put(below, rest, value);
}

fn group() -> Group {
    Group { key: "orders".to_owned(), runner: "orders".to_owned(), containers: vec![("main".to_owned(), None)] }
}

/// What stands in the manifests for a row, in two environments.
fn versions(row: &Row) -> [Value; 2] {
    let two = |shape: Shape| {
        let mut examples = shape.examples("x", &Tree::Int(1));
        [examples.next().unwrap().to_json(), examples.next().unwrap().to_json()]
    };
    match row.style {
        Style::Image => {
            [json!("registry.example/a:1.0"), json!(format!("registry.example/b@sha256:{}", "0".repeat(64)))]
        }
        Style::Block => [
            json!({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1m"}}),
            json!({"limits": {"memory": "2Gi"}}),
        ],
        Style::Level => [json!("info:secret=warn"), json!("debug:secret=warn")],
        Style::Added if row.shape == Shape::Tolerations => [json!([{"key": "own"}]), json!([{"key": "own"}])],
        Style::Added => [json!({"own": "x"}), json!({"own": "x"})],
        Style::Bare | Style::Quoted | Style::Host => two(row.shape),
    }
}

fn lifted(row: &Row, kind: &str, path: &str, versions: [Value; 2]) -> (Vec<Object>, Merged) {
    let objects: Vec<Object> = versions.into_iter().map(|value| object(with(kind, path, value))).collect();
    // A host is known from the rule of an Ingress, whichever part of it is looked at.
    let rules: Vec<Object> = match row.style {
        Style::Host => {
            let host = |object: &Object| object.tree.at(&path.replace('*', "0").into()).unwrap().to_json();
            objects
                .iter()
                .map(|one| super::super::merge_tests::object(with("Ingress", "spec/rules/*/host", host(one))))
                .collect()
        }
        _ => Vec::new(),
    };
    let file = UnionFile {
        path: "orders.yaml",
        cause: "test",
        objects: match rules.as_slice() {
            [one, other] => vec![Versions(vec![Some(one), Some(other)])],
            _ => Vec::new(),
        },
        same: None,
    };
    let hosts = Hosts::of(&[file], BTreeSet::new());
    let merged = merged(&objects.iter().cloned().map(Some).collect::<Vec<_>>(), Some(group()), hosts);
    (objects, merged)
}

#[test]
fn every_row_makes_a_value_of_every_part_that_it_names() {
    for row in TABLE {
        for (kind, path) in row.kinds.iter().flat_map(|kind| row.paths.iter().map(move |path| (*kind, *path))) {
            let (objects, merged) = lifted(row, kind, path, versions(row));
            let told = format!("{kind} {path}\n{}", merged.text);
            let (top, key) = match row.style {
                Style::Host => ("hosts", "hosts."),
                _ => ("orders", "orders."),
            };
            let keys: BTreeSet<String> = merged.values.iter().map(|one| one.path.to_string()).collect();
            let wanted = row.key.replace("{container}.", "").replace("{volume}", "data").replace("hosts.{host}", "");
            assert!(keys.iter().any(|one| one.starts_with(&format!("{key}{wanted}"))), "{keys:?} {told}");
            assert!(merged.text.contains(&format!(".Values.{top}.")), "{told}");
            for (object, read) in objects.iter().zip(&merged.read) {
                assert_eq!(read.as_ref(), Some(&object.tree.to_json()), "{told}");
            }
            for value in &merged.values {
                assert!(
                    value.shape == Shape::Texts
                        || value.shape == Shape::Tolerations
                        || value.values.iter().flatten().all(|one| *one == Tree::Null || value.shape.accepts(one)),
                    "{told}"
                );
                assert!(!value.changes.is_empty() && value.example() != Tree::Null, "{told}");
                for change in &value.changes {
                    let object = &objects[change.environment];
                    let parent = TreePath(change.pointer.0[..change.pointer.0.len() - 1].to_vec());
                    assert!(
                        object.tree.at(&change.pointer).is_some()
                            || object.tree.at(&parent).is_some()
                            || row.style == Style::Block,
                        "{} {told}",
                        change.pointer
                    );
                }
            }
        }
    }
}

#[test]
fn guards_of_secrets_stay_behind_the_level() {
    let row = TABLE.iter().find(|row| row.style == Style::Level).unwrap();
    let (_, merged) = lifted(row, row.kinds[0], row.paths[0], versions(row));
    assert!(merged.text.contains("value: {{ .Values.orders.logLevel }}:secret=warn\n"), "{}", merged.text);
    let (_, merged) = lifted(row, row.kinds[0], row.paths[0], [json!("loud"), json!("info")]);
    assert!(merged.values.iter().all(|one| one.path.0.last().unwrap() != "logLevel"), "no level that Fabric knows");
}

#[test]
fn a_value_that_its_schema_would_refuse_is_none() {
    for (kind, path, value) in [
        ("PersistentVolumeClaim", "spec/resources/requests/storage", json!("1500000")),
        ("Deployment", "spec/template/spec/containers/*/image", json!("Registry.Example/a:1")),
        ("Deployment", "spec/template/spec/containers/*/resources", json!({"limits": {"cpu": "much"}})),
        ("Deployment", "spec/template/spec/containers/*/resources", json!({"claims": []})),
    ] {
        let row = TABLE.iter().find(|row| row.kinds.contains(&kind) && row.paths.contains(&path)).unwrap();
        let (objects, merged) = lifted(row, kind, path, [value.clone(), value]);
        let key = row.key.replace("{container}.", "").replace("{volume}", "data");
        assert!(merged.values.iter().all(|one| !one.path.to_string().starts_with(&format!("orders.{key}"))), "{path}");
        assert_eq!(merged.read[0].as_ref(), Some(&objects[0].tree.to_json()));
    }
}

#[test]
fn what_stays_single_or_is_bound_has_no_such_value() {
    let mut deployment = with("Deployment", "spec/replicas", json!(1));
    deployment["spec"]["strategy"]["type"] = json!("Recreate");
    let mut claim = with("PersistentVolumeClaim", "spec/resources/requests/storage", json!("5Gi"));
    claim["spec"]["volumeName"] = json!("files");
    for value in [deployment, claim] {
        let merged = merged(&[Some(object(value))], Some(group()), Hosts::default());
        let keys: Vec<String> = merged.values.iter().map(|one| one.path.to_string()).collect();
        assert!(!keys.iter().any(|key| key.ends_with("replicas") || key.ends_with("size")), "{keys:?}");
    }
}

#[test]
fn additions_never_take_the_place_of_what_is_there() {
    let mut broker = with("StatefulSet", "spec/template/spec/nodeSelector", json!({"zone": "a"}));
    broker["spec"]["template"]["metadata"] = json!({"labels": {"x": "y"}});
    broker["spec"]["template"]["spec"]["hostname"] = json!("a");
    let mut plain = with("StatefulSet", "spec/template/metadata/labels", json!({"x": "y"}));
    plain["spec"]["template"]["spec"] = json!({"hostname": "a"});
    let merged = merged(&[Some(object(broker)), Some(object(plain))], Some(group()), Hosts::default());
    let selector = merged.values.iter().find(|one| one.path.to_string() == "orders.nodeSelector").unwrap();
    assert_eq!(selector.refused, ["zone".to_owned()].into());
    let pointers: Vec<String> = selector.changes.iter().map(|change| change.pointer.to_string()).collect();
    let added = ADDED.replace('/', "~1");
    assert_eq!(pointers[0], format!("/spec/template/spec/nodeSelector/{added}"));
    let condition = "{{- if or (eq .Values.environment \"production\") .Values.orders.nodeSelector }}\n      nodeSelector:\n        \
                     {{- if eq .Values.environment \"production\" }}\n        zone: a\n        {{- end }}\n        \
                     {{- with .Values.orders.nodeSelector }}\n        {{- toYaml . | nindent 8 }}\n        {{- end }}\n      {{- end }}\n";
    assert!(merged.text.contains(condition), "{}", merged.text);
}
