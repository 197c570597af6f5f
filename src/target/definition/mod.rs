//! The content of `target.yaml`, as it is written. The published schema is made from these types.
//!
//! Where a field is a [`Template`], its description says what the expressions in it can name beside the names that are
//! always there: `environment`, `consortium`, `organization`, `parameters`, `zones`, `network`, `values`, `bindings`.

mod hosts;
mod needs;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

pub use hosts::*;
pub use needs::*;

use super::Template;
use super::date::Date;
use crate::base::Traced;
use crate::base::name::{FileName, RelativePath};

/// A platform, as data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// The version of the language of targets.
    #[schemars(example = &"v1")]
    pub target: Traced<LanguageVersion>,
    /// The target that this one refines: its whole `target.yaml` holds here, but for what stands here too. Maps merge by
    /// key; lists, needs, templates and each of `values` are replaced whole; `findings` and `parameters.required` are
    /// added to. Files of templates that this target does not have are the other's.
    #[schemars(example = &"kubernetes")]
    pub refines: Option<Traced<String>>,
    /// What of the refined target's does not hold here: maps lead down to lists of names, which must be there.
    #[schemars(example = serde_json::json!({"parameters": {"required": ["volumes"], "properties": ["volumes"]}}))]
    pub without: Option<Traced<serde_json::Value>>,
    /// What the target builds on.
    #[schemars(example = &"kubernetes")]
    pub platform: Traced<Platform>,
    /// The name that people read.
    #[schemars(example = &"Amazon EKS")]
    pub title: String,
    /// The day on which the dates and tables of this file were last compared with their sources. Warnings about dates
    /// compare with this day and never with a clock, so that the same input gives the same output on every day.
    #[schemars(example = &"2026-11-23")]
    pub as_of: Traced<Date>,
    /// Which versions of Kubernetes it runs; needed where it builds on Kubernetes.
    #[schemars(example = serde_json::json!({"oldest": "1.33", "newest": "1.36", "use": "1.36"}))]
    pub kubernetes: Option<Kubernetes>,
    /// The JSON Schema (draft 2020-12) of the block that stands under the target's name in a blueprint. Every property
    /// needs a description and an example; `default` fills in what is not written.
    #[schemars(schema_with = "parameters", example = serde_json::json!({"type": "object", "additionalProperties": false, "properties": {}}))]
    pub parameters: Traced<serde_json::Value>,
    /// Named values, from first to last; each can name those before it.
    #[schemars(with = "Option<BTreeMap<String, Template>>", example = serde_json::json!({"partition": "aws"}))]
    pub values: Option<Template>,
    /// Addresses.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"range": "<$ parameters.cidr $>"}))]
    pub network: Network,
    /// The clusters of an organization; needed where it builds on Kubernetes.
    #[schemars(example = serde_json::json!({"name": "<$ organization.name $>-<$ cluster.kind $>-<$ environment $>", "zones": "<$ parameters.zones $>"}))]
    pub clusters: Option<Clusters>,
    /// The nodes of a cluster; needed where it builds on Kubernetes.
    #[schemars(example = serde_json::json!({"defaultType": "t3.large"}))]
    pub nodes: Option<Nodes>,
    /// The servers of an organization; needed where it builds on hosts.
    #[schemars(example = serde_json::json!({"servers": "<$ parameters.hosts $>", "data": "/srv/akcgen", "containers": "172.30.0.0/16", "user": "ansible"}))]
    pub hosts: Option<Hosts>,
    /// What namespaces carry beside akcgen's own labels. In scope: `cluster`, `namespace`.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"labels": {"team": "platform"}}))]
    pub namespaces: Carried,
    /// What pods carry beside akcgen's own labels, and documents for each workload. In scope: `cluster`, `workload`.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"annotations": {"example.com/scrape": "true"}}))]
    pub workloads: Carried,
    /// What service accounts carry. In scope: `cluster`, `workload`.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"annotations": {"example.com/identity": "<$ workload.name $>"}}))]
    pub service_accounts: Carried,
    /// How it meets each need.
    #[schemars(example = serde_json::json!({"backup": {"omit": "the storage array makes snapshots"}}))]
    pub needs: Needs,
    /// Controllers that a cluster needs, each installed by its own pinned Helm chart, in order.
    #[serde(default)]
    #[schemars(example = serde_json::json!([{"name": "external-dns", "namespace": "external-dns", "chart": "external-dns", "repository": "https://charts.example", "version": "1.0.0", "values": "templates/controllers/external-dns.yaml"}]))]
    pub controllers: Vec<Controller>,
    /// Values that only the platform knows after applying, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"mysqlEndpoint": {"description": "host of the MySQL database", "command": "…", "example": "db.example", "unbound": "mysql.unbound.invalid"}}))]
    pub bindings: BTreeMap<Traced<String>, Binding>,
    /// Rules of the platform that no schema can say: a list of findings, each present only where its rule is broken. In
    /// scope: `clusters`, the list of the organization's clusters with their pools.
    #[schemars(extend("x-merge" = "append"), example = serde_json::json!([{"$if": "<$ zones|length == 1 $>", "warning": "one zone is no redundancy", "at": "zones"}]))]
    pub findings: Option<Template>,
}

