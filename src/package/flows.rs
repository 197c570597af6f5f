//! The connections that the plan allows in one cluster, hop by hop where each is enforced, and the pods they name.
//! `scripts/proofs/flows` asks whether the emitted network policies let exactly these through.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{BundleFile, pods};
use crate::base::{Object, Origin, Tree};
use crate::bind::{ClusterPlan, End, Hop, OrganizationPlan};
use crate::expand::WorkloadId;
use crate::lower::ClusterObjects;
use crate::text::rows::{self, Row};

type Labels<'a> = BTreeMap<&'a str, &'a str>;

/// Where names are resolved.
const DNS_PORT: u16 = 53;
const DNS: Origin = Origin::Rule("every pod resolves names");
/// The label that says to which workload a pod belongs.
const INSTANCE: &str = "app.kubernetes.io/instance";
/// Kubernetes' own label of every namespace.
const NAMESPACE: &str = "kubernetes.io/metadata.name";

pub(super) fn file(
    organization_name: &str,
    organization: &OrganizationPlan,
    cluster: &ClusterPlan,
    objects: &ClusterObjects,
    traced: bool,
) -> BundleFile {
    let site = Site::new(organization_name, organization, cluster, objects);
    rows::lists(&[("flows", site.flows()), ("pods", site.pods(objects))], traced).into()
}

#[derive(Serialize)]
struct RangeRow<'a> {
    cidr: &'a str,
}

#[derive(Serialize)]
struct PodName<'a> {
    organization: &'a str,
    cluster: &'a str,
    namespace: &'a str,
    workload: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PodRow<'a> {
    #[serde(flatten)]
    name: PodName<'a>,
    labels: Labels<'a>,
    namespace_labels: Labels<'a>,
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
    /// Each workload as an end of a flow, in JSON: most stand in many rows.
    workloads: Vec<String>,
    /// The pods of the target's own documents, by namespace and labels.
    documents: Vec<(&'a str, Labels<'a>)>,
}

