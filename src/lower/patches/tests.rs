#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;

use super::*;
use crate::base::{Sources, Traced};
use crate::diag::Diagnostics;
use crate::lower::sample::{ORDERS, sample};
use crate::lower::tests::{find, pod};
use crate::resolve::Patch;
use crate::source;

/// A patch as it stands in a blueprint.
fn patch(kind: &str, text: &str) -> (Patch, impl Fn(Origin) -> String) {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = sources.add("patch.yaml".into(), text.into());
    let partial = source::read(&sources, file, &mut diagnostics).unwrap();
    let kind = Traced::new(kind.to_owned(), Origin::Default("the kind"));
    (Patch { kind, partial }, move |origin| sources.text(origin.span().unwrap()).to_owned())
}

#[test]
fn patches_merge_by_key_and_each_part_leads_to_where_it_was_written() {
    let mut sample = sample();
    let (patch, written) = patch(
        "Deployment",
        r#"{spec: {minReadySeconds: 10, template: {spec: {
            tolerations: [{key: dedicated, operator: Exists}],
            containers: [
                {name: orders, env: [{name: PRICE, value: "6"}, {name: NEW, value: x}], resources: {limits: {memory: 2Gi}}},
                {name: proxy, image: "proxy:1"}]}}}}"#,
    );
    sample.workload(ORDERS).patches.push(patch);
    let clusters = sample.lowered();
    let orders = find(&clusters, "Deployment", "orders").unwrap();
    let json = orders.tree.to_json();
    let container = &pod(&json)["containers"][0];
    assert_eq!(json["spec"]["minReadySeconds"], 10);
    assert_eq!(container["env"].as_array().unwrap().len(), 3);
    assert_eq!(container["env"][1], json!({"name": "PRICE", "value": "6"}));
    assert_eq!(container["resources"]["limits"], json!({"cpu": "1", "memory": "2Gi"}));
    assert_eq!(pod(&json)["containers"][1]["name"], "proxy");
    let lookup = |path: &str| orders.origins.lookup(&TreePath::from(path.to_owned()));
    let containers = "spec/template/spec/containers/0";
    assert_eq!(written(lookup("spec/minReadySeconds")), "10");
    assert_eq!(written(lookup("spec/template/spec/tolerations/0/key")), "dedicated");
    assert_eq!(written(lookup("spec/template/spec/containers/1/image")), "\"proxy:1\"");
    assert_eq!(written(lookup(&format!("{containers}/resources/limits/memory"))), "2Gi");
    assert_eq!(written(lookup(&format!("{containers}/env/2/name"))), "NEW");
    assert_eq!(lookup(&format!("{containers}/image")).span(), None);
}

#[test]
fn what_a_patch_replaces_leaves_no_trace() {
    let mut sample = sample();
    let (patch, written) = patch("Ingress", "{spec: {rules: [{host: other.example}]}}");
    sample.workload(ORDERS).patches.push(patch);
    let clusters = sample.lowered();
    let ingress = find(&clusters, "Ingress", "orders").unwrap();
    let rules = ingress.tree.to_json()["spec"]["rules"].clone();
    assert_eq!(rules, json!([{"host": "other.example"}]));
    assert_eq!(written(ingress.origins.lookup(&"spec/rules/0/host".into())), "other.example");
}

#[test]
fn patches_disagree_where_they_give_one_field_two_values() {
    let (one, text) = patch(
        "Deployment",
        "{spec: {a: 1, b: [1, 2], template: {spec: {containers: [{name: x, image: one}, {name: y, image: two}]}}}}",
    );
    let (other, other_text) = patch(
        "Deployment",
        "{spec: {a: 1, b: [2], c: 3, template: {spec: {containers: [{name: z}, {name: y, image: 2, tty: true}]}}}}",
    );
    let found: Vec<_> = conflicts(&one.partial, &other.partial)
        .into_iter()
        .map(|(path, first, second)| {
            (path.to_string(), text(Origin::Source(first)), other_text(Origin::Source(second)))
        })
        .collect();
    let row = |path: &str, first: &str, second: &str| (path.to_owned(), first.to_owned(), second.to_owned());
    assert_eq!(found, [row("/spec/b", "[1, 2]", "[2]"), row("/spec/template/spec/containers/1/image", "two", "2")]);
}
