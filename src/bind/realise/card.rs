//! The public half of an organization, from what its plan lets others reach.

use super::certificates;
use super::context::Context;
use crate::base::name::{Domain, Label};
use crate::expand::{Entry, EntryKind, NodeRole, OrganizationGraph};
use crate::resolve::{Card, FabricNode, SharedService};

pub(super) fn card(context: &Context, outer_ports: &[u16]) -> Card {
    let organization = context.organization;
    let description = context.description;
    let authority = description.blockchain.iter().find_map(|service| service.authority.as_ref());
    let parent = authority.and_then(|authority| authority.parent);
    let orderers = nodes(context.graph, outer_ports, NodeRole::Orderer);
    Card {
        organization: organization.name.value.clone(),
        title: organization.title.clone(),
        msp_id: organization.msp_id.value.clone(),
        domain: organization.domain.value.clone(),
        fabric: organization.release.value,
        state_database: description.peers.database.value,
        peers: nodes(context.graph, outer_ports, NodeRole::Peer),
        orderers: orderers.into_iter().map(|node| certificates::of_orderer(context, node)).collect(),
        addresses: description.addresses.iter().map(|range| range.value.clone()).collect(),
        parent_authority: parent.map(|parent| context.consortium.organization(parent.value).name.value.clone()),
        services: services(context.graph, outer_ports),
        certificates: certificates::of_authorities(context),
    }
}

/// Every entry with the port that others dial.
fn entries<'a>(graph: &'a OrganizationGraph, outer_ports: &'a [u16]) -> impl Iterator<Item = (&'a Entry, u16)> {
    graph.entries.iter().zip(outer_ports.iter().copied())
}

/// The nodes of a role, in order of their numbers.
fn nodes(graph: &OrganizationGraph, outer_ports: &[u16], role: NodeRole) -> Vec<FabricNode> {
    let listed = entries(graph, outer_ports).filter_map(|(entry, port)| match entry.kind {
        EntryKind::Grpc { node, index, .. } if node == role => {
            let name = Label::trusted(graph.workloads[entry.workload.0].name.clone());
            Some((index, FabricNode::new(name, Domain::trusted(entry.host.clone()), port)))
        }
        _ => None,
    });
    let mut listed: Vec<(u32, FabricNode)> = listed.collect();
    listed.sort_by_key(|(index, _)| *index);
    listed.into_iter().map(|(_, node)| node).collect()
}

/// The services that other organizations may call, in order of names.
fn services(graph: &OrganizationGraph, outer_ports: &[u16]) -> Vec<SharedService> {
    let shared = entries(graph, outer_ports).filter(|(entry, _)| entry.kind == EntryKind::Consortium);
    let service = |(entry, port): (&Entry, u16)| {
        let workload = &graph.workloads[entry.workload.0];
        let name = workload
            .owner(&entry.port)
            .and_then(|container| container.service.clone())
            .unwrap_or_else(|| workload.name.clone());
        SharedService { name: Label::trusted(name), host: Domain::trusted(entry.host.clone()), port }
    };
    let mut services: Vec<SharedService> = shared.map(service).collect();
    services.sort_by(|one, other| one.name.cmp(&other.name));
    services
}
