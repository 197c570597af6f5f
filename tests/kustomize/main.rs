//! The Kustomize form says what the manifests say: patches give exactly the wanted object, by a model of Kustomize's merge
//! and, with the feature `outside-tools`, by Kustomize itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(feature = "outside-tools")]
mod kubectl;
mod model;
mod objects;
#[path = "../support/mod.rs"]
mod support;

use akcgen::base::{Object, Origin, Tree};
use akcgen::package::merge_patch;
use objects::pair;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use support::{Files, compile, repository};

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20_261_124), failure_persistence: None, ..Default::default() }
}

fn object(value: &Value) -> Object {
    Object::new(Tree::try_from(value.clone()).unwrap(), Origin::Rule("test"))
}

/// The patch as data; none where the objects are equal.
fn patch(base: &Value, wanted: &Value) -> Option<Value> {
    merge_patch(&object(base), &object(wanted)).map(|patch| patch.object.tree.to_json())
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn a_patch_gives_exactly_the_wanted_object((base, wanted) in pair(0)) {
        match patch(&base, &wanted) {
            Some(patch) => prop_assert_eq!(model::apply(&base, &patch), wanted, "by {}", patch),
            None => prop_assert_eq!(base, wanted),
        }
    }
}

#[test]
fn the_model_refuses_and_merges_as_kustomize_does() {
    let pod = |containers: Value| {
        let spec = json!({"template": {"spec": {"containers": containers}}});
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec})
    };
    let base = pod(json!([{"name": "a", "args": [1]}, {"name": "b"}, {"name": "c"}]));
    let merged = |patch: Value| model::apply(&base, &pod(patch));
    let patch = json!([{"name": "b", "image": "x"}, {"name": "d"}, {"name": "c", "$patch": "delete"}]);
    assert_eq!(merged(patch), pod(json!([{"name": "b", "image": "x"}, {"name": "d"}, {"name": "a", "args": [1]}])));
    assert_eq!(merged(json!([{"$patch": "replace"}, {"name": "a"}])), pod(json!([{"name": "a"}])));
    assert!(std::panic::catch_unwind(|| merged(json!([{"name": "a", "args": "text"}]))).is_err());
}

/// The overlays of both shipped blueprints: the blueprint, its files, and the path of each overlay's folder.
fn shipped() -> impl Iterator<Item = (&'static str, Files, Vec<String>)> {
    ["minimal", "akachain"].into_iter().map(|name| {
        let files = compile(&repository(&format!("blueprints/{name}.yaml")));
        let folder = |path: &String| Some(path.strip_suffix("/kustomization.yaml")?.to_owned());
        let overlays = files.keys().filter_map(folder).filter(|path| path.contains("/overlays/")).collect();
        (name, files, overlays)
    })
}

#[test]
fn each_environment_of_each_cluster_has_an_overlay_and_no_file_is_left_out() {
    for (name, files, overlays) in shipped() {
        let manifests = files.keys().filter_map(|path| {
            let (cluster, rest) = path.split_once("/manifests/")?;
            Some(format!("{cluster}/kustomize/overlays/{}", rest.split_once('/')?.0))
        });
        assert_eq!(overlays, manifests.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        assert!(overlays.len() >= 2, "{name}");
        let listed = |path: &str| {
            let folder = path.rsplit_once('/').unwrap().0;
            let text = &files[&format!("{folder}/kustomization.yaml")];
            text.lines()
                .any(|line| line.trim_start_matches("- ").trim_start_matches("path: ") == &path[folder.len() + 1..])
        };
        let own = files.keys().filter(|path| path.contains("/kustomize/") && !path.ends_with("/kustomization.yaml"));
        assert_eq!(own.filter(|path| !listed(path)).collect::<Vec<_>>(), [] as [&String; 0], "{name}");
    }
}
