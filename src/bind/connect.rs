//! The second step of binding, over all organizations: every link becomes a flow, a list of hops, each enforced where
//! it ends or begins. Security groups, NetworkPolicies and firewall rows are made from these alone.
//!
//! Of another organization only its card is known here.

use std::net::Ipv4Addr;

use crate::base::Origin;
use crate::base::range::EVERYBODY;
use crate::expand::{Destination, Entry, EntryKind, Link, Source, WorkloadId};
use crate::fabric::ports;
use crate::parse::blueprint::DatabaseEngine;
use crate::resolve::{Card, Consortium, Description, OrgIx};

use super::plan::*;

/// Fills the flows of an organization's plan. `cards` stand in the order of the consortium's organizations.
pub fn connect(consortium: &Consortium, cards: &[Card], plan: &mut OrganizationPlan) {
    let Some(description) = consortium.organization(plan.graph.organization).description() else { return };
    let connector = Connector { cards, description, plan };
    let mut flows: Vec<Flow> = plan.graph.links.iter().flat_map(|link| connector.flows(link)).collect();
    flows.extend(connector.health_checks());
    flows.sort();
    flows.dedup_by(|later, earlier| later.hops == earlier.hops);
    plan.flows = flows;
}

struct Connector<'a> {
    cards: &'a [Card],
    description: &'a Description,
    plan: &'a OrganizationPlan,
}

