//! What Argo CD and Flux are told is there for every cluster, and names nothing that is not there; `kubectl` has Kustomize
//! itself say what comes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "outside-tools")]
mod kubectl;

use std::collections::BTreeSet;
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use support::{Files, compile, repository};
use tempfile::TempDir;

/// The folder of the repository that the GitOps files of [`bundles`] name.
const FOLDER: &str = "dist";

/// The shipped blueprints, and one of a guest in another's clusters: name and files.
fn bundles() -> Vec<(&'static str, Files)> {
    let told = r#"{repository: "https://git.example/bundle.git"}"#;
    vec![
        ("akachain", compile(&repository("blueprints/akachain.yaml"))),
        ("minimal", with_gitops("blueprints/minimal.yaml", told)),
        ("within", with_gitops("tests/blueprints/within.yaml", told)),
    ]
}

/// The files of a blueprint with `gitops` among its defaults.
fn with_gitops(blueprint: &str, gitops: &str) -> Files {
    let text = fs::read_to_string(repository(blueprint)).unwrap();
    let told = match text.split_once("defaults: {") {
        Some((before, after)) => format!("{before}defaults: {{gitops: {gitops}, {after}"),
        None => text.replacen("\norganizations:", &format!("\ndefaults: {{gitops: {gitops}}}\norganizations:"), 1),
    };
    assert_ne!(told, text);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("blueprint.yaml");
    fs::write(&path, told).unwrap();
    compile(&path)
}

/// The documents of a file.
fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap()).collect()
}

