//! Cards as `akcgen card` exports them: what others need to know of an organization, or of the consortium, in all its
//! environments. Read back by `parse::card`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::BundleFile;
use super::consortium::text;
use crate::base::{Object, Origin, Origins, SerError, Tree, TreePath, to_tree};
use crate::bind::Plan;
use crate::expand::peer_count;
use crate::parse::blueprint::{Consensus, Endpoints, FabricRelease};
use crate::resolve::{
    Batch, Card, Chaincode, Channel, Collection, Consortium, Member, OrdererGroup, OrgIx, Organization, Resources,
    RunBy,
};

/// The card of one organization: its section of every environment that has it. `None` if none has.
///
/// # Errors
/// Only where a value has no form in YAML, which is a fault of akcgen.
pub fn organization_card(plans: &[&Plan], name: &str) -> Result<Option<Tree>, SerError> {
    let sections: BTreeMap<&str, &Card> = plans
        .iter()
        .filter_map(|plan| Some((*plan, plan.consortium.find(name)?)))
        .filter_map(|(plan, at)| Some((environment(plan), plan.cards.get(at.0)?)))
        .collect();
    let file = CardRow { card: "v1", environments: sections };
    (!file.environments.is_empty()).then(|| to_tree(&file)).transpose()
}

/// The cards of all organizations in one environment, as files among what all members share: path below the output folder
/// to file.
///
/// # Errors
/// Only where a value has no form in YAML, which is a fault of akcgen.
pub fn cards(plan: &Plan, traced: bool) -> Result<Vec<(String, BundleFile)>, SerError> {
    let folder = format!("consortium/{}/cards", environment(plan));
    let organizations = plan.consortium.organizations.iter();
    let files = organizations.map(|organization| {
        let name = organization.name.value.as_str();
        let card = organization_card(&[plan], name)?.unwrap_or(Tree::Null);
        let object = Object { tree: card, origins: origins(plan, organization) };
        let file = BundleFile::of(&format!("The public half of {name}."), &[object], traced);
        Ok((format!("{folder}/{name}.yaml"), file))
    });
    files.collect()
}

/// Where the parts of an organization's card come from.
fn origins(plan: &Plan, organization: &Organization) -> Origins {
    let mut origins = Origins::new(organization.name.origin);
    let at = TreePath::from("environments").join(environment(plan).to_owned());
    let mut add = |key: &'static str, origin: Origin| origins.add(at.clone().join(key), origin);
    add("mspId", organization.msp_id.origin);
    add("domain", organization.domain.origin);
    add("fabric", organization.release.origin);
    if let RunBy::Us(description) = &organization.run_by {
        add("peers", description.peers.count.origin);
        add("stateDatabase", description.peers.database.origin);
    }
    let mut groups = plan.consortium.ordering.groups.iter();
    let own = groups.find(|group| plan.consortium.organization(group.organization).name == organization.name);
    own.into_iter().for_each(|group| add("orderers", group.count.origin));
    origins
}

/// The consortium's card, from which a member builds alone: the ordering service, the channels and all organizations'
/// cards.
///
/// # Errors
/// Only where a value has no form in YAML, which is a fault of akcgen.
pub fn consortium_card(plans: &[&Plan]) -> Result<Tree, SerError> {
    let name = plans.first().map_or("", |plan| plan.consortium.name.value.as_str());
    let sections = plans.iter().map(|plan| (environment(plan), section(plan))).collect();
    to_tree(&ConsortiumRow { consortium: "v1", name, environments: sections })
}

fn environment(plan: &Plan) -> &str {
    &plan.consortium.environment.value
}

#[derive(Serialize)]
struct CardRow<'a> {
    card: &'static str,
    environments: BTreeMap<&'a str, &'a Card>,
}

#[derive(Serialize)]
struct ConsortiumRow<'a> {
    consortium: &'static str,
    name: &'a str,
    environments: BTreeMap<&'a str, SectionRow<'a>>,
}

