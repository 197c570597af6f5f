//! The resolved model of one environment: every default filled in, every name checked. It knows no Kubernetes, no
//! cloud and no target beyond its name. Everything is sorted by name, so that the order of keys in the text is without
//! effect.

mod service;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::Traced;
use crate::base::name::{
    Address, Branch, Bytes, ChaincodeName, ChaincodeVersion, ChannelName, Cidr, CollectionName, Domain, Duration,
    Image, Label, Line, MspId, OrganizationName, Registry, RepositoryFolder, RepositoryUrl, Version, WithoutProxy,
};
/// A policy, every MSP id and role in it checked.
pub use crate::fabric::configtx::Rule as Policy;
use crate::parse::blueprint::{AuthorityRole, Consensus, Endpoints, FabricRelease, GitopsTool, StateDatabase};
use crate::resolve::card::{Card, FabricNode};
use crate::source::Node;

pub use service::*;

/// Index of an organization in [`Consortium::organizations`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgIx(pub usize);

/// One environment of a consortium.
#[derive(Debug, Clone)]
pub struct Consortium {
    /// The consortium's name.
    pub name: Traced<Label>,
    /// The version that its Helm charts bear.
    pub version: Traced<Version>,
    /// The environment this is.
    pub environment: Traced<Label>,
    /// The ordering service.
    pub ordering: Ordering,
    /// All organizations, sorted by name; [`OrgIx`] counts in this list.
    pub organizations: Vec<Organization>,
    /// All channels, sorted by name.
    pub channels: Vec<Channel>,
    /// Findings accepted, with their scope.
    pub acceptances: Vec<Acceptance>,
}

impl Consortium {
    /// The organization at an index that this consortium gave out.
    pub fn organization(&self, at: OrgIx) -> &Organization {
        &self.organizations[at.0]
    }
    /// Finds an organization by name.
    pub fn find(&self, name: &str) -> Option<OrgIx> {
        self.organizations.binary_search_by(|organization| organization.name.value.as_str().cmp(name)).ok().map(OrgIx)
    }
    /// All indices, in order of names.
    pub fn indices(&self) -> impl Iterator<Item = OrgIx> + use<> {
        (0..self.organizations.len()).map(OrgIx)
    }
    /// The organizations described here, with their description: those to compile.
    pub fn described(&self) -> impl Iterator<Item = (OrgIx, &Organization, &Description)> {
        self.organizations.iter().enumerate().filter_map(|(at, organization)| match &organization.run_by {
            RunBy::Us(description) => Some((OrgIx(at), organization, description.as_ref())),
            RunBy::Others(_) => None,
        })
    }
    /// Whether an intermediate authority issues an organization's certificates: its own, or that of the organization whose
    /// client it is.
    pub fn is_issued_by_an_intermediate(&self, at: OrgIx) -> bool {
        let authority = |at: OrgIx| {
            let description = self.organization(at).description()?;
            description.blockchain.iter().find_map(|service| service.authority.as_ref())
        };
        let role = |at: OrgIx| authority(at).map(|authority| authority.role.value);
        match role(at) {
            Some(AuthorityRole::Client) => {
                let parent = authority(at).and_then(|own| own.parent.as_ref());
                parent.and_then(|parent| role(parent.value)) == Some(AuthorityRole::Intermediate)
            }
            role => role == Some(AuthorityRole::Intermediate),
        }
    }
    /// Whether channels know an organization: it orders, or is a member of one.
    pub fn has_a_part(&self, at: OrgIx) -> bool {
        self.ordering.groups.iter().any(|group| group.organization == at) || self.channels_of(at).next().is_some()
    }
    /// The channels an organization is a member of.
    pub fn channels_of(&self, member: OrgIx) -> impl Iterator<Item = &Channel> {
        self.channels.iter().filter(move |channel| channel.member(member).is_some())
    }
}

/// One finding accepted.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The finding's code and where the acceptance stands.
    pub code: Traced<String>,
    /// The reason, for the reviewer.
    pub reason: String,
    /// The one organization it holds for; all, if none.
    pub organization: Option<OrgIx>,
}

/// The ordering service.
#[derive(Debug, Clone)]
pub struct Ordering {
    pub consensus: Traced<Consensus>,
    /// The orderers by organization, in order of names; never empty.
    pub groups: Vec<OrdererGroup>,
    /// Brokers and ZooKeeper nodes; with Kafka only.
    pub kafka: Option<Kafka>,
    pub batch: Batch,
}

/// The orderers of one organization.
#[derive(Debug, Clone)]
pub struct OrdererGroup {
    pub organization: OrgIx,
    pub count: Traced<u32>,
    pub endpoints: Traced<Endpoints>,
    pub storage: Traced<Bytes>,
    pub resources: Resources,
}

