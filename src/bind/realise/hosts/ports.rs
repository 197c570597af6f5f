//! The ports of load balancers, and those at which workloads are published at their hosts' addresses.

use std::collections::{BTreeMap, BTreeSet};

use super::servers::{Balancers, Servers};
use crate::base::bounded::numbered;
use crate::base::{Origin, Traced};
use crate::bind::realise::allocated::{Allocated, Row};
use crate::bind::realise::context::Context;
use crate::bind::realise::ports::free;
use crate::bind::{BalancersPlan, Frontend, Placement, SitePlan, WebRoute};
use crate::diag::code;
use crate::expand::{Component, Destination, Entry, EntryKind, PEERS, Shape, Source, WorkloadId};
use crate::fabric::ports::{self, HTTPS};

/// The port of SSH, which every host has.
const SSH: u16 = 22;

/// A port of a workload.
type Listener = (WorkloadId, String);

/// What the load balancers have; none where there are none. Copies without any are refused.
pub(super) fn balancers(
    context: &mut Context,
    servers: &Servers,
    names: &[String],
    allocated: &mut Vec<Allocated>,
) -> Option<BalancersPlan> {
    let Some(Balancers { hosts, address, interface, router, .. }) = &servers.balancers else {
        copies_need_some(context);
        return None;
    };
    let mut frontends = Vec::new();
    let mut taken = BTreeSet::from([SSH, HTTPS]);
    if servers.hosts.iter().any(|host| host.address == *address) {
        // Others know the numbers of nodes, which may stand on the same host.
        let nodes = context.graph.workloads.iter().filter(|one| Component::NODES.contains(&one.component));
        taken.extend(nodes.flat_map(|node| &node.containers).flat_map(|one| &one.ports).map(|port| port.port));
    }
    let mut open = Vec::new();
    for (listener, wanted) in wanted(context, names) {
        let Wanted { name, own, origin, entry } = wanted;
        let row = context.port_row(&name).filter(|_| entry);
        match row {
            Some(row) if !taken.insert(row.value) => {
                let message = format!("`{name}` is given the port {}, which another has", row.value);
                let help = "everything behind the load balancers needs a port of its own";
                context.problem(code::BAD_ALLOCATION, row.origin, message, help);
            }
            Some(row) => {
                let row = Traced::new(row.value, origin);
                frontends.push(frontend(context, allocated, (name, listener), row, true, entry));
            }
            None => open.push((name, own, listener, origin, entry)),
        }
    }
    for (name, own, listener, origin, entry) in open {
        let Some(number) = free(own, &name).find(|number| !taken.contains(number)) else { continue };
        taken.insert(number);
        frontends.push(frontend(context, allocated, (name, listener), Traced::new(number, origin), false, entry));
    }
    frontends.sort_by(|one, other| (one.port, &one.name).cmp(&(other.port, &other.name)));
    let (hosts, address, interface, router) = (hosts.clone(), *address, interface.clone(), *router);
    let web = web(context, names);
    // HAProxy does not start with nothing to listen on.
    let is_needed = !frontends.is_empty() || !web.is_empty();
    is_needed.then_some(BalancersPlan { hosts, address, interface, router, frontends, web })
}

fn frontend(
    context: &Context,
    allocated: &mut Vec<Allocated>,
    (name, behind): (String, Vec<Listener>),
    port: Traced<u16>,
    kept: bool,
    entry: bool,
) -> Frontend {
    if entry {
        let organization = context.organization.name.value.clone();
        allocated.push(Allocated { organization, row: Row::Port(name.clone(), port.value), kept });
    }
    Frontend { name, port: port.value, behind, origin: port.origin }
}

/// A frontend that is wanted.
struct Wanted {
    name: String,
    /// The port of what is behind it.
    own: u16,
    origin: Origin,
    /// Whether somebody outside of the organization or in its other cluster dials it, so that it never changes.
    entry: bool,
}

