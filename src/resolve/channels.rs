//! Channels, their members and their chaincodes.

use std::collections::BTreeMap;

use super::context::{Context, get};
use super::organizations::is_stand_in;
use super::policies::{self, Allowed};
use super::problem::{Also, counted, problem};
use super::{
    Chaincode, Channel, Collection, Member, Ordering, OrgIx, Organization, Policies, RunBy, defaults, ordering,
    quantities,
};
use crate::base::Traced;
use crate::base::name::{ChaincodeName, ChaincodeVersion, ChannelName, CollectionName, Image, OrganizationName};
use crate::diag::code;
use crate::parse::blueprint::{self, Map};

pub(super) fn resolve(context: &mut Context, organizations: &[Organization], service: &Ordering) -> Vec<Channel> {
    let blueprint = context.blueprint;
    blueprint.channels.iter().map(|(name, written)| channel(context, organizations, service, name, written)).collect()
}

fn channel(
    context: &mut Context,
    organizations: &[Organization],
    service: &Ordering,
    name: &Traced<ChannelName>,
    written: &blueprint::Channel,
) -> Channel {
    let members = members(context, organizations, name, written);
    let indices: Vec<OrgIx> = members.iter().map(|member| member.organization.value).collect();
    let allowed = Allowed { organizations, members: &indices, channel: &name.value };
    let policies = channel_policies(context, &allowed, written.policies.as_ref());
    let chaincodes = written.chaincodes.iter();
    Channel {
        name: name.clone(),
        orderers: orderers(context, service, written),
        batch: ordering::batch(written.batch.as_ref(), Some(&service.batch)),
        chaincodes: chaincodes.map(|(name, written)| chaincode(context, &allowed, &policies, name, written)).collect(),
        members,
        policies,
    }
}

/// The members, sorted by organization, each once.
fn members(
    context: &mut Context,
    organizations: &[Organization],
    name: &Traced<ChannelName>,
    written: &blueprint::Channel,
) -> Vec<Member> {
    if written.members.is_empty() {
        let help = "list the organizations that share the ledger under `members`";
        context.missing(name.origin, &format!("the channel `{}` has no members", name.value), help);
    }
    for (what, named) in [("peers", names(&written.peers)), ("anchors", names(&written.anchors))] {
        for named in named {
            if !written.members.contains(named) && context.organization(named).is_some() {
                outsider(context, named, &name.value, &format!("`{what}` are those of members"));
            }
        }
    }
    let once = each_once(context, &written.members);
    let mut members = Vec::new();
    for (at, origin) in once {
        let organization = &organizations[at.0];
        let available = peer_count(organization);
        let asked = get(&written.peers, &organization.name.value).copied();
        let anchors = get(&written.anchors, &organization.name.value);
        let peers = joined(context, organization, available, asked);
        let anchors = match anchors {
            Some(anchors) => chosen_anchors(context, organization, peers, anchors),
            None => (0..peers.min(2)).collect(),
        };
        members.push(Member { organization: Traced::new(at, origin), peers, anchors });
    }
    members
}

fn names<V>(map: &Map<OrganizationName, V>) -> Vec<&Traced<OrganizationName>> {
    map.keys().collect()
}

/// Organizations of a list by index, sorted; one that is listed twice is reported.
fn each_once(context: &mut Context, listed: &[Traced<OrganizationName>]) -> BTreeMap<OrgIx, crate::base::Origin> {
    let mut once = BTreeMap::new();
    for name in listed {
        let Some(at) = context.organization(name) else { continue };
        if let Some(first) = once.insert(at, name.origin) {
            let twice =
                problem(code::DUPLICATE_ITEM, name.origin, format!("`{}` is listed twice", name.value), "again here");
            context.push(twice.also(first, "first here").help("keep one of the two"));
        }
    }
    once
}