impl<'a> Site<'a> {
    fn new(
        organization_name: &'a str,
        organization: &'a OrganizationPlan,
        cluster: &'a ClusterPlan,
        objects: &'a ClusterObjects,
    ) -> Site<'a> {
        let mut site = Site { organization_name, organization, cluster, workloads: Vec::new(), documents: Vec::new() };
        let workloads = &organization.graph.workloads;
        site.workloads = workloads.iter().map(|one| rows::json(&site.pod(&one.namespace, &one.name))).collect();
        let known: BTreeSet<_> = workloads.iter().map(|one| (one.namespace.as_str(), one.name.as_str())).collect();
        let pod = |object: &'a Object| {
            let labels = labels(pods::template(object)?.get("metadata")?);
            let namespace = object.namespace()?;
            (!known.contains(&(namespace, *labels.get(INSTANCE)?))).then_some((namespace, labels))
        };
        site.documents = objects.files.iter().flat_map(|file| &file.objects).filter_map(pod).collect();
        site
    }

    /// The name of the pod of the target's own documents that bears some labels in a namespace.
    fn document(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Option<&'a str> {
        let bears = |own: &Labels| labels.iter().all(|(key, value)| own.get(key.as_str()) == Some(&value.as_str()));
        let found = self.documents.iter().find(|(there, own)| *there == namespace && bears(own));
        found.and_then(|(_, own)| own.get(INSTANCE).copied())
    }

    /// Every hop that starts or ends at a pod of the cluster, sorted; each pod's way to the DNS among them.
    fn flows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut add = |from: &End, to: &End, port: u16, protocol: &str, origin: Origin| {
            let (from, to) = (self.ends(from), self.ends(to));
            for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (from, to))) {
                let row = format!(r#"{{"from":{from},"to":{to},"port":{port},"protocol":"{protocol}"}}"#);
                rows.push((row, origin));
            }
        };
        for (hop, origin) in self.hops() {
            add(&hop.from, &hop.to, hop.port, "TCP", origin);
        }
        let dns = self.cluster.dns();
        for end in self.askers(&dns) {
            ["TCP", "UDP"].into_iter().for_each(|protocol| add(&end, &dns, DNS_PORT, protocol, DNS));
        }
        // Of equal rows the first flow's stays.
        rows.sort_by(|(left, _), (right, _)| left.cmp(right));
        rows.dedup_by(|(later, _), (earlier, _)| later == earlier);
        rows
    }

    /// The hops that start or end at a pod of the cluster: of what the blueprint connects, and of databases' own pods.
    fn hops(&self) -> impl Iterator<Item = (&Hop, Origin)> {
        let connected = self.organization.flows.iter().flat_map(|flow| flow.hops.iter().map(|hop| (hop, flow.origin)));
        let here = connected.filter(|(hop, _)| self.is_here(&hop.from) || self.is_here(&hop.to));
        let of_databases = self.organization.database_hops.get(&self.cluster.cluster).into_iter().flatten();
        here.chain(of_databases.map(|(hop, origin)| (hop, *origin)))
    }

    /// Whatever asks the DNS: every pod of the manifests and of the target's documents. What holds for every pod of a
    /// namespace of the bundle's holds for those that an operator makes there, too.
    fn askers(&self, dns: &End) -> Vec<End> {
        let workloads = (0..self.organization.graph.workloads.len()).map(|at| End::Workload(WorkloadId(at)));
        let documents = self.documents.iter().map(|(namespace, labels)| {
            let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            End::Platform { namespace: (*namespace).to_owned(), labels }
        });
        let operated = self.platform_pods(dns).into_keys().filter(|(name, _)| self.has(name));
        let operated = operated
            .map(|(namespace, labels)| End::Platform { namespace: namespace.to_owned(), labels: labels.clone() });
        workloads.filter(|end| self.is_here(end)).chain(documents).chain(operated).collect()
    }

    /// Whether the organization itself has a namespace of that name here.
    fn has(&self, namespace: &str) -> bool {
        self.cluster.namespaces.iter().any(|own| own.name == namespace)
    }

    fn is_here(&self, end: &End) -> bool {
        matches!(end, End::Workload(id) if self.organization.graph.workloads[id.0].cluster == self.cluster.cluster)
    }

    /// The pods or ranges of an end, each in JSON.
    fn ends(&self, end: &End) -> Vec<Cow<'_, str>> {
        match end {
            End::Workload(id) => vec![Cow::Borrowed(&self.workloads[id.0])],
            End::Platform { namespace, labels } => {
                let pod = match self.document(namespace, labels) {
                    Some(name) => rows::json(&self.pod(namespace, name)),
                    None => rows::json(&self.pod(namespace, &platform_name(labels))),
                };
                vec![Cow::Owned(pod)]
            }
            End::Ranges { ranges, .. } => ranges.iter().map(|cidr| rows::json(&RangeRow { cidr }).into()).collect(),
        }
    }

    fn pod<'b>(&'b self, namespace: &'b str, workload: &'b str) -> PodName<'b> {
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
        let dns = self.cluster.dns();
        let platform = self.platform_pods(&dns).into_iter().map(|((namespace, labels), (ports, origin))| {
            let workload = platform_name(labels);
            let name = self.pod(namespace, &workload);
            let labels = labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let namespace_labels = namespace_labels(namespace, namespaces.get(namespace));
            let row = PodRow { name, labels, namespace_labels, ports };
            (rows::json(&row), origin)
        });
        let mut rows: Vec<Row> = own.chain(platform).collect();
        rows.sort_by(|(left, _), (right, _)| left.cmp(right));
        rows
    }

    fn own_pod<'b>(&'b self, object: &'b Object, namespaces: &BTreeMap<&'b str, Labels<'b>>) -> Option<PodRow<'b>> {
        let template = pods::template(object)?;
        let namespace = object.namespace()?;
        let labels = labels(template.get("metadata")?);
        let name = self.pod(namespace, labels.get(INSTANCE)?);
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
    fn platform_pods<'b>(&'b self, dns: &'b End) -> BTreeMap<PlatformPod<'b>, (Vec<PortRow>, Origin)> {
        let resolved = ["TCP", "UDP"].map(|protocol| (dns, Some((DNS_PORT, protocol)), DNS));
        let named = self
            .hops()
            .flat_map(|(hop, origin)| [(&hop.from, None, origin), (&hop.to, Some((hop.port, "TCP")), origin)]);
        let mut pods: BTreeMap<PlatformPod, (Vec<PortRow>, Origin)> = BTreeMap::new();
        for (end, port, origin) in named.chain(resolved) {
            let End::Platform { namespace, labels } = end else { continue };
            if self.document(namespace, labels).is_some() {
                continue;
            }
            let (ports, _) = pods.entry((namespace, labels)).or_insert((Vec::new(), origin));
            let port = port.map(|(port, protocol)| PortRow { port: port.into(), protocol });
            ports.extend(port.filter(|port| !ports.contains(port)));
        }
        pods
    }
}

/// Namespace and labels.
type PlatformPod<'a> = (&'a str, &'a BTreeMap<String, String>);

/// What tells one kind of the platform's pods from others of its namespace.
fn platform_name(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// A namespace's labels with the one that Kubernetes itself adds.
fn namespace_labels<'a>(namespace: &'a str, written: Option<&Labels<'a>>) -> Labels<'a> {
    let mut labels = written.cloned().unwrap_or_default();
    labels.insert(NAMESPACE, namespace);
    labels
}

fn labels(metadata: &Tree) -> Labels<'_> {
    let entries = metadata.get("labels").and_then(Tree::as_map).unwrap_or_default();
    entries.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default())).collect()
}
