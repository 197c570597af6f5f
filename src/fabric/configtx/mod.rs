//! configtx.yaml, from which `configtxgen` makes what a channel begins with.
//!
//! Only `Profiles` stands at the top: any key that the program does not know ends it with a panic. Nothing is left to its
//! defaults, which change between releases. Keys: internal/configtxgen/genesisconfig/config.go and
//! sampleconfig/configtx.yaml of Fabric 2.5.16 and 3.1.5.

mod consensus;
mod policies;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

pub use consensus::{Consenter, consenter_id};
use consensus::{EtcdRaft, KafkaBrokers, MappedConsenter, SmartBft};
pub use policies::Rule;
use policies::{Policies, of_channel, of_member, of_orderers};

use crate::parse::blueprint::Consensus;

/// The profile of a channel.
pub const CHANNEL: &str = "Channel";
/// The profile of the system channel, which only Kafka has.
pub const SYSTEM_CHANNEL: &str = "SystemChannel";

/// What differs from channel to channel.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of the consortium, which a system channel knows.
    pub consortium: String,
    pub consensus: Consensus,
    /// Those whose orderers serve it.
    pub orderers: Vec<OrderingOrganization>,
    /// Host and port of every broker, with Kafka.
    pub brokers: Vec<String>,
    pub batch: Batch,
    pub members: Vec<Member>,
    pub administration: Rule,
    pub endorsement: Rule,
    pub lifecycle: Rule,
}

/// When a block is cut.
#[derive(Debug, Clone)]
pub struct Batch {
    /// In milliseconds.
    pub timeout: u64,
    pub messages: u32,
    /// In bytes, as is the next.
    pub absolute: u64,
    pub preferred: u64,
}

impl Batch {
    /// After how long a block is cut that is not full, as Go writes it.
    fn interval(&self) -> String {
        format!("{}ms", self.timeout)
    }
}

/// An organization as its channels know it.
#[derive(Debug, Clone)]
pub struct Identity {
    pub msp_id: String,
    /// The folder of its MSP, from the file's own on.
    pub folder: String,
}

#[derive(Debug, Clone)]
pub struct OrderingOrganization {
    pub identity: Identity,
    pub consenters: Vec<Consenter>,
}

#[derive(Debug, Clone)]
pub struct Member {
    pub identity: Identity,
    /// Host and port of its anchor peers.
    pub anchors: Vec<(String, u16)>,
}

/// The whole file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConfigtxYaml {
    profiles: BTreeMap<&'static str, Profile>,
}

impl ConfigtxYaml {
    /// The file of a channel. With Kafka it is created by a transaction that the system channel takes, and so has no orderers
    /// of its own.
    pub fn channel(settings: &Settings) -> ConfigtxYaml {
        let kafka = settings.consensus == Consensus::Kafka;
        let profile = Profile {
            consortium: kafka.then(|| settings.consortium.clone()),
            policies: of_channel(&settings.administration),
            capabilities: channel_capabilities(settings),
            orderer: (!kafka).then(|| Orderer::new(settings)),
            application: Some(Application::new(settings)),
            consortiums: None,
        };
        ConfigtxYaml { profiles: BTreeMap::from([(CHANNEL, profile)]) }
    }

    /// The file of the system channel, whose members are those of all channels.
    pub fn system_channel(settings: &Settings) -> ConfigtxYaml {
        let organizations = settings.members.iter().map(|member| Organization::member(member, false)).collect();
        let consortium = Consortium { organizations };
        let profile = Profile {
            consortium: None,
            policies: of_channel(&Rule::Majority),
            capabilities: channel_capabilities(settings),
            orderer: Some(Orderer::new(settings)),
            application: None,
            consortiums: Some(BTreeMap::from([(settings.consortium.clone(), consortium)])),
        };
        ConfigtxYaml { profiles: BTreeMap::from([(SYSTEM_CHANNEL, profile)]) }
    }
}

type Capabilities = BTreeMap<&'static str, bool>;

