//! Plain Kubernetes manifests: what kubectl applies, one file a workload.

use crate::bind::{ControllerPlan, OrganizationPlan, Plan};
use crate::lower::{ClusterObjects, ObjectFile};

use super::{BundleFile, flows, node_pools};

/// An organization's preludes and manifests: path below the output folder to file. Beside what kubectl applies, a
/// prelude holds the values of the controllers' charts, and in `plan/` what the declared node pools offer and which
/// connections the plan allows: the proofs read them, and so can anybody's own tools. They stand in folders of their
/// own, since kubectl reads every YAML and JSON file of the folder that it is given.
pub fn manifests(
    plan: &Plan,
    organization: &OrganizationPlan,
    clusters: &[ClusterObjects],
    traced: bool,
) -> Vec<(String, BundleFile)> {
    let name = plan.consortium.organization(organization.graph.organization).name.value.as_str();
    let environment = &plan.consortium.environment.value;
    let mut files = Vec::new();
    for (cluster, objects) in organization.clusters.iter().zip(clusters) {
        let root = format!("{name}/{}", cluster.cluster.as_str());
        let prelude = format!("{root}/prelude/{environment}");
        let manifests = format!("{root}/manifests/{environment}");
        files.extend(objects.prelude.iter().map(|file| object_file(&prelude, file, traced)));
        files.extend(cluster.controllers.iter().map(|controller| values(&prelude, controller, traced)));
        files.push((format!("{prelude}/plan/node-pools.json"), node_pools::file(cluster, traced)));
        let flows = flows::file(name, organization, cluster, objects, traced);
        files.push((format!("{prelude}/plan/flows.json"), flows));
        files.extend(objects.files.iter().map(|file| object_file(&manifests, file, traced)));
    }
    files
}

fn object_file(folder: &str, file: &ObjectFile, traced: bool) -> (String, BundleFile) {
    let comment = format!("From the blueprint's `{}`.", file.cause);
    (format!("{folder}/{}", file.path), BundleFile::of(&comment, &file.objects, traced))
}

/// The values of a controller's chart, headed by the command that installs it.
fn values(prelude: &str, controller: &ControllerPlan, traced: bool) -> (String, BundleFile) {
    let ControllerPlan { name, namespace, chart, version, values } = controller;
    let file = format!("{name}.values.yaml");
    let comment = format!(
        "helm upgrade --install {name} {chart} --version {version} --namespace {namespace} --create-namespace --values {file}"
    );
    (format!("{prelude}/controllers/{file}"), BundleFile::of(&comment, std::slice::from_ref(values), traced))
}
