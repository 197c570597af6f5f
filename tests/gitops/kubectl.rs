//! What Argo CD and Flux apply, judged by Kustomize, which both of them run, and by git for what Flux is to pass over: step
//! by step, each object of the overlay once and in the right step.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use rayon::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::Files;
use crate::support::kubectl::{Objects, built, write};
use crate::{FOLDER, applications, bundles, list, text, told};

const WAVE: &str = "argocd.argoproj.io/sync-wave";

/// Components of nodes in the order in which those may restart.
const NODES: [&str; 4] = ["zookeeper", "kafka", "orderer", "peer"];

/// A bundle on disk, below the folder of a repository.
struct Repository {
    name: &'static str,
    files: Files,
    root: TempDir,
}

fn repositories() -> Vec<Repository> {
    bundles().into_iter().map(on_disk).collect()
}

fn on_disk((name, files): (&'static str, Files)) -> Repository {
    let root = TempDir::new().unwrap();
    files.iter().for_each(|(path, text)| write(root.path(), &format!("{FOLDER}/{path}"), text));
    Repository { name, files, root }
}

impl Repository {
    /// What a folder gives by itself.
    fn plain(&self, path: &str) -> Objects {
        built(&self.root.path().join(path)).unwrap()
    }

    /// What a folder gives with patches, which Argo CD and Flux add to its `kustomization.yaml`.
    fn patched(&self, path: &str, patches: &Value) -> Objects {
        let folder = TempDir::new_in(self.root.path()).unwrap();
        let text = json!({"resources": [format!("../{path}")], "patches": patches}).to_string();
        write(folder.path(), "kustomization.yaml", &text);
        built(folder.path()).unwrap()
    }
}

fn label<'a>(object: &'a Value, key: &str) -> &'a str {
    text(&object["metadata"]["labels"][format!("app.kubernetes.io/{key}")])
}

/// Where an object belongs: `None` in the first step, `Some(Some(node))` in the node's, `Some(None)` in the last.
fn expected(object: &Value, nodes: &[String]) -> Option<Option<String>> {
    let (component, name) = (label(object, "component"), label(object, "name").to_owned());
    if NODES.contains(&component) && nodes.contains(&name) {
        Some(Some(name))
    } else if ["ca", "shared"].contains(&component) || NODES.contains(&component) {
        None
    } else {
        Some(None)
    }
}

/// The names of the nodes of an overlay in the order in which they may restart.
fn nodes(overlay: &Objects) -> Vec<String> {
    let rank = |object: &Value| NODES.iter().position(|component| *component == label(object, "component"));
    let sets = overlay.values().filter(|object| object["kind"] == "StatefulSet");
    let mut nodes: Vec<_> = sets
        .filter_map(|object| {
            let name = text(&object["metadata"]["name"]).to_owned();
            Some((rank(object)?, name.len(), name))
        })
        .collect();
    nodes.sort();
    nodes.into_iter().map(|(_, _, name)| name).collect()
}

#[test]
fn flux_applies_every_object_of_an_overlay_once_and_node_after_node() {
    for repository in repositories() {
        let mut files: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
        for (path, part) in told(&repository.files, "flux", "Kustomization") {
            let name = text(&part["metadata"]["name"]).to_owned();
            files.entry(path).or_default().insert(name, part["spec"].clone());
        }
        assert!(files.len() >= 2, "{}", repository.name);
        files.par_iter().for_each(|(path, parts)| check_steps(&repository, path, parts));
    }
}

fn check_steps(repository: &Repository, path: &str, parts: &BTreeMap<String, Value>) {
    let order = chain(parts);
    assert_eq!(order.len() + 1, parts.len(), "{path}: all but the one that keeps the file itself");
    let steps: Vec<&&str> = order.iter().filter(|name| overlay_of(&parts[**name]).is_some()).collect();
    let overlay = repository.plain(overlay_of(&parts[*steps[0]]).unwrap());
    let nodes = nodes(&overlay);
    let mut told: Vec<&str> = order.iter().map(|name| step_of(path, name)).collect();
    told.retain(|name| *name != "checks");
    let before = ["prelude", "foundation"].into_iter();
    let names: Vec<&str> = before.chain(nodes.iter().map(String::as_str)).chain(["workloads"]).collect();
    assert_eq!(told, names, "{path}");
    let mut applied = Objects::new();
    for name in steps {
        for (identity, object) in repository.patched(overlay_of(&parts[*name]).unwrap(), &parts[*name]["patches"]) {
            let step = expected(&object, &nodes);
            let step = step.as_ref().map_or("foundation", |node| node.as_deref().unwrap_or("workloads"));
            assert_eq!(step_of(path, name), step, "{path}: {identity}");
            assert!(applied.insert(identity.clone(), object).is_none(), "{path}: {identity} is there twice");
        }
    }
    assert!(applied == overlay, "{path}");
}