/// What clients dial at the load balancers, sorted: entries from the other cluster and other organizations, what has
/// copies, and all peers by one address.
fn wanted(context: &Context, names: &[String]) -> BTreeMap<Vec<Listener>, Wanted> {
    let graph = context.graph;
    let mut wanted: BTreeMap<Vec<Listener>, Wanted> = BTreeMap::new();
    for (entry, name) in graph.entries.iter().zip(names) {
        if matches!(entry.kind, EntryKind::Private | EntryKind::Consortium) {
            let listener = vec![(entry.workload, entry.port.clone())];
            let own = own(context, entry.workload, &entry.port);
            let one = Wanted { name: name.clone(), own, origin: entry.origin, entry: true };
            wanted.entry(listener).or_insert(one);
        }
    }
    for link in &graph.links {
        let (Source::Workload(_), Destination::Workload(to, port)) = (&link.from, &link.to) else { continue };
        let workload = &graph.workloads[to.0];
        if matches!(workload.shape, Shape::Stateless(_)) && workload.component != Component::Chaincode {
            let first = workload.containers.first().and_then(|container| container.ports.first());
            let alone = first.is_some_and(|first| first.name == *port);
            let name = if alone { workload.name.clone() } else { format!("{}-{port}", workload.name) };
            let one = Wanted { name, own: own(context, *to, port), origin: workload.origin, entry: false };
            wanted.entry(vec![(*to, port.clone())]).or_insert(one);
        }
    }
    let peers: Vec<Listener> = (graph.workloads.iter().enumerate())
        .filter(|(_, workload)| workload.component == Component::Peer)
        .filter_map(|(at, peer)| Some((WorkloadId(at), peer.containers.first()?.ports.first()?.name.clone())))
        .collect();
    if peers.len() > 1 {
        let origin = Origin::Rule("one address over all nodes of a kind");
        wanted.insert(peers, Wanted { name: PEERS.to_owned(), own: ports::PEER_GRPC, origin, entry: false });
    }
    one_name_each(&mut wanted);
    wanted
}

/// HAProxy takes no name twice. Entries keep theirs, which the allocations know.
fn one_name_each(wanted: &mut BTreeMap<Vec<Listener>, Wanted>) {
    let entries = wanted.values().filter(|one| one.entry).map(|one| one.name.clone());
    let mut taken: BTreeSet<String> = entries.collect();
    for one in wanted.values_mut().filter(|one| !one.entry) {
        one.name = numbered(&one.name, '-', |name| taken.insert(name.to_owned()));
    }
}

/// The number of a named port of a workload.
fn own(context: &Context, id: WorkloadId, port: &str) -> u16 {
    context.graph.workloads[id.0].port(port).map_or(HTTPS, |port| port.port)
}

/// Without load balancers nothing can have copies.
fn copies_need_some(context: &mut Context) {
    let first = wanted(context, &[]).into_iter().next();
    let Some((listener, Wanted { name, origin, .. })) = first else { return };
    let origin = listener.first().map_or(origin, |(id, _)| context.graph.workloads[id.0].origin);
    let message = format!("`{name}` is reached through load balancers, and there are none");
    let help = "name the hosts that run HAProxy, for example `loadBalancers: {hosts: [edge-1]}`";
    context.problem(code::NEED_NOT_MET, origin, message, help);
}

fn web(context: &Context, names: &[String]) -> Vec<WebRoute> {
    let route = |(entry, name): (&Entry, &String)| match &entry.kind {
        EntryKind::Web { path, ranges } => Some(WebRoute {
            name: name.clone(),
            host: entry.host.clone(),
            path: path.clone(),
            ranges: ranges.iter().map(|range| range.value.clone()).collect(),
            behind: (entry.workload, entry.port.clone()),
            origin: entry.origin,
        }),
        _ => None,
    };
    let mut routes: Vec<WebRoute> = context.graph.entries.iter().zip(names).filter_map(route).collect();
    // Of two paths the longer is asked for first.
    routes.sort_by(|one, other| {
        one.host
            .cmp(&other.host)
            .then_with(|| other.path.len().cmp(&one.path.len()))
            .then_with(|| one.path.cmp(&other.path))
    });
    routes
}

