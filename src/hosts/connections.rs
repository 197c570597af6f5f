//! Who may dial which port of which host: the rows that the firewall, the load balancers and the list of flows share.
//!
//! A container's packets leave its host with the host's own address. To a port of its own host they come with the
//! container's: then docker-proxy takes them, and the firewall sees them in its input chain.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use crate::base::Origin;
use crate::bind::{BalancersPlan, Frontend, OrganizationPlan, Plan, SitePlan};
use crate::expand::{Destination, Link, OrganizationGraph, Source, WorkloadId};
use crate::fabric::ports::HTTPS;
use crate::resolve::Card;

/// What takes connections at an address of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Taker {
    /// HAProxy, a process of the host's own.
    Balancer,
    /// A container whose port Docker publishes.
    Container,
}

/// A port that the site opens on a host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listener {
    /// The host's place in [`SitePlan::hosts`].
    pub host: usize,
    pub address: Ipv4Addr,
    pub port: u16,
    pub taker: Taker,
    /// The port behind it: the container's, or the frontend's own.
    pub inner: u16,
    /// What it is, for people.
    pub name: String,
    pub origin: Origin,
}

/// Clients that may dial a listener.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Connection {
    pub host: usize,
    pub address: Ipv4Addr,
    pub port: u16,
    /// Whether they are containers of the same host.
    pub inside: bool,
    /// The ranges that they come from, sorted.
    pub from: Vec<String>,
    /// Who they are, for people.
    pub who: String,
    pub origin: Origin,
}

/// All listeners of a site, and who may dial them.
pub(super) fn connections(
    plan: &Plan,
    organization: &OrganizationPlan,
    site: &SitePlan,
) -> (Vec<Listener>, Vec<Connection>) {
    let mut connector = Connector { plan, organization, site, found: BTreeSet::new() };
    organization.graph.links.iter().for_each(|link| connector.link(link));
    if let Some(balancers) = &site.balancers {
        connector.behind(balancers);
    }
    let mut found: Vec<Connection> = connector.found.into_iter().collect();
    let same = |one: &Connection| (one.host, one.address, one.port, one.inside, one.from.clone(), one.who.clone());
    found.dedup_by(|later, earlier| same(later) == same(earlier));
    (listeners(organization, site), found)
}

fn listeners(organization: &OrganizationPlan, site: &SitePlan) -> Vec<Listener> {
    let mut listeners = BTreeSet::new();
    for (at, (workload, placement)) in organization.graph.workloads.iter().zip(&site.placements).enumerate() {
        let published = placement.published.iter().filter_map(|(name, port)| Some((workload.port(name)?, *port)));
        for (port, number) in published {
            let hosts = placement.hosts.iter().filter_map(|host| Some((*host, site.hosts.get(*host)?)));
            listeners.extend(hosts.map(|(host, plan)| Listener {
                host,
                address: plan.address,
                port: number,
                taker: Taker::Container,
                inner: port.port,
                name: label(organization, WorkloadId(at), &port.name),
                origin: port.origin,
            }));
        }
    }
    if let Some(balancers) = &site.balancers {
        let web = balancers.web.first().map(|route| (HTTPS, "web".to_owned(), route.origin));
        let frontends = balancers.frontends.iter();
        let all = frontends.map(|frontend| (frontend.port, frontend.name.clone(), frontend.origin)).chain(web);
        for (port, name, origin) in all {
            listeners.extend(balancers.hosts.iter().map(|host| Listener {
                host: *host,
                address: balancers.address,
                port,
                taker: Taker::Balancer,
                inner: port,
                name: format!("load balancer {name}"),
                origin,
            }));
        }
    }
    listeners.into_iter().collect()
}

/// A port of a workload, for people.
pub(super) fn label(organization: &OrganizationPlan, id: WorkloadId, port: &str) -> String {
    let workload = organization.graph.workloads.get(id.0);
    let name = workload.map_or("", |workload| &workload.name);
    format!("{name} {port}")
}

struct Connector<'a> {
    plan: &'a Plan,
    organization: &'a OrganizationPlan,
    site: &'a SitePlan,
    found: BTreeSet<Connection>,
}

/// Whoever dials.
enum Clients<'a> {
    /// Containers on hosts of the site.
    On(&'a [usize]),
    /// Whoever comes from these ranges.
    Ranges(Vec<String>),
}

