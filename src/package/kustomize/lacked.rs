//! What an environment lacks of the base: patches that take it away.
//!
//! A workload that is not there at all goes by its label, with everything that bears it; what else is lacking goes by its
//! own name. No two of these patches share a file: Kustomize 5.5 crashes at whatever stands behind a deletion there.

use std::collections::BTreeSet;

use crate::base::{Object, Tree, TreePath};
use crate::package::Union;
use crate::package::checks::NAME;
use crate::text::yaml;

use super::patch::deletion;

/// The entries of an overlay's `patches` for the environment at a place in [`Union::environments`].
pub(super) fn lacked(union: &Union, at: usize) -> Vec<Tree> {
    let objects = union.files.iter().flat_map(|file| &file.objects);
    let (there, gone): (Vec<_>, Vec<_>) = objects.partition(|versions| versions.of(at).is_some());
    let kept: BTreeSet<&str> = there.iter().filter_map(|versions| workload(versions.first())).collect();
    let mut workloads = BTreeSet::new();
    let mut patches = Vec::new();
    for object in gone.iter().map(|versions| versions.first()) {
        match workload(object).filter(|name| !kept.contains(name)) {
            Some(name) => {
                workloads.insert(name);
            }
            None => patches.push(by_name(object)),
        }
    }
    if !workloads.is_empty() {
        let names = workloads.into_iter().collect::<Vec<_>>().join(", ");
        patches.insert(0, left_out(&format!("{NAME} in ({names})")));
    }
    patches
}

/// The name of the workload that an object of the base belongs to.
fn workload(object: &Object) -> Option<&str> {
    object.tree.at(&TreePath::from("metadata/labels").join(NAME))?.as_str()
}

fn by_name(object: &Object) -> Tree {
    let mut text = String::new();
    yaml::write(&deletion(object).tree, &mut text);
    Tree::map([("patch", text)])
}

/// A patch that takes away all objects with some labels.
pub(in crate::package) fn left_out(selector: &str) -> Tree {
    patch_all(labelled(selector), "metadata:\n  name: all\n$patch: delete\n")
}

/// A patch for all objects that fit a target. Kustomize asks for names in it and minds none.
pub(in crate::package) fn patch_all(target: Tree, rest: &str) -> Tree {
    Tree::map([("target", target), ("patch", format!("apiVersion: all\nkind: all\n{rest}").into())])
}

/// The target of all objects with some labels.
pub(in crate::package) fn labelled(selector: &str) -> Tree {
    Tree::map([("labelSelector", selector.to_owned())])
}
