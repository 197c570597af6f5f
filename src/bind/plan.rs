//! The plan: every organization's workload graph bound to its target. Nothing after it may refuse the input.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::site::SitePlan;
use crate::base::object::Object;
use crate::base::{Origin, Traced};
use crate::expand::{Content, OrganizationGraph, WorkloadId};
use crate::parse::blueprint::DatabaseEngine;
use crate::resolve::{Card, Cluster, Consortium, OrgIx};
use crate::target::definition::PodSecurity;

/// The DNS suffix of Services where a plan names no other: Kubernetes' own default.
const USUAL_SUFFIX: &str = "cluster.local";

/// One environment of a consortium, bound.
#[derive(Debug, Clone)]
pub struct Plan {
    pub consortium: Arc<Consortium>,
    /// Every organization's card, in the order of [`Consortium::organizations`].
    pub cards: Arc<Vec<Card>>,
    /// The organizations described here, in order of names.
    pub organizations: Vec<OrganizationPlan>,
}

/// One organization bound to its target.
#[derive(Debug, Clone)]
pub struct OrganizationPlan {
    pub graph: OrganizationGraph,
    /// The target's name.
    pub target: String,
    /// Blockchain first; Application where it has groups.
    pub clusters: Vec<ClusterPlan>,
    /// Where things stand in its network.
    pub network: Network,
    /// By [`WorkloadId`].
    pub workloads: Vec<WorkloadPlan>,
    /// The port that clients outside of the cluster dial, by the place in [`OrganizationGraph::entries`].
    pub outer_ports: Vec<u16>,
    /// Where each engine in use answers.
    pub databases: BTreeMap<DatabaseEngine, Endpoint>,
    /// Where Redis answers, where it is used.
    pub streams: Option<Endpoint>,
    /// The images of what the target runs in place of databases.
    pub database_images: Vec<TargetImage>,
    /// Connections of the pods that it makes there, beside those of their clients.
    pub database_hops: BTreeMap<Cluster, Vec<(Hop, Origin)>>,
    /// Every connection, hop by hop, sorted.
    pub flows: Vec<Flow>,
    /// Where the store keeps each of the graph's secrets, in their order.
    pub secret_locations: Vec<String>,
    /// How people put a secret there, in Markdown, where the target says so.
    pub secret_manual: Option<String>,
    /// What people do before entries answer, in Markdown, as the target says.
    pub entry_manuals: Vec<String>,
    /// Bindings that have no value yet, sorted by name.
    pub unbound: Vec<Unbound>,
    /// Where its workloads stand, where its platform is hosts: then it has no clusters of Kubernetes.
    pub site: Option<SitePlan>,
}

/// Where things stand in an organization's network. Where the ranges of balancers are empty, pods see their clients' own
/// addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// From where load balancers that the internet reaches come to pods.
    pub public_balancers: Vec<String>,
    /// From where load balancers that only the organization's own network reaches come to pods.
    pub private_balancers: Vec<String>,
    /// The pods through which HTTP from the internet comes to others, where such run in the cluster.
    pub ingress: Option<End>,
    /// Where the relational database of each engine in use answers.
    pub databases: BTreeMap<DatabaseEngine, End>,
    /// Where Redis answers, where it is used.
    pub streams: Option<End>,
}

/// Where something answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub host: Traced<String>,
    pub port: u16,
    /// The authorities that its certificate is checked against, in PEM; those that clients trust anyway, if none.
    pub authority: Option<Traced<String>>,
}

/// A value that only the platform knows and that nobody has filled in yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unbound {
    /// Its name in the bindings file.
    pub name: String,
    /// What it is and the command that prints it.
    pub description: String,
}

/// One Kubernetes cluster of an organization.
#[derive(Debug, Clone)]
pub struct ClusterPlan {
    pub cluster: Cluster,
    /// Whose cluster it is: that of the organization within whose clusters this one lives, else its own. What a cluster
    /// has once is its owner's affair.
    pub owner: OrgIx,
    /// The cluster's name on its platform.
    pub name: String,
    /// Within what that name is unique, as the target words it; where it is another's cluster, the owner alone knows.
    pub name_scope: Option<String>,
    /// The address ranges that it answers for in the network around it; none where it is another's cluster.
    pub addresses: Vec<Traced<String>>,
    /// The command that gives kubectl a context of the cluster's name, where the target knows one.
    pub connect: Option<String>,
    /// What of the platform's own it has before anything of the bundle.
    pub add_ons: Vec<String>,
    /// Kubernetes' minor version, such as `1.36`.
    pub kubernetes: Traced<String>,
    /// The DNS suffix of Services.
    pub dns_suffix: String,
    /// The zones its nodes stand in, sorted.
    pub zones: Vec<String>,
    pub pools: Vec<PoolPlan>,
    /// Namespaces with their labels beside akcgen's own.
    pub namespaces: Vec<NamespacePlan>,
    /// The class of each content of volumes.
    pub storage_classes: BTreeMap<Content, StorageClassPlan>,
    /// Documents of the target for the prelude, such as an IngressClass.
    pub prelude: Vec<Object>,
    /// Documents of the target that belong to no single workload, such as a SecretStore.
    pub documents: Vec<Object>,
    /// Services over several workloads, such as the clients' one address of all peers.
    pub services: Vec<ServicePlan>,
    /// Helm values of each controller the cluster needs: name, document.
    pub controllers: Vec<ControllerPlan>,
    /// What operators run for the bundle, by the commands about it.
    pub operated: Vec<OperatedPlan>,
    /// What the platform's own tools take before the cluster is there, in order of names; none where it is another's.
    pub infra: Vec<InfraFilePlan>,
}

