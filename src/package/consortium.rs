//! What all members of a consortium share, made from cards and channels alone, so that every member can make the same.

use serde::Serialize;
use std::collections::BTreeMap;

use crate::base::{Object, Origin, SerError, Traced, TreePath, to_tree};
use crate::resolve::{Card, Channel, Consortium, FabricNode, OrgIx, Policy, SharedService};

use super::BundleFile;

/// The files of one environment: path below the output folder to file.
///
/// # Errors
/// Only where a value has no form in YAML, which is a fault of akcgen.
pub fn consortium(
    consortium: &Consortium,
    cards: &[Card],
    traced: bool,
) -> Result<Vec<(String, BundleFile)>, SerError> {
    let folder = format!("consortium/{}", consortium.environment.value);
    let made = super::channels::channels(consortium, cards, traced)?;
    let channels = channels(consortium, cards)?;
    let endpoints = endpoints(consortium, cards)?;
    let mut files: Vec<_> = made.into_iter().map(|(path, file)| (format!("{folder}/{path}"), file)).collect();
    files.extend([
        (
            format!("{folder}/channels.yaml"),
            BundleFile::of("The channels, as every member sees them.", &[channels], traced),
        ),
        (
            format!("{folder}/endpoints.yaml"),
            BundleFile::of("What the organizations dial of each other.", &[endpoints], traced),
        ),
    ]);
    Ok(files)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelRow {
    members: BTreeMap<String, MemberRow>,
    orderers: Vec<String>,
    batch: BatchRow,
    policies: BTreeMap<&'static str, String>,
    chaincodes: BTreeMap<String, ChaincodeRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MemberRow {
    msp_id: String,
    peers: Vec<String>,
    anchors: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchRow {
    timeout: String,
    messages: u32,
    absolute_bytes: String,
    preferred_bytes: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChaincodeRow {
    version: String,
    sequence: u32,
    endorsement: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    collections: BTreeMap<String, CollectionRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CollectionRow {
    members: Vec<String>,
    required_peers: u32,
    maximum_peers: u32,
    block_to_live: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    endorsement: Option<String>,
}

fn channels(consortium: &Consortium, cards: &[Card]) -> Result<Object, SerError> {
    let rows: BTreeMap<String, ChannelRow> =
        consortium.channels.iter().map(|channel| (channel.name.value.to_string(), row(channel, cards))).collect();
    let mut object = Object::new(to_tree(&rows)?, consortium.name.origin);
    for channel in &consortium.channels {
        let at = TreePath::ROOT.join(channel.name.value.to_string());
        let members = at.clone().join("members");
        for member in &channel.members {
            let card = &cards[member.organization.value.0];
            object.origins.add(members.clone().join(card.organization.to_string()), member.organization.origin);
        }
        for chaincode in &channel.chaincodes {
            let path = at.clone().join("chaincodes").join(chaincode.name.value.to_string());
            object.origins.add(path.clone().join("version"), chaincode.version.origin);
            object.origins.add(path.clone().join("sequence"), chaincode.sequence.origin);
            for collection in &chaincode.collections {
                let at = path.clone().join("collections").join(collection.name.value.to_string());
                object.origins.add(at.clone().join("requiredPeers"), collection.required_peers.origin);
                object.origins.add(at.clone().join("maximumPeers"), collection.maximum_peers.origin);
                object.origins.add(at.clone().join("blockToLive"), collection.block_to_live.origin);
                object.origins.add(at, collection.name.origin);
            }
            object.origins.add(path.clone().join("endorsement"), chaincode.endorsement.origin);
            object.origins.add(path, chaincode.name.origin);
        }
        for (key, origin) in [
            ("timeout", channel.batch.timeout.origin),
            ("messages", channel.batch.messages.origin),
            ("absoluteBytes", channel.batch.absolute_bytes.origin),
            ("preferredBytes", channel.batch.preferred_bytes.origin),
        ] {
            object.origins.add(at.clone().join("batch").join(key), origin);
        }
        for (key, policy) in policies(channel) {
            object.origins.add(at.clone().join("policies").join(key), policy.origin);
        }
        object.origins.add(at, channel.name.origin);
    }
    Ok(object)
}

fn row(channel: &Channel, cards: &[Card]) -> ChannelRow {
    let name = |at: OrgIx| cards[at.0].organization.to_string();
    let members = channel.members.iter().map(|member| {
        let card = &cards[member.organization.value.0];
        let peers = member.joined(card).map(FabricNode::address).collect();
        let anchors = member.anchor_peers(card).map(FabricNode::address).collect();
        (card.organization.to_string(), MemberRow { msp_id: card.msp_id.to_string(), peers, anchors })
    });
    let orderers = channel
        .orderers
        .iter()
        .flat_map(|&(at, count)| cards[at.0].orderers.iter().take(count as usize).map(FabricNode::address))
        .collect();
    let chaincodes = channel.chaincodes.iter().map(|chaincode| {
        let collections = chaincode.collections.iter().map(|collection| {
            let row = CollectionRow {
                members: collection.members.iter().map(|&member| name(member)).collect(),
                required_peers: collection.required_peers.value,
                maximum_peers: collection.maximum_peers.value,
                block_to_live: collection.block_to_live.value,
                endorsement: collection.endorsement.as_ref().map(|policy| text(&policy.value)),
            };
            (collection.name.value.to_string(), row)
        });
        let row = ChaincodeRow {
            version: chaincode.version.value.to_string(),
            sequence: chaincode.sequence.value,
            endorsement: text(&chaincode.endorsement.value),
            collections: collections.collect(),
        };
        (chaincode.name.value.to_string(), row)
    });
    ChannelRow {
        members: members.collect(),
        orderers,
        batch: BatchRow {
            timeout: channel.batch.timeout.value.to_string(),
            messages: channel.batch.messages.value,
            absolute_bytes: channel.batch.absolute_bytes.value.to_string(),
            preferred_bytes: channel.batch.preferred_bytes.value.to_string(),
        },
        policies: policies(channel).map(|(key, policy)| (key, text(&policy.value))).into(),
        chaincodes: chaincodes.collect(),
    }
}

fn policies(channel: &Channel) -> [(&'static str, &Traced<Policy>); 3] {
    [
        ("administration", &channel.policies.administration),
        ("endorsement", &channel.policies.endorsement),
        ("lifecycle", &channel.policies.lifecycle),
    ]
}

/// A policy in the words of the blueprint.
pub(super) fn text(policy: &Policy) -> String {
    match policy {
        Policy::Any => "any".to_owned(),
        Policy::Majority => "majority".to_owned(),
        Policy::All => "all".to_owned(),
        Policy::Expression(expression) => expression.clone(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointsRow<'a> {
    title: &'a str,
    msp_id: &'a str,
    domain: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    peers: &'a [FabricNode],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    orderers: &'a [FabricNode],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    services: &'a [SharedService],
}

fn endpoints(consortium: &Consortium, cards: &[Card]) -> Result<Object, SerError> {
    let rows: BTreeMap<&str, EndpointsRow> = cards
        .iter()
        .map(|card| {
            let row = EndpointsRow {
                title: &card.title,
                msp_id: &card.msp_id,
                domain: &card.domain,
                peers: &card.peers,
                orderers: &card.orderers,
                services: &card.services,
            };
            (card.organization.as_str(), row)
        })
        .collect();
    let mut object = Object::new(to_tree(&rows)?, Origin::Rule("what every organization's card says of it"));
    for organization in &consortium.organizations {
        let at = TreePath::ROOT.join(organization.name.value.to_string());
        object.origins.add(at.clone().join("mspId"), organization.msp_id.origin);
        object.origins.add(at.clone().join("domain"), organization.domain.origin);
        object.origins.add(at, organization.name.origin);
    }
    Ok(object)
}
