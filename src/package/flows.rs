//! The connections that the plan allows in one cluster, hop by hop where each is enforced, and the pods they name.
//! `scripts/proofs/flows` asks whether the emitted network policies let exactly these through.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rows::{self, Row};
use super::{BundleFile, pods};
use crate::base::{Object, Origin, Tree};
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

#[derive(Serialize)]
struct FlowRow<'a> {
    from: &'a EndRow<'a>,
    to: &'a EndRow<'a>,
    port: u16,
    protocol: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum EndRow<'a> {
    Pod(PodName<'a>),
    Range { cidr: &'a str },
}

#[derive(Serialize)]
struct PodName<'a> {
    organization: &'a str,
    cluster: &'a str,
    namespace: &'a str,
    workload: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PodRow<'a> {
    #[serde(flatten)]
    name: PodName<'a>,
    labels: Labels,
    namespace_labels: Labels,
    ports: Vec<PortRow>,
}

#[derive(Serialize, PartialEq)]
struct PortRow {
    port: i64,
    protocol: &'static str,
}

struct Site<'a> {
    organization_name: &'a str,
    organization: &'a OrganizationPlan,
    cluster: &'a ClusterPlan,
}

impl<'a> Site<'a> {
    /// Every hop that starts or ends at a pod of the cluster, sorted; each pod's way to the DNS among them.
    fn flows(&self) -> Vec<Row> {
        let mut rows: BTreeMap<String, Origin> = BTreeMap::new();
        let mut add = |from: &[EndRow], to: &[EndRow], port: u16, protocol: &str, origin: Origin| {
            for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (from, to))) {
                rows.entry(rows::json(&FlowRow { from, to, port, protocol })).or_insert(origin);
            }
        };
        for flow in &self.organization.flows {
            for hop in flow.hops.iter().filter(|hop| self.is_here(&hop.from) || self.is_here(&hop.to)) {
                add(&self.ends(&hop.from), &self.ends(&hop.to), hop.port, "TCP", flow.origin);
            }
        }
        let dns = self.cluster.dns();
        for at in 0..self.organization.graph.workloads.len() {
            let end = End::Workload(WorkloadId(at));
            for protocol in ["TCP", "UDP"].into_iter().filter(|_| self.is_here(&end)) {
                add(&self.ends(&end), &self.ends(&dns), DNS_PORT, protocol, DNS);
            }
        }
        rows.into_iter().collect()
    }

    fn is_here(&self, end: &End) -> bool {
        matches!(end, End::Workload(id) if self.organization.graph.workloads[id.0].cluster == self.cluster.cluster)
    }

    fn ends<'b>(&'b self, end: &'b End) -> Vec<EndRow<'b>> {
        match end {
            End::Workload(id) => {
                let workload = &self.organization.graph.workloads[id.0];
                vec![EndRow::Pod(self.pod(&workload.namespace, workload.name.clone()))]
            }
            End::Platform { namespace, labels } => vec![EndRow::Pod(self.pod(namespace, platform_name(labels)))],
            End::Ranges { ranges, .. } => ranges.iter().map(|cidr| EndRow::Range { cidr }).collect(),
        }
    }

    fn pod<'b>(&'b self, namespace: &'b str, workload: String) -> PodName<'b> {
        let cluster = self.cluster.cluster.as_str();
        PodName { organization: self.organization_name, cluster, namespace, workload }
    }

    /// The pods that the manifests make, with their labels as they stand there, and those of the platform.
    fn pods(&self, objects: &ClusterObjects) -> Vec<Row> {
        let namespaces: BTreeMap<&str, Labels> = (objects.prelude.iter().flat_map(|file| &file.objects))
            .filter(|object| object.kind() == Some("Namespace"))
            .filter_map(|object| Some((object.name()?, labels(object.tree.get("metadata")?))))
            .collect();
        let own = objects
            .files
            .iter()
            .flat_map(|file| &file.objects)
            .filter_map(|object| Some((rows::json(&self.own_pod(object, &namespaces)?), object.origins.root)));
        let platform = self.platform_pods().into_iter().map(|((namespace, labels), (ports, origin))| {
            let name = self.pod(&namespace, platform_name(&labels));
            let row = PodRow { name, labels, namespace_labels: namespace_labels(&namespace, None), ports };
            (rows::json(&row), origin)
        });
        let mut rows: Vec<Row> = own.chain(platform).collect();
        rows.sort_by(|(left, _), (right, _)| left.cmp(right));
        rows
    }

    fn own_pod<'b>(&'b self, object: &'b Object, namespaces: &BTreeMap<&str, Labels>) -> Option<PodRow<'b>> {
        let template = pods::template(object)?;
        let namespace = object.namespace()?;
        let labels = labels(template.get("metadata")?);
        let name = self.pod(namespace, labels.get("app.kubernetes.io/instance")?.clone());
        let ports = (pods::containers(template))
            .flat_map(|container| container.get("ports").and_then(Tree::as_seq).unwrap_or_default())
            .filter_map(|port| match port.get("containerPort") {
                Some(Tree::Int(port)) => Some(PortRow { port: *port, protocol: "TCP" }),
                _ => None,
            });
        let namespace_labels = namespace_labels(namespace, namespaces.get(namespace));
        Some(PodRow { name, labels, namespace_labels, ports: ports.collect() })
    }

    /// The platform's pods that flows name, with the ports that are asked of them: namespace and labels to ports.
    fn platform_pods(&self) -> BTreeMap<(String, Labels), (Vec<PortRow>, Origin)> {
        let dns = ["TCP", "UDP"].map(|protocol| (self.cluster.dns(), Some((DNS_PORT, protocol)), DNS));
        let named = self.organization.flows.iter().flat_map(|flow| {
            let hops = flow.hops.iter().filter(|hop| self.is_here(&hop.from) || self.is_here(&hop.to));
            hops.flat_map(|hop| {
                let (from, to) = (hop.from.clone(), hop.to.clone());
                [(from, None, flow.origin), (to, Some((hop.port, "TCP")), flow.origin)]
            })
        });
        let mut pods: BTreeMap<(String, Labels), (Vec<PortRow>, Origin)> = BTreeMap::new();
        for (end, port, origin) in named.chain(dns) {
            let End::Platform { namespace, labels } = end else { continue };
            let (ports, _) = pods.entry((namespace, labels)).or_insert((Vec::new(), origin));
            let port = port.map(|(port, protocol)| PortRow { port: port.into(), protocol });
            ports.extend(port.filter(|port| !ports.contains(port)));
        }
        pods
    }
}

/// What tells one kind of the platform's pods from others of its namespace.
fn platform_name(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// A namespace's labels with the one that Kubernetes itself adds.
fn namespace_labels(namespace: &str, written: Option<&Labels>) -> Labels {
    let mut labels = written.cloned().unwrap_or_default();
    labels.insert(NAMESPACE.to_owned(), namespace.to_owned());
    labels
}

fn labels(metadata: &Tree) -> Labels {
    let entries = metadata.get("labels").and_then(Tree::as_map).unwrap_or_default();
    let text = |value: &Tree| value.as_str().unwrap_or_default().to_owned();
    entries.iter().map(|(key, value)| (key.to_string(), text(value))).collect()
}