/// Publishes every port that somebody outside of a workload's own private network dials: nodes first, whose numbers others
/// know.
pub(super) fn publish(
    context: &mut Context,
    servers: &Servers,
    balancers: Option<&BalancersPlan>,
    names: &[String],
    placements: &mut [Placement],
    allocated: &mut Vec<Allocated>,
) {
    let graph = context.graph;
    let mut taken: Vec<BTreeSet<u16>> = vec![BTreeSet::from([SSH]); servers.hosts.len()];
    // An address that moves between two is none of theirs.
    let shares = |host: &&usize| balancers.is_some_and(|it| it.address == servers.hosts[**host].address);
    for host in balancers.iter().flat_map(|balancers| &balancers.hosts).filter(shares) {
        let frontends = balancers.iter().flat_map(|balancers| &balancers.frontends).map(|frontend| frontend.port);
        taken[*host].extend(frontends.chain([HTTPS]));
    }
    let dialled = dialled(context, balancers);
    let rank = |listener: &&Listener| {
        let component = graph.workloads[listener.0.0].component;
        let node = Component::NODES.contains(&component) || component == Component::Database;
        (!node, listener.0, listener.1.clone())
    };
    let mut order: Vec<&Listener> = dialled.iter().collect();
    order.sort_by_key(rank);
    for listener in order {
        let (id, port) = listener;
        let Some(own) = graph.workloads[id.0].port(port).map(|port| port.port) else { continue };
        let hosts = placements[id.0].hosts.clone();
        let is_entry = |entry: &Entry| entry.workload == *id && entry.port == *port && entry.kind.is_of_a_node();
        let entry = graph.entries.iter().position(is_entry);
        let row = entry.and_then(|at| context.port_row(&names[at]));
        let number = match &row {
            Some(row) => Some(row.value),
            None => free(own, &format!("{}-{port}", graph.workloads[id.0].name))
                .find(|number| hosts.iter().all(|host| !taken[*host].contains(number))),
        };
        let Some(number) = number else { continue };
        if let (Some(row), Some(host)) = (&row, hosts.iter().find(|host| taken[**host].contains(&number))) {
            let message = format!("the port {number} of `{}` is taken", servers.hosts[*host].name);
            context.problem(code::BAD_ALLOCATION, row.origin, message, "give the row another port, or take it away");
        }
        if let (Some(at), Some(row)) = (entry, &row) {
            let organization = context.organization.name.value.clone();
            allocated.push(Allocated { organization, row: Row::Port(names[at].clone(), row.value), kept: true });
        }
        hosts.iter().for_each(|host| {
            taken[*host].insert(number);
        });
        placements[id.0].published.insert(port.clone(), number);
    }
}

/// The ports that anybody dials who does not stand beside them, and those at which load balancers ask.
fn dialled(context: &Context, balancers: Option<&BalancersPlan>) -> BTreeSet<Listener> {
    let graph = context.graph;
    let mut dialled = BTreeSet::new();
    for link in &graph.links {
        let Destination::Workload(to, port) = &link.to else { continue };
        let beside = graph.workloads[to.0].component == Component::Chaincode || link.from == Source::Workload(*to);
        if !beside {
            dialled.insert((*to, port.clone()));
        }
    }
    dialled.extend(graph.entries.iter().map(|entry| (entry.workload, entry.port.clone())));
    let behind = balancers.iter().flat_map(|balancers| {
        let frontends = balancers.frontends.iter().flat_map(|frontend| &frontend.behind);
        frontends.chain(balancers.web.iter().map(|route| &route.behind))
    });
    for (id, port) in behind {
        let workload = &graph.workloads[id.0];
        dialled.insert((*id, port.clone()));
        let health = workload.health_port(port);
        let ports = workload.containers.iter().flat_map(|container| &container.ports);
        dialled.extend(ports.filter(|one| Some(one.port) == health).map(|one| (*id, one.name.clone())));
    }
    dialled
}

/// The port that clients outside dial, for each entry.
pub(super) fn outer(context: &Context, site: &SitePlan) -> Vec<u16> {
    let outer = |entry: &Entry| match entry.kind {
        EntryKind::Web { .. } => HTTPS,
        EntryKind::Grpc { .. } => {
            let placement = site.placement(entry.workload);
            placement.and_then(|placement| placement.published.get(&entry.port)).copied().unwrap_or_default()
        }
        EntryKind::Private | EntryKind::Consortium => {
            site.frontend(entry.workload, &entry.port).map_or(0, |frontend| frontend.port)
        }
    };
    context.graph.entries.iter().map(outer).collect()
}