/// What a target that builds on Kubernetes says of it.
#[derive(Debug, Clone, Copy)]
pub struct OnKubernetes<'a> {
    pub versions: &'a Kubernetes,
    pub clusters: &'a Clusters,
    pub nodes: &'a Nodes,
}

/// What a target's platform needs to be told.
#[derive(Debug, Clone, Copy)]
pub enum On<'a> {
    Kubernetes(OnKubernetes<'a>),
    Hosts(&'a Hosts),
}

impl Definition {
    /// What it says of its platform; none where something is missing.
    pub fn on(&self) -> Option<On<'_>> {
        Some(match self.platform.value {
            Platform::Kubernetes => On::Kubernetes(OnKubernetes {
                versions: self.kubernetes.as_ref()?,
                clusters: self.clusters.as_ref()?,
                nodes: self.nodes.as_ref()?,
            }),
            Platform::Hosts => On::Hosts(self.hosts.as_ref()?),
        })
    }
}

/// A JSON Schema of parameters, as far as a refinement merges it.
fn parameters(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {
            "required": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The parameters that must be given.",
                "examples": [["region"]],
                "x-merge": "append",
            },
        },
    })
}

/// The version of the language of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum LanguageVersion {
    #[serde(rename = "v1")]
    V1,
}

/// What a target builds on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    Kubernetes,
    Hosts,
}

/// The versions of Kubernetes that a target runs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Kubernetes {
    /// The oldest minor version that bundles are made and proved for.
    #[schemars(example = &"1.33", regex(pattern = r"^1\.[0-9]{1,2}$"))]
    pub oldest: Traced<String>,
    /// The newest.
    #[schemars(example = &"1.36", regex(pattern = r"^1\.[0-9]{1,2}$"))]
    pub newest: Traced<String>,
    /// The version of this organization's clusters.
    #[schemars(example = &"<$ parameters.kubernetes $>")]
    pub r#use: Template,
    /// The last days of support, by minor version, as the provider publishes them.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"1.36": {"standard": "2027-08-02", "extended": "2028-08-02"}}))]
    pub support: BTreeMap<String, Support>,
    /// How many days before the end of standard support a warning is due.
    #[serde(default = "Kubernetes::notice")]
    #[schemars(example = &60)]
    pub notice: u32,
}

impl Kubernetes {
    fn notice() -> u32 {
        60
    }
}

/// The last days on which a version is supported.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Support {
    /// The last day of standard support.
    #[schemars(example = &"2027-08-02")]
    pub standard: Traced<Date>,
    /// The last day of any support.
    #[schemars(example = &"2028-08-02")]
    pub extended: Traced<Date>,
}

/// Addresses that a target gives out or knows.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Network {
    /// The range that holds the organization's nodes, pods and balancers, known to expressions as `network.range`. Where
    /// it is null a range is allocated, if `allocate` stands here. In scope: neither `zones` nor what follows from it.
    #[schemars(example = &"<$ parameters.cidr $>")]
    pub range: Option<Template>,
    /// From what and how large a range is allocated.
    #[schemars(example = serde_json::json!({"from": "10.0.0.0/8", "prefix": 16}))]
    pub allocate: Option<Allocate>,
    /// The range of the Services' own addresses; it must overlap none of the others. In scope: as for `range`.
    #[schemars(example = &"172.20.0.0/16")]
    pub services: Option<Template>,
    /// A list of subnets `{zone, range}` whose addresses nodes and pods take; checked for size.
    #[schemars(example = serde_json::json!([{"zone": "ap-southeast-1a", "range": "10.16.0.0/19"}]))]
    pub subnets: Option<Template>,
    /// How many addresses of a subnet the platform keeps to itself.
    #[serde(default)]
    #[schemars(example = &5)]
    pub reserved: u32,
}

