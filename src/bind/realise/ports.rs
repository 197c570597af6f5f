//! The ports that clients outside of a cluster dial. They stand in other organizations' cards and firewalls, so that they
//! never change: a row of the allocations decides, then a rule that other entries disturb as little as can be.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::allocated::{Allocated, Row};
use super::context::Context;
use crate::diag::{Diagnostic, code};
use crate::expand::{Entry, EntryKind, NodeRole};
use crate::fabric::ports::{self, HTTPS};
use crate::parse::blueprint::Endpoints;
use crate::target::definition::{Entries, Realisation};

/// Between two nodes of one kind on a shared balancer.
const STEP: u16 = 10;
/// Where services stand whose own port is taken on a shared balancer.
const OTHERS: std::ops::Range<u16> = 20_000..30_000;

/// What an entry shares its ports with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Balancer {
    Public,
    Private,
    /// One of its own: its place in the list of entries.
    Own(usize),
}

/// How a target lets in entries of a kind.
pub(super) fn need<'a>(context: &Context<'a>, entry: &Entry) -> &'a Realisation<Entries> {
    let needs = &context.target.definition.needs;
    match entry.kind {
        EntryKind::Grpc { .. } => &needs.grpc_entries,
        EntryKind::Web { .. } => &needs.web_entries,
        EntryKind::Private => &needs.private_entries,
        EntryKind::Consortium => &needs.consortium_entries,
    }
}

/// The outer port of each entry, in their order. `names` are the entries' names, in the same order.
pub(super) fn outer(context: &mut Context, names: &[String], allocated: &mut Vec<Allocated>) -> Vec<u16> {
    let graph = context.graph;
    let entries = &graph.entries;
    let mut outer = vec![HTTPS; entries.len()];
    let mut taken: BTreeMap<(Balancer, u16), usize> = BTreeMap::new();
    let mut open: Vec<usize> = Vec::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| !matches!(entry.kind, EntryKind::Web { .. })) {
        let Some(row) = context.port_row(&names[at]) else {
            open.push(at);
            continue;
        };
        outer[at] = row.value;
        if let Some(other) = taken.insert((balancer(context, at, entry), row.value), at) {
            let message = format!("`{}` and `{}` are given the same port {}", names[other], names[at], row.value);
            let finding = Diagnostic::new(code::BAD_ALLOCATION, message);
            let finding = finding.at_origin(row.origin, "");
            context.finding(finding.help("they stand behind one load balancer, where each needs a port of its own"));
        }
    }
    // Fabric's nodes first: their numbers follow from their names alone.
    open.sort_by_key(|at| (!matches!(entries[*at].kind, EntryKind::Grpc { .. }), *at));
    for at in open {
        let balancer = balancer(context, at, &entries[at]);
        let number = candidates(context, &entries[at], &names[at], balancer)
            .into_iter()
            .find(|number| !taken.contains_key(&(balancer, *number)))
            .unwrap_or(HTTPS);
        taken.insert((balancer, number), at);
        outer[at] = number;
    }
    for (at, entry) in entries.iter().enumerate() {
        let kept = context.port_row(&names[at]).is_some();
        let lasting = !matches!(entry.kind, EntryKind::Web { .. }) && balancer(context, at, entry) != Balancer::Own(at);
        if kept || lasting {
            let organization = context.organization.name.value.clone();
            allocated.push(Allocated { organization, row: Row::Port(names[at].clone(), outer[at]), kept });
        }
    }
    outer
}

fn balancer(context: &Context, at: usize, entry: &Entry) -> Balancer {
    let shared = need(context, entry).details().is_some_and(|entries| entries.shared);
    match entry.kind {
        _ if !shared => Balancer::Own(at),
        EntryKind::Grpc { endpoints: Endpoints::Each, .. } => Balancer::Own(at),
        EntryKind::Private => Balancer::Private,
        _ => Balancer::Public,
    }
}

/// The ports that an entry can have, the best first.
fn candidates(context: &Context, entry: &Entry, name: &str, balancer: Balancer) -> Vec<u16> {
    let workload = &context.graph.workloads[entry.workload.0];
    let own = workload.port(&entry.port).map_or(HTTPS, |port| port.port);
    match entry.kind {
        _ if matches!(balancer, Balancer::Own(_)) => vec![own],
        EntryKind::Grpc { node, index, .. } => {
            let base = match node {
                NodeRole::Peer => ports::PEER_GRPC,
                NodeRole::Orderer => ports::ORDERER_GRPC,
            };
            let first = u16::try_from(index).ok().and_then(|index| base.checked_add(index.checked_mul(STEP)?));
            (first.unwrap_or(base)..).step_by(STEP.into()).take(1000).collect()
        }
        _ => free(own, name).collect(),
    }
}

/// A service's own port, then those where it stands if that is taken: where depends on its name, so that others disturb it
/// as little as can be.
pub(super) fn free(own: u16, name: &str) -> impl Iterator<Item = u16> + use<> {
    let digest = Sha256::digest(name.as_bytes());
    let start = u16::from_be_bytes([digest[0], digest[1]]) % (OTHERS.end - OTHERS.start);
    let around = (0..OTHERS.end - OTHERS.start).map(move |step| (u32::from(start) + u32::from(step)) % 10_000);
    let others = around.filter_map(|offset| OTHERS.start.checked_add(u16::try_from(offset).ok()?));
    std::iter::once(own).chain(others)
}