#[derive(Serialize)]
struct SectionRow<'a> {
    fabric: FabricRelease,
    ordering: OrderingRow<'a>,
    channels: BTreeMap<&'a str, ChannelRow<'a>>,
    organizations: BTreeMap<&'a str, &'a Card>,
}

#[derive(Serialize)]
struct OrderingRow<'a> {
    consensus: Consensus,
    orderers: BTreeMap<&'a str, OrderersRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brokers: Option<BrokersRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zookeepers: Option<ZooKeepersRow<'a>>,
    batch: BatchRow<'a>,
}

/// Complete, so that a member who runs orderers and builds alone has them as the operator wrote them.
#[derive(Serialize)]
struct OrderersRow<'a> {
    count: u32,
    endpoints: Endpoints,
    storage: &'a str,
    resources: ResourcesRow<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BrokersRow<'a> {
    count: u32,
    organization: &'a str,
    replication: u32,
    minimum_in_sync: u32,
    storage: &'a str,
    resources: ResourcesRow<'a>,
}

#[derive(Serialize)]
struct ZooKeepersRow<'a> {
    count: u32,
    storage: &'a str,
    resources: ResourcesRow<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchRow<'a> {
    timeout: &'a str,
    messages: u32,
    absolute_bytes: &'a str,
    preferred_bytes: &'a str,
}

#[derive(Serialize)]
struct ChannelRow<'a> {
    members: Vec<&'a str>,
    /// What is as it would be without a word is left out here, so that a member who adds a peer need not wait for a
    /// new card.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    peers: BTreeMap<&'a str, u32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    anchors: BTreeMap<&'a str, &'a [u32]>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    orderers: BTreeMap<&'a str, u32>,
    policies: PoliciesRow,
    batch: BatchRow<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    chaincodes: BTreeMap<&'a str, ChaincodeRow<'a>>,
}

#[derive(Serialize)]
struct PoliciesRow {
    endorsement: String,
    lifecycle: String,
    administration: String,
}

#[derive(Serialize)]
struct ChaincodeRow<'a> {
    version: &'a str,
    sequence: u32,
    image: &'a str,
    endorsement: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    collections: BTreeMap<&'a str, CollectionRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pruner: Option<&'a str>,
    resources: ResourcesRow<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CollectionRow<'a> {
    members: Vec<&'a str>,
    required_peers: u32,
    maximum_peers: u32,
    block_to_live: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    endorsement: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourcesRow<'a> {
    cpu: &'a str,
    memory: &'a str,
    cpu_limit: &'a str,
    memory_limit: &'a str,
}

fn section(plan: &Plan) -> SectionRow<'_> {
    let consortium = plan.consortium.as_ref();
    let ordering = &consortium.ordering;
    let kafka = ordering.kafka.as_ref();
    SectionRow {
        fabric: usual_release(consortium),
        ordering: OrderingRow {
            consensus: ordering.consensus.value,
            orderers: ordering
                .groups
                .iter()
                .map(|group| (name(consortium, group.organization), orderers(group)))
                .collect(),
            brokers: kafka.map(|kafka| BrokersRow {
                count: kafka.brokers.value,
                organization: name(consortium, kafka.organization),
                replication: kafka.replication.value,
                minimum_in_sync: kafka.minimum_in_sync.value,
                storage: &kafka.broker_storage.value,
                resources: resources(&kafka.broker_resources),
            }),
            zookeepers: kafka.map(|kafka| ZooKeepersRow {
                count: kafka.zookeepers.value,
                storage: &kafka.zookeeper_storage.value,
                resources: resources(&kafka.zookeeper_resources),
            }),
            batch: batch(&ordering.batch),
        },
        channels: consortium.channels.iter().map(|one| (one.name.value.as_str(), channel(consortium, one))).collect(),
        organizations: plan.cards.iter().map(|card| (card.organization.as_str(), card)).collect(),
    }
}