/// The step of a Kustomization, whose name starts with the organization and the cluster of its file.
fn step_of<'a>(path: &str, name: &'a str) -> &'a str {
    let (organization, cluster, _) = parts_of(path);
    name.strip_prefix(&format!("{organization}-{cluster}-")).unwrap_or_else(|| panic!("{path}: {name}"))
}

/// Organization, cluster and environment of a file for Flux.
fn parts_of(path: &str) -> (&str, &str, &str) {
    match path.split('/').collect::<Vec<_>>()[..] {
        [organization, "gitops", "flux", cluster, environment, "flux.yaml"] => (organization, cluster, environment),
        _ => panic!("{path}"),
    }
}

fn overlay_of(part: &Value) -> Option<&str> {
    Some(text(&part["path"])).filter(|path| path.contains("/overlays/"))
}

/// The Kustomizations in the order in which they depend on each other.
fn chain(parts: &BTreeMap<String, Value>) -> Vec<&str> {
    let before = |name: &str| parts[name]["dependsOn"][0]["name"].as_str();
    let needed: Vec<&str> = parts.keys().filter_map(|name| before(name)).collect();
    let mut order: Vec<&str> = parts.keys().map(String::as_str).collect();
    order.retain(|name| before(name).is_some() && !needed.contains(name));
    assert_eq!(order.len(), 1, "one chain");
    while let Some(name) = before(order[0]) {
        assert_eq!(parts[name]["wait"], true, "{name}: the next comes when all of it is well");
        order.insert(0, parts.get_key_value(name).unwrap().0);
    }
    order
}

#[test]
fn flux_passes_over_what_is_no_object_and_over_nothing_else() {
    for repository in repositories() {
        let root = repository.root.path();
        for (path, source) in told(&repository.files, "flux", "GitRepository") {
            write(root, ".gitignore", text(&source["spec"]["ignore"]));
            let (organization, cluster, environment) = parts_of(path);
            let own = format!("{organization}/{cluster}/");
            let prelude = format!("{own}prelude/{environment}/");
            let beside = |path: &str| {
                path.strip_prefix(&format!("{own}prelude/")).is_some_and(|rest| rest.matches('/').count() > 1)
            };
            let read = |path: &str| path.starts_with(&own) && !path.contains("/helm/") && !path.contains("/manifests/");
            let (mut passed, mut taken) = (0, 0);
            for file in repository.files.keys().filter(|file| read(file)) {
                assert_eq!(ignored(root, &format!("{FOLDER}/{file}")), beside(file), "{path}: {file}");
                *(if beside(file) { &mut passed } else { &mut taken }) += usize::from(file.starts_with(&prelude));
            }
            assert!(passed > 0 && taken > 0, "{path}");
        }
    }
}

/// Whether git passes over a file by the `.gitignore` of a folder.
fn ignored(root: &Path, file: &str) -> bool {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        let null = || Stdio::null();
        command.current_dir(root).args(arguments).stdin(null()).stdout(null()).stderr(null());
        command.status().expect("this test needs git").code().unwrap()
    };
    if !root.join(".git").is_dir() {
        assert_eq!(git(&["init", "--quiet"]), 0);
    }
    match git(&["check-ignore", "--quiet", file]) {
        0 => true,
        1 => false,
        other => panic!("git check-ignore ends with {other}"),
    }
}

