//! Who talks to whom: every allowed connection and every entry from outside, from what the workloads are and what the
//! blueprint says they call.

use crate::base::{Origin, Traced};
use crate::parse::blueprint::{AuthorityRole, Reach, ServiceKind};
use crate::resolve::{Call, Channel, Cluster, Description, OrgIx, RunBy, Service};

use super::builder::Builder;
use super::graph::*;
use super::{orderer_count, orderers_talk, peer_count};

pub(super) fn connect(builder: &mut Builder, description: &Description) {
    fabric(builder);
    kafka(builder);
    chaincodes(builder);
    clients(builder);
    for (cluster, _, service) in description.services() {
        calls(builder, description, cluster, service);
        databases(builder, service);
        exposure(builder, description, service);
    }
    authorities(builder, description);
}

/// Peers and orderers, within the organization and with the others they share channels with.
fn fabric(builder: &mut Builder) {
    let (peers, orderers) = (builder.of(Component::Peer), builder.of(Component::Orderer));
    let gossip = Origin::Rule("peers of one organization gossip with each other");
    pairs(builder, &peers, "grpc", gossip);
    if orderers_talk(builder.consortium) {
        pairs(builder, &orderers, "grpc", Origin::Rule("orderers of one cluster replicate to each other"));
        let other_groups: Vec<_> =
            builder.consortium.ordering.groups.iter().filter(|group| group.organization != builder.at).collect();
        for group in other_groups {
            if !orderers.is_empty() {
                foreign_orderers(builder, &orderers, group.organization, group.count.origin);
                let_in(builder, &orderers, group.organization, group.count.origin);
            }
        }
    }
    let consortium = builder.consortium;
    for channel in &consortium.channels {
        match channel.member(builder.at) {
            Some(member) => {
                let joined = &peers[..peers.len().min(member.peers as usize)];
                member_links(builder, channel, joined, &orderers, member.organization.origin);
            }
            None if channel.orderers.iter().any(|(organization, _)| *organization == builder.at) => {
                for member in &channel.members {
                    let_in(builder, &orderers, member.organization.value, member.organization.origin);
                }
            }
            None => {}
        }
    }
}

/// What membership of a channel opens: to the orderers that serve it, and both ways to the other members' peers.
fn member_links(
    builder: &mut Builder,
    channel: &Channel,
    peers: &[WorkloadId],
    orderers: &[WorkloadId],
    origin: Origin,
) {
    for &(organization, _) in &channel.orderers {
        if organization == builder.at {
            for &peer in peers {
                for &orderer in orderers {
                    builder.call(peer, orderer, "grpc", origin);
                }
            }
        } else {
            foreign_orderers(builder, peers, organization, origin);
        }
    }
    let serves = channel.orderers.iter().any(|(organization, _)| *organization == builder.at);
    let own = builder.at;
    for other in channel.members.iter().filter(|member| member.organization.value != own) {
        let (organization, origin) = (other.organization.value, other.organization.origin);
        for &peer in peers {
            for index in 0..peer_count(builder.consortium, organization).min(other.peers as usize) {
                builder.link(Source::Workload(peer), Destination::Peer(organization, index), origin);
            }
        }
        let_in(builder, peers, organization, origin);
        if serves {
            let_in(builder, orderers, organization, origin);
        }
    }
}

fn foreign_orderers(builder: &mut Builder, from: &[WorkloadId], organization: OrgIx, origin: Origin) {
    for &workload in from {
        for index in 0..orderer_count(builder.consortium, organization) {
            builder.link(Source::Workload(workload), Destination::Orderer(organization, index), origin);
        }
    }
}

/// Another organization's clusters may reach the nodes.
fn let_in(builder: &mut Builder, nodes: &[WorkloadId], organization: OrgIx, origin: Origin) {
    for &node in nodes {
        let to = Destination::Workload(node, "grpc".to_owned());
        builder.link(Source::Organization(organization), to, origin);
    }
}

fn pairs(builder: &mut Builder, nodes: &[WorkloadId], port: &str, origin: Origin) {
    for &one in nodes {
        for &other in nodes {
            builder.call(one, other, port, origin);
        }
    }
}

