//! The checks of a cluster in each environment, for Argo CD and Flux alike: what `helm test` asks, as Jobs.

use crate::base::{Object, Tree};
use crate::package::BundleFile;
use crate::package::checks::told;
use crate::package::kustomize::kustomization;

use super::{Place, Site};

/// The seconds after which a check that is not answered has failed: less than Flux waits for it.
const DEADLINE: i64 = 600;
/// How often a check is tried again before that.
const RETRIES: i64 = 3;

/// The folder of a cluster's checks, below the organization's, in which each environment has its own.
pub(super) fn folder(site: &Site) -> String {
    format!("gitops/checks/{}", site.cluster.as_str())
}

/// A folder an environment: also where it has no checks, if another has, since Argo CD is told of one for all.
pub(super) fn files(site: &Site, traced: bool) -> Vec<(String, BundleFile)> {
    let places = site.places.iter().filter(|_| site.is_checked());
    places.flat_map(|place| environment(site, place, traced)).collect()
}

fn environment(site: &Site, place: &Place, traced: bool) -> Vec<(String, BundleFile)> {
    let path = |name: &str| format!("{}/{}/{}/{name}.yaml", site.organization, folder(site), place.environment);
    let files = place.checks.iter().map(|(name, objects)| {
        let comment = format!("Asks {} whether all is well.", told(name).0);
        let objects: Vec<Object> = objects.iter().map(run).collect();
        (path(name), BundleFile::of(&comment, &objects, traced))
    });
    let resources: Vec<Tree> = place.checks.keys().map(|name| format!("{name}.yaml").into()).collect();
    let comment = format!("What is asked once everything of the environment `{}` is there.", place.environment);
    let list = kustomization(&comment, &[("resources", resources)], traced);
    files.chain([(path("kustomization"), list)]).collect()
}

/// An object of a check, its pod as a Job: both tools know how one ended, and it tries again.
fn run(object: &Object) -> Object {
    let (Some("Pod"), Some(metadata), Some(pod)) =
        (object.kind(), object.tree.get("metadata"), object.tree.get("spec"))
    else {
        return object.clone();
    };
    let labels = metadata.get("labels").map(|labels| ("labels", labels.clone()));
    let template = Tree::map([("metadata", Tree::map(labels)), ("spec", pod.clone())]);
    let spec = Tree::map([
        ("activeDeadlineSeconds", Tree::Int(DEADLINE)),
        ("backoffLimit", Tree::Int(RETRIES)),
        ("template", template),
    ]);
    let tree = Tree::map([
        ("apiVersion", Tree::from("batch/v1")),
        ("kind", "Job".into()),
        ("metadata", metadata.clone()),
        ("spec", spec),
    ]);
    Object::new(tree, object.origins.root)
}
