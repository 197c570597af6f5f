//! The first step of binding: one organization with its own target. What it does to others is told in its card alone.

mod allocated;
mod capacity;
mod card;
mod certificates;
mod clusters;
mod context;
mod databases;
mod entries;
mod hosts;
mod infra;
mod needs;
mod network;
mod pools;
mod ports;
mod together;
mod uses;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use self::capacity::Room;
use self::clusters::Built;
use self::context::Context;
use super::allocations::Allocations;
use super::bindings::Bindings;
use super::plan::*;
use crate::base::{Origin, Traced};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::expand::{OrganizationGraph, Secret, WorkloadId};
use crate::resolve::{Card, Cluster, Consortium, OrgIx};
use crate::target::definition::{Binding, Clusters, On, OnKubernetes};
use crate::target::{Evaluator, Missing, Scope, Target, cidr};

pub use allocated::{Allocated, Row};
pub use network::overlapping;
pub use together::together;
pub use uses::{Homes, homes};

/// An organization bound to its target, without flows.
#[derive(Debug)]
pub struct Realised {
    pub plan: OrganizationPlan,
    /// Its public half.
    pub card: Card,
    /// Every number of its that must never change.
    pub allocated: Vec<Allocated>,
    /// The range of its network, where the target knows one.
    pub range: Option<Traced<String>>,
    /// What the controllers of each cluster ask for, and what operators run in it.
    pub system: BTreeMap<Cluster, Room>,
    /// Secrets that the target's own documents need, until they stand in the plan's graph.
    secrets: Vec<Secret>,
}

/// What all organizations of an environment are bound with.
pub struct Given<'a> {
    pub consortium: &'a Consortium,
    /// The clusters of all organizations.
    pub homes: Homes,
    pub allocations: &'a Allocations,
    pub bindings: &'a Bindings,
    /// Whether the origin of every part of the targets' documents is kept.
    pub traced: bool,
}

/// Binds one organization of a consortium to its target. `None` where it is refused; then every reason is recorded.
pub fn realise(
    given: &Given,
    mut graph: OrganizationGraph,
    target: &Target,
    diagnostics: &mut Diagnostics,
) -> Option<Realised> {
    let Given { consortium, ref homes, allocations, bindings, traced } = *given;
    let organization = consortium.organization(graph.organization);
    let description = organization.description()?;
    let owner = uses::owner(consortium, graph.organization);
    let at_home = consortium.organization(owner);
    let block = at_home.description().and_then(|home| home.parameters.as_ref());
    let parameters = target.parameters(block);
    if let Some(On::Hosts(on)) = target.definition.on() {
        let name = organization.name.value.as_str();
        if let Err(fault) = hosts::complete(&mut graph, (name, on, &parameters)) {
            diagnostics.push(target.fault(fault));
        }
    }
    let nowhere = BTreeMap::new();
    let mut found = Diagnostics::new();
    let context = Context {
        consortium,
        graph: &graph,
        organization,
        description,
        owner,
        home: homes.get(&owner).unwrap_or(&nowhere),
        target,
        parameters,
        allocations,
        bindings,
        scope: Scope::default(),
        evaluator: Evaluator::new(traced),
        diagnostics: &mut found,
    };
    let realised = run(context, at_home.name.value.as_str(), &target.missing(block));
    // What may be accepted is settled once everything is found.
    let refused = found.has_refusals();
    diagnostics.extend(found.iter().cloned());
    let mut realised = realised.filter(|_| !refused)?;
    realised.plan.graph = graph;
    realised.plan.graph.secrets.append(&mut realised.secrets);
    Some(realised)
}

fn run(mut context: Context, home: &str, missing: &[Missing]) -> Option<Realised> {
    if !missing.is_empty() {
        missing.iter().for_each(|missing| missing_parameter(&mut context, missing));
        return None;
    }
    context.begin();
    known_bindings(&mut context);
    // A target that says nothing of its platform was refused when it was loaded.
    match context.target.definition.on()? {
        On::Kubernetes(on) => on_kubernetes(context, on, home),
        On::Hosts(hosts) => hosts::run(context, hosts),
    }
}

