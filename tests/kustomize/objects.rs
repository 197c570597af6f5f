//! Pairs of objects of one name, drawn so that all that differs between environments, and more, comes up.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// An object and the same object in another environment, both named after a number.
pub fn pair(number: usize) -> BoxedStrategy<(Value, Value)> {
    let kinds: Vec<BoxedStrategy<(Value, Value)>> = vec![
        twice("apps/v1", "Deployment", number, pods().boxed()),
        twice("batch/v1", "Job", number, pods().boxed()),
        twice("v1", "Service", number, service().boxed()),
        twice("v1", "ServiceAccount", number, account().boxed()),
        twice("v1", "ConfigMap", number, part("data", free(1))),
        twice("networking.k8s.io/v1", "NetworkPolicy", number, part("spec", policy().boxed())),
        twice("autoscaling/v2", "HorizontalPodAutoscaler", number, part("spec", free(3))),
        twice("example.org/v1", "Custom", number, prop_oneof![part("spec", free(3)), pods()].boxed()),
    ];
    proptest::strategy::Union::new(kinds).boxed()
}

fn twice(
    version: &'static str,
    kind: &'static str,
    number: usize,
    rest: BoxedStrategy<Value>,
) -> BoxedStrategy<(Value, Value)> {
    let one = (metadata(number), rest).prop_map(move |(metadata, rest)| {
        let mut object = json!({"apiVersion": version, "kind": kind, "metadata": metadata});
        object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        object
    });
    let one = one.boxed();
    // Objects of two environments have most in common.
    (one.clone(), one, 0..4_u8).prop_map(|(base, other, share)| (base.clone(), mixed(&base, &other, share))).boxed()
}

/// The other value with some parts of the first: those that a small number picks.
fn mixed(base: &Value, other: &Value, share: u8) -> Value {
    match (base, other) {
        (Value::Object(base), Value::Object(other)) => {
            let pick = |key: &String, value: &Value| match (base.get(key), (key.len() + usize::from(share)) % 3) {
                (Some(same), 0) => same.clone(),
                (Some(same), 1) => mixed(same, value, share),
                _ => value.clone(),
            };
            Value::Object(other.iter().map(|(key, value)| (key.clone(), pick(key, value))).collect())
        }
        (Value::Array(base), Value::Array(other)) if share == 0 => {
            base.iter().zip(other).map(|(base, _)| base.clone()).collect()
        }
        _ => other.clone(),
    }
}

fn metadata(number: usize) -> BoxedStrategy<Value> {
    let finalizers = option::weighted(0.1, subsequence(vec!["a/x", "b/x"], 1..=2));
    (option::of(flat()), finalizers)
        .prop_map(move |(labels, finalizers)| {
            let mut metadata = json!({"name": format!("o{number}"), "namespace": "space"});
            put(&mut metadata, "labels", labels);
            put(&mut metadata, "finalizers", finalizers.map(|list| json!(list)));
            metadata
        })
        .boxed()
}

fn part(key: &'static str, value: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    value.prop_map(move |value| json!({key: value})).boxed()
}

fn put(map: &mut Value, key: &str, value: Option<Value>) {
    map.as_object_mut().unwrap().extend(value.map(|value| (key.to_owned(), value)));
}

fn scalar() -> BoxedStrategy<Value> {
    const TEXTS: &[&str] = &["", "a", "yes", "1", "a: b", "$patch", "two\nlines\n"];
    prop_oneof![select(TEXTS).prop_map(Value::from), (0..3).prop_map(Value::from), any::<bool>().prop_map(Value::from)]
        .boxed()
}

fn text() -> BoxedStrategy<Value> {
    select(&["a", "b", "on", "0", "two\nlines"][..]).prop_map(Value::from).boxed()
}

/// A map of texts.
fn flat() -> BoxedStrategy<Value> {
    map(text())
}

fn map(value: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let keys = vec!["a", "b", "app.kubernetes.io/name", "0", "core.yaml"];
    subsequence(keys, 0..4)
        .prop_shuffle()
        .prop_flat_map(move |keys| {
            let entries: Vec<_> = keys.into_iter().map(|key| (Just(key.to_owned()), value.clone())).collect();
            entries.prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
        })
        .boxed()
}

/// A map of anything.
fn free(depth: u32) -> BoxedStrategy<Value> {
    if depth == 0 {
        return flat();
    }
    let inner = prop_oneof![
        3 => scalar(),
        2 => free(depth - 1),
        1 => vec(scalar(), 0..3).prop_map(Value::from),
        1 => vec(free(depth - 1), 0..3).prop_map(Value::from),
    ];
    map(inner.boxed())
}

