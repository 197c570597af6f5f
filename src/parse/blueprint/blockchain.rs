use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Endpoints, Map, Resources, Service};
use crate::base::Traced;
use crate::base::name::{Bytes, Label};

/// The cluster whose services touch the blockchain directly.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Blockchain {
    /// The organization's peers, each with its own identity, ledger and state database. Three for a channel member and
    /// none for others unless given.
    #[schemars(example = &3)]
    pub peers: Option<Peers>,
    /// Its services, by name. `ca`, `daemon`, `dapp`, `explorer` and `data-sync` are known by kind; any other is
    /// described by image and ports.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"ca": {}, "explorer": {"exposure": {"internet": ["203.0.113.0/24"]}}}))]
    pub services: Map<Label, Service>,
    /// Groups of equal nodes, by name; one pool `general` unless given.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"general": {"instanceType": "t3.large", "minimum": 3, "maximum": 9}}))]
    pub node_pools: Map<Label, NodePool>,
}

/// The peers of one organization.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "count"))]
pub struct Peers {
    /// How many peers; each has its own identity.
    #[schemars(example = &3, range(min = 0, max = 25))]
    pub count: Option<Traced<u32>>,
    /// The database that holds the current state: `couchdb` (unless given) or `leveldb`.
    #[schemars(example = &"couchdb")]
    pub database: Option<Traced<StateDatabase>>,
    /// One load balancer with a port for each peer (`shared`, unless given), or a load balancer `each`.
    #[schemars(example = &"shared")]
    pub endpoints: Option<Traced<Endpoints>>,
    /// Size of a peer's ledger volume.
    #[schemars(example = &"50Gi")]
    pub storage: Option<Traced<Bytes>>,
    /// Size of its CouchDB's volume.
    #[schemars(example = &"20Gi")]
    pub database_storage: Option<Traced<Bytes>>,
    /// What a peer asks of its node.
    #[schemars(example = serde_json::json!({"cpu": "500m", "memory": "1Gi"}))]
    pub resources: Option<Resources>,
    /// What its CouchDB asks of its node.
    #[schemars(example = serde_json::json!({"cpu": "250m", "memory": "512Mi"}))]
    pub database_resources: Option<Resources>,
}

/// The database that holds a peer's current state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateDatabase {
    Couchdb,
    Leveldb,
}

/// A group of equal nodes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodePool {
    /// The platform's name for the size of a node; `t3.large` on AWS unless given.
    #[schemars(example = &"t3.large")]
    pub instance_type: Option<Traced<String>>,
    /// The zones its nodes stand in; all of the organization's unless given.
    #[schemars(example = serde_json::json!(["ap-southeast-1a", "ap-southeast-1b"]), extend("uniqueItems" = true))]
    pub zones: Option<Vec<Traced<String>>>,
    /// The fewest nodes, over all zones; one for each zone unless given.
    #[schemars(example = &3, range(min = 1, max = 1000))]
    pub minimum: Option<Traced<u32>>,
    /// The most nodes, over all zones; three times the fewest unless given.
    #[schemars(example = &9, range(min = 1, max = 1000))]
    pub maximum: Option<Traced<u32>>,
}
