use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Map, NodePool, Service};
use crate::base::Traced;
use crate::base::name::Label;

/// The cluster whose services serve client applications.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    /// Groups of services, by name, such as `access-control` and `application-api`.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"access-control": {"packing": "together", "services": {"tokens": {"image": "akachain/tokens:1.0.0"}}}}))]
    pub groups: Map<Label, Group>,
    /// Groups of equal nodes, by name; one pool `general` unless given.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"general": {"instanceType": "t3.large", "minimum": 3, "maximum": 9}}))]
    pub node_pools: Map<Label, NodePool>,
}

/// Services that belong together.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// `together`: all services in one pod, which is copied as the most demanding of them asks; `apart` (unless given): a
    /// pod each.
    #[schemars(example = &"together")]
    pub packing: Option<Traced<Packing>>,
    /// The services, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"orders": {"image": "akachain/orders:1.0.0"}}))]
    pub services: Map<Label, Service>,
}

/// Whether a group's services share a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Packing {
    Together,
    Apart,
}
