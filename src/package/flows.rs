//! The connections that the plan allows in one cluster, hop by hop where each is enforced, and the pods they name.
//! `scripts/proofs/flows` asks whether the emitted network policies let exactly these through.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::rows::{self, Row};
use super::{BundleFile, pods};
use crate::base::{Origin, Tree};
use crate::bind::{ClusterPlan, End, OrganizationPlan};
use crate::expand::WorkloadId;
use crate::lower::ClusterObjects;

type Labels = BTreeMap<String, String>;

/// Where names are resolved.
const DNS_PORT: u16 = 53;
const DNS: Origin = Origin::Rule("every pod resolves names");
/// Kubernetes' own label of every namespace.
const NAMESPACE: &str = "kubernetes.io/metadata.name";

pub(super) fn file(
    organization_name: &str,
    organization: &OrganizationPlan,
    cluster: &ClusterPlan,
    objects: &ClusterObjects,
    traced: bool,
) -> BundleFile {
    let site = Site { organization_name, organization, cluster };
    rows::lists(&[("flows", site.flows()), ("pods", site.pods(objects))], traced)
}

struct Site<'a> {
    organization_name: &'a str,
    organization: &'a OrganizationPlan,
    cluster: &'a ClusterPlan,
}

impl Site<'_> {
    /// Every hop that starts or ends at a pod of the cluster, sorted; each pod's way to the DNS among them.
    fn flows(&self) -> Vec<Row> {
        let mut rows: BTreeMap<String, Origin> = BTreeMap::new();
        let mut add = |from: &End, to: &End, port: u16, protocol: &str, origin: Origin| {
            for (from, to) in
                self.ends(from).iter().flat_map(|from| self.ends(to).into_iter().map(move |to| (from, to)))
            {
                let row = json!({"from": from, "to": to, "port": port, "protocol": protocol});
                rows.entry(row.to_string()).or_insert(origin);
            }
        };
        for flow in &self.organization.flows {
            for hop in flow.hops.iter().filter(|hop| self.is_here(&hop.from) || self.is_here(&hop.to)) {
                add(&hop.from, &hop.to, hop.port, "TCP", flow.origin);
            }
        }
        let dns = self.cluster.dns();
        for at in 0..self.organization.graph.workloads.len() {
            let end = End::Workload(WorkloadId(at));
            for protocol in ["TCP", "UDP"].into_iter().filter(|_| self.is_here(&end)) {
                add(&end, &dns, DNS_PORT, protocol, DNS);
            }
        }
        rows.into_iter().collect()
    }

    fn is_here(&self, end: &End) -> bool {
        matches!(end, End::Workload(id) if self.organization.graph.workloads[id.0].cluster == self.cluster.cluster)
    }

    fn ends(&self, end: &End) -> Vec<Value> {
        match end {
            End::Workload(id) => {
                let workload = &self.organization.graph.workloads[id.0];
                vec![self.pod(&workload.namespace, &workload.name)]
            }
            End::Platform { namespace, labels } => vec![self.pod(namespace, &platform_name(labels))],
            End::Ranges { ranges, .. } => ranges.iter().map(|range| json!({"cidr": range})).collect(),
        }
    }

    fn pod(&self, namespace: &str, workload: &str) -> Value {
        json!({
            "organization": self.organization_name,
            "cluster": self.cluster.cluster.as_str(),
            "namespace": namespace,
            "workload": workload,
        })
    }

    /// The pods that the manifests make, with their labels as they stand there, and those of the platform.
    fn pods(&self, objects: &ClusterObjects) -> Vec<Row> {
        let namespaces: BTreeMap<&str, Value> = (objects.prelude.iter().flat_map(|file| &file.objects))
            .filter(|object| object.kind() == Some("Namespace"))
            .filter_map(|object| Some((object.name()?, labels(object.tree.get("metadata")?))))
            .collect();
        let own = objects.files.iter().flat_map(|file| &file.objects).filter_map(|object| {
            let template = pods::template(object)?;
            let namespace = object.namespace()?;
            let pod_labels = labels(template.get("metadata")?);
            let name = pod_labels.get("app.kubernetes.io/instance")?.as_str()?.to_owned();
            let ports: Vec<Value> = (pods::containers(template))
                .flat_map(|container| container.get("ports").and_then(Tree::as_seq).unwrap_or_default())
                .filter_map(|port| port.get("containerPort"))
                .map(|port| json!({"port": port.to_json(), "protocol": "TCP"}))
                .collect();
            let namespace_labels = namespaces.get(namespace).cloned().unwrap_or_default();
            let row = self.described(namespace, &name, pod_labels, namespace_labels, ports);
            Some((row, object.origins.root))
        });
        let platform = self.platform_pods().into_iter().map(|((namespace, labels), (ports, origin))| {
            (self.described(&namespace, &platform_name(&labels), json!(labels), json!({}), ports), origin)
        });
        let mut rows: Vec<Row> = own.chain(platform).collect();
        rows.sort_by(|(left, _), (right, _)| left.cmp(right));
        rows
    }

    /// The platform's pods that flows name, with the ports that are asked of them: namespace and labels to ports.
    fn platform_pods(&self) -> BTreeMap<(String, Labels), (Vec<Value>, Origin)> {
        let dns = ["TCP", "UDP"].map(|protocol| (self.cluster.dns(), Some((DNS_PORT, protocol)), DNS));
        let named = self.organization.flows.iter().flat_map(|flow| {
            let hops = flow.hops.iter().filter(|hop| self.is_here(&hop.from) || self.is_here(&hop.to));
            hops.flat_map(|hop| {
                let (from, to) = (hop.from.clone(), hop.to.clone());
                [(from, None, flow.origin), (to, Some((hop.port, "TCP")), flow.origin)]
            })
        });
        let mut pods: BTreeMap<(String, Labels), (Vec<Value>, Origin)> = BTreeMap::new();
        for (end, port, origin) in named.chain(dns) {
            let End::Platform { namespace, labels } = end else { continue };
            let (ports, _) = pods.entry((namespace, labels)).or_insert((Vec::new(), origin));
            let port = port.map(|(port, protocol)| json!({"port": port, "protocol": protocol}));
            ports.extend(port.filter(|port| !ports.contains(port)));
        }
        pods
    }

    /// One line of JSON that says all of a pod.
    fn described(
        &self,
        namespace: &str,
        name: &str,
        labels: Value,
        mut namespace_labels: Value,
        ports: Vec<Value>,
    ) -> String {
        let mut pod = self.pod(namespace, name);
        namespace_labels[NAMESPACE] = json!(namespace);
        pod["labels"] = labels;
        pod["namespaceLabels"] = namespace_labels;
        pod["ports"] = json!(ports);
        pod.to_string()
    }
}

/// What tells one kind of the platform's pods from others of its namespace.
fn platform_name(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

fn labels(metadata: &Tree) -> Value {
    metadata.get("labels").map_or_else(|| json!({}), Tree::to_json)
}
