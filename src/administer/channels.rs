//! What the scripts must know of each channel and chaincode, as one organization has a part in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Desk;
use super::shell::Script;
use crate::base::{Origin, SerError};
use crate::configure;
use crate::expand::Component;
use crate::fabric::collections::{self, Endorsement};
use crate::fabric::configtx::Rule;
use crate::fabric::ports;
use crate::package::{self, BundleFile};
use crate::resolve::{Card, Chaincode, Channel, Collection, FabricNode, Member, OrgIx};
use crate::text::lines::Lines;

/// Characters in a line of base64.
const LINE: usize = 76;

/// The files of every channel in which the organization has a part.
pub(super) fn files(desk: &Desk) -> Result<Vec<(String, BundleFile)>, SerError> {
    let at = desk.organization.graph.organization;
    let mut files = Vec::new();
    files.extend(system_channel(desk)?);
    for (index, channel) in desk.plan.consortium.channels.iter().enumerate() {
        let member = channel.member(at);
        if channel.orderers_of(at) == 0 && member.is_none() {
            continue;
        }
        let folder = format!("channels/{}", channel.name.value);
        files.push((format!("{folder}/channel.sh"), channel_file(desk, channel, at)));
        for (place, chaincode) in channel.chaincodes.iter().enumerate().filter(|_| member.is_some()) {
            let folder = format!("{folder}/{}", chaincode.name.value);
            let package = configure::package(desk.plan, desk.organization, index, place);
            let id = package.as_ref().map(|package| package.id.as_str()).unwrap_or_default();
            files.push((format!("{folder}/chaincode.sh"), chaincode_file(desk, channel, chaincode, id)));
            if !chaincode.collections.is_empty() {
                files.push((format!("{folder}/collections.json"), collections_file(desk, chaincode)?));
            }
            if let Some(package) = &package {
                files.push((format!("{folder}/package.tar.gz.base64"), encoded(desk, &package.bytes, chaincode)));
            }
        }
    }
    Ok(files)
}

/// configtx.yaml of the system channel, with Kafka at the organization that orders.
fn system_channel(desk: &Desk) -> Result<Option<(String, BundleFile)>, SerError> {
    let (consortium, organization) = (&desk.plan.consortium, desk.organization);
    let at = organization.graph.organization;
    if consortium.ordering.kafka.as_ref().is_none_or(|kafka| kafka.organization != at) {
        return Ok(None);
    }
    let brokers = organization.graph.of(Component::Kafka).into_iter().map(|(id, broker)| {
        let host = organization.host(&broker.name, broker.cluster, &broker.namespace);
        format!("{host}:{}", organization.port(id, "kafka"))
    });
    let object = package::system_channel(consortium, &desk.plan.cards, brokers.collect())?;
    let comment =
        "The system channel, through which Kafka's channels are created: system-channel.sh makes its genesis block.";
    Ok(Some(("system-channel/configtx.yaml".to_owned(), BundleFile::of(comment, [&object], desk.traced))))
}

fn channel_file(desk: &Desk, channel: &Channel, at: OrgIx) -> BundleFile {
    let card = |at: OrgIx| &desk.plan.cards[at.0];
    let consensus = desk.plan.consortium.ordering.consensus.value;
    let origin = channel.name.origin;
    let mut script = Script::new("What the scripts know of the channel.", desk.traced);
    script.text("channel", &channel.name.value, origin);
    script.text("makes_genesis_block", if channel.founder(consensus) == Some(at) { "yes" } else { "no" }, origin);
    let serving = |&(at, count): &(OrgIx, u32)| {
        let card = card(at);
        let nodes = card.orderers.iter().take(count as usize);
        nodes.map(|node| format!("{} {}", node.address(), card.organization))
    };
    let orderers: Vec<String> = channel.orderers.iter().flat_map(serving).collect();
    script.list("orderers", all(&orderers, origin), origin);
    let own: Vec<String> = administered(desk).take(channel.orderers_of(at) as usize).collect();
    script.list("own_orderers", all(&own, origin), origin);
    let member = channel.member(at);
    let peers = member.into_iter().flat_map(|member| member.joined(card(at)));
    let peers: Vec<String> = peers.map(|peer| format!("{} {}", peer.name, peer.address())).collect();
    script.list("own_peers", all(&peers, origin), origin);
    let anchors = member.into_iter().flat_map(|member| member.anchor_peers(card(at)));
    let anchors: Vec<String> = anchors.map(FabricNode::address).collect();
    script.list("anchors", all(&anchors, origin), origin);
    let endorser = |member: &Member| {
        let Card { msp_id, organization, peers, .. } = card(member.organization.value);
        let first = peers.first().map(FabricNode::address).unwrap_or_default();
        format!("{msp_id} {organization} {first}")
    };
    let members: Vec<String> = channel.members.iter().map(endorser).collect();
    let origins = channel.members.iter().map(|member| member.organization.origin);
    script.list("members", members.iter().map(String::as_str).zip(origins), origin);
    let chaincodes = channel.chaincodes.iter().map(|one| (one.name.value.as_str(), one.name.origin));
    script.list("chaincodes", chaincodes, origin);
    script.finish()
}

