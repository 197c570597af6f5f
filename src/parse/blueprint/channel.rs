use schemars::JsonSchema;
use serde::Deserialize;

use super::{Batch, Map, Resources};
use crate::base::Traced;
use crate::base::name::{ChaincodeName, ChaincodeVersion, CollectionName, Image, OrganizationName};

/// A channel: a ledger shared by its members.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "members"))]
pub struct Channel {
    /// The organizations that share the ledger.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["akachain", "member-one"]), extend("uniqueItems" = true))]
    pub members: Vec<Traced<OrganizationName>>,
    /// How many of a member's peers join, from the first on; all of them unless given.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"akachain": 2}))]
    pub peers: Map<OrganizationName, Traced<u32>>,
    /// Which of a member's peers are its anchors, counted from 0; the first two that join unless given.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"akachain": [0, 1]}))]
    pub anchors: Map<OrganizationName, Vec<Traced<u32>>>,
    /// How many of an organization's orderers serve the channel, from the first on; all of them unless given.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"akachain": 3}))]
    pub orderers: Map<OrganizationName, Traced<u32>>,
    /// Who may do what.
    #[schemars(example = serde_json::json!({"endorsement": "majority"}))]
    pub policies: Option<Policies>,
    /// When a block is cut, where it differs from the ordering service's own setting.
    #[schemars(example = serde_json::json!({"timeout": "1s"}))]
    pub batch: Option<Batch>,
    /// The smart contracts, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"asset": {"version": "1.0", "image": "akachain/asset:1.0"}}))]
    pub chaincodes: Map<ChaincodeName, Chaincode>,
}

/// Who may do what in a channel. Each is `any`, `majority`, `all`, or Fabric's own expression such as
/// `OR('AkachainMSP.admin','MemberOneMSP.admin')`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policies {
    /// Which members must endorse a transaction of a chaincode that says nothing else; `majority` unless given.
    #[schemars(example = &"majority")]
    pub endorsement: Option<Traced<String>>,
    /// Which members must approve a chaincode's definition; `majority` unless given.
    #[schemars(example = &"majority")]
    pub lifecycle: Option<Traced<String>>,
    /// Which administrators must sign a change of the channel; `majority` unless given.
    #[schemars(example = &"majority")]
    pub administration: Option<Traced<String>>,
}

/// A smart contract, run as a service of its own beside each member's peers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chaincode {
    /// Its version.
    #[schemars(example = &"1.0")]
    pub version: Option<Traced<ChaincodeVersion>>,
    /// The number of its definition: 1 first, then one more for each change. 1 unless given.
    #[schemars(example = &1, range(min = 1, max = 1_000_000))]
    pub sequence: Option<Traced<u32>>,
    /// The image of its server.
    #[schemars(example = &"akachain/asset:1.0")]
    pub image: Option<Traced<Image>>,
    /// Which members must endorse: `any`, `majority`, `all`, or Fabric's own expression; the channel's unless given.
    #[schemars(example = &"majority")]
    pub endorsement: Option<Traced<String>>,
    /// Private data collections, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"prices": {"members": ["akachain", "member-one"]}}))]
    pub collections: Map<CollectionName, Collection>,
    /// The organization whose NodeJS daemon prunes this chaincode's high-throughput rows. One at most: two pruners
    /// would conflict with each other.
    #[schemars(example = &"akachain")]
    pub pruner: Option<Traced<OrganizationName>>,
    /// What a server asks of its node.
    #[schemars(example = serde_json::json!({"cpu": "100m", "memory": "128Mi"}))]
    pub resources: Option<Resources>,
}

/// A private data collection: data that only some members hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "members"))]
pub struct Collection {
    /// The organizations that hold the data.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["akachain", "member-one"]), extend("uniqueItems" = true))]
    pub members: Vec<Traced<OrganizationName>>,
    /// Peers that must have received the data before an endorsement counts; 0 unless given.
    #[schemars(example = &0, range(min = 0, max = 100))]
    pub required_peers: Option<Traced<u32>>,
    /// Peers that are sent the data at endorsement; 3 unless given.
    #[schemars(example = &3, range(min = 0, max = 100))]
    pub maximum_peers: Option<Traced<u32>>,
    /// Blocks after which the data is purged; 0, the default, keeps it.
    #[schemars(example = &0)]
    pub block_to_live: Option<Traced<u64>>,
    /// Which members must endorse a change of the data, in place of the chaincode's own policy.
    #[schemars(example = &"all")]
    pub endorsement: Option<Traced<String>>,
}