/// The Kafka cluster under the orderers; all at one organization.
#[derive(Debug, Clone)]
pub struct Kafka {
    pub organization: OrgIx,
    pub brokers: Traced<u32>,
    pub replication: Traced<u32>,
    pub minimum_in_sync: Traced<u32>,
    pub broker_storage: Traced<Bytes>,
    pub broker_resources: Resources,
    pub zookeepers: Traced<u32>,
    pub zookeeper_storage: Traced<Bytes>,
    pub zookeeper_resources: Resources,
}

/// When a block is cut.
#[derive(Debug, Clone)]
pub struct Batch {
    pub timeout: Traced<Duration>,
    pub messages: Traced<u32>,
    pub absolute_bytes: Traced<Bytes>,
    pub preferred_bytes: Traced<Bytes>,
}

/// One organization.
#[derive(Debug, Clone)]
pub struct Organization {
    /// Its name, and where it was first written.
    pub name: Traced<OrganizationName>,
    /// The name that people read.
    pub title: Line,
    pub msp_id: Traced<MspId>,
    pub domain: Traced<Domain>,
    pub release: Traced<FabricRelease>,
    pub run_by: RunBy,
}

impl Organization {
    /// What is described here, unless somebody else runs the organization.
    pub fn description(&self) -> Option<&Description> {
        match &self.run_by {
            RunBy::Us(description) => Some(description),
            RunBy::Others(_) => None,
        }
    }
}

/// Who runs an organization.
#[derive(Debug, Clone)]
pub enum RunBy {
    /// Described in this blueprint.
    Us(Box<Description>),
    /// Somebody else, known by its card alone.
    Others(Box<Card>),
}

/// What the blueprint says of an organization that it describes.
#[derive(Debug, Clone)]
pub struct Description {
    /// The organization whose clusters it lives in.
    pub within: Option<Traced<OrgIx>>,
    /// The target's name.
    pub target: Traced<Label>,
    /// The target's parameters as written; checked by the target's own schema.
    pub parameters: Option<Node>,
    pub registry: Option<Traced<Registry>>,
    /// The name of the Secrets with which nodes pull from it.
    pub pull_secret: Option<Traced<Label>>,
    pub gitops: Option<Gitops>,
    pub proxy: Option<Proxy>,
    /// Name to PEM text of public certificates.
    pub certificate_authorities: BTreeMap<String, Traced<String>>,
    pub tags: BTreeMap<String, Traced<String>>,
    pub labels: BTreeMap<String, Traced<String>>,
    /// Declared secrets, each with what it is for.
    pub secrets: BTreeMap<Label, Traced<String>>,
    pub systems: Vec<System>,
    pub vpns: Vec<Vpn>,
    pub frontends: Vec<Frontend>,
    /// Ranges from which its clusters call others.
    pub addresses: Vec<Traced<Cidr>>,
    /// The peers; `count` 0 where it has none.
    pub peers: Peers,
    /// Services of the Blockchain cluster, sorted by name.
    pub blockchain: Vec<Service>,
    /// The nodes of the Blockchain cluster; none where it is another organization's.
    pub blockchain_pools: Vec<NodePool>,
    /// Groups of the Application cluster, sorted by name; without groups here and at those within, there is no such
    /// cluster.
    pub groups: Vec<Group>,
    /// The nodes of the Application cluster, where there is one; none where it is another organization's.
    pub application_pools: Vec<NodePool>,
}

impl Description {
    /// Every service of both clusters, with its cluster and group.
    pub fn services(&self) -> impl Iterator<Item = (Cluster, Option<&Group>, &Service)> {
        let blockchain = self.blockchain.iter().map(|service| (Cluster::Blockchain, None, service));
        let application = self
            .groups
            .iter()
            .flat_map(|group| group.services.iter().map(move |service| (Cluster::Application, Some(group), service)));
        blockchain.chain(application)
    }
    /// A service of either cluster by name; names are unique over both.
    pub fn service(&self, name: &str) -> Option<(Cluster, Option<&Group>, &Service)> {
        self.services().find(|(_, _, service)| service.name.value.as_str() == name)
    }
}

/// One of an organization's two clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cluster {
    Blockchain,
    Application,
}

impl Cluster {
    /// Both, in the order in which a bundle speaks of them.
    pub const ALL: [Cluster; 2] = [Cluster::Blockchain, Cluster::Application];

    /// The name used in paths, names and labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Cluster::Blockchain => "blockchain",
            Cluster::Application => "application",
        }
    }
}

/// Where Argo CD and Flux find the bundle.
#[derive(Debug, Clone)]
pub struct Gitops {
    /// The one that applies it; none where files for both are made.
    pub tool: Option<Traced<GitopsTool>>,
    pub repository: Traced<RepositoryUrl>,
    pub branch: Traced<Branch>,
    pub path: Traced<RepositoryFolder>,
    pub secret: Option<Traced<Label>>,
}

impl Gitops {
    /// Whether a tool finds files of its own.
    pub fn is_for(&self, tool: GitopsTool) -> bool {
        self.tool.as_ref().is_none_or(|chosen| chosen.value == tool)
    }
}

