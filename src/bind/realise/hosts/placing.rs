//! Which host each copy of a workload stands on.

use std::collections::{BTreeMap, BTreeSet};

use super::PLACED;
use super::servers::{Servers, unknown_host};
use crate::base::Traced;
use crate::bind::realise::allocated::{Allocated, Row};
use crate::bind::realise::capacity::{self, Load};
use crate::bind::realise::context::Context;
use crate::bind::{HostPlan, Placement, room};
use crate::diag::code;
use crate::expand::{Component, Program, Shape, Workload, WorkloadId};
use crate::place::{self, Host, Item, Lack, Room};
use crate::resolve::Cluster;

/// Places every workload; records what finds no place, and majorities that stand together.
pub(super) fn place(context: &mut Context, servers: &Servers, allocated: &mut Vec<Allocated>) -> Vec<Placement> {
    let graph = context.graph;
    one_name_each(context);
    let hosts: Vec<Host> = servers.hosts.iter().map(host).collect();
    // A chaincode's server stands beside its peer: they are placed as one.
    let anchors: Vec<WorkloadId> = (0..graph.workloads.len()).map(|at| anchor(&graph.workloads, at)).collect();
    let mut items = Vec::new();
    let mut owners = Vec::new();
    for (at, workload) in graph.workloads.iter().enumerate().filter(|(at, _)| anchors[*at] == WorkloadId(*at)) {
        let beside = (0..graph.workloads.len()).filter(|other| anchors[*other] == WorkloadId(at));
        let room = beside.map(|other| room(&graph.workloads[other])).fold(Room::default(), |sum, one| sum.plus(&one));
        let kept = kept(context, servers, workload);
        for copy in 0..copies(context, servers, workload) {
            items.push(Item {
                name: format!("{}/{copy}", workload.name),
                room,
                kind: bit(workload.cluster),
                family: family(workload),
                apart: true,
                kept: kept.filter(|_| copy == 0),
            });
            owners.push(at);
        }
    }
    kept_well(context, servers, &items, &owners);
    let placed = place::place(&hosts, &items);
    let mut lacking: Vec<(usize, &Item, Lack)> = Vec::new();
    let mut placements = vec![Placement::default(); graph.workloads.len()];
    for ((at, item), outcome) in owners.iter().zip(&items).zip(placed) {
        match outcome {
            Ok((host, reason)) => {
                placements[*at].hosts.push(host);
                placements[*at].reasons.push(reason);
            }
            Err(lack) => lacking.push((*at, item, lack)),
        }
    }
    homeless(context, &lacking);
    for (at, anchor) in anchors.iter().enumerate().filter(|(at, anchor)| anchor.0 != *at) {
        placements[at] = placements[anchor.0].clone();
    }
    overfull(context, servers, &hosts, &items, &owners, &placements);
    majorities(context, &hosts, &placements);
    allocate(context, servers, &placements, allocated);
    placements
}

fn host(plan: &HostPlan) -> Host {
    let takes = plan.clusters.iter().fold(0, |bits, cluster| bits | bit(*cluster));
    Host { name: plan.name.clone(), domains: plan.domains.clone(), room: plan.room(), takes }
}

fn bit(cluster: Cluster) -> u8 {
    match cluster {
        Cluster::Blockchain => 1,
        Cluster::Application => 2,
    }
}

/// The workload that another stands beside: itself, or the peer of a chaincode's server.
fn anchor(workloads: &[Workload], at: usize) -> WorkloadId {
    let of = |workload: &Workload| match workload.containers.first().map(|container| container.program) {
        Some(Program::Chaincode { peer, .. }) => Some(peer),
        _ => None,
    };
    let is = |workload: &Workload, peer: u32| {
        workload.containers.first().is_some_and(|container| container.program == Program::Peer { index: peer })
    };
    let peer = of(&workloads[at]).and_then(|peer| workloads.iter().position(|workload| is(workload, peer)));
    WorkloadId(peer.unwrap_or(at))
}