fn kafka(builder: &mut Builder) {
    let brokers = builder.of(Component::Kafka);
    let keepers = builder.of(Component::ZooKeeper);
    let orderers = builder.of(Component::Orderer);
    let each = |builder: &mut Builder, from: &[WorkloadId], to: &[WorkloadId], port: &str, why: &'static str| {
        for &client in from {
            for &server in to {
                builder.call(client, server, port, Origin::Rule(why));
            }
        }
    };
    each(builder, &orderers, &brokers, "kafka", "orderers keep each channel in a Kafka topic");
    each(builder, &brokers, &brokers, "kafka", "Kafka brokers replicate to each other");
    each(builder, &brokers, &keepers, "client", "Kafka brokers register in ZooKeeper");
    each(builder, &keepers, &keepers, "peer", "ZooKeeper nodes follow their leader");
    each(builder, &keepers, &keepers, "election", "ZooKeeper nodes elect their leader");
}

/// A peer dials its own chaincode servers.
fn chaincodes(builder: &mut Builder) {
    let peers = builder.of(Component::Peer);
    for server in builder.of(Component::Chaincode) {
        let workload = builder.workload(server);
        let origin = workload.origin;
        if let Program::Chaincode { peer, .. } = workload.containers[0].program {
            builder.call(peers[peer as usize], server, "grpc", origin);
        }
    }
}

/// Fabric's clients dial their own organization's peers, whose gateway does the rest.
fn clients(builder: &mut Builder) {
    let peers = builder.of(Component::Peer);
    for component in [Component::Dapp, Component::Daemon, Component::Explorer, Component::DataSync] {
        for client in builder.of(component) {
            let origin = builder.workload(client).origin;
            for &peer in &peers {
                builder.call(client, peer, "grpc", origin);
            }
            if matches!(component, Component::Dapp | Component::Daemon) && builder.has_streams() {
                builder.link(Source::Workload(client), Destination::Streams, origin);
            }
        }
    }
}

/// What a service says it calls. `resolve` has checked that the exposure of the called allows it.
fn calls(builder: &mut Builder, description: &Description, cluster: Cluster, service: &Service) {
    let Some((from, _)) = builder.service(&service.name.value) else { return };
    for call in &service.calls {
        match call {
            Call::System(system) => {
                builder.link(Source::Workload(from), Destination::System(system.value), system.origin)
            }
            Call::Service(name) => {
                let Some((to, container)) = builder.service(&name.value) else { continue };
                let ports: Vec<String> =
                    builder.workload(to).containers[container].ports.iter().map(|port| port.name.clone()).collect();
                let there = description.service(&name.value).map(|(there, _, called)| (there, called));
                for port in ports {
                    builder.call(from, to, &port, name.origin);
                    if let Some((_, called)) = there.filter(|(there, _)| *there != cluster) {
                        private_entry(builder, to, &port, called);
                    }
                }
            }
        }
    }
}

/// An entry from the organization's other cluster; asking twice is the same as once.
fn private_entry(builder: &mut Builder, workload: WorkloadId, port: &str, called: &Service) {
    builder.entry_once(Entry {
        workload,
        port: port.to_owned(),
        kind: EntryKind::Private,
        host: called.exposure.host.value.to_string(),
        origin: called.exposure.to.origin,
    });
}

fn databases(builder: &mut Builder, service: &Service) {
    let Some((from, _)) = builder.service(&service.name.value) else { return };
    if let Some(database) = &service.database {
        let origin = database.engine.origin;
        builder.link(Source::Workload(from), Destination::Database(database.engine.value), origin);
    }
    let read: Vec<_> = builder
        .schemas()
        .iter()
        .flat_map(|schema| schema.readers.iter().map(move |reader| (schema.engine, reader)))
        .filter(|(_, reader)| reader.container.0 == from)
        .map(|(engine, reader)| (engine, reader.origin))
        .collect();
    for (engine, origin) in read {
        builder.link(Source::Workload(from), Destination::Database(engine), origin);
    }
}