/// A file for the platform's own tools.
#[derive(Debug, Clone)]
pub struct InfraFilePlan {
    /// Its name in the cluster's folder.
    pub name: String,
    /// What it is, in a few words.
    pub summary: String,
    pub content: InfraContent,
}

/// What such a file holds.
#[derive(Debug, Clone)]
pub enum InfraContent {
    Json(Object),
    Yaml(Vec<Object>),
    /// Text line by line.
    Lines(Vec<Traced<String>>),
}

impl ClusterPlan {
    /// The zone in which the broker of an index stands, which is its rack; none where the platform has no zones.
    pub fn broker_zone(&self, index: u32) -> Option<&str> {
        let at = usize::try_from(index).ok()?.checked_rem(self.zones.len())?;
        self.zones.get(at).map(String::as_str)
    }

    /// The pods that resolve names for all others, on port 53 over UDP and TCP: CoreDNS, which every distribution
    /// labels as its predecessor was.
    pub fn dns(&self) -> End {
        let labels = BTreeMap::from([("k8s-app".to_owned(), "kube-dns".to_owned())]);
        End::Platform { namespace: "kube-system".to_owned(), labels }
    }
}

/// A controller that a cluster needs, installed by its own pinned chart.
#[derive(Debug, Clone)]
pub struct ControllerPlan {
    /// The release's name, such as `cluster-autoscaler`.
    pub name: String,
    pub namespace: String,
    /// The profile of Pod Security that the namespace enforces.
    pub pod_security: PodSecurity,
    /// The chart as `helm install` names it, the repository that holds it unless the name says so, and its version.
    pub chart: String,
    pub repository: Option<String>,
    pub version: String,
    /// The images it runs.
    pub images: Vec<TargetImage>,
    pub values: Object,
}

/// Commands about what an operator runs, such as a database, for people.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatedPlan {
    /// They end with 0 once it is well.
    pub check: Vec<String>,
    /// After them nothing of it runs, and all its data is there.
    pub stop: Vec<String>,
    /// They take that back.
    pub start: Vec<String>,
}

/// An image that a target's own charts or documents run.
#[derive(Debug, Clone)]
pub struct TargetImage {
    /// As they name it, the registry applied.
    pub reference: String,
    /// As the target names it.
    pub source: Traced<String>,
}

impl ControllerPlan {
    /// The command that installs it with the values in a file.
    pub fn install(&self, values: &str) -> String {
        let ControllerPlan { name, namespace, chart, version, .. } = self;
        let repository = self.repository.iter().map(|repository| format!(" --repo {repository}")).collect::<String>();
        format!(
            "helm upgrade --install {name} {chart}{repository} --version {version} --namespace {namespace} \
             --create-namespace --values {values}"
        )
    }
}

/// The number behind the dot of a version such as `1.36`.
pub fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("1.")?.parse().ok()
}

impl OrganizationPlan {
    /// The name under which its own workloads dial one of them: that of a Service, or one below its domain on hosts.
    pub fn host(&self, address: &str, cluster: Cluster, namespace: &str) -> String {
        match &self.site {
            Some(site) => format!("{address}.{namespace}.{}", site.domain),
            None => format!("{address}.{namespace}.svc.{}", self.dns_suffix(cluster)),
        }
    }

    /// The DNS suffix of a cluster's Services.
    pub fn dns_suffix(&self, cluster: Cluster) -> &str {
        let plan = self.clusters.iter().find(|plan| plan.cluster == cluster);
        plan.map_or(USUAL_SUFFIX, |plan| &plan.dns_suffix)
    }

    /// The port at which its own workloads dial a named port of one of them.
    pub fn port(&self, id: WorkloadId, name: &str) -> u16 {
        let own = self.graph.workloads.get(id.0).and_then(|workload| workload.port(name)).map_or(0, |port| port.port);
        let dialled = self.site.as_ref().and_then(|site| site.answers(id, name));
        dialled.map_or(own, |(_, port)| port)
    }

    /// The failure domain in which the broker of an index stands, which is its rack; none where it is in none.
    pub fn rack(&self, id: WorkloadId, cluster: Cluster, index: u32) -> Option<&str> {
        match &self.site {
            Some(site) => site.hosts_of(id).next().and_then(|host| host.domains.first()).map(String::as_str),
            None => self.clusters.iter().find(|plan| plan.cluster == cluster)?.broker_zone(index),
        }
    }