/// How many peers an organization is taken to have whose card could not be read: as many as anyone may have, so that
/// nothing follows from it.
const UNKNOWN_PEERS: u32 = 25;

/// How many peers an organization has.
pub(super) fn peer_count(organization: &Organization) -> u32 {
    match &organization.run_by {
        RunBy::Us(description) => description.peers.count.value,
        RunBy::Others(card) if is_stand_in(card) => UNKNOWN_PEERS,
        RunBy::Others(card) => u32::try_from(card.peers.len()).unwrap_or(u32::MAX),
    }
}

fn joined(context: &mut Context, organization: &Organization, available: u32, asked: Option<Traced<u32>>) -> u32 {
    let Some(asked) = asked else { return available };
    if asked.value > available || asked.value == 0 {
        let message = match asked.value {
            0 => format!("a member joins with at least one peer, `{}` with none", organization.name.value),
            _ => format!(
                "{} of `{}` cannot join: it has {}",
                counted(asked.value as usize, "peer"),
                organization.name.value,
                counted(available as usize, "peer")
            ),
        };
        let many = problem(code::OUT_OF_COUNT, asked.origin, message, "peers that join");
        let help = "write a number between one and its number of peers, or leave the line out: then all join";
        context.push(many.help(help));
    }
    asked.value.min(available)
}

fn chosen_anchors(
    context: &mut Context,
    organization: &Organization,
    joined: u32,
    written: &[Traced<u32>],
) -> Vec<u32> {
    let mut chosen: Vec<u32> = Vec::new();
    for anchor in written {
        let message = if anchor.value >= joined {
            format!("`{}` has no peer {} in this channel", organization.name.value, anchor.value)
        } else if chosen.contains(&anchor.value) {
            format!("peer {} of `{}` is listed twice", anchor.value, organization.name.value)
        } else {
            chosen.push(anchor.value);
            continue;
        };
        let joined = counted(joined as usize, "peer");
        let wrong = problem(code::BAD_ANCHOR, anchor.origin, message, "counted from 0");
        context.push(wrong.help(format!("{joined} of it join, counted from 0")));
    }
    if chosen.is_empty() && written.is_empty() && joined > 0 {
        let origin = organization.name.origin;
        let none = problem(
            code::BAD_ANCHOR,
            origin,
            format!("`{}` would have no anchor peer in this channel", organization.name.value),
            "no anchor",
        );
        let help = "without an anchor the other members never find its peers (fabric#5034); leave the line \
            out to take the first two";
        context.push(none.help(help));
    }
    chosen.sort_unstable();
    chosen
}

fn outsider(context: &mut Context, name: &Traced<OrganizationName>, channel: &str, why: &str) {
    let outside = problem(
        code::NOT_A_MEMBER,
        name.origin,
        format!("`{}` is no member of the channel `{channel}`", name.value),
        "named here",
    );
    context.push(outside.help(format!("{why}; add it to the channel's `members`, or take it away here")));
}

/// How many orderers of each organization serve the channel; organizations with none left out.
fn orderers(context: &mut Context, service: &Ordering, written: &blueprint::Channel) -> Vec<(OrgIx, u32)> {
    let mut narrowed = BTreeMap::new();
    for (name, count) in &written.orderers {
        let Some(at) = context.organization(name) else { continue };
        let available =
            service.groups.iter().find(|group| group.organization == at).map_or(0, |group| group.count.value);
        if count.value > available {
            let many = problem(
                code::OUT_OF_COUNT,
                count.origin,
                format!("`{}` has {}", name.value, counted(available as usize, "orderer")),
                "orderers that serve the channel",
            );
            context.push(many.help("write at most that number; who runs how many stands under `ordering`"));
        }
        narrowed.insert(at, count.value.min(available));
    }
    let serving = service.groups.iter().map(|group| {
        let count = narrowed.get(&group.organization).copied().unwrap_or(group.count.value);
        (group.organization, count)
    });
    serving.filter(|(_, count)| *count > 0).collect()
}

