//! What `helm test` runs: a cluster's checks as hooks. The objects are made for each environment and merged into templates
//! as all others are.

use std::collections::BTreeMap;

use crate::base::{Object, Tree};
use crate::lower::ClusterObjects;
use crate::package::checks;

pub(super) use crate::package::checks::{NODES, told};

/// Where the chart has [`NODES`].
pub(super) const NODES_FILE: &str = "files/tests/nodes.sh";

/// What made way for a test goes with it; its pod stays until the next one, so that its log can be read.
const POD_STAYS: &str = "before-hook-creation";
const ALL_ELSE_GOES: &str = "before-hook-creation,hook-succeeded";

/// Whether a template, by its path below `templates/`, runs [`NODES`].
pub(super) fn runs_script(stem: &str) -> bool {
    stem.strip_prefix("tests/").is_some_and(checks::runs_script)
}

/// The tests of a cluster in one environment: name of the template to objects. `release` is the namespace of the release:
/// Helm shows the logs of pods there alone.
pub(super) fn tests(cluster: &ClusterObjects, release: &str) -> BTreeMap<&'static str, Vec<Object>> {
    let mut tests = checks::checks(cluster, Some(release));
    tests.values_mut().flatten().for_each(hook);
    tests
}

fn hook(object: &mut Object) {
    let (weight, policy) = if object.kind() == Some("Pod") { ("0", POD_STAYS) } else { ("-1", ALL_ELSE_GOES) };
    let annotations =
        [("helm.sh/hook", "test"), ("helm.sh/hook-weight", weight), ("helm.sh/hook-delete-policy", policy)];
    if let Some(metadata) = object.tree.get_mut("metadata") {
        metadata.insert("annotations", Tree::map(annotations));
    }
}