    /// The minor version of Kubernetes that one of its clusters runs.
    pub fn minor(&self, cluster: Cluster) -> u32 {
        let plan = self.clusters.iter().find(|plan| plan.cluster == cluster);
        plan.and_then(|plan| minor(&plan.kubernetes.value)).unwrap_or(u32::MAX)
    }

    /// The images of the target's own: of controllers, and of the documents in place of databases.
    pub fn target_images(&self) -> impl Iterator<Item = &TargetImage> {
        let controllers = self.clusters.iter().flat_map(|cluster| &cluster.controllers);
        controllers.flat_map(|one| &one.images).chain(&self.database_images)
    }

    /// Every image that its workloads and the target's own charts and documents run: as its nodes pull it, and as it was named.
    pub fn images(&self) -> impl Iterator<Item = (&str, Traced<String>)> {
        let workloads = self.graph.workloads.iter().zip(&self.workloads);
        let containers = workloads.flat_map(|(workload, bound)| workload.containers.iter().zip(&bound.images));
        let named = containers.filter_map(|(container, placed)| {
            let source = container.image.as_ref().map(|image| image.to_string());
            Some((placed.as_ref()?.value.as_str(), source))
        });
        named.chain(self.target_images().map(|image| (image.reference.as_str(), image.source.clone())))
    }
}

/// A group of equal nodes in one zone.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolPlan {
    pub name: String,
    pub instance_type: Traced<String>,
    pub zone: String,
    pub minimum: u32,
    pub maximum: u32,
    /// What one node has for pods: thousandths of a core, MiB, pods.
    pub cpu_millis: u64,
    pub memory_mib: u64,
    pub pods: u32,
    pub origin: Origin,
}

#[derive(Debug, Clone)]
pub struct NamespacePlan {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub origin: Origin,
}

/// A StorageClass.
#[derive(Debug, Clone)]
pub struct StorageClassPlan {
    pub name: String,
    pub provisioner: String,
    pub parameters: BTreeMap<String, Traced<String>>,
    pub reclaim_policy: String,
    pub volume_binding_mode: String,
    pub allow_expansion: bool,
    pub origin: Origin,
}

/// One workload bound to its target.
#[derive(Debug, Clone, Default)]
pub struct WorkloadPlan {
    /// The image of each container, the registry applied.
    pub images: Vec<Option<Traced<String>>>,
    /// Labels and annotations of its pods beside akcgen's own.
    pub pod_labels: BTreeMap<String, String>,
    pub pod_annotations: BTreeMap<String, String>,
    pub service_account_annotations: BTreeMap<String, String>,
    /// Its own Services; the first bears the workload's name.
    pub services: Vec<ServicePlan>,
    pub ingresses: Vec<IngressPlan>,
    /// The claim of the shared files, where a container mounts them.
    pub shared_claim: Option<String>,
    /// Documents of the target that belong to it: target group bindings, external secrets, backup schedules.
    pub documents: Vec<Object>,
}

/// A Service.
#[derive(Debug, Clone)]
pub struct ServicePlan {
    pub name: String,
    pub namespace: String,
    pub select: Select,
    pub ports: Vec<ServicePort>,
    pub annotations: BTreeMap<String, Traced<String>>,
    /// Present for `type: LoadBalancer`.
    pub load_balancer: Option<LoadBalancerPlan>,
    pub origin: Origin,
}

/// Which pods stand behind a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Select {
    Workload(WorkloadId),
    /// All pods of a component in the namespace.
    Component(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    pub name: String,
    pub port: u16,
    /// Name of the container's port.
    pub target: String,
    /// `appProtocol`, where it helps a load balancer.
    pub app_protocol: Option<String>,
}

#[derive(Debug, Clone)]
pub struct LoadBalancerPlan {
    pub class: Option<String>,
    pub source_ranges: Vec<String>,
    /// Whether pods see their clients' own addresses, which takes balancers that dial the nodes of the pods alone.
    pub clients_seen: bool,
}

/// An Ingress for one host and path.
#[derive(Debug, Clone)]
pub struct IngressPlan {
    pub name: String,
    pub namespace: String,
    pub class: String,
    pub annotations: BTreeMap<String, Traced<String>>,
    pub host: Traced<String>,
    pub path: Traced<String>,
    pub service: String,
    pub service_port: String,
    /// Name of the TLS secret, where TLS is not ended by the platform.
    pub tls_secret: Option<String>,
    pub origin: Origin,
}

/// One allowed connection as a list of hops.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// From the client on; the last hop ends at the listener.
    pub hops: Vec<Hop>,
    pub origin: Origin,
}

/// One hop of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    pub from: End,
    pub to: End,
    /// The TCP port at its end.
    pub port: u16,
}

/// An end of a hop.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A workload's pods in the organization's clusters.
    Workload(WorkloadId),
    /// Address ranges: a balancer's subnets, databases' subnets, systems, the internet.
    Ranges { what: String, ranges: Vec<String> },
    /// Pods that the platform runs in a namespace, such as the cluster's DNS.
    Platform { namespace: String, labels: BTreeMap<String, String> },
}