fn channel_policies(context: &mut Context, allowed: &Allowed, written: Option<&blueprint::Policies>) -> Policies {
    let mut policy =
        |text: Option<&Traced<String>>, path: &'static str| policies::resolve(context, allowed, text, path);
    Policies {
        endorsement: policy(
            written.and_then(|policies| policies.endorsement.as_ref()),
            "channels.policies.endorsement",
        ),
        lifecycle: policy(written.and_then(|policies| policies.lifecycle.as_ref()), "channels.policies.lifecycle"),
        administration: policy(
            written.and_then(|policies| policies.administration.as_ref()),
            "channels.policies.administration",
        ),
    }
}

fn chaincode(
    context: &mut Context,
    allowed: &Allowed,
    policies: &Policies,
    name: &Traced<ChaincodeName>,
    written: &blueprint::Chaincode,
) -> Chaincode {
    let mut lacks = |what: &str, example: &str| {
        let message = format!("the chaincode `{}` has no {what}", name.value);
        context.missing(name.origin, &message, &format!("write its {what}, such as `{example}`"));
    };
    let version = written.version.clone().unwrap_or_else(|| {
        lacks("version", "version: \"1.0\"");
        Traced::new(ChaincodeVersion::trusted("0"), name.origin)
    });
    let image = written.image.clone().unwrap_or_else(|| {
        lacks("image", "image: akachain/asset:1.0");
        Traced::new(Image::trusted("unknown:0"), name.origin)
    });
    let endorsement = match &written.endorsement {
        Some(_) => policies::resolve(context, allowed, written.endorsement.as_ref(), "channels.policies.endorsement"),
        None => policies.endorsement.clone(),
    };
    let collections = written.collections.iter();
    Chaincode {
        name: name.clone(),
        version,
        image,
        endorsement,
        sequence: defaults::SEQUENCE.or(written.sequence.as_ref()),
        collections: collections.map(|(name, written)| collection(context, allowed, name, written)).collect(),
        pruner: pruner(context, allowed, written.pruner.as_ref()),
        resources: quantities::resources(
            written.resources.as_ref(),
            &defaults::CHAINCODE_CPU,
            &defaults::CHAINCODE_MEMORY,
        ),
    }
}

fn pruner(
    context: &mut Context,
    allowed: &Allowed,
    written: Option<&Traced<OrganizationName>>,
) -> Option<Traced<OrgIx>> {
    let name = written?;
    let at = context.organization(name)?;
    if !allowed.members.contains(&at) {
        outsider(context, name, allowed.channel, "a pruner submits transactions");
    }
    Some(Traced::new(at, name.origin))
}

fn collection(
    context: &mut Context,
    allowed: &Allowed,
    name: &Traced<CollectionName>,
    written: &blueprint::Collection,
) -> Collection {
    if written.members.is_empty() {
        let message = format!("the collection `{}` has no members", name.value);
        context.missing(name.origin, &message, "list the organizations that hold the data under `members`");
    }
    let once = each_once(context, &written.members);
    for name in &written.members {
        let known = context.organizations.binary_search_by(|known| known.value.cmp(&name.value)).ok().map(OrgIx);
        if known.is_some_and(|at| !allowed.members.contains(&at)) {
            outsider(context, name, allowed.channel, "private data stays within the channel");
        }
    }
    let endorsement = written.endorsement.as_ref();
    Collection {
        name: name.clone(),
        members: once.into_keys().collect(),
        required_peers: defaults::REQUIRED_PEERS.or(written.required_peers.as_ref()),
        maximum_peers: defaults::MAXIMUM_PEERS.or(written.maximum_peers.as_ref()),
        block_to_live: defaults::BLOCK_TO_LIVE.or(written.block_to_live.as_ref()),
        endorsement: endorsement.map(|text| policies::resolve(context, allowed, Some(text), "")),
    }
}
