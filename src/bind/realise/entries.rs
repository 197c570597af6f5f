//! Services, and the ways into a cluster from outside it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::context::Context;
use super::databases::PodsData;
use super::{needs, ports};
use crate::base::bounded::label;
use crate::base::{Object, Origin, Traced};
use crate::bind::{
    ClusterPlan, IngressPlan, LoadBalancerPlan, Network, Select, ServicePlan, ServicePort, WorkloadPlan,
};
use crate::diag::code;
use crate::expand::{
    Address, Check, Component, Container, Destination, Entry, EntryKind, NodeRole, Port, Workload, WorkloadId,
};
use crate::resolve::Cluster;
use crate::target::Scope;
use crate::target::definition::{Entries, EntryIngress, EntryService};

/// Longest name of an Ingress or a target's own object for an entry.
const LONGEST: usize = 52;

/// The name under which an entry's port is called within its cluster.
fn address<'a>(workload: &'a Workload, entry: &Entry) -> &'a str {
    let has = |container: &Container| container.ports.iter().any(|port| port.name == entry.port);
    workload.address_of(workload.containers.iter().position(has).unwrap_or_default())
}

/// The name of every entry, in their order: a node's own, or its service's with what it is for.
pub(super) fn names(context: &Context) -> Vec<String> {
    let entries = &context.graph.entries;
    let short: Vec<String> = entries.iter().map(|entry| name(context, entry, first_label(&entry.host))).collect();
    let place = |entry: &Entry| &context.graph.workloads[entry.workload.0].namespace;
    let unique = |at: usize| {
        let same =
            |(other, name): (usize, &String)| *name == short[at] && place(&entries[other]) == place(&entries[at]);
        short.iter().enumerate().filter(|other| same(*other)).count() == 1
    };
    let whole = |(at, entry): (usize, &Entry)| {
        if unique(at) { short[at].clone() } else { name(context, entry, &format!("{}{}", entry.host, entry.path())) }
    };
    entries.iter().enumerate().map(whole).collect()
}

fn name(context: &Context, entry: &Entry, host: &str) -> String {
    let workload = &context.graph.workloads[entry.workload.0];
    let service = address(workload, entry);
    let first =
        workload.containers.iter().any(|container| container.ports.first().is_some_and(|port| port.name == entry.port));
    let service = if first { service.to_owned() } else { format!("{service}-{}", entry.port) };
    match &entry.kind {
        EntryKind::Grpc { .. } => workload.name.clone(),
        EntryKind::Private => label(&format!("{service}-private"), LONGEST),
        EntryKind::Consortium => label(&format!("{service}-consortium"), LONGEST),
        EntryKind::Web { .. } if host == service => label(&service, LONGEST),
        EntryKind::Web { .. } => label(&format!("{service}-{host}"), LONGEST),
    }
}

fn first_label(host: &str) -> &str {
    host.split('.').next().unwrap_or(host)
}

/// The Services of a workload: one for each name it is called by, with the ports that anybody reaches.
pub(super) fn services(context: &Context, id: WorkloadId) -> Vec<ServicePlan> {
    let workload = &context.graph.workloads[id.0];
    let reached = reached(context, id);
    let service = |address: &Address| {
        let own =
            workload.containers.iter().enumerate().filter(|(at, _)| address.container.is_none_or(|own| own == *at));
        let all: Vec<&Port> = own.flat_map(|(_, container)| &container.ports).collect();
        let mut ports: Vec<&Port> = all.iter().copied().filter(|port| reached.contains(port.name.as_str())).collect();
        if ports.is_empty() {
            ports.extend(all.first());
        }
        (!ports.is_empty()).then(|| ServicePlan {
            name: address.name.clone(),
            namespace: workload.namespace.clone(),
            select: Select::Workload(id),
            ports: ports.into_iter().map(service_port).collect(),
            annotations: BTreeMap::new(),
            load_balancer: None,
            origin: address.origin,
        })
    };
    workload.addresses.iter().filter_map(service).collect()
}