/// Entries and links of those who may reach a service from outside the organization.
fn exposure(builder: &mut Builder, description: &Description, service: &Service) {
    let Some((to, container)) = builder.service(&service.name.value) else { return };
    let exposure = &service.exposure;
    // A container's ports stand in the order of its service's.
    let at = service.ports.iter().position(|port| port.name.value == exposure.port.value);
    let found = at.and_then(|at| builder.workload(to).containers[container].ports.get(at));
    let Some(port) = found.map(|port| port.name.clone()) else { return };
    for frontend in &exposure.frontends {
        let at = &description.frontends[frontend.value];
        let web = EntryKind::Web { path: exposure.path.value.to_string(), ranges: texts(&at.ranges) };
        enter(builder, to, &port, web, &at.host.value, frontend.origin);
    }
    if let Some(first) = exposure.internet.first() {
        let web = EntryKind::Web { path: "/".to_owned(), ranges: texts(&exposure.internet) };
        enter(builder, to, &port, web, &exposure.host.value, first.origin);
    }
    if exposure.to.value == Reach::Consortium {
        share(builder, to, &port, &exposure.host.value, exposure.to.origin);
    }
}

fn texts(ranges: &[Traced<crate::base::name::Cidr>]) -> Vec<Traced<String>> {
    ranges.iter().map(|range| range.as_ref().map(|range| range.to_string())).collect()
}

fn enter(builder: &mut Builder, workload: WorkloadId, port: &str, kind: EntryKind, host: &str, origin: Origin) {
    if let EntryKind::Web { ranges, .. } = &kind {
        for range in ranges {
            let to = Destination::Workload(workload, port.to_owned());
            builder.link(Source::Range(range.value.clone()), to, range.origin);
        }
    }
    builder.entry_once(Entry { workload, port: port.to_owned(), kind, host: host.to_owned(), origin });
}

/// Lets every other organization reach a port.
fn share(builder: &mut Builder, workload: WorkloadId, port: &str, host: &str, origin: Origin) {
    let others: Vec<OrgIx> = builder.consortium.indices().filter(|other| *other != builder.at).collect();
    for other in others {
        let to = Destination::Workload(workload, port.to_owned());
        builder.link(Source::Organization(other), to, origin);
    }
    let (port, host) = (port.to_owned(), host.to_owned());
    builder.entry_once(Entry { workload, port, kind: EntryKind::Consortium, host, origin });
}

/// An intermediate authority enrols at its parent: from here to another organization's, and the other way round.
fn authorities(builder: &mut Builder, description: &Description) {
    let own = builder.of(Component::CertificateAuthority);
    for (_, _, service) in description.services().filter(|(_, _, service)| service.kind == Some(ServiceKind::Ca)) {
        let Some(authority) = &service.authority else { continue };
        let (AuthorityRole::Intermediate, Some(parent)) = (authority.role.value, authority.parent) else { continue };
        for &server in &own {
            let to = Destination::Shared(parent.value, "ca".to_owned());
            builder.link(Source::Workload(server), to, parent.origin);
        }
    }
    let host = format!("ca.{}", builder.organization().domain.value);
    for (child, origin) in children(builder) {
        for &server in &own {
            let to = Destination::Workload(server, "https".to_owned());
            builder.link(Source::Organization(child), to, origin);
            let port = "https".to_owned();
            builder.entry_once(Entry {
                workload: server,
                port,
                kind: EntryKind::Consortium,
                host: host.clone(),
                origin,
            });
        }
    }
}

/// The organizations whose authorities stand under this one's.
fn children(builder: &Builder) -> Vec<(OrgIx, Origin)> {
    let own = &builder.organization().name.value;
    let parent = |at: OrgIx| match &builder.consortium.organization(at).run_by {
        RunBy::Us(description) => {
            let authority = description.blockchain.iter().find_map(|service| service.authority.as_ref())?;
            authority.parent.filter(|parent| parent.value == builder.at).map(|parent| parent.origin)
        }
        RunBy::Others(card) => {
            let origin = builder.consortium.organization(at).name.origin;
            card.parent_authority.as_ref().filter(|parent| *parent == own).map(|_| origin)
        }
    };
    let others = builder.consortium.indices().filter(|other| *other != builder.at);
    others.filter_map(|other| parent(other).map(|origin| (other, origin))).collect()
}
