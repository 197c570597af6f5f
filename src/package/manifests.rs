//! What kubectl applies: the preludes, and plain manifests with one file a workload.

use rayon::prelude::*;

use crate::bind::ControllerPlan;
use crate::lower::{ClusterObjects, ObjectFile};

use super::{BundleFile, Form, Lowered, flows, node_pools};

/// An organization's preludes, which all forms share: path below the output folder to file. Beside what kubectl
/// applies, a prelude holds the values of the controllers' charts, and in `plan/` what the declared node pools offer and
/// which connections the plan allows: the proofs read them, and so can anybody's own tools. They stand in folders of
/// their own, since kubectl reads every YAML and JSON file of the folder that it is given.
pub fn preludes(lowered: &Lowered, traced: bool) -> Vec<(String, BundleFile)> {
    let name = lowered.name();
    let mut files = Vec::new();
    for (cluster, objects) in lowered.organization.clusters.iter().zip(&lowered.clusters) {
        let prelude = folder(lowered, objects, "prelude");
        files.extend(objects.prelude.iter().map(|file| object_file(&prelude, file, traced)));
        files.extend(cluster.controllers.iter().map(|controller| values(&prelude, controller, traced)));
        files.push((format!("{prelude}/plan/node-pools.json"), node_pools::file(cluster, traced)));
        let flows = flows::file(name, lowered.organization, cluster, objects, traced);
        files.push((format!("{prelude}/plan/flows.json"), flows));
    }
    files
}

/// An organization's manifests: path below the output folder to file.
pub fn manifests(lowered: &Lowered, traced: bool) -> Vec<(String, BundleFile)> {
    let files = lowered.clusters.par_iter().flat_map(|objects| {
        let manifests = folder(lowered, objects, Form::Manifests.as_str());
        objects.files.par_iter().map(move |file| object_file(&manifests, file, traced))
    });
    files.collect()
}

/// The folder of a cluster in which an environment has a folder of its own.
fn folder(lowered: &Lowered, objects: &ClusterObjects, part: &str) -> String {
    format!("{}/{}/{part}/{}", lowered.name(), objects.cluster.as_str(), lowered.environment())
}

fn object_file(folder: &str, file: &ObjectFile, traced: bool) -> (String, BundleFile) {
    (format!("{folder}/{}", file.path), BundleFile::of_objects(file, traced))
}

/// The values of a controller's chart, headed by the command that installs it.
fn values(prelude: &str, controller: &ControllerPlan, traced: bool) -> (String, BundleFile) {
    let file = format!("{}.values.yaml", controller.name);
    let comment = controller.install(&file);
    (
        format!("{prelude}/controllers/{file}"),
        BundleFile::of(&comment, std::slice::from_ref(&controller.values), traced),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::lower::sample::sample;
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn files(traced: bool) -> BTreeMap<String, BundleFile> {
        let sample = sample();
        let (plan, organization) = (&sample.plan, &sample.plan.organizations[0]);
        let lowered = Lowered { plan, organization, clusters: sample.lowered(), site: Vec::new() };
        preludes(&lowered, traced).into_iter().chain(manifests(&lowered, traced)).collect()
    }

    #[test]
    fn files_stand_where_the_layout_has_them_and_kubectl_meets_no_other() {
        let files = files(false);
        let prelude: Vec<&str> =
            (files.keys()).filter_map(|path| path.strip_prefix("org/blockchain/prelude/production/")).collect();
        let expected = [
            "controllers/autoscaler.values.yaml",
            "namespaces.yaml",
            "plan/flows.json",
            "plan/node-pools.json",
            "priority-classes.yaml",
            "storage-classes.yaml",
        ];
        assert_eq!(prelude, expected);
        let peer = &files["org/blockchain/manifests/production/peer0.yaml"].text;
        assert!(
            peer.starts_with("# From the blueprint's `organizations.org.blockchain.peers`.\n# Generated"),
            "{peer}"
        );
        let values = &files["org/blockchain/prelude/production/controllers/autoscaler.values.yaml"].text;
        assert!(values.contains("oci://charts.example/autoscaler --version 9.0.0"), "{values}");
    }

    #[test]
    fn a_traced_file_has_the_same_text_and_an_origin_for_each_line() {
        let plain = files(false);
        for (path, file) in files(true) {
            assert_eq!(file.text, plain[&path].text, "{path}");
            assert_eq!(file.lines.len(), file.text.lines().count(), "{path}");
            assert!(plain[&path].lines.is_empty());
        }
    }

    #[test]
    fn flows_are_the_hops_of_the_cluster_and_name_its_pods() {
        let files = files(false);
        let read = |cluster: &str| -> Value {
            let path = format!("org/{cluster}/prelude/production/plan/flows.json");
            serde_json::from_str(&files[&path].text).unwrap()
        };
        let pairs = |flows: &Value| -> Vec<String> {
            let end = |end: &Value| end["workload"].as_str().or(end["cidr"].as_str()).unwrap().to_owned();
            let flows = flows["flows"].as_array().unwrap().iter().filter(|flow| flow["port"] != 53);
            flows.map(|flow| format!("{} {} {}", end(&flow["from"]), end(&flow["to"]), flow["port"])).collect()
        };
        assert_eq!(
            pairs(&read("blockchain")),
            ["10.0.0.0/24 peer0 7051", "10.0.0.0/24 peer0 9443", "daemon peer0 7051"]
        );
        assert_eq!(pairs(&read("application")), ["orders 10.0.0.0/24 443"]);
        let pods = read("application")["pods"].as_array().unwrap().clone();
        let names: Vec<&str> = pods.iter().map(|pod| pod["workload"].as_str().unwrap()).collect();
        assert_eq!(names, ["k8s-app=kube-dns", "orders"]);
        assert_eq!(pods[1]["labels"]["app.kubernetes.io/name"], "orders");
        assert_eq!(pods[1]["namespaceLabels"]["kubernetes.io/metadata.name"], "org-api");
        assert_eq!(pods[1]["namespaceLabels"]["pod-security.kubernetes.io/enforce"], "restricted");
        assert_eq!(pods[1]["ports"], serde_json::json!([{"port": 8080, "protocol": "TCP"}]));
        assert_eq!(pods[0]["ports"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn images_are_those_of_all_containers() {
        let sample = sample();
        let (plan, organization) = (&sample.plan, &sample.plan.organizations[0]);
        let images =
            crate::package::images(&Lowered { plan, organization, clusters: sample.lowered(), site: Vec::new() });
        let source = |image: &str| images[&format!("registry.example/{image}")].value.as_str();
        assert_eq!(source("couchdb:1.0.0"), "couchdb:1.0.0");
        assert_eq!(source("orders:1.0.0"), "orders:1.0.0");
        assert_eq!(source("autoscaler:9"), "autoscaler:9", "a controller's chart pulls images too");
        let (path, file) = crate::package::images_file("org", &images, true);
        assert_eq!((path.as_str(), file.text.lines().count()), ("org/images.txt", file.lines.len()));
    }
}