/// The ports of a workload that anybody outside its pod connects to.
fn reached<'a>(context: &'a Context, id: WorkloadId) -> BTreeSet<&'a str> {
    let links = context.graph.links.iter().filter_map(move |link| match &link.to {
        Destination::Workload(to, port) if *to == id => Some(port.as_str()),
        _ => None,
    });
    let entries = context.graph.entries.iter().filter(move |entry| entry.workload == id);
    links.chain(entries.map(|entry| entry.port.as_str())).collect()
}

fn service_port(port: &Port) -> ServicePort {
    ServicePort { name: port.name.clone(), port: port.port, target: port.name.clone(), app_protocol: None }
}

/// The Services over all nodes of a component: the clients' one address.
pub(super) fn component_services(context: &Context, plan: &mut ClusterPlan) {
    // The order in which they stand in a cluster's file.
    for component in [Component::Peer, Component::Kafka, Component::ZooKeeper] {
        let Some(name) = component.together() else { continue };
        let mut nodes = context
            .graph
            .workloads
            .iter()
            .filter(|workload| workload.component == component && workload.cluster == plan.cluster);
        let Some(node) = nodes.next() else { continue };
        let Some(port) = node.containers.first().and_then(|container| container.ports.first()) else { continue };
        plan.services.push(ServicePlan {
            name: name.to_owned(),
            namespace: node.namespace.clone(),
            select: Select::Component(component.as_str()),
            ports: vec![service_port(port)],
            annotations: BTreeMap::new(),
            load_balancer: None,
            origin: Origin::Rule("one address over all nodes of a kind"),
        });
    }
}

/// Lets in every entry: balancers, Ingresses and the target's own documents, at the workload behind it. Returns what has
/// to be done by hand before they answer.
pub(super) fn realise(
    context: &mut Context,
    names: &[String],
    outer: &[u16],
    clusters: &BTreeMap<Cluster, Scope>,
    plans: &mut [WorkloadPlan],
    network: &mut Network,
) -> Vec<String> {
    let graph = context.graph;
    let mut manuals = Vec::new();
    for ((entry, name), outer) in graph.entries.iter().zip(names).zip(outer) {
        let workload = &graph.workloads[entry.workload.0];
        let Some(details) = met(context, entry, &mut manuals) else { continue };
        let Some(cluster) = clusters.get(&workload.cluster) else { continue };
        let seen = balancers(context, details, &entry.kind, network);
        let mut scope = cluster.with("workload", &needs::view(context, entry.workload));
        scope.trace("workload", workload.origin);
        let service = address(workload, entry);
        scope.set("entry", &view(workload, entry, name, service, *outer));
        scope.trace("entry", entry.origin);
        let made = Made { entry, name, service, outer: *outer, workload, seen };
        let balancer = details.service.as_ref().and_then(|service| made.service(context, service, &scope));
        let ingress = details.ingress.as_ref().and_then(|ingress| made.ingress(context, ingress, &scope));
        let documents = context.documents(&details.documents, &scope);
        if balancer.is_none() && ingress.is_none() && documents.is_empty() {
            own_port(context, entry, name, workload);
        }
        let plan = &mut plans[entry.workload.0];
        plan.services.extend(balancer);
        plan.ingresses.extend(ingress);
        plan.documents.extend(documents);
        if let Some(names) = context.met(&context.target.definition.needs.names) {
            plan.documents.extend(context.documents(&names.documents, &scope));
        }
    }
    manuals
}

/// How the target lets an entry in; refused, if it does not. Adds what has to be done by hand before it answers.
pub(super) fn met<'a>(context: &mut Context<'a>, entry: &Entry, manuals: &mut Vec<String>) -> Option<&'a Entries> {
    let need = ports::need(context, entry);
    let Some(details) = context.met(need) else {
        needs::omitted(context, need, kind_words(&entry.kind), entry.origin);
        return None;
    };
    let everywhere = context.scope.clone();
    let manual = details.manual.as_ref().and_then(|manual| context.text(manual, &everywhere));
    manuals.extend(manual.map(|text| text.value).filter(|text| !manuals.contains(text)));
    Some(details)
}