fn orderers(group: &OrdererGroup) -> OrderersRow<'_> {
    OrderersRow {
        count: group.count.value,
        endpoints: group.endpoints.value,
        storage: &group.storage.value,
        resources: resources(&group.resources),
    }
}

fn resources(resources: &Resources) -> ResourcesRow<'_> {
    ResourcesRow {
        cpu: &resources.cpu.value,
        memory: &resources.memory.value,
        cpu_limit: &resources.cpu_limit.value,
        memory_limit: &resources.memory_limit.value,
    }
}

/// The release line of most organizations; of equally frequent ones the older.
fn usual_release(consortium: &Consortium) -> FabricRelease {
    let mut counts: BTreeMap<FabricRelease, usize> = BTreeMap::new();
    consortium.organizations.iter().for_each(|one| *counts.entry(one.release.value).or_default() += 1);
    let usual = counts.into_iter().max_by_key(|(release, count)| (*count, std::cmp::Reverse(*release)));
    usual.map_or(FabricRelease::V2_5, |(release, _)| release)
}

fn name(consortium: &Consortium, at: OrgIx) -> &str {
    &consortium.organization(at).name.value
}

fn channel<'a>(consortium: &'a Consortium, channel: &'a Channel) -> ChannelRow<'a> {
    let members = || channel.members.iter().map(|member| (name(consortium, member.organization.value), member));
    let narrowed = |member: &Member| member.peers as usize != peer_count(consortium, member.organization.value);
    let unusual = |member: &Member| !member.anchors.iter().copied().eq(0..member.peers.min(2));
    // One whose orderers do not serve the channel at all is told with none.
    let groups = consortium.ordering.groups.iter();
    let groups = groups.map(|group| (group, channel.orderers_of(group.organization)));
    let fewer = groups.filter(|(group, serving)| group.count.value != *serving);
    ChannelRow {
        members: members().map(|(name, _)| name).collect(),
        peers: members().filter(|(_, member)| narrowed(member)).map(|(name, member)| (name, member.peers)).collect(),
        anchors: members()
            .filter(|(_, member)| unusual(member))
            .map(|(name, member)| (name, member.anchors.as_slice()))
            .collect(),
        orderers: fewer.map(|(group, serving)| (name(consortium, group.organization), serving)).collect(),
        policies: PoliciesRow {
            endorsement: text(&channel.policies.endorsement),
            lifecycle: text(&channel.policies.lifecycle),
            administration: text(&channel.policies.administration),
        },
        batch: batch(&channel.batch),
        chaincodes: channel
            .chaincodes
            .iter()
            .map(|one| (one.name.value.as_str(), chaincode(consortium, one)))
            .collect(),
    }
}

fn chaincode<'a>(consortium: &'a Consortium, chaincode: &'a Chaincode) -> ChaincodeRow<'a> {
    let collections = chaincode.collections.iter();
    ChaincodeRow {
        version: &chaincode.version.value,
        sequence: chaincode.sequence.value,
        image: &chaincode.image.value,
        endorsement: text(&chaincode.endorsement),
        collections: collections.map(|one| (one.name.value.as_str(), collection(consortium, one))).collect(),
        pruner: chaincode.pruner.map(|at| name(consortium, at.value)),
        resources: resources(&chaincode.resources),
    }
}

fn collection<'a>(consortium: &'a Consortium, collection: &'a Collection) -> CollectionRow<'a> {
    CollectionRow {
        members: collection.members.iter().map(|at| name(consortium, *at)).collect(),
        required_peers: collection.required_peers.value,
        maximum_peers: collection.maximum_peers.value,
        block_to_live: collection.block_to_live.value,
        endorsement: collection.endorsement.as_ref().map(|policy| text(policy)),
    }
}

fn batch(batch: &Batch) -> BatchRow<'_> {
    BatchRow {
        timeout: &batch.timeout.value,
        messages: batch.messages.value,
        absolute_bytes: &batch.absolute_bytes.value,
        preferred_bytes: &batch.preferred_bytes.value,
    }
}
