use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Endpoints, Map, Resources};
use crate::base::Traced;
use crate::base::name::{Bytes, Duration, OrganizationName};

/// The ordering service that puts transactions into blocks.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ordering {
    /// How the orderers agree: `raft` (unless given), `bft` (Fabric 3.1) or `kafka` (Fabric 2.5 only).
    #[schemars(example = &"raft")]
    pub consensus: Option<Traced<Consensus>>,
    /// How many orderers each organization runs; three at the first organization by name unless given.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"akachain": 3}))]
    pub orderers: Map<OrganizationName, Orderers>,
    /// The Kafka brokers, with `consensus: kafka` only. Four unless given.
    #[schemars(example = &4)]
    pub brokers: Option<Brokers>,
    /// The ZooKeeper nodes, with `consensus: kafka` only. Three unless given.
    #[schemars(example = &3)]
    pub zookeepers: Option<ZooKeepers>,
    /// When a block is cut, for channels that say nothing else.
    #[schemars(example = serde_json::json!({"timeout": "2s", "messages": 500}))]
    pub batch: Option<Batch>,
}

/// How the orderers agree on the order of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Consensus {
    Raft,
    Bft,
    Kafka,
}

impl Consensus {
    /// Its word in a blueprint.
    pub fn as_str(self) -> &'static str {
        match self {
            Consensus::Raft => "raft",
            Consensus::Bft => "bft",
            Consensus::Kafka => "kafka",
        }
    }
}

/// The orderers of one organization.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "count"))]
pub struct Orderers {
    /// How many orderers the organization runs.
    #[schemars(example = &3, range(min = 1, max = 25))]
    pub count: Option<Traced<u32>>,
    /// One load balancer with a port for each orderer (`shared`, unless given), or a load balancer `each`.
    #[schemars(example = &"shared")]
    pub endpoints: Option<Traced<Endpoints>>,
    /// Size of an orderer's volume.
    #[schemars(example = &"20Gi")]
    pub storage: Option<Traced<Bytes>>,
    /// What an orderer asks of its node.
    #[schemars(example = serde_json::json!({"cpu": "500m", "memory": "1Gi"}))]
    pub resources: Option<Resources>,
}

/// The Kafka brokers of the ordering service. Each stands in a zone of its own as far as zones go, which is its rack.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "count"))]
pub struct Brokers {
    /// How many brokers; at least four, so that a channel can be made while one is down.
    #[schemars(example = &4, range(min = 1, max = 99))]
    pub count: Option<Traced<u32>>,
    /// Which organization runs them; the one with the most orderers unless given.
    #[schemars(example = &"akachain")]
    pub organization: Option<Traced<OrganizationName>>,
    /// Copies of each topic (N in Fabric's text); 3 unless given.
    #[schemars(example = &3, range(min = 1, max = 99))]
    pub replication: Option<Traced<u32>>,
    /// Copies that must be in step before a write counts (M in Fabric's text); 2 unless given.
    #[schemars(example = &2, range(min = 1, max = 99))]
    pub minimum_in_sync: Option<Traced<u32>>,
    /// Size of a broker's volume.
    #[schemars(example = &"50Gi")]
    pub storage: Option<Traced<Bytes>>,
    /// What a broker asks of its node.
    #[schemars(example = serde_json::json!({"cpu": "500m", "memory": "1Gi"}))]
    pub resources: Option<Resources>,
}

/// The ZooKeeper nodes under the brokers; they stand at the brokers' organization.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "count"))]
pub struct ZooKeepers {
    /// How many nodes: 3, 5 or 7.
    #[schemars(example = &3, range(min = 1, max = 99))]
    pub count: Option<Traced<u32>>,
    /// Size of a node's volume.
    #[schemars(example = &"10Gi")]
    pub storage: Option<Traced<Bytes>>,
    /// What a node asks of its node.
    #[schemars(example = serde_json::json!({"cpu": "250m", "memory": "512Mi"}))]
    pub resources: Option<Resources>,
}

/// When a block is cut: whichever of the limits is reached first.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Batch {
    /// The longest wait for more transactions; 2s unless given.
    #[schemars(example = &"2s")]
    pub timeout: Option<Traced<Duration>>,
    /// The most transactions in a block; 500 unless given.
    #[schemars(example = &500, range(min = 1, max = 100_000))]
    pub messages: Option<Traced<u32>>,
    /// The most bytes a block may ever have, at most 49Mi; 10Mi unless given.
    #[schemars(example = &"10Mi")]
    pub absolute_bytes: Option<Traced<Bytes>>,
    /// The size at which a block is preferably cut; 2Mi unless given.
    #[schemars(example = &"2Mi")]
    pub preferred_bytes: Option<Traced<Bytes>>,
}