/// What every program of a channel must be able to do. V3_0 is what BFT takes, and no program before 3.0 knows it.
fn channel_capabilities(settings: &Settings) -> Capabilities {
    BTreeMap::from([(if settings.consensus == Consensus::Bft { "V3_0" } else { "V2_0" }, true)])
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    consortium: Option<String>,
    policies: Policies,
    capabilities: Capabilities,
    #[serde(skip_serializing_if = "Option::is_none")]
    orderer: Option<Orderer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<Application>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consortiums: Option<BTreeMap<String, Consortium>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Consortium {
    organizations: Vec<Organization>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Orderer {
    orderer_type: &'static str,
    batch_timeout: String,
    batch_size: BatchSize,
    max_channels: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    etcd_raft: Option<EtcdRaft>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consenter_mapping: Option<Vec<MappedConsenter>>,
    #[serde(rename = "SmartBFT", skip_serializing_if = "Option::is_none")]
    smart_bft: Option<SmartBft>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kafka: Option<KafkaBrokers>,
    policies: Policies,
    capabilities: Capabilities,
    organizations: Vec<Organization>,
}

impl Orderer {
    fn new(settings: &Settings) -> Orderer {
        let consensus = settings.consensus;
        let is = |one: Consensus| consensus == one;
        Orderer {
            orderer_type: match consensus {
                Consensus::Raft => "etcdraft",
                Consensus::Bft => "BFT",
                Consensus::Kafka => "kafka",
            },
            batch_size: BatchSize {
                max_message_count: settings.batch.messages,
                absolute_max_bytes: settings.batch.absolute,
                preferred_max_bytes: settings.batch.preferred,
            },
            max_channels: 0,
            etcd_raft: is(Consensus::Raft).then(|| EtcdRaft::new(&settings.orderers)),
            consenter_mapping: is(Consensus::Bft).then(|| MappedConsenter::all(&settings.orderers)),
            smart_bft: is(Consensus::Bft).then(|| SmartBft::new(&settings.batch)),
            kafka: is(Consensus::Kafka).then(|| KafkaBrokers { brokers: settings.brokers.clone() }),
            batch_timeout: settings.batch.interval(),
            policies: policies::of_ordering(),
            capabilities: BTreeMap::from([("V2_0", true)]),
            organizations: settings.orderers.iter().map(Organization::orderers).collect(),
        }
    }
}

/// Amounts are in bytes: configtxgen reads units too, and means other ones than most.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct BatchSize {
    max_message_count: u32,
    absolute_max_bytes: u64,
    preferred_max_bytes: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Application {
    policies: Policies,
    capabilities: Capabilities,
    organizations: Vec<Organization>,
}

impl Application {
    fn new(settings: &Settings) -> Application {
        Application {
            policies: policies::of_application(settings),
            capabilities: BTreeMap::from([("V2_5", true)]),
            organizations: settings.members.iter().map(|member| Organization::member(member, true)).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Organization {
    /// Its name among the channel's groups, which people give to configtxlator and see in configurations.
    name: String,
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "MSPDir")]
    msp_dir: String,
    policies: Policies,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    orderer_endpoints: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    anchor_peers: Vec<AnchorPeer>,
}

impl Organization {
    fn new(identity: &Identity, policies: Policies) -> Organization {
        Organization {
            name: identity.msp_id.clone(),
            id: identity.msp_id.clone(),
            msp_dir: identity.folder.clone(),
            policies,
            orderer_endpoints: Vec::new(),
            anchor_peers: Vec::new(),
        }
    }

    fn orderers(one: &OrderingOrganization) -> Organization {
        let endpoints = one.consenters.iter().map(|node| format!("{}:{}", node.host, node.port)).collect();
        Organization {
            orderer_endpoints: endpoints,
            ..Organization::new(&one.identity, of_orderers(&one.identity.msp_id))
        }
    }

    fn member(member: &Member, anchored: bool) -> Organization {
        let anchors = member.anchors.iter().filter(|_| anchored);
        Organization {
            anchor_peers: anchors.map(|(host, port)| AnchorPeer { host: host.clone(), port: *port }).collect(),
            ..Organization::new(&member.identity, of_member(&member.identity.msp_id))
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AnchorPeer {
    host: String,
    port: u16,
}