fn all(items: &[String], origin: Origin) -> impl Iterator<Item = (&str, Origin)> {
    items.iter().map(move |item| (item.as_str(), origin))
}

/// Each orderer and where its administration is dialled: at its host; in a cluster, where it has no way from outside,
/// through kubectl.
fn administered(desk: &Desk) -> impl Iterator<Item = String> {
    let organization = desk.organization;
    organization.graph.of(Component::Orderer).into_iter().map(move |(id, orderer)| {
        let way = match &organization.site {
            Some(site) => {
                let entry = organization.graph.entries.iter().find(|entry| entry.workload == id);
                let published = site.placement(id).and_then(|placement| placement.published.get("admin"));
                let direct = entry.zip(published).map(|(entry, port)| format!("{}:{port}", entry.host));
                direct.unwrap_or_else(|| "nowhere".to_owned())
            }
            None => {
                let cluster = organization.clusters.iter().find(|plan| plan.cluster == orderer.cluster);
                let context = cluster.map_or("", |plan| &plan.name);
                format!("kubectl {context} {} {}:{}", orderer.namespace, orderer.name, ports::ORDERER_ADMIN)
            }
        };
        format!("{} {way}", orderer.name)
    })
}

fn chaincode_file(desk: &Desk, channel: &Channel, chaincode: &Chaincode, id: &str) -> BundleFile {
    let mut script = Script::new("What the scripts know of the chaincode.", desk.traced);
    let (name, version) = (&chaincode.name, &chaincode.version);
    script.text("chaincode", &name.value, name.origin);
    script.text("version", &version.value, version.origin);
    script.text("sequence", &chaincode.sequence.value.to_string(), chaincode.sequence.origin);
    script.text("package_id", id, version.origin);
    // What the channel says is not said again, so that it can be changed there.
    let own = (chaincode.endorsement.value != channel.policies.endorsement.value).then_some(&chaincode.endorsement);
    let policy =
        own.map(|own| own.value.over_peers(&msp_ids(desk, channel.members.iter().map(|one| one.organization.value))));
    script.text("endorsement", &policy.unwrap_or_default(), chaincode.endorsement.origin);
    script.finish()
}

fn msp_ids<'a>(desk: &'a Desk, organizations: impl Iterator<Item = OrgIx>) -> Vec<&'a str> {
    organizations.map(|at| desk.plan.cards[at.0].msp_id.as_str()).collect()
}

fn collections_file(desk: &Desk, chaincode: &Chaincode) -> Result<BundleFile, SerError> {
    let collection = |one: &Collection| {
        let members = msp_ids(desk, one.members.iter().copied());
        let endorsement = |rule: &Rule| Endorsement::new(rule, &members);
        collections::Collection {
            name: one.name.value.to_string(),
            policy: collections::members(&members),
            required_peer_count: one.required_peers.value,
            max_peer_count: one.maximum_peers.value,
            block_to_live: one.block_to_live.value,
            member_only_read: true,
            member_only_write: true,
            endorsement_policy: one.endorsement.as_ref().map(|policy| endorsement(&policy.value)),
        }
    };
    let all: Vec<_> = chaincode.collections.iter().map(collection).collect();
    let text = serde_json::to_string_pretty(&all).map_err(|error| SerError::Message(error.to_string()))?;
    let mut lines = Lines::new(desk.traced);
    lines.lines(&text, chaincode.name.origin);
    Ok(lines.into())
}

/// The package in text, as `base64 --decode` reads it: a bundle is reviewed.
fn encoded(desk: &Desk, bytes: &[u8], chaincode: &Chaincode) -> BundleFile {
    let text = STANDARD.encode(bytes);
    let mut lines = Lines::new(desk.traced);
    for line in text.as_bytes().chunks(LINE) {
        lines.line(String::from_utf8_lossy(line), chaincode.version.origin);
    }
    lines.into()
}