/// Refuses a row of the allocations that gives an entry another port than its workload's own where nothing stands before
/// the cluster's own Service, which answers on that alone.
fn own_port(context: &mut Context, entry: &Entry, name: &str, workload: &Workload) {
    let (Some(row), Some(port)) = (context.port_row(name), workload.port(&entry.port)) else { return };
    if row.value != port.port {
        let message = format!("nothing answers for `{name}` on the port {}", row.value);
        let help = format!("others reach it by the cluster's own Service: take the row away, or write {}", port.port);
        context.problem(code::BAD_ALLOCATION, row.origin, message, &help);
    }
}

/// What a target lets in or not, in words.
fn kind_words(kind: &EntryKind) -> &'static str {
    match kind {
        EntryKind::Grpc { .. } => "entry for Fabric's gRPC",
        EntryKind::Web { .. } => "entry for HTTP from the internet",
        EntryKind::Private => "entry from the organization's other cluster",
        EntryKind::Consortium => "entry for other organizations' services",
    }
}

/// Remembers from where the balancers of an entry come to its pods; says whether pods see their clients instead.
fn balancers(context: &mut Context, details: &Entries, kind: &EntryKind, network: &mut Network) -> bool {
    let scope = context.scope.clone();
    let ranges = details.ranges.as_ref().and_then(|ranges| context.required::<Vec<String>>(ranges, &scope));
    let ranges = ranges.map(|ranges| ranges.value).unwrap_or_default();
    let seen = ranges.is_empty();
    let known = match kind {
        EntryKind::Private => &mut network.private_balancers,
        _ => &mut network.public_balancers,
    };
    known.extend(ranges);
    known.sort();
    known.dedup();
    let pods = details.ingress.as_ref().and_then(|ingress| ingress.pods.as_ref());
    if let Some(pods) = pods.and_then(|pods| context.data::<PodsData>(pods, &scope)) {
        network.ingress = Some(pods.value.into());
    }
    seen
}

/// What expressions see of an entry.
fn view(workload: &Workload, entry: &Entry, name: &str, service: &str, outer: u16) -> serde_json::Value {
    let number = workload.port(&entry.port).map_or(outer, |port| port.port);
    let (role, index) = match entry.kind {
        EntryKind::Grpc { node: NodeRole::Peer, index, .. } => ("peer", index),
        EntryKind::Grpc { node: NodeRole::Orderer, index, .. } => ("orderer", index),
        EntryKind::Web { .. } | EntryKind::Private | EntryKind::Consortium => ("", 0),
    };
    let ranges: Vec<&str> = match &entry.kind {
        EntryKind::Web { ranges, .. } => ranges.iter().map(|range| range.value.as_str()).collect(),
        _ => Vec::new(),
    };
    json!({
        "name": name,
        "kind": kind(entry),
        "role": role,
        "index": index,
        "host": entry.host,
        "path": entry.path(),
        "ranges": ranges,
        "service": service,
        "port": entry.port,
        "number": number,
        "outer": outer,
        "health": health(workload, entry, number),
    })
}

fn kind(entry: &Entry) -> &'static str {
    match entry.kind {
        EntryKind::Grpc { .. } => "grpc",
        EntryKind::Web { .. } => "web",
        EntryKind::Private => "private",
        EntryKind::Consortium => "consortium",
    }
}