/// A list whose items bear one of the names each, in any order.
fn named(key: &'static str, names: &[&'static str], item: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    subsequence(names.to_vec(), 0..=names.len())
        .prop_shuffle()
        .prop_flat_map(move |names| {
            let items = names.into_iter().map(|name| {
                item.clone().prop_map(move |mut item| {
                    item.as_object_mut().unwrap().insert(key.to_owned(), name.into());
                    item
                })
            });
            items.collect::<Vec<_>>().prop_map(Value::from)
        })
        .boxed()
}

/// A map with some of the given entries.
fn some(entries: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let entries: Vec<_> = entries.into_iter().map(|(key, value)| (Just(key), option::of(value))).collect();
    entries
        .prop_map(|entries| {
            entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect::<Map<_, _>>().into()
        })
        .boxed()
}

/// Ports of which each has a number and a protocol of its own, or none.
fn ports(key: &'static str) -> BoxedStrategy<Value> {
    let protocols = option::weighted(0.9, select(&["TCP", "UDP"][..]));
    subsequence(vec![53, 80, 7051], 0..=3)
        .prop_shuffle()
        .prop_flat_map(move |numbers| {
            let port = |number| (Just(number), protocols.clone(), option::of(text()));
            numbers.into_iter().map(port).collect::<Vec<_>>()
        })
        .prop_map(move |ports| {
            let port = |(number, protocol, name): (i32, Option<&str>, Option<Value>)| {
                let mut port = json!({key: number});
                put(&mut port, "protocol", protocol.map(Value::from));
                put(&mut port, "name", name);
                port
            };
            ports.into_iter().map(port).collect()
        })
        .boxed()
}

fn container() -> BoxedStrategy<Value> {
    let variable = some(vec![("value", text()), ("valueFrom", part("secretKeyRef", flat()))]);
    some(vec![
        ("image", text()),
        ("args", vec(text(), 0..3).prop_map(Value::from).boxed()),
        ("env", named("name", &["A", "B", "C", "D"], variable)),
        ("ports", ports("containerPort")),
        ("resources", part("limits", flat())),
        ("volumeMounts", named("mountPath", &["/a", "/b", "/c"], some(vec![("name", text()), ("subPath", text())]))),
    ])
}

/// The `spec` of something that runs pods.
fn pods() -> BoxedStrategy<Value> {
    let source = || prop_oneof![part("emptyDir", flat()), part("configMap", flat())].boxed();
    let spread = vec(select(&["z DoNotSchedule", "z ScheduleAnyway", "h DoNotSchedule"][..]), 0..4).prop_map(|rows| {
        let mut rows: Vec<_> = rows.iter().map(|row| row.split_once(' ').unwrap()).collect();
        rows.dedup();
        let unique = rows.iter().enumerate().filter(|(at, row)| !rows[..*at].contains(row));
        unique.map(|(at, (key, rule))| json!({"topologyKey": key, "whenUnsatisfiable": rule, "maxSkew": at})).collect()
    });
    let pod = some(vec![
        ("containers", named("name", &["a", "b", "c"], container())),
        ("initContainers", named("name", &["i", "j"], container())),
        (
            "hostAliases",
            named(
                "ip",
                &["10.0.0.1", "10.0.0.2"],
                some(vec![("hostnames", vec(text(), 1..3).prop_map(Value::from).boxed())]),
            ),
        ),
        ("tolerations", vec(flat(), 0..3).prop_map(Value::from).boxed()),
        ("topologySpreadConstraints", spread.boxed()),
        ("volumes", named("name", &["v", "w", "x", "y"], source())),
    ]);
    (pod, option::of(flat()))
        .prop_map(|(pod, annotations)| {
            let mut metadata = json!({});
            put(&mut metadata, "annotations", annotations);
            json!({"spec": {"template": {"metadata": metadata, "spec": pod}}})
        })
        .boxed()
}

fn service() -> BoxedStrategy<Value> {
    part("spec", some(vec![("ports", ports("port")), ("selector", flat()), ("type", text())]))
}

fn account() -> BoxedStrategy<Value> {
    let references = || named("name", &["a", "b", "c"], Just(json!({})).boxed());
    some(vec![("imagePullSecrets", references()), ("secrets", references())])
}

fn policy() -> BoxedStrategy<Value> {
    let rule = || some(vec![("ports", ports("port")), ("from", vec(free(1), 0..3).prop_map(Value::from).boxed())]);
    some(vec![
        ("podSelector", flat()),
        ("ingress", vec(rule(), 0..3).prop_map(Value::from).boxed()),
        ("egress", vec(rule(), 0..3).prop_map(Value::from).boxed()),
    ])
}
