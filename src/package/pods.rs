//! Reads the pods out of emitted objects.

use crate::base::{Object, Tree, TreePath};

/// The template of the pods that an object runs.
pub(super) fn template(object: &Object) -> Option<&Tree> {
    let path = match object.kind()? {
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => "spec/template",
        "CronJob" => "spec/jobTemplate/spec/template",
        _ => return None,
    };
    object.tree.at(&TreePath::from(path))
}

/// The containers of a template, those that start first among them.
pub(super) fn containers(template: &Tree) -> impl Iterator<Item = &Tree> {
    let of = |key: &str| template.get("spec").and_then(|spec| spec.get(key)).and_then(Tree::as_seq).unwrap_or_default();
    of("initContainers").iter().chain(of("containers"))
}
