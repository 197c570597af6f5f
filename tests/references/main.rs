//! What the objects of a bundle say of each other: every reference leads somewhere, no two objects bear one name, and
//! every label and name is one that Kubernetes takes. Over the shipped blueprints and unusual ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cluster;
mod faults;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use akcgen::base::Sources;
use akcgen::compile::{self, Options};
use akcgen::diag::Diagnostics;
use akcgen::diag::render::{Format, render};
use serde::Deserialize;
use serde_json::Value;

use cluster::Cluster;

const BLUEPRINTS: [&str; 7] = [
    "blueprints/akachain.yaml",
    "blueprints/minimal.yaml",
    "tests/blueprints/bft.yaml",
    "tests/blueprints/kafka.yaml",
    "tests/blueprints/raft.yaml",
    "tests/blueprints/services.yaml",
    "tests/blueprints/within.yaml",
];

/// Every cluster of a bundle by the organization that owns it, kind and environment.
fn clusters(blueprint: &str) -> BTreeMap<String, Cluster> {
    let blueprint = Path::new(env!("CARGO_MANIFEST_DIR")).join(blueprint);
    // Where secrets and databases are the bundle's own, so that nothing refers to what others made.
    let options = Options { blueprint, target: Some("eks".to_owned()), ..Options::default() };
    let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
    let plans = compile::plan(&options, &mut sources, &mut found);
    let plans = plans.unwrap_or_else(|| panic!("{}", render(Format::Human, &found, &sources, false)));
    let owners = owners(&plans);
    let clusters = Mutex::new(BTreeMap::<String, Cluster>::new());
    compile::emit(
        &plans,
        &options,
        &|path, file| {
            let parts: Vec<&str> = path.split('/').collect();
            let [organization, cluster, "prelude" | "manifests", environment, rest @ ..] = parts.as_slice() else {
                return;
            };
            if rest.len() != 1 {
                return;
            }
            let mut clusters = clusters.lock().unwrap();
            let owner = &owners[*organization];
            let cluster = clusters.entry(format!("{owner}/{cluster}/{environment}")).or_default();
            cluster.0.extend(objects(&file.text));
        },
        &mut found,
    );
    clusters.into_inner().unwrap()
}

/// In whose clusters each organization's objects stand.
fn owners(plans: &compile::Plans) -> BTreeMap<String, String> {
    let plans = plans.environments.iter().map(|bound| &bound.plan);
    let clusters = plans.flat_map(|plan| plan.organizations.iter().map(move |one| (plan, one)));
    let owner = |(plan, one): (&akcgen::bind::Plan, &akcgen::bind::OrganizationPlan)| {
        let name = |at| plan.consortium.organization(at).name.value.to_string();
        Some((name(one.graph.organization), name(one.clusters.first()?.owner)))
    };
    clusters.filter_map(owner).collect()
}

fn objects(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap()).collect()
}

#[test]
fn every_object_of_every_bundle_is_whole() {
    for blueprint in BLUEPRINTS {
        let clusters = clusters(blueprint);
        assert!(!clusters.is_empty());
        for (name, cluster) in clusters {
            let faults = faults::all(&cluster);
            assert!(faults.is_empty(), "{blueprint}, {name}:\n{}", faults.join("\n"));
        }
    }
}

/// The checker sees what is broken.
#[test]
fn broken_objects_are_found() {
    let whole = clusters("tests/blueprints/services.yaml").remove("buyer/application/production").unwrap();
    let cases: [(&str, &str, &str, Value, &str); 9] = [
        ("ServiceAccount", "six", "/metadata/name", "other".into(), "ServiceAccount six"),
        ("ConfigMap", "six", "/metadata/name", "other".into(), "ConfigMap six"),
        ("ExternalSecret", "jwt-key", "/spec/target/name", "other".into(), "Secret jwt-key"),
        (
            "PersistentVolumeClaim",
            "seven.seven-files",
            "/metadata/name",
            "other".into(),
            "PersistentVolumeClaim seven.seven-files",
        ),
        ("Service", "six", "/metadata/name", "eight".into(), "two objects"),
        ("Service", "six", "/spec/ports/0/targetPort", "https".into(), "port https"),
        (
            "NetworkPolicy",
            "six",
            "/spec/podSelector/matchLabels/app.kubernetes.io~1name",
            "sex".into(),
            "selects nothing",
        ),
        ("Deployment", "six", "/metadata/labels/app.kubernetes.io~1name", "has a blank".into(), "has a blank"),
        ("Deployment", "six", "/spec/template/metadata/labels/app.kubernetes.io~1name", "sex".into(), "its own pods"),
    ];
    for (kind, name, path, value, expected) in cases {
        let mut objects = whole.0.clone();
        let object = objects.iter_mut().find(|one| one["kind"] == kind && one["metadata"]["name"] == name);
        let object = object.unwrap_or_else(|| panic!("{kind} {name}"));
        *object.pointer_mut(path).unwrap_or_else(|| panic!("{kind} {name} {path}")) = value;
        let faults = faults::all(&Cluster(objects));
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{kind} {name}, {expected}: {faults:?}");
    }
}
