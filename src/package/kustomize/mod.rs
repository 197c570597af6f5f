//! Kustomize: a base, and an overlay an environment.
//!
//! The base holds every object of a cluster as the first environment has it that has it at all. An overlay is made of
//! patches alone: what its environment has otherwise, and `$patch: delete` for what it lacks. All are merge patches
//! that name their object, since Kustomize refuses those whose object is missing; a JSON patch (RFC 6902) would then
//! change nothing and say nothing. They stand in a file of the same name as the file of the base that they change.

mod patch;
#[cfg(test)]
mod tests;

use crate::base::{Object, Origin, Tree};

use super::{BundleFile, Form, Union, UnionFile, Versions};

use patch::deletion;
pub use patch::{MergePatch, merge_patch};

/// The Kustomize form of an organization's clusters: path below the output folder to file.
pub fn kustomize(organization: &str, unions: &[Union], traced: bool) -> Vec<(String, BundleFile)> {
    let mut files = Vec::new();
    for union in unions {
        let root = format!("{organization}/{}/{}", union.cluster.as_str(), Form::Kustomize.as_str());
        let mut put = |path: &str, file: BundleFile| files.push((format!("{root}/{path}"), file));
        base(union, traced, &mut put);
        for (at, environment) in union.environments.iter().enumerate() {
            overlay(union, at, environment, traced, &mut put);
        }
    }
    files
}

fn base(union: &Union, traced: bool, put: &mut impl FnMut(&str, BundleFile)) {
    for file in &union.files {
        let comment = format!("From the blueprint's `{}`.", file.cause);
        put(&format!("base/{}", file.path), BundleFile::of(&comment, file.objects.iter().map(Versions::first), traced));
    }
    let resources = union.files.iter().map(|file| Tree::from(file.path.to_owned())).collect();
    let comment = match union.environments.as_slice() {
        [only] => format!("The objects of the environment `{only}`, the only one. Built by way of `overlays/{only}`."),
        [first, ..] => format!(
            "The objects as the environment `{first}` has them, and those that only others have. No environment by itself:\n\
             each is built by way of its own folder in `overlays/`."
        ),
        [] => String::new(),
    };
    put("base/kustomization.yaml", kustomization(&comment, &[("resources", resources)], traced));
}

fn overlay(union: &Union, at: usize, environment: &str, traced: bool, put: &mut impl FnMut(&str, BundleFile)) {
    let mut patches = Vec::new();
    for file in &union.files {
        if let Some(patch_file) = patch_file(file, at, environment, traced) {
            put(&format!("overlays/{environment}/{}", file.path), patch_file);
            patches.push(Tree::map([("path", file.path.to_owned())]));
        }
    }
    let comment = match patches.as_slice() {
        [] => format!("The environment `{environment}`: the base as it is."),
        _ => format!("The environment `{environment}`: the base with what it has otherwise."),
    };
    let lists = [("resources", vec!["../../base".into()]), ("patches", patches)];
    put(&format!("overlays/{environment}/kustomization.yaml"), kustomization(&comment, &lists, traced));
}

/// What an environment has other than a file of the base; none where it has the same.
fn patch_file(file: &UnionFile, at: usize, environment: &str, traced: bool) -> Option<BundleFile> {
    let (mut objects, mut told, mut orders) = (Vec::new(), Vec::new(), false);
    for versions in &file.objects {
        let base = versions.first();
        let name = format!("{} {}", base.kind().unwrap_or_default(), base.name().unwrap_or_default());
        match versions.of(at).map(|own| merge_patch(base, own)) {
            None => {
                told.push(format!("- no {name}"));
                objects.push(deletion(base));
            }
            Some(None) => {}
            Some(Some(patch)) => {
                told.push(format!("- {name}: {}", patch.changes.join(", ")));
                objects.push(patch.object);
                orders |= patch.orders;
            }
        }
    }
    let mut comment = if file.objects.iter().any(|versions| versions.of(at).is_some()) {
        format!("What the environment `{environment}` has other than base/{}:\n{}", file.path, told.join("\n"))
    } else {
        format!("The environment `{environment}` has nothing of base/{}.", file.path)
    };
    if orders {
        comment.push_str("\nItems of a list that bear nothing but their keys keep its order.");
    }
    (!objects.is_empty()).then(|| BundleFile::of(&comment, &objects, traced))
}

/// A `kustomization.yaml` of its resources and of the other lists that are not empty.
pub(super) fn kustomization(comment: &str, lists: &[(&'static str, Vec<Tree>)], traced: bool) -> BundleFile {
    let head = [("apiVersion", Tree::from("kustomize.config.k8s.io/v1beta1")), ("kind", "Kustomization".into())];
    let lists = lists.iter().filter(|(key, items)| *key == "resources" || !items.is_empty());
    let tree = Tree::map(head.into_iter().chain(lists.map(|(key, items)| (*key, Tree::Seq(items.clone())))));
    let origin = Origin::Rule("Kustomize builds what a kustomization.yaml lists");
    BundleFile::of(comment, &[Object::new(tree, origin)], traced)
}