/// From what and how large a range is allocated to an organization.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allocate {
    /// The range that all allocations lie in.
    #[schemars(example = &"10.0.0.0/8")]
    pub from: Traced<String>,
    /// The prefix length of one allocation.
    #[schemars(example = &16)]
    pub prefix: Traced<u8>,
}

/// The clusters of an organization.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Clusters {
    /// A cluster's name on its platform. In scope: `cluster.kind`, `blockchain` or `application`.
    #[schemars(example = &"<$ organization.name $>-<$ cluster.kind $>-<$ environment $>")]
    pub name: Template,
    /// The most characters of such a name.
    #[serde(default = "Clusters::longest_name")]
    #[schemars(example = &100)]
    pub longest_name: usize,
    /// Within what names of clusters are unique, such as an account and a region; two clusters of one name in one such
    /// scope are refused. Not checked unless given.
    #[schemars(example = &"<$ parameters.account $>/<$ parameters.region $>")]
    pub scope: Option<Template>,
    /// A list of the address ranges that a cluster answers for in the network around it, as those are that MetalLB gives out;
    /// two clusters, or a cluster and a host, that would both answer are refused. In scope: `cluster`.
    #[schemars(example = &"<$ parameters.loadBalancers.addresses[cluster.kind] $>")]
    pub addresses: Option<Template>,
    /// The DNS suffix of Services.
    #[serde(default = "Clusters::dns_suffix")]
    #[schemars(example = &"cluster.local")]
    pub dns_suffix: String,
    /// A list of the zones that the nodes stand in, later known as `zones`. In scope: as for `network.range`.
    #[schemars(example = serde_json::json!(["ap-southeast-1a", "ap-southeast-1b", "ap-southeast-1c"]))]
    pub zones: Template,
    /// The fewest zones that the platform takes.
    #[serde(default = "Clusters::fewest_zones")]
    #[schemars(example = &2)]
    pub fewest_zones: usize,
    /// The command that gives kubectl a context of the cluster's name, for the runbook. In scope: `cluster`.
    #[schemars(example = &"aws eks update-kubeconfig --name <$ cluster.name $> --alias <$ cluster.name $>")]
    pub connect: Option<Template>,
    /// A list of what of the platform's own a cluster has before the bundle is applied, for the runbook. In scope: `cluster`.
    #[schemars(example = serde_json::json!(["aws-ebs-csi-driver", "metrics-server"]))]
    pub add_ons: Option<Template>,
    /// Documents that kubectl applies before any form, such as an IngressClass. In scope: `cluster`.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["templates/ingress-class.yaml"]))]
    pub prelude: Vec<Traced<RelativePath>>,
    /// Documents that belong to no single workload. In scope: `cluster`.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["templates/secret-store.yaml"]))]
    pub documents: Vec<Traced<RelativePath>>,
    /// What the platform's own tools take before a cluster is there, by the name of the file in the cluster's folder below
    /// `infra/<environment>/`.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"network-profile.json": {"summary": "the cluster's network", "template": "templates/network-profile.yaml"}}))]
    pub infra: BTreeMap<Traced<FileName>, InfraFile>,
}

impl Clusters {
    fn longest_name() -> usize {
        63
    }
    fn dns_suffix() -> String {
        "cluster.local".to_owned()
    }
    fn fewest_zones() -> usize {
        1
    }
}

/// A file for the platform's own tools. A template that leaves its document out makes none.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InfraFile {
    /// What it is, in a few words, for the runbook.
    #[schemars(example = &"the cluster's network, as NSX makes it")]
    pub summary: String,
    /// The template: of one document where the file's name ends in `.json`, of documents where it ends in `.yaml`, and
    /// else of a list of lines. In scope: `cluster`, `entries`, a list of the hosts that are let in.
    #[schemars(example = &"templates/network-profile.yaml")]
    pub template: Traced<RelativePath>,
}

/// The nodes of a cluster.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nodes {
    /// The type of nodes whose pool names none.
    #[schemars(example = &"t3.large")]
    pub default_type: Template,
    /// The types of nodes, by name; a row holds whatever the expressions of `allocatable` need.
    #[schemars(example = serde_json::json!({"t3.large": {"cpu": 2, "memory": 8192, "pods": 35}}))]
    pub types: Template,
    /// What a node has left for pods once the platform's own daemons run on it. In scope: `type`, its row.
    #[schemars(example = serde_json::json!({"cpu": "<$ type.cpu * 1000 $>", "memory": "<$ type.memory $>", "pods": "<$ type.pods $>"}))]
    pub allocatable: Allocatable,
    /// What the controllers of a whole cluster ask for, and what operators run in it, which no pool's other pods can use: a map
    /// of `cpu` (thousandths of a core), `memory` (MiB) and `pods`; nothing unless given. In scope: `cluster`, which does
    /// not have it yet.
    #[schemars(example = serde_json::json!({"cpu": 800, "memory": 1024, "pods": "<$ 12 + (3 if cluster.uses.backups else 0) $>"}))]
    pub system: Option<Template>,
}

