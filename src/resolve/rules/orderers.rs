//! Orderers: how many stand at whom, and what they survive.

use super::Scene;
use crate::base::{Origin, quantity};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::parse::blueprint::Consensus;
use crate::resolve::ordering::{consensus_name, count_origin};
use crate::resolve::organizations::is_stand_in;
use crate::resolve::problem::{Also, counted, problem, written};
use crate::resolve::{OrgIx, RunBy};

/// How many orderers survive the loss of how many, and whether fewer would do as well.
pub(super) fn numbers(scene: &Scene, diagnostics: &mut Diagnostics) {
    let ordering = &scene.consortium.ordering;
    let total: u32 = ordering.groups.iter().map(|group| group.count.value).sum();
    let sole = match ordering.groups.as_slice() {
        [group] => Some(group.organization),
        _ => None,
    };
    let origin = count_origin(ordering);
    if ordering.consensus.value == Consensus::Bft && (1..4).contains(&total) {
        let message = format!("BFT with {} survives no faulty one", counted(total as usize, "orderer"));
        let few = problem(code::TOO_FEW_BFT, origin, message, "too few");
        diagnostics.push(
            few.also(ordering.consensus.origin, "the consensus").help("run four, at several organizations if you can"),
        );
        return;
    }
    diagnostics.extend(weak(scene, ordering.consensus.value, total, origin, sole, "the ordering service"));
}

/// What can be said of a number of orderers that decide together.
fn weak(
    scene: &Scene,
    consensus: Consensus,
    total: u32,
    origin: Origin,
    sole: Option<OrgIx>,
    who: &str,
) -> Option<Diagnostic> {
    let orderers = counted(total as usize, "orderer");
    let fragile = |help: &str| {
        let message = format!("{who} has {orderers} and survives the loss of none");
        problem(code::FRAGILE_ORDERING, origin, message, "too few").help(help)
    };
    let wasted = |fewer: u32| {
        let message = format!("{who} has {orderers}, which survive no more losses than {fewer}");
        let consensus = consensus_name(consensus);
        problem(code::WASTED_ORDERER, origin, message, "one too many").help(format!(
            "{consensus} needs more to agree with each one: take {fewer}, or add to the next useful number"
        ))
    };
    let finding = match (consensus, total) {
        (_, 0) => None,
        (Consensus::Raft, 1 | 2) => Some(fragile("run three: a majority of two remains when one is lost")),
        (Consensus::Raft, even) if even % 2 == 0 => Some(wasted(even - 1)),
        (Consensus::Bft, many) if many % 3 != 1 => Some(wasted(many - (many - 1) % 3)),
        (Consensus::Kafka, 1) => {
            Some(fragile("run two or three: any of them can take over, since the log is in Kafka"))
        }
        _ => None,
    }?;
    Some(match sole {
        Some(at) => finding.about(&scene.consortium.organization(at).name.value),
        None => finding,
    })
}

/// An organization that somebody else runs has as many orderers as its card says.
pub(super) fn cards(scene: &Scene, diagnostics: &mut Diagnostics) {
    for group in &scene.consortium.ordering.groups {
        let organization = scene.consortium.organization(group.organization);
        let RunBy::Others(card) = &organization.run_by else { continue };
        if !is_stand_in(card) && card.orderers.len() != group.count.value as usize {
            let message = format!(
                "`{}` runs {} by its card, not {}",
                organization.name.value,
                counted(card.orderers.len(), "orderer"),
                group.count.value
            );
            let differ = problem(code::CARD_CONTRADICTED, group.count.origin, message, "here");
            diagnostics.push(
                differ
                    .also(organization.msp_id.origin, "the card")
                    .help("write the card's number, or ask for a new card"),
            );
        }
    }
}

/// A channel served by some of the orderers alone: with Raft only.
pub(super) fn narrowed(scene: &Scene, diagnostics: &mut Diagnostics) {
    let ordering = &scene.consortium.ordering;
    for (name, channel) in &scene.blueprint.channels {
        let Some(first) = channel.orderers.values().next() else { continue };
        if ordering.consensus.value != Consensus::Raft {
            let consensus = consensus_name(ordering.consensus.value);
            let message = format!("with {consensus} all orderers serve every channel, `{}` too", name.value);
            let groups = problem(code::ORDERER_GROUPS, first.origin, message, "only some");
            let groups = groups.also(ordering.consensus.origin, "the consensus");
            diagnostics.push(groups.help("take the channel's `orderers` away, or use Raft"));
            continue;
        }
        let Some(resolved) = scene.consortium.channels.iter().find(|channel| channel.name.value == name.value) else {
            continue;
        };
        let total = resolved.orderers.iter().map(|(_, count)| count).sum();
        let who = format!("the channel `{}`", name.value);
        diagnostics.extend(weak(scene, Consensus::Raft, total, first.origin, None, &who));
    }
}

/// Somebody orders every channel.
pub(super) fn none_left(scene: &Scene, diagnostics: &mut Diagnostics) {
    for channel in &scene.consortium.channels {
        if channel.orderers.is_empty() && !scene.consortium.ordering.groups.is_empty() {
            let message = format!("no orderer serves the channel `{}`", channel.name.value);
            let none = problem(code::NO_ORDERERS, channel.name.origin, message, "nobody orders it");
            diagnostics.push(none.help("let at least one organization's orderers serve it, better three"));
        }
    }
}

/// Fabric's advice for one orderer (deployorderer/ordererplan.md).
const MOST_CHANNELS: usize = 50;

pub(super) fn channels(scene: &Scene, diagnostics: &mut Diagnostics) {
    if scene.consortium.ordering.consensus.value == Consensus::Kafka {
        return;
    }
    for group in &scene.consortium.ordering.groups {
        let served = served_by(scene, group.organization);
        if served > MOST_CHANNELS {
            let name = &scene.consortium.organization(group.organization).name.value;
            let message = format!("an orderer of `{name}` serves {served} channels");
            let origin = written(group.count.origin, scene.consortium.organization(group.organization).name.origin);
            let many = problem(code::TOO_MANY_CHANNELS, origin, message, "its orderers").about(name);
            diagnostics.push(
                many.help(format!("Fabric advises at most {MOST_CHANNELS}: spread them by each channel's `orderers`")),
            );
        }
    }
}

fn served_by(scene: &Scene, organization: OrgIx) -> usize {
    let serves = |orderers: &[(OrgIx, u32)]| orderers.iter().any(|(at, _)| *at == organization);
    scene.consortium.channels.iter().filter(|channel| serves(&channel.orderers)).count()
}

/// Each Raft channel preallocates about 123 MB on every orderer (measured with Fabric 2.5.16).
pub(super) fn volumes(scene: &Scene, diagnostics: &mut Diagnostics) {
    const BASE: u64 = 1 << 30;
    const EACH: u64 = 128 << 20;
    if scene.consortium.ordering.consensus.value != Consensus::Raft {
        return;
    }
    for group in &scene.consortium.ordering.groups {
        let served = served_by(scene, group.organization) as u64;
        let needed = BASE + EACH * served;
        if quantity::bytes(&group.storage.value).is_some_and(|size| size < needed) {
            let name = &scene.consortium.organization(group.organization).name.value;
            let message = format!("{} is little for {}", group.storage.value, counted(served as usize, "channel"));
            let small = problem(code::SMALL_ORDERER_VOLUME, group.storage.origin, message, "an orderer's volume");
            diagnostics.push(
                small
                    .about(name)
                    .help(format!("give it at least {}Mi: each channel preallocates about 123 MB", needed >> 20)),
            );
        }
    }
}
