use schemars::JsonSchema;
use serde::Deserialize;

use super::{Channel, Map, Ordering, Organization, OrganizationDefaults};
use crate::base::Traced;
use crate::base::name::{ChannelName, CodeName, Label, OrganizationName, RelativePath, Version};

/// One Hyperledger Fabric consortium: its organizations, their clusters, the ordering service and the channels.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Blueprint {
    /// The version of the blueprint language.
    #[schemars(example = &"v1")]
    pub blueprint: Traced<LanguageVersion>,
    /// The consortium's name; part of the name of what all members share.
    #[schemars(example = &"akachain")]
    pub name: Traced<Label>,
    /// The version of the network as described here, which its Helm charts bear; raised with every change that is
    /// installed. `1.0.0` unless given.
    #[schemars(example = &"1.0.0")]
    pub version: Option<Traced<Version>>,
    /// The Fabric release line of every organization that names none. `2.5` unless given.
    #[schemars(example = &"2.5")]
    pub fabric: Option<Traced<FabricRelease>>,
    /// For a member that builds alone: the consortium's card, exported by the operator with `akcgen card --consortium`.
    #[schemars(example = &"cards/consortium.yaml")]
    pub consortium: Option<Traced<RelativePath>>,
    /// What every organization described here has unless it says otherwise; never applied to cards.
    #[schemars(example = serde_json::json!({"blockchain": {"peers": 3}}))]
    pub defaults: Option<OrganizationDefaults>,
    /// The ordering service.
    #[schemars(example = serde_json::json!({"consensus": "raft", "orderers": {"akachain": 3}}))]
    pub ordering: Option<Ordering>,
    /// The organizations, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"akachain": {"domain": "akachain.example", "target": "eks"}}))]
    pub organizations: Map<OrganizationName, Organization>,
    /// The channels, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"trade": {"members": ["akachain", "member-one"]}}))]
    pub channels: Map<ChannelName, Channel>,
    /// Networks of their own, each written as changes to the rest; a single `production` unless given.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"production": {}, "staging": {"domains": "staging.{domain}"}}))]
    pub environments: Map<Label, Environment>,
    /// Findings accepted, by code, each with the reason that a reviewer will read.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"AKC0412": "only two rooms in member-one's hall"}))]
    pub accept: Map<CodeName, Traced<String>>,
}

/// The version of the blueprint language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum LanguageVersion {
    #[serde(rename = "v1")]
    V1,
}

/// A Fabric release line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema, serde::Serialize)]
pub enum FabricRelease {
    #[serde(rename = "2.5")]
    V2_5,
    #[serde(rename = "3.1")]
    V3_1,
}

impl FabricRelease {
    /// The release line as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            FabricRelease::V2_5 => "2.5",
            FabricRelease::V3_1 => "3.1",
        }
    }
}

/// An environment: the changes that make a network of its own out of the same blueprint. Maps merge with the rest,
/// scalars and lists replace; `without` takes away.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-overlay" = true))]
pub struct Environment {
    /// How this environment's domains are made from each organization's own: a text with `{domain}` in it.
    #[schemars(example = &"staging.{domain}", regex(pattern = r"^[a-z0-9.-]*\{domain\}$"))]
    pub domains: Option<Traced<String>>,
    /// The Fabric release line in this environment.
    #[schemars(example = &"2.5")]
    pub fabric: Option<Traced<FabricRelease>>,
    /// Changes to the defaults of all organizations.
    #[schemars(example = serde_json::json!({"blockchain": {"peers": 1}}))]
    pub defaults: Option<OrganizationDefaults>,
    /// Changes to the ordering service.
    #[schemars(example = serde_json::json!({"orderers": {"akachain": 1}}))]
    pub ordering: Option<Ordering>,
    /// Changes to organizations, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"akachain": {"blockchain": {"peers": 1}}}))]
    pub organizations: Map<OrganizationName, Organization>,
    /// Changes to channels, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"trade": {"batch": {"timeout": "1s"}}}))]
    pub channels: Map<ChannelName, Channel>,
    /// Findings accepted in this environment, by code.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"AKC0401": "staging may lose a zone"}))]
    pub accept: Map<CodeName, Traced<String>>,
    /// What this environment does not have: maps down to lists of names, which must exist.
    #[schemars(example = serde_json::json!({"channels": ["settlement"], "organizations": {"akachain": {"blockchain": {"services": ["explorer"]}}}}))]
    pub without: Option<serde_json::Value>,
}
