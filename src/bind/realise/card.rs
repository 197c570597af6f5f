//! The public half of an organization, from what its plan lets others reach.

use super::context::Context;
use crate::base::name::{Domain, Label};
use crate::bind::OrganizationPlan;
use crate::expand::{Entry, EntryKind, NodeRole};
use crate::resolve::{Card, FabricNode, SharedService};

pub(super) fn card(context: &Context, plan: &OrganizationPlan) -> Card {
    let organization = context.organization;
    let description = context.description;
    let authority = description.blockchain.iter().find_map(|service| service.authority.as_ref());
    let parent = authority.and_then(|authority| authority.parent);
    Card {
        organization: organization.name.value.clone(),
        title: organization.title.clone(),
        msp_id: organization.msp_id.value.clone(),
        domain: organization.domain.value.clone(),
        fabric: organization.release.value,
        state_database: description.peers.database.value,
        peers: nodes(plan, NodeRole::Peer),
        orderers: nodes(plan, NodeRole::Orderer),
        addresses: description.addresses.iter().map(|range| range.value.clone()).collect(),
        parent_authority: parent.map(|parent| context.consortium.organization(parent.value).name.value.clone()),
        services: services(plan),
    }
}

/// Every entry with the port that others dial.
fn entries(plan: &OrganizationPlan) -> impl Iterator<Item = (&Entry, u16)> {
    plan.graph.entries.iter().zip(plan.outer_ports.iter().copied())
}

/// The nodes of a role, in order of their numbers.
fn nodes(plan: &OrganizationPlan, role: NodeRole) -> Vec<FabricNode> {
    let listed = entries(plan).filter_map(|(entry, port)| match entry.kind {
        EntryKind::Grpc { node, index, .. } if node == role => {
            let name = Label::trusted(plan.graph.workloads[entry.workload.0].name.clone());
            Some((index, FabricNode { name, host: Domain::trusted(entry.host.clone()), port }))
        }
        _ => None,
    });
    let mut listed: Vec<(u32, FabricNode)> = listed.collect();
    listed.sort_by_key(|(index, _)| *index);
    listed.into_iter().map(|(_, node)| node).collect()
}

/// The services that other organizations may call, in order of names.
fn services(plan: &OrganizationPlan) -> Vec<SharedService> {
    let shared = entries(plan).filter(|(entry, _)| entry.kind == EntryKind::Consortium);
    let service = |(entry, port): (&Entry, u16)| {
        let workload = &plan.graph.workloads[entry.workload.0];
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