impl Connector<'_> {
    fn link(&mut self, link: &Link) {
        let Destination::Workload(to, port) = &link.to else { return };
        let (site, graph) = (self.site, &self.organization.graph);
        match &link.from {
            Source::Workload(from) => {
                let who = graph.workloads.get(from.0).map_or("", |workload| &workload.name);
                let hosts = site.placement(*from).map_or(&[][..], |placement| &placement.hosts);
                let between = is_between_clusters(graph, *from, *to);
                self.dial(&Clients::On(hosts), *to, port, between, (who, link.origin));
                if let Some(all) = site.peers().filter(|all| is_client_of(all, *from, *to, port)) {
                    self.frontend(&Clients::On(hosts), all.port, who, link.origin);
                }
            }
            Source::Organization(other) => {
                let ranges = self.plan.cards.get(other.0).map_or_else(Vec::new, Card::ranges);
                let who = self.plan.consortium.organization(*other).name.value.as_str();
                self.dial(&Clients::Ranges(ranges), *to, port, true, (who, link.origin));
            }
            Source::Range(range) => {
                self.frontend(&Clients::Ranges(vec![range.clone()]), HTTPS, "internet", link.origin);
            }
            Source::Administrators(range) => {
                let clients = Clients::Ranges(vec![range.clone()]);
                self.dial(&clients, *to, port, false, ("administrators", link.origin));
            }
        }
    }

    /// Lets clients dial a port of a workload where they are told to: at its hosts, or at the load balancers, as all do who
    /// come by an entry. What is published nowhere is reached over a private network.
    fn dial(&mut self, clients: &Clients, to: WorkloadId, port: &str, by_entry: bool, (who, origin): (&str, Origin)) {
        let site = self.site;
        let frontend = site.frontend(to, port).zip(site.balancers.as_ref()).filter(|(frontend, balancers)| {
            by_entry || site.answers(to, port) == Some((balancers.address, frontend.port))
        });
        if let Some((frontend, _)) = frontend {
            return self.frontend(clients, frontend.port, who, origin);
        }
        let Some(placement) = site.placement(to) else { return };
        let Some(number) = placement.published.get(port) else { return };
        for host in &placement.hosts {
            let Some(plan) = site.hosts.get(*host) else { continue };
            self.open(clients, *host, plan.address, *number, who, origin);
        }
    }

    /// Lets clients dial a port of the load balancers, whichever host has their address.
    fn frontend(&mut self, clients: &Clients, port: u16, who: &str, origin: Origin) {
        let Some(balancers) = &self.site.balancers else { return };
        for host in &balancers.hosts {
            self.open(clients, *host, balancers.address, port, who, origin);
        }
    }

    /// The load balancers dial what is behind them, and ask it how it is.
    fn behind(&mut self, balancers: &BalancersPlan) {
        const BALANCED: &str = "load balancers";
        let frontends = balancers.frontends.iter();
        let frontends = frontends.flat_map(|frontend| frontend.behind.iter().map(move |one| (one, frontend.origin)));
        let routes = balancers.web.iter().map(|route| (&route.behind, route.origin));
        for ((id, port), origin) in frontends.chain(routes) {
            let Some(placement) = self.site.placement(*id) else { continue };
            let numbers =
                [placement.published.get(port).copied(), health_port(self.organization, self.site, *id, port)];
            for (host, number) in
                placement.hosts.iter().flat_map(|host| numbers.iter().flatten().map(move |number| (host, number)))
            {
                let Some(plan) = self.site.hosts.get(*host) else { continue };
                // On its own host HAProxy is no stranger.
                let others = balancers.hosts.iter().filter(|other| *other != host);
                let others = others.filter_map(|other| self.site.hosts.get(*other));
                let ranges: Vec<String> = others.map(|other| format!("{}/32", other.address)).collect();
                if !ranges.is_empty() {
                    self.open(&Clients::Ranges(ranges), *host, plan.address, *number, BALANCED, origin);
                }
            }
        }
    }

    fn open(&mut self, clients: &Clients, host: usize, address: Ipv4Addr, port: u16, who: &str, origin: Origin) {
        let mut add = |inside: bool, mut from: Vec<String>| {
            from.sort();
            let who = who.to_owned();
            self.found.insert(Connection { host, address, port, inside, from, who, origin });
        };
        match clients {
            Clients::Ranges(ranges) => add(false, ranges.clone()),
            Clients::On(hosts) => {
                let others = hosts.iter().filter(|other| **other != host);
                let others = others.filter_map(|other| self.site.hosts.get(*other));
                let ranges: Vec<String> = others.map(|other| format!("{}/32", other.address)).collect();
                if !ranges.is_empty() {
                    add(false, ranges);
                }
                if hosts.contains(&host) {
                    add(true, vec![self.site.containers.value.clone()]);
                }
            }
        }
    }
}

/// Whether a workload dials one of the organization's other cluster.
fn is_between_clusters(graph: &OrganizationGraph, from: WorkloadId, to: WorkloadId) -> bool {
    let cluster = |id: WorkloadId| graph.workloads.get(id.0).map(|workload| workload.cluster);
    cluster(from) != cluster(to)
}

/// Whether whoever dials one of those behind a frontend dials the frontend, too: all but its siblings.
fn is_client_of(all: &Frontend, from: WorkloadId, to: WorkloadId, port: &str) -> bool {
    let behind = |id: WorkloadId| all.behind.iter().any(|(one, name)| *one == id && name == port);
    behind(to) && !behind(from)
}

/// The published port at which a load balancer sees whether what is behind a port is well, where it is another one.
pub(super) fn health_port(organization: &OrganizationPlan, site: &SitePlan, id: WorkloadId, port: &str) -> Option<u16> {
    let workload = organization.graph.workloads.get(id.0)?;
    let asked = workload.health_port(port)?;
    let named = workload.containers.iter().flat_map(|container| &container.ports).find(|named| named.port == asked)?;
    let published = &site.placement(id)?.published;
    published.get(&named.name).copied().filter(|health| published.get(port) != Some(health))
}