/// How many copies run: nothing adds any on servers, so that what could scale has its fewest. No more than there are hosts,
/// since two on one are lost together.
fn copies(context: &mut Context, servers: &Servers, workload: &Workload) -> u32 {
    let count = capacity::copies(workload, Load::Least);
    let takes = servers.hosts.iter().filter(|host| host.clusters.contains(&workload.cluster)).count();
    let most = u32::try_from(takes).unwrap_or(u32::MAX).max(1);
    if count > most {
        let message = format!("of {count} copies of `{}` {most} run: one a host", workload.name);
        context.problem(code::NO_ROOM_TO_SCALE, workload.origin, message, "add hosts, or ask for fewer copies");
    }
    count.min(most)
}

/// Those that are never on one host: the nodes of one kind, or the copies of one workload.
fn family(workload: &Workload) -> String {
    match Component::NODES.contains(&workload.component) {
        true => workload.component.as_str().to_owned(),
        false => format!("{}/{}", workload.namespace, workload.name),
    }
}

/// Whether a workload never moves unasked: it keeps data.
fn stays(workload: &Workload) -> bool {
    matches!(workload.shape, Shape::Stateful) && !workload.volumes.is_empty()
}

fn row(context: &Context, workload: &Workload) -> Option<Traced<String>> {
    let (environment, organization) = (&context.consortium.environment.value, &context.organization.name.value);
    let row = context.allocations.placement(environment, organization, &workload.name).filter(|_| stays(workload))?;
    Some(row.as_ref().map(ToString::to_string))
}

/// The host on which the allocations have a workload.
fn kept(context: &mut Context, servers: &Servers, workload: &Workload) -> Option<usize> {
    let row = row(context, workload)?;
    let place = servers.hosts.iter().position(|host| host.name == row.value);
    if place.is_none() {
        unknown_host(context, &servers.hosts, &row);
    }
    place
}

/// The allocations keep nothing where placement would never put it: nodes of a kind on one host, or what a host does not
/// take.
fn kept_well(context: &mut Context, servers: &Servers, items: &[Item], owners: &[usize]) {
    let graph = context.graph;
    let mut known: BTreeMap<(&str, usize), &str> = BTreeMap::new();
    for (item, at) in items.iter().zip(owners) {
        let workload = &graph.workloads[*at];
        let (Some(place), Some(row)) = (item.kept, row(context, workload)) else { continue };
        let (name, host) = (workload.name.as_str(), &servers.hosts[place]);
        if let Some(other) = known.insert((&item.family, place), name) {
            let message = format!("`{other}` and `{name}` are both kept on `{}`, and are lost together", host.name);
            context.problem(code::BAD_ALLOCATION, row.origin, message, "give each a host of its own");
        }
        if !host.clusters.contains(&workload.cluster) {
            let cluster = workload.cluster.as_str();
            let message = format!("`{name}` is kept on `{}`, which takes nothing of the {cluster} cluster", host.name);
            context.problem(code::BAD_ALLOCATION, row.origin, message, "name another host, or widen its `clusters`");
        }
    }
}

/// What keeps data is called by its name alone, in its folder and in the allocations: nothing else of its cluster may have
/// that name, now or later.
fn one_name_each(context: &mut Context) {
    let graph = context.graph;
    let same = |one: &Workload, other: &Workload| one.cluster == other.cluster && one.name == other.name;
    for (at, kept) in graph.workloads.iter().enumerate().filter(|(_, workload)| stays(workload)) {
        let others = graph.workloads.iter().enumerate().filter(|(other, _)| *other != at);
        let Some((_, other)) = others.into_iter().find(|(_, other)| same(kept, other)) else { continue };
        let (name, cluster) = (&kept.name, kept.cluster.as_str());
        let message = format!("two workloads of the {cluster} cluster are called `{name}`, and one keeps data");
        let origin = if kept.component == Component::Database { other.origin } else { kept.origin };
        let help = "on hosts its folder is called by its name: rename the service or the group";
        context.problem(code::NAMES_COLLIDE, origin, message, help);
    }
}