impl Connector<'_> {
    fn flows(&self, link: &Link) -> Vec<Flow> {
        let hops = match (&link.from, &link.to) {
            (Source::Workload(from), Destination::Workload(to, port)) => self.inside(*from, *to, port),
            (Source::Workload(from), to) => self.outwards(*from, to),
            (Source::Organization(other), Destination::Workload(to, port)) => {
                let card = self.card(*other);
                self.inwards(ranges(card.organization.as_str(), card.ranges()), *to, port, Way::Others)
            }
            (Source::Range(range), Destination::Workload(to, port)) => {
                self.inwards(ranges("internet", vec![range.clone()]), *to, port, Way::Web)
            }
            (Source::Administrators(range), Destination::Workload(to, port)) => {
                self.inwards(ranges("administrators", vec![range.clone()]), *to, port, Way::Others)
            }
            // Whoever is outside reaches workloads alone; `expand` makes no other link.
            (Source::Organization(_) | Source::Range(_) | Source::Administrators(_), _) => Vec::new(),
        };
        if hops.is_empty() { Vec::new() } else { vec![Flow { hops, origin: link.origin }] }
    }

    /// Between two workloads of the organization: directly in one cluster, through a private balancer between two.
    fn inside(&self, from: WorkloadId, to: WorkloadId, port: &str) -> Vec<Hop> {
        let number = self.port(to, port);
        let workloads = &self.plan.graph.workloads;
        if workloads[from.0].cluster == workloads[to.0].cluster {
            return vec![Hop { from: End::Workload(from), to: End::Workload(to), port: number }];
        }
        let outer = self.outer_port(to, port, Way::Private);
        let Some(balancer) = self.balancer(Way::Private) else {
            // Pods see their clients' addresses, and where those lie in the other cluster nobody knows.
            let anywhere = ranges("private load balancer", vec![EVERYBODY.to_owned()]);
            return vec![
                Hop { from: End::Workload(from), to: anywhere.clone(), port: outer },
                Hop { from: anywhere, to: End::Workload(to), port: number },
            ];
        };
        vec![
            Hop { from: End::Workload(from), to: balancer.clone(), port: outer },
            Hop { from: balancer, to: End::Workload(to), port: number },
        ]
    }

    /// From outside to a workload, through the balancer of its entry.
    fn inwards(&self, from: End, to: WorkloadId, port: &str, way: Way) -> Vec<Hop> {
        let inner = self.port(to, port);
        match self.balancer(way) {
            Some(balancer) => vec![
                Hop { from, to: balancer.clone(), port: self.outer_port(to, port, way) },
                Hop { from: balancer, to: End::Workload(to), port: inner },
            ],
            // Pods see their clients' addresses.
            None => vec![Hop { from, to: End::Workload(to), port: inner }],
        }
    }

    /// Where connections from outside come to pods from; none where pods see their clients' addresses.
    fn balancer(&self, way: Way) -> Option<End> {
        let network = &self.plan.network;
        match way {
            Way::Private => balancer("private load balancer", &network.private_balancers),
            Way::Web if network.ingress.is_some() => network.ingress.clone(),
            Way::Web | Way::Others => balancer("load balancer", &network.public_balancers),
        }
    }

    /// From a workload to what is no workload of the organization.
    fn outwards(&self, from: WorkloadId, to: &Destination) -> Vec<Hop> {
        let anywhere = |what: &str| ranges(what, vec![EVERYBODY.to_owned()]);
        let (to, port) = match to {
            Destination::Peer(other, index) => {
                let card = self.card(*other);
                let Some(peer) = card.peers.get(*index) else { return Vec::new() };
                (anywhere(&peer.host), peer.port)
            }
            Destination::Orderer(other, index) => {
                let card = self.card(*other);
                let Some(orderer) = card.orderers.get(*index) else { return Vec::new() };
                (anywhere(&orderer.host), orderer.port)
            }
            Destination::Shared(other, name) => {
                let card = self.card(*other);
                let Some(shared) = card.services.iter().find(|shared| shared.name.as_str() == name) else {
                    return Vec::new();
                };
                (anywhere(&shared.host), shared.port)
            }
            Destination::Database(engine) => {
                let default = match engine {
                    DatabaseEngine::Postgresql => ports::POSTGRESQL,
                    DatabaseEngine::Mysql => ports::MYSQL,
                };
                let port = self.plan.databases.get(engine).map_or(default, |endpoint| endpoint.port);
                (self.plan.network.databases.get(engine).cloned().unwrap_or_else(|| anywhere("database")), port)
            }
            Destination::Streams => {
                let port = self.plan.streams.as_ref().map_or(ports::REDIS, |endpoint| endpoint.port);
                (self.plan.network.streams.clone().unwrap_or_else(|| anywhere("streams")), port)
            }
            Destination::System(index) => self.system(*index),
            Destination::Workload(..) => return Vec::new(),
        };
        vec![Hop { from: End::Workload(from), to, port }]
    }

    /// An outside system: by its address where that is a number, else by where its name can lead.
    fn system(&self, index: usize) -> (End, u16) {
        let system = &self.description.systems[index];
        let name = system.name.value.as_str();
        let by_address = system.address.value.parse::<Ipv4Addr>().map(|address| vec![format!("{address}/32")]);
        let vpn = system.through.map(|vpn| &self.description.vpns[vpn]);
        let reached = by_address.unwrap_or_else(|_| match vpn {
            Some(vpn) => vpn.ranges.iter().map(|range| range.value.to_string()).collect(),
            None => vec![EVERYBODY.to_owned()],
        });
        match (&self.description.proxy, vpn) {
            (Some(proxy), None) => {
                let url = proxy.https.as_ref().or(proxy.http.as_ref()).map(|url| url.value.as_str());
                match url.and_then(proxy_port) {
                    Some(port) => (ranges("proxy", vec![EVERYBODY.to_owned()]), port),
                    None => (ranges(name, reached), system.port.value),
                }
            }
            _ => (ranges(name, reached), system.port.value),
        }
    }

    /// Load balancers ask the pods behind them as the pods' own probes do: the operations service of Fabric's nodes, not
    /// Fabric's own port, which would log a failed TLS handshake each time (aws-samples/hyperledger-on-kubernetes#18).
    fn health_checks(&self) -> Vec<Flow> {
        let check = |entry: &Entry| {
            // Pods that run in the cluster know from Kubernetes itself who is well.
            let balancer = self.balancer(Way::of(entry)).filter(|end| !matches!(end, End::Platform { .. }))?;
            let port = self.plan.graph.workloads[entry.workload.0].health_port(&entry.port)?;
            let hop = Hop { from: balancer, to: End::Workload(entry.workload), port };
            Some(Flow {
                hops: vec![hop],
                origin: Origin::Rule("load balancers ask whether what is behind them is well"),
            })
        };
        self.plan.graph.entries.iter().filter_map(check).collect()
    }

    fn card(&self, organization: OrgIx) -> &Card {
        &self.cards[organization.0]
    }

    fn port(&self, workload: WorkloadId, name: &str) -> u16 {
        self.plan.graph.workloads[workload.0].port(name).map_or(0, |port| port.port)
    }

    /// The port that clients outside of the cluster dial, for one of the organization's own entries.
    fn outer_port(&self, workload: WorkloadId, port: &str, way: Way) -> u16 {
        let entries = self.plan.graph.entries.iter().zip(&self.plan.outer_ports);
        let mut own = entries.filter(|(entry, _)| entry.workload == workload && entry.port == port);
        let listed = own.find(|(entry, _)| Way::of(entry) == way);
        listed.map_or_else(|| self.port(workload, port), |(_, outer)| *outer)
    }
}

/// A way into a cluster, by who takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// HTTP from the internet.
    Web,
    /// Other organizations.
    Others,
    /// The organization's other cluster.
    Private,
}

impl Way {
    fn of(entry: &Entry) -> Way {
        match entry.kind {
            EntryKind::Web { .. } => Way::Web,
            EntryKind::Grpc { .. } | EntryKind::Consortium => Way::Others,
            EntryKind::Private => Way::Private,
        }
    }
}

/// A balancer by the ranges it comes from, where those are known.
fn balancer(what: &str, known: &[String]) -> Option<End> {
    (!known.is_empty()).then(|| ranges(what, known.to_vec()))
}

fn ranges(what: &str, ranges: Vec<String>) -> End {
    End::Ranges { what: what.to_owned(), ranges }
}

/// The port of a proxy's URL, whose shape the schema has checked.
fn proxy_port(url: &str) -> Option<u16> {
    let (scheme, rest) = url.split_once("://")?;
    match rest.rsplit_once(':') {
        Some((_, port)) => port.parse().ok(),
        None => Some(if scheme == "https" { 443 } else { 80 }),
    }
}
