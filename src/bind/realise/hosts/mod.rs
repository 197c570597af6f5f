//! An organization whose platform is hosts: where each workload stands, and at which port it answers.

mod addresses;
mod folders;
mod placing;
mod ports;
mod servers;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use self::servers::Servers;
use super::context::Context;
use super::{Realised, card, databases, entries, findings, needs, nothing, values};
use crate::base::name::Bytes;
use crate::base::{Origin, Traced};
use crate::bind::{Network, OrganizationPlan, SitePlan};
use crate::diag::code;
use crate::expand::{OrganizationGraph, WorkloadId, add_administrators, add_server, engine_name};
use crate::parse::blueprint::DatabaseEngine;
use crate::resolve::Cluster;
use crate::target::definition::Hosts;
use crate::target::{Evaluator, Fault, Parameters, Scope};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabasesData {
    postgresql: Option<DatabaseData>,
    mysql: Option<DatabaseData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseData {
    size: Bytes,
}

/// Adds to an organization's graph what its hosts have beside what the blueprint says: the servers of the databases that
/// the bundle runs, which are placed, reached and backed up as every other workload, and the ways of its administrators.
///
/// # Errors
/// The fault of the target's template that has no such value.
pub(super) fn complete(
    graph: &mut OrganizationGraph,
    (organization, hosts, parameters): (&str, &Hosts, &Parameters),
) -> Result<(), Fault> {
    let mut scope = Scope::default();
    scope.set("parameters", &parameters.value);
    add_databases(graph, (organization, hosts, parameters), &scope)?;
    let Some(template) = &hosts.administrators else { return Ok(()) };
    if let Some(ranges) = Evaluator::default().data::<Vec<String>>(template, &scope)? {
        let written = parameters.origins.get("administrators").copied().unwrap_or(Origin::Source(template.span));
        add_administrators(graph, &ranges.value, written);
    }
    Ok(())
}

fn add_databases(
    graph: &mut OrganizationGraph,
    (organization, hosts, parameters): (&str, &Hosts, &Parameters),
    scope: &Scope,
) -> Result<(), Fault> {
    let Some(template) = &hosts.databases else { return Ok(()) };
    let data = Evaluator::default().data::<DatabasesData>(template, scope)?;
    let Some(DatabasesData { postgresql, mysql }) = data.map(|data| data.value) else { return Ok(()) };
    for (engine, data) in [(DatabaseEngine::Postgresql, postgresql), (DatabaseEngine::Mysql, mysql)] {
        if let Some(DatabaseData { size }) = data {
            let written = parameters.origins.get(&format!("{}.size", engine_name(engine)));
            let origin = written.copied().unwrap_or(Origin::Source(template.span));
            add_server(graph, organization, engine, Traced::new(size, origin));
        }
    }
    Ok(())
}

/// Binds an organization to its servers. None where it is refused; then every reason is recorded.
pub(super) fn run(mut context: Context, hosts: &Hosts) -> Option<Realised> {
    if !context.owns_clusters() {
        let owner = &context.consortium.organization(context.owner).name.value;
        let message = format!("`{}` cannot live within the servers of `{owner}`", context.organization.name.value);
        let help = "give it servers of its own, or a target on Kubernetes to both";
        context.problem(code::NEED_NOT_MET, context.organization.name.origin, message, help);
        return None;
    }
    context.scope.set("zones", &Vec::<String>::new());
    context.scope.set("network", &json!({"range": null}));
    values(&mut context);
    findings(&mut context, &[]);
    let servers = Servers::of(&mut context, hosts)?;
    let scopes: BTreeMap<Cluster, Scope> = Cluster::ALL
        .into_iter()
        .map(|kind| (kind, context.scope.with("cluster", &json!({"kind": kind.as_str()}))))
        .collect();
    let mut allocated = Vec::new();
    let mut placements = placing::place(&mut context, &servers, &mut allocated);
    let names = entries::names(&context);
    let balancers = ports::balancers(&mut context, &servers, &names, &mut allocated);
    ports::publish(&mut context, &servers, balancers.as_ref(), &names, &mut placements, &mut allocated);
    let entry_manuals = entry_manuals(&mut context);
    block_volumes(&mut context);
    let graph = context.graph;
    let all = graph.workloads.iter().enumerate();
    let mut workloads: Vec<_> =
        all.map(|(at, one)| needs::workload(&mut context, WorkloadId(at), &scopes[&one.cluster])).collect();
    let mut network = Network::default();
    let databases = databases::databases(&mut context, &BTreeMap::new(), &mut network);
    let secrets = needs::secrets(&mut context, &scopes, databases.secrets, &mut workloads);
    let backups = optional(&mut context, hosts.backups.as_ref());
    addresses::check(&mut context, &servers, &network);
    folders::check(&mut context, &servers.data, backups.as_ref());
    let shared_files = optional(&mut context, hosts.shared_files.as_ref());
    let site = SitePlan {
        owner: context.owner,
        domain: context.organization.domain.value.to_string(),
        hosts: servers.hosts,
        placements,
        data: servers.data.value,
        shared_files,
        containers: servers.containers,
        user: servers.user,
        backups,
        balancers,
    };
    let plan = OrganizationPlan {
        graph: nothing(context.graph.organization),
        target: context.target.name.clone(),
        clusters: Vec::new(),
        network,
        workloads,
        outer_ports: ports::outer(&context, &site),
        databases: databases.endpoints,
        streams: databases.streams,
        database_images: databases.images,
        database_hops: databases.hops,
        flows: Vec::new(),
        secret_locations: secrets.locations,
        secret_manual: secrets.manual,
        entry_manuals,
        unbound: context.unbound(),
        site: Some(site),
    };
    let card = card::card(&context, &plan.outer_ports);
    Some(Realised { plan, card, allocated, range: None, system: BTreeMap::new(), secrets: secrets.of_documents })
}

fn optional(context: &mut Context, template: Option<&crate::target::Template>) -> Option<Traced<String>> {
    let scope = context.scope.clone();
    template.and_then(|template| context.data::<String>(template, &scope))
}

/// Refuses entries that the target does not let in; returns what has to be done by hand before the others answer.
fn entry_manuals(context: &mut Context) -> Vec<String> {
    let mut manuals = Vec::new();
    for entry in &context.graph.entries {
        entries::met(context, entry, &mut manuals);
    }
    manuals
}

/// Refuses volumes and shared files that the target has no place for.
fn block_volumes(context: &mut Context) {
    let graph = context.graph;
    let target = context.target;
    let volumes = &target.definition.needs.block_volumes;
    let kept = graph.workloads.iter().flat_map(|workload| &workload.volumes).next();
    if let (Some(volume), None) = (kept, volumes.details()) {
        needs::omitted(context, volumes, "block volumes", volume.size.origin);
    }
    let shared = graph.workloads.iter().find(|workload| needs::mounts_shared_files(workload));
    let files = &target.definition.needs.shared_files;
    if let Some(workload) = shared
        && context.met(files).is_none()
    {
        needs::omitted(context, files, "shared files", workload.origin);
    }
}

/// Of what no line of the blueprint says where it stands.
const PLACED: Origin = Origin::Rule("placement keeps apart what must not fail together");