/// Records every place that must not change.
fn allocate(context: &Context, servers: &Servers, placements: &[Placement], allocated: &mut Vec<Allocated>) {
    for (workload, placement) in context.graph.workloads.iter().zip(placements).filter(|(workload, _)| stays(workload))
    {
        let Some(host) = placement.hosts.first().and_then(|host| servers.hosts.get(*host)) else { continue };
        allocated.push(Allocated {
            organization: context.organization.name.value.clone(),
            row: Row::Placement(workload.name.clone(), host.name.clone()),
            kept: row(context, workload).is_some(),
        });
    }
}

/// Tells of those without a place, all of one family that lack the same together.
fn homeless(context: &mut Context, lacking: &[(usize, &Item, Lack)]) {
    let graph = context.graph;
    let mut told: BTreeSet<(&str, Lack)> = BTreeSet::new();
    for (at, item, lack) in lacking {
        if !told.insert((&item.family, *lack)) {
            continue;
        }
        let workload = &graph.workloads[*at];
        let alike = lacking.iter().filter(|(_, other, why)| (&other.family, why) == (&item.family, lack)).count();
        let name = match alike {
            1 => format!("`{}`", workload.name),
            2 => format!("`{}` and 1 other", workload.name),
            _ => format!("`{}` and {} others", workload.name, alike - 1),
        };
        let Room { cpu, memory, disk } = item.room;
        let (message, help) = match lack {
            Lack::Kind => (
                format!("no host takes {name}"),
                format!("give a host `clusters: [{}]`, or leave `clusters` out", workload.cluster.as_str()),
            ),
            Lack::Apart => (
                format!("no host is left for {name}: each with room has one of its kind already"),
                format!("add a host; every {} needs one of its own", workload.component.as_str()),
            ),
            Lack::Room => (
                format!("no host has room for {name}: {cpu}m of CPU, {memory} MiB of memory, {disk} MiB of disk"),
                "add a host, or ask for less; what `reserved` keeps is no room".to_owned(),
            ),
        };
        context.problem(code::NO_HOST, workload.origin, message, &help);
    }
}

/// What the allocations keep on a host has no other place, whether the host has room or not.
fn overfull(
    context: &mut Context,
    servers: &Servers,
    hosts: &[Host],
    items: &[Item],
    owners: &[usize],
    placements: &[Placement],
) {
    let mut taken = vec![Room::default(); hosts.len()];
    let mut copy: BTreeMap<usize, usize> = BTreeMap::new();
    for (owner, item) in owners.iter().zip(items) {
        let next = copy.entry(*owner).or_default();
        if let Some(host) = placements[*owner].hosts.get(*next) {
            taken[*host] = taken[*host].plus(&item.room);
        }
        *next += 1;
    }
    for (host, taken) in servers.hosts.iter().zip(taken) {
        let over = [
            (taken.cpu, host.cpu_millis, "m of CPU"),
            (taken.memory, host.memory_mib, " MiB of memory"),
            (taken.disk, host.disk_mib, " MiB of disk"),
        ];
        for (asked, has, unit) in over.into_iter().filter(|(asked, has, _)| asked > has) {
            let message = format!("what stands on `{}` asks for {asked}{unit}, and it has {has}{unit}", host.name);
            let help = "the allocations keep it there: give the host more, or move a workload by its row";
            context.problem(code::NO_HOST, host.origin, message, help);
        }
    }
}

/// Whoever decides by majority must not lose it with one host or failure domain.
fn majorities(context: &mut Context, hosts: &[Host], placements: &[Placement]) {
    let graph = context.graph;
    for component in Component::NODES.into_iter().filter(|component| component.is_quorum()) {
        let nodes = graph.workloads.iter().zip(placements).filter(|(workload, _)| workload.component == component);
        let places: Vec<usize> = nodes.filter_map(|(_, placement)| placement.hosts.first().copied()).collect();
        let Some(domain) = place::majority(hosts, &places) else { continue };
        let name = component.as_str();
        let message = format!("the majority of the {name} nodes stands in `{domain}` and is lost with it");
        let origin = context.parameters.written("hosts").unwrap_or(PLACED);
        let finding = context.problem_at(
            code::MAJORITY_TOGETHER,
            origin,
            message,
            "add hosts in other rooms, or accept this with the reason",
        );
        context.finding(finding);
    }
}