#[test]
fn argo_cd_gives_each_object_its_wave_and_changes_nothing_else() {
    for repository in repositories() {
        for (path, set) in told(&repository.files, "argocd", "ApplicationSet") {
            for application in applications(&set) {
                let sources = list(&application["spec"]["sources"]);
                let overlay = text(&sources[1]["path"]);
                let mut objects = repository.patched(overlay, &sources[1]["kustomize"]["patches"]);
                check_order(&format!("{path}: {overlay}"), &objects);
                objects.values_mut().for_each(forget_wave);
                assert!(objects == repository.plain(overlay), "{path}: {overlay}");
            }
        }
    }
}

/// What is shared comes first, then nodes one after the other, each with its claims, and the rest last.
fn check_order(told: &str, objects: &Objects) {
    let wave = |object: &Value| -> i64 { text(&object["metadata"]["annotations"][WAVE]).parse().unwrap() };
    let nodes = nodes(objects);
    let last = objects.values().map(wave).max().unwrap();
    let mut waves: BTreeMap<&str, i64> = BTreeMap::new();
    for object in objects.values() {
        match expected(object, &nodes) {
            None => assert_eq!(wave(object), 1, "{told}: {object}"),
            Some(None) => assert_eq!(wave(object), last, "{told}: {object}"),
            Some(Some(_)) => {
                let node = waves.entry(label(object, "name")).or_insert(wave(object));
                assert_eq!(*node, wave(object), "{told}: {object}");
            }
        }
    }
    let in_order: Vec<i64> = nodes.iter().map(|name| waves[name.as_str()]).collect();
    assert!(in_order.is_sorted_by(|one, next| one < next), "{told}: {waves:?}");
    assert!(in_order.iter().all(|wave| *wave > 1), "{told}: {waves:?}");
}

fn forget_wave(object: &mut Value) {
    let metadata = object["metadata"].as_object_mut().unwrap();
    let annotations = metadata["annotations"].as_object_mut().unwrap();
    annotations.remove(WAVE);
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
}

#[test]
fn checks_are_jobs_that_run_once_all_is_well() {
    for repository in repositories() {
        let mut jobs = 0;
        for (path, set) in told(&repository.files, "argocd", "ApplicationSet") {
            for application in applications(&set) {
                for source in list(&application["spec"]["sources"]).iter().skip(2) {
                    let plain = repository.plain(text(&source["path"]));
                    let hooks = repository.patched(text(&source["path"]), &source["kustomize"]["patches"]);
                    assert_eq!(hooks.keys().collect::<Vec<_>>(), plain.keys().collect::<Vec<_>>(), "{path}");
                    jobs += hooks.values().filter(|object| is_hook(object)).count();
                }
            }
        }
        assert!(jobs > 0, "{}", repository.name);
        for (path, part) in told(&repository.files, "flux", "Kustomization") {
            let spec = &part["spec"];
            if text(&spec["path"]).contains("/gitops/checks/") {
                let asked = repository.patched(text(&spec["path"]), &spec["patches"]);
                let job = asked.values().find(|object| object["kind"] == "Job").unwrap();
                assert_eq!(job["spec"]["ttlSecondsAfterFinished"], 600, "{path}");
                assert_eq!(spec["force"], true, "{path}: a Job's pod cannot be changed");
            }
        }
    }
}

/// Whether a hook asks; else it lets others ask, and is there before them.
fn is_hook(object: &Value) -> bool {
    let (annotations, job) = (&object["metadata"]["annotations"], object["kind"] == "Job");
    assert_eq!(annotations["argocd.argoproj.io/hook"], "PostSync", "{object}");
    assert_eq!(annotations[WAVE] == "-1", !job, "{object}");
    job
}

/// Argo CD is told of one folder of checks for all environments.
#[test]
fn where_one_environment_has_nothing_to_ask_its_checks_are_empty() {
    let files =
        crate::with_gitops("tests/gitops/one-database.yaml", r#"{repository: "https://git.example/bundle.git"}"#);
    let repository = on_disk(("one-database", files));
    let checks =
        |environment: &str| repository.plain(&format!("{FOLDER}/buyer/gitops/checks/application/{environment}"));
    assert_eq!(checks("production").len(), 2);
    assert!(checks("staging").is_empty());
    let parts = told(&repository.files, "flux", "Kustomization");
    let asked = parts.iter().filter(|(path, part)| path.contains("/application/") && part["spec"]["force"] == true);
    assert_eq!(asked.map(|(path, _)| parts_of(path).2).collect::<Vec<_>>(), ["production"]);
}