/// What expressions see of a cluster's entries once they are let in: each host once a kind, with the Service or Ingress
/// through which it is.
pub(super) fn let_in(context: &Context, cluster: Cluster, names: &[String], plans: &[WorkloadPlan]) -> Vec<Json> {
    let graph = context.graph;
    let here = |entry: &Entry| graph.workloads[entry.workload.0].cluster == cluster;
    let mut hosts = BTreeSet::new();
    let mut views = Vec::new();
    for (entry, name) in graph.entries.iter().zip(names).filter(|(entry, _)| here(entry)) {
        let plan = &plans[entry.workload.0];
        let balancer = balancer_name(name);
        let service = plan.services.iter().find(|service| service.name == balancer);
        let ingress = plan.ingresses.iter().find(|ingress| ingress.name == *name);
        let through = service.map(|service| ("Service", &service.name, &service.namespace));
        let through = through.or(ingress.map(|ingress| ("Ingress", &ingress.name, &ingress.namespace)));
        let Some((object, name, namespace)) = through else { continue };
        if hosts.insert((&entry.host, kind(entry))) {
            views.push(json!({
                "host": entry.host,
                "kind": kind(entry),
                "object": object,
                "name": name,
                "namespace": namespace,
            }));
        }
    }
    views
}

fn balancer_name(entry: &str) -> String {
    label(&format!("{entry}-balancer"), LONGEST)
}

/// How a balancer sees whether the pods behind it are well: as their own probe does.
fn health(workload: &Workload, entry: &Entry, number: u16) -> serde_json::Value {
    let port = workload.health_port(&entry.port).unwrap_or(number);
    match workload.owner(&entry.port).map(|container| &container.probe.check) {
        Some(Check::Http { path, tls, .. }) => json!({"path": path, "port": port, "tls": tls}),
        _ => json!({"path": null, "port": port, "tls": false}),
    }
}

/// An entry on its way into a plan.
struct Made<'a> {
    entry: &'a Entry,
    name: &'a str,
    service: &'a str,
    outer: u16,
    workload: &'a Workload,
    /// Whether its pods see their clients' own addresses.
    seen: bool,
}

impl Made<'_> {
    fn service(&self, context: &mut Context, details: &EntryService, scope: &Scope) -> Option<ServicePlan> {
        if !context.holds(details.when.as_ref(), scope) {
            return None;
        }
        let port = self.workload.port(&self.entry.port)?;
        let class = match &details.class {
            Some(class) => context.data::<String>(class, scope).map(|class| class.value),
            None => None,
        };
        let source_ranges = match &details.source_ranges {
            Some(ranges) => context.required::<Vec<String>>(ranges, scope)?.value,
            None => Vec::new(),
        };
        Some(ServicePlan {
            name: balancer_name(self.name),
            namespace: self.workload.namespace.clone(),
            select: Select::Workload(self.entry.workload),
            ports: vec![ServicePort { port: self.outer, ..service_port(port) }],
            annotations: context.texts(details.annotations.as_ref(), scope),
            load_balancer: Some(LoadBalancerPlan { class, source_ranges, clients_seen: self.seen }),
            origin: self.entry.origin,
        })
    }

    fn ingress(&self, context: &mut Context, details: &EntryIngress, scope: &Scope) -> Option<IngressPlan> {
        let tls_secret = match &details.tls_secret {
            Some(secret) => context.data::<String>(secret, scope).map(|secret| secret.value),
            None => None,
        };
        let path = if self.entry.path().is_empty() { "/" } else { self.entry.path() };
        Some(IngressPlan {
            name: self.name.to_owned(),
            namespace: self.workload.namespace.clone(),
            class: context.text(&details.class, scope)?.value,
            annotations: context.texts(details.annotations.as_ref(), scope),
            host: Traced::new(self.entry.host.clone(), self.entry.origin),
            path: Traced::new(path.to_owned(), self.entry.origin),
            service: self.service.to_owned(),
            service_port: self.entry.port.clone(),
            tls_secret,
            origin: self.entry.origin,
        })
    }
}

/// Adds documents of a cluster to its plan.
pub(super) fn add_documents(plan: &mut ClusterPlan, documents: &mut BTreeMap<Cluster, Vec<Object>>) {
    plan.documents.extend(documents.remove(&plan.cluster).unwrap_or_default());
}