/// The documents of one kind in the GitOps files below a folder, each with its file's path.
fn told<'a>(files: &'a Files, folder: &str, kind: &str) -> Vec<(&'a str, Value)> {
    let own = files.iter().filter(|(path, _)| path.contains(&format!("/gitops/{folder}/")));
    let all = own.flat_map(|(path, text)| documents(text).into_iter().map(move |document| (path.as_str(), document)));
    all.filter(|(_, document)| document["kind"] == kind).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// An ApplicationSet's Applications, made as Argo CD does of a list and a template.
fn applications(set: &Value) -> Vec<Value> {
    let template = set["spec"]["template"].to_string();
    let elements = list(&set["spec"]["generators"][0]["list"]["elements"]).iter();
    let filled = |element: &Value| {
        let rows = element.as_object().unwrap().iter();
        let filled =
            rows.fold(template.clone(), |made, (key, value)| made.replace(&format!("{{{{.{key}}}}}"), text(value)));
        assert!(!filled.contains("{{"), "{filled}");
        serde_json::from_str(&filled).unwrap()
    };
    elements.map(filled).collect()
}

/// Whether a path of the repository is a folder of the bundle.
fn is_there(files: &Files, path: &str) -> bool {
    let folder = format!("{}/", path.trim_start_matches("./"));
    files.keys().any(|path| format!("{FOLDER}/{path}").starts_with(&folder))
}

#[test]
fn every_overlay_is_applied_once_and_every_path_is_there() {
    for (name, files) in bundles() {
        let part = |path: &str| path.rsplit_once('/').unwrap().0.to_owned();
        let overlays = files.keys().filter(|path| path.contains("/kustomize/overlays/")).map(|path| part(path));
        let overlays: BTreeSet<String> = overlays.map(|path| format!("{FOLDER}/{path}")).collect();
        let mut applied = Vec::new();
        for (path, set) in told(&files, "argocd", "ApplicationSet") {
            for application in applications(&set) {
                let paths: Vec<&str> =
                    list(&application["spec"]["sources"]).iter().map(|one| text(&one["path"])).collect();
                assert!(paths.iter().all(|path| is_there(&files, path)), "{name}: {path}: {paths:?}");
                applied.extend(paths.into_iter().filter(|path| path.contains("/overlays/")).map(str::to_owned));
            }
        }
        let argocd: BTreeSet<String> = applied.iter().cloned().collect();
        assert_eq!(argocd.len(), applied.len(), "{name}: an overlay is applied twice");
        let mut flux = BTreeSet::new();
        for (path, part) in told(&files, "flux", "Kustomization") {
            let folder = text(&part["spec"]["path"]);
            assert!(is_there(&files, folder), "{name}: {path}: {folder}");
            flux.extend(Some(folder.trim_start_matches("./").to_owned()).filter(|path| path.contains("/overlays/")));
        }
        assert_eq!(flux, overlays, "{name}");
        let chosen = |path: &&String| name != "akachain" || !path.contains("/member-one/");
        assert_eq!(argocd, overlays.iter().filter(chosen).cloned().collect(), "{name}: member-one has Flux alone");
    }
}

#[test]
fn organizations_that_share_a_cluster_share_no_name() {
    let (_, files) = bundles().pop().unwrap();
    let sets = told(&files, "argocd", "ApplicationSet");
    let made: Vec<Value> = sets.iter().flat_map(|(_, set)| applications(set)).collect();
    let both = |value: fn(&Value) -> &Value| made.iter().map(|one| text(value(one))).collect::<BTreeSet<_>>();
    assert_eq!(made.len(), 4);
    assert_eq!(both(|one| &one["metadata"]["name"]).len(), 4);
    assert_eq!(both(|one| &one["spec"]["destination"]["name"]).len(), 2, "the guest lives within the host's clusters");
    let parts = told(&files, "flux", "Kustomization");
    let names: BTreeSet<&str> = parts.iter().map(|(_, part)| text(&part["metadata"]["name"])).collect();
    assert_eq!(names.len(), parts.len());
}

#[test]
fn the_tool_that_is_not_chosen_is_told_nothing() {
    for (tool, own, others, title) in [("argocd", "argocd", "flux", "Argo CD"), ("flux", "flux", "argocd", "Flux")] {
        let gitops = format!(r#"{{tool: {tool}, repository: "https://git.example/bundle.git"}}"#);
        let files = with_gitops("blueprints/minimal.yaml", &gitops);
        let has = |folder: &str| files.keys().any(|path| path.starts_with(&format!("buyer/gitops/{folder}/")));
        assert!(has(own) && has("checks") && !has(others), "{tool}");
        let readme = &files["buyer/README.md"];
        assert!(readme.contains(&format!("## To have {title} do it")), "{tool}");
        assert!(!readme.contains(&format!("gitops/{others}/")), "{tool}");
    }
    let files = compile(&repository("blueprints/minimal.yaml"));
    assert!(files.keys().all(|path| !path.contains("/gitops/")));
    assert!(!files["buyer/README.md"].contains("gitops/"));
}

#[test]
fn the_repository_is_that_of_the_blueprint() {
    let gitops = r#"{repository: "ssh://git@git.example/b.git", branch: release/1.0, path: ., secret: key}"#;
    let files = with_gitops("blueprints/minimal.yaml", gitops);
    let (_, source) = told(&files, "flux", "GitRepository").remove(0);
    let expected = serde_json::json!({
        "url": "ssh://git@git.example/b.git",
        "ref": {"branch": "release/1.0"},
        "interval": "5m",
        "ignore": "# Values of charts and what tools read: no objects.\n/buyer/blockchain/prelude/*/*/\n",
        "secretRef": {"name": "key"},
    });
    assert_eq!(source["spec"], expected);
    let (_, part) = told(&files, "flux", "Kustomization").remove(0);
    assert_eq!(part["spec"]["path"], "./buyer/gitops/flux/blockchain/production");
    let (_, root) = told(&files, "argocd", "Application").remove(0);
    let expected = serde_json::json!({
        "repoURL": "ssh://git@git.example/b.git",
        "targetRevision": "release/1.0",
        "path": "buyer/gitops/argocd",
    });
    assert_eq!(root["spec"]["source"], expected);
    let (_, set) = told(&files, "argocd", "ApplicationSet").remove(0);
    assert_eq!(applications(&set)[0]["spec"]["sources"][0]["path"], "buyer/blockchain/prelude/production");
}

/// Whoever may write to the branch of one environment must not decide what another is.
#[test]
fn what_argo_cd_applies_of_a_branch_is_told_by_that_branch_alone() {
    let files = compile(&repository("blueprints/akachain.yaml"));
    let (mut roots, mut sets) = (BTreeSet::new(), 0);
    for (path, root) in told(&files, "argocd", "Application") {
        let (folder, source) = (path.rsplit_once('/').unwrap().0, &root["spec"]["source"]);
        assert_eq!(source["path"], format!("{FOLDER}/{folder}"), "{path}: it keeps its own folder");
        assert!(roots.insert(text(&root["metadata"]["name"]).to_owned()), "{path}");
        let own = told(&files, "argocd", "ApplicationSet");
        let own: Vec<_> = own.into_iter().filter(|(path, _)| path.rsplit_once('/').unwrap().0 == folder).collect();
        assert_eq!(own.len(), 2, "{folder}: a set a cluster");
        sets += own.len();
        for (path, set) in own {
            for application in applications(&set) {
                let sources = list(&application["spec"]["sources"]);
                assert!(sources.iter().all(|one| one["targetRevision"] == source["targetRevision"]), "{path}");
            }
        }
        let organization = path.split('/').next().unwrap();
        let file = path.strip_prefix(&format!("{organization}/")).unwrap();
        let told = format!("apply --server-side -f {file} # {}\n", text(&source["targetRevision"]));
        assert!(files[&format!("{organization}/README.md")].contains(&told), "{told}");
    }
    assert_eq!(
        roots.iter().map(String::as_str).collect::<Vec<_>>(),
        ["akachain-gitops-production", "akachain-gitops-staging"]
    );
    let all: BTreeSet<_> = told(&files, "argocd", "ApplicationSet")
        .into_iter()
        .map(|(_, set)| text(&set["metadata"]["name"]).to_owned())
        .collect();
    assert_eq!((sets, all.len()), (4, 4));
}

#[test]
fn a_runbook_speaks_of_steps_that_are_there() {
    let files = with_gitops("tests/blueprints/within.yaml", r#"{repository: "https://git.example/bundle.git"}"#);
    for (path, readme) in
        files.iter().filter(|(path, _)| path.ends_with("/README.md") && path.matches('/').count() == 1)
    {
        let own = readme.split("## To have").nth(1);
        let own = own.map_or("", |text| text.split("\n## ").next().unwrap_or_default());
        assert!(!own.contains("Instead of 1"), "{path}: numbers differ from cluster to cluster");
    }
}

#[test]
fn names_that_become_labels_fit_into_one() {
    let text = fs::read_to_string(repository("blueprints/minimal.yaml")).unwrap();
    let (organization, environment) = ("o".repeat(30), "e".repeat(40));
    let text = text.replace("buyer:", &format!("{organization}:")).replace("[buyer,", &format!("[{organization},"));
    let text = text.replace("{buyer: 3}", &format!("{{{organization}: 3}}"));
    let gitops = |branch: &str| format!(r#"gitops: {{repository: "https://git.example/b.git", branch: {branch}}}"#);
    let text = text.replacen("target: eks", &format!("target: eks\n    {}", gitops("main")), 1);
    let changes = format!(
        "{{domains: \"e.{{domain}}\", organizations: {{{organization}: {{{}, eks: {{account: \"999900001111\"}}}}}}}}",
        gitops("other")
    );
    let text = format!("{text}\nenvironments:\n  production: {{}}\n  {environment}: {changes}\n");
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("blueprint.yaml"), text).unwrap();
    let files = compile(&folder.path().join("blueprint.yaml"));
    let sets = told(&files, "argocd", "ApplicationSet");
    let names: BTreeSet<&str> = sets.iter().map(|(_, set)| self::text(&set["metadata"]["name"])).collect();
    assert_eq!((sets.len(), names.len()), (2, 2), "{names:?}");
    for kind in ["Kustomization", "GitRepository"] {
        for (path, part) in told(&files, "flux", kind) {
            assert!(self::text(&part["metadata"]["name"]).len() <= 63, "{path}");
        }
    }
    assert!(names.iter().all(|name| name.len() <= 63), "{names:?}");
}
