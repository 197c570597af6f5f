use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Application, Blockchain, FabricRelease, Map};
use crate::base::Traced;
use crate::base::name::{
    Address, Branch, Cidr, CodeName, Domain, Label, LabelKey, LabelValue, Line, MspId, OrganizationName, Registry,
    RelativePath, RepositoryFolder, RepositoryUrl, TagKey, TagValue, WithoutProxy,
};
use crate::source::Node;

/// One organization of the consortium.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-targets" = true))]
pub struct Organization {
    /// The card of an organization that somebody else runs; nothing else may stand beside it.
    #[schemars(example = &"cards/member-two.yaml", extend("x-merge" = "replace"))]
    pub card: Option<Traced<RelativePath>>,
    /// The organization whose clusters this one lives in, with an MSP and namespaces of its own.
    #[schemars(example = &"akachain")]
    pub within: Option<Traced<OrganizationName>>,
    /// The name that people read, at most 64 characters (RFC 5280, `ub-organization-name`: certificates bear it); the
    /// organization's name unless given.
    #[schemars(example = &"Akachain JSC", extend("maxLength" = 64))]
    pub title: Option<Traced<Line>>,
    /// The id of its membership service provider; the name in upper camel case followed by `MSP` unless given.
    #[schemars(example = &"AkachainMSP")]
    pub msp_id: Option<Traced<MspId>>,
    /// The DNS domain that all its public and Fabric host names end in.
    #[schemars(example = &"akachain.example")]
    pub domain: Option<Traced<Domain>>,
    /// The Fabric release line of this organization's nodes; the consortium's unless given.
    #[schemars(example = &"2.5")]
    pub fabric: Option<Traced<FabricRelease>>,
    /// The registry that every image is rewritten to; images keep their own registry unless given.
    #[schemars(example = &"harbor.akachain.example/mirror")]
    pub registry: Option<Mirror>,
    /// The git repository to which the bundle is committed and from which Argo CD or Flux apply it, as overlays of
    /// Kustomize; without one, no files for them are made.
    #[schemars(example = serde_json::json!({"repository": "https://git.akachain.example/platform/bundle.git"}))]
    pub gitops: Option<Gitops>,
    /// The proxy through which its workloads reach the internet.
    #[schemars(example = serde_json::json!({"https": "http://proxy.akachain.example:3128", "without": ["10.0.0.0/8"]}))]
    pub proxy: Option<Proxy>,
    /// Further certificate authorities to trust, by name: PEM files of public certificates beside the blueprint.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"head-office": "certificates/head-office.pem"}))]
    pub certificate_authorities: Map<Label, Traced<RelativePath>>,
    /// Tags for everything the platform bills or lists, at most 40.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"cost-center": "4711"}))]
    pub tags: Map<TagKey, Traced<TagValue>>,
    /// Labels for every Kubernetes object, with keys that neither Kubernetes nor akcgen sets itself.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"team": "platform"}))]
    pub labels: Map<LabelKey, Traced<LabelValue>>,
    /// The platform to compile for. Its parameters stand under its own name; blocks for other targets may stand beside it.
    #[schemars(example = &"eks")]
    pub target: Option<Traced<Label>>,
    /// Names of secrets that services refer to, each with what it is for. Values are never written here.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"jwt-key": "signs the tokens of access control"}))]
    pub secrets: Map<Label, Traced<Line>>,
    /// Systems outside the consortium that services call, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"erp": {"address": "10.9.0.8", "port": 443, "through": "head-office"}}))]
    pub systems: Map<Label, System>,
    /// Site-to-site connections, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"head-office": {"gateway": "198.51.100.7", "ranges": ["10.9.0.0/16"]}}))]
    pub vpn: Map<Label, Vpn>,
    /// Front ends used by people, by name, with the address ranges they come from.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"portal": ["203.0.113.0/24"], "mobile": ["0.0.0.0/0"]}))]
    pub frontends: Map<Label, Frontend>,
    /// The address ranges from which the organization's clusters call others, such as those of its NAT gateways.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["198.51.100.16/29"]), extend("uniqueItems" = true))]
    pub addresses: Vec<Traced<Cidr>>,
    /// The cluster whose services touch the blockchain directly.
    #[schemars(example = serde_json::json!({"peers": 3, "services": {"explorer": {}}}))]
    pub blockchain: Option<Blockchain>,
    /// The cluster whose services serve client applications.
    #[schemars(example = serde_json::json!({"groups": {"application-api": {"services": {"orders": {"image": "akachain/orders:1.0.0"}}}}}))]
    pub application: Option<Application>,
    /// Findings about this organization accepted, by code, with the reason.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"AKC0412": "only two rooms in the hall"}))]
    pub accept: Map<CodeName, Traced<String>>,
    /// The blocks that stand under targets' names, each checked against that target's own schema. Taken out of the
    /// text before decoding.
    #[serde(skip)]
    #[schemars(skip)]
    pub parameters: BTreeMap<String, Node>,
}

/// A registry that holds copies of all images.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "address"))]
pub struct Mirror {
    /// Its host, with a port and a path where it has them.
    #[schemars(example = &"harbor.akachain.example/mirror")]
    pub address: Option<Traced<Registry>>,
    /// The name of the Secrets of the type `kubernetes.io/dockerconfigjson`, one in each namespace, with which nodes pull
    /// from it; they pull without credentials, or with their own, unless given. People make the Secrets.
    #[schemars(example = &"harbor-pull")]
    pub pull_secret: Option<Traced<Label>>,
}

