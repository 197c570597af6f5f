//! Kustomize: a base, and an overlay an environment.
//!
//! The base holds every object of a cluster as the first environment has it that has it at all. An overlay is made of
//! patches alone: `$patch: delete` for what its environment lacks, and what it has otherwise. The latter are merge
//! patches that name their object, since Kustomize refuses those whose object is missing; a JSON patch (RFC 6902) would
//! then change nothing and say nothing. They stand in a file of the same name as the file of the base that they change.

mod lacked;
mod patch;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::base::{Object, Origin, Tree};

use super::{BundleFile, Form, Union, UnionFile, Versions, from_key};

pub(super) use lacked::{labelled, left_out, patch_all};
use patch::LACKED;
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
    let resource = |file: &UnionFile| match file.same {
        Some(file) => BundleFile::of_objects(file, traced),
        None => BundleFile::of(&from_key(file.cause), file.objects.iter().map(Versions::first), traced),
    };
    let files: Vec<BundleFile> = union.files.par_iter().map(resource).collect();
    union.files.iter().zip(files).for_each(|(file, made)| put(&format!("base/{}", file.path), made));
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
    let mut patches = lacked::lacked(union, at);
    let lacking = patches.len();
    for file in &union.files {
        if let Some(patch_file) = patch_file(file, at, environment, traced) {
            put(&format!("overlays/{environment}/{}", file.path), patch_file);
            patches.push(Tree::map([("path", file.path.to_owned())]));
        }
    }
    let other = match (lacking > 0, patches.len() > lacking) {
        (false, false) => "the base as it is",
        (false, true) => "the base with what it has otherwise",
        (true, false) => "the base without what it lacks",
        (true, true) => "the base without what it lacks, and with what it has otherwise",
    };
    let comment = format!("The environment `{environment}`: {other}.");
    let mut object = kustomization_object(&[("resources", vec!["../../base".into()]), ("patches", patches)]);
    (0..lacking).for_each(|at| object.origins.add(format!("patches/{at}"), LACKED));
    put(&format!("overlays/{environment}/kustomization.yaml"), BundleFile::of(&comment, &[object], traced));
}

/// What an environment has other than a file of the base; none where it has the same.
fn patch_file(file: &UnionFile, at: usize, environment: &str, traced: bool) -> Option<BundleFile> {
    let (mut objects, mut told, mut orders) = (Vec::new(), Vec::new(), false);
    for versions in &file.objects {
        let base = versions.first();
        let Some(patch) = versions.of(at).and_then(|own| merge_patch(base, own)) else { continue };
        let name = format!("{} {}", base.kind().unwrap_or_default(), base.name().unwrap_or_default());
        told.push(format!("- {name}: {}", patch.changes.join(", ")));
        objects.push(patch.object);
        orders |= patch.orders;
    }
    let told = told.join("\n");
    let mut comment = format!("What the environment `{environment}` has other than base/{}:\n{told}", file.path);
    if orders {
        comment.push_str("\nItems of a list that bear nothing but their keys keep its order.");
    }
    (!objects.is_empty()).then(|| BundleFile::of(&comment, &objects, traced))
}

/// A `kustomization.yaml` of its resources and of the other lists that are not empty.
pub(super) fn kustomization(comment: &str, lists: &[(&'static str, Vec<Tree>)], traced: bool) -> BundleFile {
    BundleFile::of(comment, &[kustomization_object(lists)], traced)
}

fn kustomization_object(lists: &[(&'static str, Vec<Tree>)]) -> Object {
    let head = [("apiVersion", Tree::from("kustomize.config.k8s.io/v1beta1")), ("kind", "Kustomization".into())];
    let lists = lists.iter().filter(|(key, items)| *key == "resources" || !items.is_empty());
    let tree = Tree::map(head.into_iter().chain(lists.map(|(key, items)| (*key, Tree::Seq(items.clone())))));
    Object::new(tree, Origin::Rule("Kustomize builds what a kustomization.yaml lists"))
}