#[derive(Debug, Clone)]
pub struct Proxy {
    pub http: Option<Traced<String>>,
    pub https: Option<Traced<String>>,
    pub without: Vec<Traced<WithoutProxy>>,
}

#[derive(Debug, Clone)]
pub struct System {
    pub name: Traced<Label>,
    pub address: Traced<Address>,
    pub port: Traced<u16>,
    /// Index in [`Description::vpns`]; through the internet, if none.
    pub through: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Vpn {
    pub name: Traced<Label>,
    pub gateway: Traced<Address>,
    pub ranges: Vec<Traced<Cidr>>,
}

#[derive(Debug, Clone)]
pub struct Frontend {
    pub name: Traced<Label>,
    pub ranges: Vec<Traced<Cidr>>,
    pub host: Traced<Domain>,
}

#[derive(Debug, Clone)]
pub struct Peers {
    pub count: Traced<u32>,
    pub database: Traced<StateDatabase>,
    pub endpoints: Traced<Endpoints>,
    pub storage: Traced<Bytes>,
    pub resources: Resources,
    pub database_storage: Traced<Bytes>,
    pub database_resources: Resources,
}

#[derive(Debug, Clone)]
pub struct NodePool {
    pub name: Traced<Label>,
    /// The platform's default unless written.
    pub instance_type: Option<Traced<String>>,
    /// All of the organization's unless written.
    pub zones: Option<Vec<Traced<String>>>,
    pub minimum: Option<Traced<u32>>,
    pub maximum: Option<Traced<u32>>,
}

/// A channel.
#[derive(Debug, Clone)]
pub struct Channel {
    pub name: Traced<ChannelName>,
    /// Sorted by organization.
    pub members: Vec<Member>,
    /// How many orderers of each organization serve it, in order of names; those that have none there are left out.
    pub orderers: Vec<(OrgIx, u32)>,
    pub policies: Policies,
    pub batch: Batch,
    /// Sorted by name.
    pub chaincodes: Vec<Chaincode>,
}

impl Channel {
    /// The organization that makes its genesis block: the first whose orderers serve it; with Kafka, where a member asks the
    /// system channel for it, only if it is a member, else the first of those.
    pub fn founder(&self, consensus: Consensus) -> Option<OrgIx> {
        let orders = self.orderers.first().map(|(at, _)| *at);
        match consensus {
            Consensus::Raft | Consensus::Bft => orders,
            Consensus::Kafka => orders
                .filter(|at| self.member(*at).is_some())
                .or_else(|| self.members.first().map(|member| member.organization.value)),
        }
    }
    /// How many orderers of one organization serve it.
    pub fn orderers_of(&self, organization: OrgIx) -> u32 {
        self.orderers.iter().find(|(at, _)| *at == organization).map_or(0, |(_, count)| *count)
    }

    /// The membership of one organization.
    pub fn member(&self, organization: OrgIx) -> Option<&Member> {
        self.members.iter().find(|member| member.organization.value == organization)
    }
}

/// A channel's member.
#[derive(Debug, Clone)]
pub struct Member {
    pub organization: Traced<OrgIx>,
    /// How many of its peers join, from the first on.
    pub peers: u32,
    /// Which of them are anchors.
    pub anchors: Vec<u32>,
}

impl Member {
    /// Those of its peers that join.
    pub fn joined<'a>(&self, card: &'a Card) -> impl Iterator<Item = &'a FabricNode> + use<'a> {
        card.peers.iter().take(self.peers as usize)
    }

    /// Those of its peers that are anchors.
    pub fn anchor_peers<'a>(&'a self, card: &'a Card) -> impl Iterator<Item = &'a FabricNode> {
        self.anchors.iter().filter_map(|&anchor| card.peers.get(anchor as usize))
    }
}

/// Policies as Fabric's own expressions or implicit rules, checked.
#[derive(Debug, Clone)]
pub struct Policies {
    pub endorsement: Traced<Policy>,
    pub lifecycle: Traced<Policy>,
    pub administration: Traced<Policy>,
}

#[derive(Debug, Clone)]
pub struct Chaincode {
    pub name: Traced<ChaincodeName>,
    pub version: Traced<ChaincodeVersion>,
    pub sequence: Traced<u32>,
    pub image: Traced<Image>,
    pub endorsement: Traced<Policy>,
    pub collections: Vec<Collection>,
    pub pruner: Option<Traced<OrgIx>>,
    pub resources: Resources,
}

#[derive(Debug, Clone)]
pub struct Collection {
    pub name: Traced<CollectionName>,
    pub members: Vec<OrgIx>,
    pub required_peers: Traced<u32>,
    pub maximum_peers: Traced<u32>,
    pub block_to_live: Traced<u64>,
    pub endorsement: Option<Traced<Policy>>,
}