/// What every organization described in this blueprint has unless it says otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-targets" = true))]
pub struct OrganizationDefaults {
    /// The platform to compile for.
    #[schemars(example = &"eks")]
    pub target: Option<Traced<Label>>,
    /// The registry that every image is rewritten to.
    #[schemars(example = &"harbor.akachain.example/mirror")]
    pub registry: Option<Mirror>,
    /// The git repository to which the bundle is committed and from which Argo CD or Flux apply it, as overlays of
    /// Kustomize; without one, no files for them are made.
    #[schemars(example = serde_json::json!({"repository": "https://git.akachain.example/platform/bundle.git"}))]
    pub gitops: Option<Gitops>,
    /// Tags for everything the platform bills or lists, at most 40.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"cost-center": "4711"}))]
    pub tags: Map<TagKey, Traced<TagValue>>,
    /// Labels for every Kubernetes object, with keys that neither Kubernetes nor akcgen sets itself.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"team": "platform"}))]
    pub labels: Map<LabelKey, Traced<LabelValue>>,
    /// The Blockchain cluster of every organization.
    #[schemars(example = serde_json::json!({"peers": 3}))]
    pub blockchain: Option<Blockchain>,
    /// The Application cluster of every organization.
    #[schemars(example = serde_json::json!({"nodePools": {"general": {"maximum": 6}}}))]
    pub application: Option<Application>,
    /// The blocks that stand under targets' names. Taken out of the text before decoding.
    #[serde(skip)]
    #[schemars(skip)]
    pub parameters: BTreeMap<String, Node>,
}

/// Where Argo CD and Flux find the bundle.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gitops {
    /// Which of the two applies it; files for both are made unless given.
    #[schemars(example = &"argocd")]
    pub tool: Option<Traced<GitopsTool>>,
    /// The git repository to which the bundle is committed.
    #[schemars(example = &"https://git.akachain.example/platform/bundle.git")]
    pub repository: Option<Traced<RepositoryUrl>>,
    /// The branch that is applied; `main` unless given. An environment may have one of its own.
    #[schemars(example = &"main")]
    pub branch: Option<Traced<Branch>>,
    /// The folder of the repository that holds the bundle; `dist` unless given, `.` for the root.
    #[schemars(example = &"dist")]
    pub path: Option<Traced<RepositoryFolder>>,
    /// For Flux, the Secret in its namespace that holds the credentials of the repository; none unless given. Argo CD
    /// knows credentials by the repository's URL.
    #[schemars(example = &"bundle-repository")]
    pub secret: Option<Traced<Label>>,
}

/// What applies a bundle from a git repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GitopsTool {
    /// Argo CD, from one place for all clusters.
    ArgoCd,
    /// Flux, in each cluster for itself.
    Flux,
}

/// The proxy through which workloads reach the internet.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proxy {
    /// The proxy for plain HTTP, as a URL.
    #[schemars(example = &"http://proxy.akachain.example:3128", regex(pattern = "^https?://[a-z0-9.-]+(:[0-9]+)?$"))]
    pub http: Option<Traced<String>>,
    /// The proxy for HTTPS, as a URL.
    #[schemars(example = &"http://proxy.akachain.example:3128", regex(pattern = "^https?://[a-z0-9.-]+(:[0-9]+)?$"))]
    pub https: Option<Traced<String>>,
    /// Hosts, domains and ranges that are reached without it; cluster-internal names are always left out.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["10.0.0.0/8", ".akachain.example"]), extend("uniqueItems" = true))]
    pub without: Vec<Traced<WithoutProxy>>,
}

/// A system outside the consortium that services call.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct System {
    /// Its host name or IPv4 address.
    #[schemars(example = &"10.9.0.8")]
    pub address: Traced<Address>,
    /// The TCP port it listens on.
    #[schemars(example = &443, range(min = 1, max = 65535))]
    pub port: Traced<u16>,
    /// `internet` (unless given), or the name of a VPN.
    #[schemars(example = &"head-office")]
    pub through: Option<Traced<Label>>,
}

/// A site-to-site connection.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vpn {
    /// The public address of the site's own gateway.
    #[schemars(example = &"198.51.100.7")]
    pub gateway: Traced<Address>,
    /// The address ranges behind it.
    #[schemars(example = serde_json::json!(["10.9.0.0/16"]), extend("uniqueItems" = true))]
    pub ranges: Vec<Traced<Cidr>>,
}

/// A front end used by people: a web portal or a mobile application.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "ranges"))]
pub struct Frontend {
    /// The address ranges its users come from; `0.0.0.0/0` is everybody.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["203.0.113.0/24"]), extend("uniqueItems" = true))]
    pub ranges: Vec<Traced<Cidr>>,
    /// The web host that it calls; `<front end>.<domain>` unless given.
    #[schemars(example = &"portal.akachain.example")]
    pub host: Option<Traced<Domain>>,
}

/// How the nodes of a kind are reached from other organizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Endpoints {
    Shared,
    Each,
}