fn on_kubernetes(mut context: Context, on: OnKubernetes, home: &str) -> Option<Realised> {
    let mut allocated = Vec::new();
    let range = network::range(&mut context, home, &mut allocated);
    if let Some(range) = &range {
        network::check(&mut context, range)?;
    }
    let zones = clusters::zones(&mut context, on.clusters)?;
    context.scope.set("zones", &zones);
    context.scope.set("network", &json!({"range": range.as_ref().map(|range| &range.value)}));
    context
        .scope
        .trace("network", range.as_ref().map_or(Origin::Rule("the target knows no network"), |range| range.origin));
    values(&mut context);
    let common = clusters::common(&mut context, on, zones)?;
    let kinds = clusters::kinds(&context);
    let built: Vec<Built> = kinds.into_iter().filter_map(|kind| clusters::build(&mut context, &common, kind)).collect();
    if context.owns_clusters() {
        findings(&mut context, &built);
    }
    subnets(&mut context, &built);
    Some(assemble(context, on.clusters, built, range, allocated))
}

fn missing_parameter(context: &mut Context, missing: &Missing) {
    let message = format!("`{}` lacks the key `{}`", missing.owner, missing.key);
    let help = missing.example.as_ref().map(|example| format!("for example `{}: {example}`", missing.key));
    let origin = missing.origin.unwrap_or(context.organization.name.origin);
    context.cluster_problem(code::MISSING_KEY, origin, message, &help.unwrap_or_default());
}

/// Everything that stands in the clusters.
fn assemble(
    mut context: Context,
    on: &Clusters,
    built: Vec<Built>,
    range: Option<Traced<String>>,
    mut allocated: Vec<Allocated>,
) -> Realised {
    let scopes: BTreeMap<Cluster, Scope> =
        built.iter().map(|built| (built.plan.cluster, built.scope.clone())).collect();
    let mut network = Network::default();
    let mut workloads = Vec::new();
    for at in 0..context.graph.workloads.len() {
        let id = WorkloadId(at);
        let cluster = context.graph.workloads[at].cluster;
        let mut plan = match scopes.get(&cluster) {
            Some(scope) => needs::workload(&mut context, id, scope),
            None => WorkloadPlan::default(),
        };
        plan.services = entries::services(&context, id);
        workloads.push(plan);
    }
    let names = entries::names(&context);
    let outer_ports = ports::outer(&mut context, &names, &mut allocated);
    let entry_manuals = entries::realise(&mut context, &names, &outer_ports, &scopes, &mut workloads, &mut network);
    let mut databases = databases::databases(&mut context, &scopes, &mut network);
    let mut secrets = needs::secrets(&mut context, &scopes, databases.secrets, &mut workloads);
    let system = built.iter().map(|built| (built.plan.cluster, built.system)).collect();
    let mut clusters: Vec<ClusterPlan> = built.into_iter().map(|built| built.plan).collect();
    for plan in &mut clusters {
        entries::component_services(&context, plan);
        entries::add_documents(plan, &mut databases.documents);
        plan.operated = databases.operated.remove(&plan.cluster).unwrap_or_default();
        entries::add_documents(plan, &mut secrets.shared);
        if let Some(scope) = scopes.get(&plan.cluster) {
            let entries = entries::let_in(&context, plan.cluster, &names, &workloads);
            plan.infra = infra::files(&mut context, on, &scope.with("entries", &entries));
        }
    }
    let plan = OrganizationPlan {
        graph: nothing(context.graph.organization),
        target: context.target.name.clone(),
        clusters,
        network,
        workloads,
        outer_ports,
        databases: databases.endpoints,
        streams: databases.streams,
        database_images: databases.images,
        database_hops: databases.hops,
        flows: Vec::new(),
        secret_locations: secrets.locations,
        secret_manual: secrets.manual,
        entry_manuals,
        unbound: context.unbound(),
        site: None,
    };
    let card = card::card(&context, &plan.outer_ports);
    Realised { plan, card, allocated, range, system, secrets: secrets.of_documents }
}

/// A graph of nothing, in whose place [`realise`] puts the real one, which nobody has to copy.
fn nothing(organization: OrgIx) -> OrganizationGraph {
    OrganizationGraph {
        organization,
        workloads: Vec::new(),
        namespaces: Vec::new(),
        schemas: Vec::new(),
        streams: None,
        shared_files: None,
        links: Vec::new(),
        entries: Vec::new(),
        secrets: Vec::new(),
    }
}

