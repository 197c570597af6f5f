//! The rules of the field: what each tool downstream demands, checked where it is cheap to mend.
//!
//! A rule is a function over the whole environment; each topic has a file. Rules read what is resolved, so that a default
//! is checked like anything written.

mod addresses;
mod authorities;
mod batches;
mod cards;
mod channels;
mod databases;
mod environments;
mod exposure;
mod gitops;
mod hosts;
mod images;
mod kafka;
mod labels;
mod mounts;
mod names;
mod orderers;
mod organizations;
mod ports;
mod private_data;
mod pruning;
mod quantities;
mod releases;
mod scaling;
mod schedules;
mod services;
mod unused;

pub use environments::environments;

use super::{Cluster, Consortium, Description, Group, OrgIx, Organization, Service};
use crate::diag::Diagnostics;
use crate::parse::blueprint::{self, Blueprint};

/// One rule: reports everything that breaks it.
type Rule = fn(&Scene, &mut Diagnostics);

const RULES: &[Rule] = &[
    names::msp_ids,
    names::domains,
    names::resolvable,
    names::services,
    names::reserved,
    names::systems,
    names::namespaces,
    names::chaincodes,
    names::lengths,
    labels::labels,
    labels::tags,
    hosts::taken,
    hosts::outside,
    hosts::paths,
    hosts::balancers,
    organizations::within,
    organizations::peers,
    orderers::numbers,
    orderers::cards,
    orderers::narrowed,
    orderers::none_left,
    orderers::channels,
    orderers::volumes,
    kafka::numbers,
    kafka::one_organization,
    batches::sizes,
    releases::consensus,
    releases::explorer,
    releases::mixed,
    channels::members_have_peers,
    channels::one_state_database,
    channels::system_chaincodes,
    private_data::collections,
    pruning::daemons,
    pruning::state_database,
    services::kinds,
    services::only_ones,
    services::calls,
    services::idle,
    services::variables,
    scaling::copies,
    scaling::packed,
    services::packed,
    scaling::ranges,
    quantities::amounts,
    quantities::limits,
    schedules::fields,
    ports::numbers,
    ports::shared,
    images::tags,
    images::gone,
    mounts::paths,
    databases::engines,
    databases::schemas,
    authorities::roles,
    authorities::circles,
    exposure::administration,
    exposure::spoken,
    gitops::credentials,
    gitops::branches,
    cards::hosts,
    cards::ranges,
    cards::authorities,
    cards::certificates,
    addresses::ranges,
    addresses::overlaps,
    addresses::hosts,
    addresses::systems,
    unused::declarations,
];

/// Holds every rule against one environment.
pub(super) fn check(blueprint: &Blueprint, consortium: &Consortium, diagnostics: &mut Diagnostics) {
    let scene = Scene { blueprint, consortium };
    RULES.iter().for_each(|rule| rule(&scene, diagnostics));
}

/// What a rule looks at.
pub(super) struct Scene<'a> {
    pub blueprint: &'a Blueprint,
    pub consortium: &'a Consortium,
}

/// A service and where it stands.
struct Standing<'a> {
    at: OrgIx,
    organization: &'a Organization,
    description: &'a Description,
    cluster: Cluster,
    group: Option<&'a Group>,
    service: &'a Service,
}

impl<'a> Scene<'a> {
    /// Every service of every organization described here.
    fn services(&self) -> impl Iterator<Item = Standing<'a>> {
        self.consortium.described().flat_map(|(at, organization, description)| {
            description.services().map(move |(cluster, group, service)| Standing {
                at,
                organization,
                description,
                cluster,
                group,
                service,
            })
        })
    }

    /// What was written of an organization.
    fn written(&self, organization: &Organization) -> Option<&'a blueprint::Organization> {
        self.blueprint.organizations.get(&organization.name)
    }
}

impl<'a> Standing<'a> {
    /// What was written of the service.
    fn written(&self, scene: &Scene<'a>) -> Option<&'a blueprint::Service> {
        let organization = scene.written(self.organization)?;
        let services = match self.group {
            None => &organization.blockchain.as_ref()?.services,
            Some(group) => &organization.application.as_ref()?.groups.get(&group.name)?.services,
        };
        services.get(&self.service.name)
    }
}
