//! The shipped blueprints through the whole pipeline: what one stage promises the next.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;

use akcgen::base::Sources;
use akcgen::compile::{self, Options, Plans};
use akcgen::configure::{self, VariableValue};
use akcgen::diag::Diagnostics;
use akcgen::diag::render::{Format, render};
use akcgen::package::BundleFile;
use akcgen::target::Shelf;
use serde_json::Value as Json;

const SHIPPED: [&str; 5] = [
    "blueprints/akachain.yaml",
    "blueprints/minimal.yaml",
    "blueprints/kind.yaml",
    "blueprints/pks.yaml",
    "blueprints/plain.yaml",
];

fn options(blueprint: &str) -> Options {
    let blueprint = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(blueprint);
    Options { blueprint, traced: true, ..Options::default() }
}

fn plans(options: &Options) -> Plans {
    let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
    let plans = compile::plan(options, &mut sources, &mut found);
    plans.unwrap_or_else(|| panic!("{}", render(Format::Human, &found, &sources, false)))
}

fn bundle(options: &Options) -> BTreeMap<String, BundleFile> {
    let files = Mutex::new(BTreeMap::new());
    let mut found = Diagnostics::new();
    let sink = |path: String, file: BundleFile| {
        assert!(files.lock().unwrap().insert(path.clone(), file).is_none(), "{path} is written twice");
    };
    compile::emit(&plans(options), options, &sink, &mut found);
    assert!(!found.has_errors(), "{}", render(Format::Human, &found, &Sources::new(), false));
    files.into_inner().unwrap()
}

#[test]
fn every_line_has_an_origin() {
    for blueprint in SHIPPED {
        for (path, file) in bundle(&options(blueprint)) {
            assert_eq!(file.text.lines().count(), file.lines.len(), "{path}");
            assert!(file.text.ends_with('\n'), "{path} ends without a line's end");
        }
    }
}

#[test]
fn what_is_traced_says_the_same_as_what_is_not() {
    let traced = options(SHIPPED[0]);
    let plain = bundle(&Options { traced: false, ..traced.clone() });
    for (path, file) in bundle(&traced) {
        assert_eq!(plain[&path].text, file.text, "{path}");
    }
}

#[test]
fn the_shipped_consortium_compiles_for_every_target_of_akcgen() {
    let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
    let shelf = Shelf::load(&[], &mut sources, &mut found);
    for target in shelf.iter() {
        let files = bundle(&Options { target: Some(target.name.clone()), ..options(SHIPPED[0]) });
        let runbook = &files["member-two/README.md"].text;
        assert!(runbook.contains(&format!("Target: {}.", target.definition.title)), "{runbook}");
    }
}

#[test]
fn containers_name_only_secrets_that_are_there() {
    for blueprint in SHIPPED {
        for bound in &plans(&options(blueprint)).environments {
            let plan = &bound.plan;
            for organization in &plan.organizations {
                let graph = &organization.graph;
                let known: BTreeSet<(&str, &str, &str)> = graph
                    .secrets
                    .iter()
                    .flat_map(|secret| {
                        let (namespace, name) = (secret.namespace.as_str(), secret.name.as_str());
                        secret.keys.iter().map(move |key| (namespace, name, key.as_str()))
                    })
                    .collect();
                let configuration = configure::configure(plan, organization, false);
                for (workload, containers) in graph.workloads.iter().zip(&configuration.containers) {
                    for container in containers {
                        let variables = container.environment.iter().filter_map(|variable| match &variable.value {
                            VariableValue::Secret { secret, key } => Some((secret, key)),
                            VariableValue::Plain(_) => None,
                        });
                        let files = container.secret_files.iter().map(|file| (&file.secret, &file.key));
                        for (secret, key) in variables.chain(files) {
                            let wanted = (workload.namespace.as_str(), secret.as_str(), key.as_str());
                            assert!(known.contains(&wanted), "{}: {wanted:?} in {blueprint}", workload.name);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn every_pod_names_the_secret_that_its_nodes_pull_with_and_its_namespace_has_it() {
    let files = bundle(&options("blueprints/pks.yaml"));
    let (mut pulling, mut held) = (BTreeSet::new(), BTreeSet::new());
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap();
    for (path, file) in files.iter().filter(|(path, _)| path.contains("/manifests/")) {
        for document in serde_yaml::Deserializer::from_str(&file.text) {
            let object: Json = serde::Deserialize::deserialize(document).unwrap();
            let namespace = (folder(path), object["metadata"]["namespace"].as_str().unwrap_or_default().to_owned());
            if object["kind"] == "ExternalSecret" && object["metadata"]["name"] == "harbor-pull" {
                assert_eq!(object["spec"]["target"]["template"]["type"], "kubernetes.io/dockerconfigjson");
                held.insert(namespace);
            } else if let Some(pod) = object.pointer("/spec/template/spec").filter(|pod| pod["containers"].is_array()) {
                let named = pod["imagePullSecrets"][0]["name"].as_str();
                assert_eq!(named, path.starts_with("manufacturer/").then_some("harbor-pull"), "{path}");
                pulling.extend(named.map(|_| namespace));
            } else if object["kind"] == "Cluster" && path.starts_with("manufacturer/") {
                assert_eq!(object["spec"]["imagePullSecrets"][0]["name"], "harbor-pull", "{path}");
            }
        }
    }
    assert_eq!(pulling, held);
    assert_eq!(held.len(), 4, "{held:?}");
}

#[test]
fn only_the_named_organization_and_environment_are_emitted() {
    let only = Options {
        organizations: vec!["member-one".to_owned()],
        environments: vec!["staging".to_owned()],
        ..options(SHIPPED[0])
    };
    for path in bundle(&only).keys() {
        let own = path.starts_with("member-one/") || path.starts_with("consortium/staging/") || path == "README.md";
        assert!(own && !path.contains("production"), "{path}");
    }
}