/// Bindings whose name means nothing, and values that cannot be what they are for.
fn known_bindings(context: &mut Context) {
    let target = context.target;
    let certificates = certificates::wanted(context);
    let (bindings, organization) = (context.bindings, context.organization.name.value.as_str());
    for name in bindings.names(organization) {
        let Some(value) = bindings.get(organization, &name.value) else { continue };
        if let Some((_, binding)) = target.binding(&name.value) {
            fits(context, binding, &name.value, value);
        } else if let Some(certificate) = certificates.iter().find(|one| one.name == name.value.as_str()) {
            let Some(fault) = certificates::Certificate::fault(&value.value) else { continue };
            let message = format!("this is not {}: it {fault}", certificate.what);
            let help = "such a value looks like `-----BEGIN CERTIFICATE-----`";
            context.problem(code::BAD_BINDING, value.origin, message, help);
        } else {
            let own = target.definition.bindings.keys().map(|name| name.value.as_str());
            let valid: BTreeSet<&str> = own.chain(certificates.iter().map(|one| one.name.as_str())).collect();
            let message = format!("`{organization}` has no binding `{}`", name.value);
            let finding = Diagnostic::new(code::UNKNOWN_BINDING, message);
            let finding = finding.at_origin(name.origin, "");
            context.finding(finding.nearest(&name.value, "bindings", valid));
        }
    }
}

/// Records why the value of a binding of the target cannot be what it is for.
fn fits(context: &mut Context, binding: &Binding, name: &str, value: &Traced<String>) {
    if !context.target.fits(name, &value.value) {
        let message = format!("this is not the {}", binding.description);
        let help = format!("such a value looks like `{}`", binding.example.lines().next().unwrap_or_default());
        return context.problem(code::BAD_BINDING, value.origin, message, &help);
    }
    let part = binding.holds.as_ref().and_then(|holds| context.text(holds, &context.scope.clone()));
    if let Some(part) = part.filter(|part| !value.value.contains(&part.value)) {
        let message = format!("this is another {}", binding.description);
        let help = format!("the parameters say that it holds `{}`", part.value);
        context.problem(code::BAD_BINDING, value.origin, message, &help);
    }
}

/// The target's named values, from first to last.
fn values(context: &mut Context) {
    let Some(template) = &context.target.definition.values else { return };
    let mut values = serde_json::Map::new();
    context.scope.set("values", &values);
    for (name, template) in template.entries() {
        let scope = context.scope.clone();
        let object = context.named(name, template, &scope);
        if let Some(object) = object {
            values.insert(name.to_owned(), object.tree.to_json());
            context.scope.trace(format!("values.{name}"), object.origins.root);
        }
        context.scope.set("values", &values);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingData {
    error: Option<String>,
    warning: Option<String>,
    at: Option<String>,
    help: Option<String>,
    nearest: Option<NearestData>,
}

/// A name that was written, and what could have been meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NearestData {
    name: String,
    what: String,
    among: Vec<String>,
}

/// Rules of the platform, as the target writes them down.
fn findings(context: &mut Context, built: &[Built]) {
    let Some(template) = &context.target.definition.findings else { return };
    let views: Vec<_> = built.iter().map(|built| &built.view).collect();
    let scope = context.scope.with("clusters", &views);
    let findings = context.data::<Vec<FindingData>>(template, &scope);
    for finding in findings.into_iter().flat_map(|findings| findings.value) {
        let origin = finding.at.as_deref().and_then(|at| context.parameters.written(at));
        let origin = origin.unwrap_or(context.organization.name.origin);
        let (code, message) = match (finding.error, finding.warning) {
            (Some(message), _) => (code::PLATFORM_RULE, message),
            (None, Some(message)) => (code::PLATFORM_ADVICE, message),
            (None, None) => continue,
        };
        let told = context.problem_at(code, origin, message, finding.help.as_deref().unwrap_or_default());
        context.finding(match finding.nearest {
            Some(NearestData { name, what, among }) => told.nearest(&name, &what, among.iter().map(String::as_str)),
            None => told,
        });
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubnetData {
    zone: String,
    range: String,
}

/// Whether each zone's subnet has an address for every pod of all clusters' nodes at their maximum.
fn subnets(context: &mut Context, built: &[Built]) {
    let network = &context.target.definition.network;
    let Some(template) = &network.subnets else { return };
    let scope = context.scope.clone();
    let Some(subnets) = context.required::<Vec<SubnetData>>(template, &scope) else { return };
    for subnet in subnets.value {
        let Ok(range) = cidr::parse(&subnet.range) else { continue };
        let size = (1_u64 << (32 - range.prefix_len())).saturating_sub(network.reserved.into());
        let needed: u64 = built.iter().filter_map(|built| built.pools.addresses.get(&subnet.zone)).sum();
        if needed > size {
            let message = format!(
                "the nodes in `{}` take up to {needed} addresses, and their subnet {} has {size}",
                subnet.zone, subnet.range
            );
            let origin = built.iter().flat_map(|built| &built.plan.pools).map(|pool| pool.origin).next();
            let help = "give the network a larger range, or the pools fewer nodes";
            context.problem(code::SUBNET_TOO_SMALL, origin.unwrap_or(context.description.target.origin), message, help);
        }
    }
}