/// What a node has for pods, as expressions over its type's row.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allocatable {
    /// Thousandths of a core.
    #[schemars(example = &"<$ type.cpu * 1000 $>")]
    pub cpu: Template,
    /// Mebibytes of memory.
    #[schemars(example = &"<$ type.memory $>")]
    pub memory: Template,
    /// Pods.
    #[schemars(example = &"<$ type.pods $>")]
    pub pods: Template,
    /// Addresses of its subnet that a node takes at most, its own and its pods'. Needed where `network.subnets` is given.
    #[schemars(example = &"<$ type.interfaces * type.addresses $>")]
    pub addresses: Option<Template>,
}

/// Labels, annotations and documents that something carries beside akcgen's own.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Carried {
    /// A map of labels.
    #[schemars(example = serde_json::json!({"team": "platform"}))]
    pub labels: Option<Template>,
    /// A map of annotations.
    #[schemars(example = serde_json::json!({"example.com/owner": "<$ organization.name $>"}))]
    pub annotations: Option<Template>,
    /// Documents for each.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["templates/quota.yaml"]))]
    pub documents: Vec<Traced<RelativePath>>,
}

/// A profile of Kubernetes' Pod Security Standards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PodSecurity {
    Restricted,
    /// What a pod that says nothing keeps to: charts of controllers rarely say all that `restricted` asks.
    #[default]
    Baseline,
    /// For what works on the nodes themselves.
    Privileged,
}

impl PodSecurity {
    /// Its name, as labels of namespaces have it.
    pub fn as_str(self) -> &'static str {
        match self {
            PodSecurity::Restricted => "restricted",
            PodSecurity::Baseline => "baseline",
            PodSecurity::Privileged => "privileged",
        }
    }
}

/// A controller that a cluster needs, installed by its own pinned Helm chart.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Controller {
    /// The release's name.
    #[schemars(example = &"cluster-autoscaler")]
    pub name: String,
    /// The namespace it is installed in.
    #[schemars(example = &"kube-system")]
    pub namespace: String,
    /// The profile of Pod Security that its namespace enforces.
    #[serde(default)]
    #[schemars(example = &"privileged")]
    pub pod_security: PodSecurity,
    /// The chart: its name in the repository, or an address that begins with `oci://`.
    #[schemars(example = &"cluster-autoscaler")]
    pub chart: String,
    /// The chart's repository, unless the chart is an address.
    #[schemars(example = &"https://kubernetes.github.io/autoscaler")]
    pub repository: Option<String>,
    /// The chart's version.
    #[schemars(example = &"9.50.0")]
    pub version: Traced<String>,
    /// Whether a cluster needs it; always, unless given. In scope: `cluster`.
    #[schemars(example = &"<$ cluster.workloads.backup $>")]
    pub when: Option<Template>,
    /// Its images, by name: full references, rewritten to the organization's registry before they are in scope. In scope:
    /// `cluster`.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"controller": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1"}))]
    pub images: BTreeMap<String, Template>,
    /// The template of its values. In scope: `cluster`, `images` with `reference`, `repository` and `tag` of each.
    #[schemars(example = &"templates/controllers/cluster-autoscaler.yaml")]
    pub values: Traced<RelativePath>,
}

/// A value that only the platform knows after applying.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Binding {
    /// What it is.
    #[schemars(example = &"ARN of the key that encrypts the volumes")]
    pub description: String,
    /// The command that prints it.
    #[schemars(example = &"aws kms describe-key --key-id alias/<$ organization.name $> --query KeyMetadata.Arn --output text")]
    pub command: Template,
    /// How such a value looks.
    #[schemars(example = &"arn:aws:kms:ap-southeast-1:111122223333:key/1f0e9d8c")]
    pub example: String,
    /// What such a value must match.
    #[schemars(example = &"^arn:")]
    pub pattern: Option<Traced<String>>,
    /// What such a value holds, as the parameters say: where it lies, for instance. Neither `values` nor zones
    /// are in scope yet.
    #[schemars(example = &":<$ parameters.region $>:<$ parameters.account $>:")]
    pub holds: Option<Template>,
    /// What stands in its place until it is bound: a value that the platform refuses.
    #[schemars(example = &"unbound.invalid")]
    pub unbound: String,
}
