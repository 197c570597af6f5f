//! What workloads need beside nodes and entries: databases, secrets, shared files, backups, images.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::context::Context;
use crate::base::quantity::milliseconds;
use crate::base::{Object, Origin, Traced};
use crate::bind::{End, Endpoint, Network, WorkloadPlan};
use crate::diag::code;
use crate::expand::{Destination, Source, Workload, WorkloadId};
use crate::parse::blueprint::DatabaseEngine;
use crate::resolve::Cluster;
use crate::target::Scope;
use crate::target::definition::{Database, Realisation};

/// A need that the target does not meet, though something has it.
pub(super) fn omitted(context: &mut Context, need: &str, origin: Origin) {
    let message = format!("the target `{}` has no {need}", context.target.name);
    context.problem(code::NEED_NOT_MET, origin, message, "do without it, or choose another target");
}

/// Whether any of a workload's containers mounts the shared files.
pub(super) fn mounts_shared_files(workload: &Workload) -> bool {
    workload.containers.iter().any(|container| container.shared_files.is_some())
}

/// The documents of the shared files in one namespace.
pub(super) fn shared_files(context: &mut Context, workload: &Workload, scope: &Scope) -> Vec<Object> {
    match context.target.definition.needs.shared_files.details() {
        Some(files) => context.documents(&files.documents, scope),
        None => {
            let origin = workload.containers.iter().find_map(|container| container.shared_files.as_ref());
            omitted(context, "shared files", origin.map_or(workload.origin, |files| files.origin));
            Vec::new()
        }
    }
}

/// Where each database answers that anything connects to.
#[derive(Default)]
pub(super) struct Databases {
    pub endpoints: BTreeMap<DatabaseEngine, Endpoint>,
    pub streams: Option<Endpoint>,
    /// The documents of each cluster.
    pub documents: BTreeMap<Cluster, Vec<Object>>,
}

/// Databases and Redis, where they are used.
pub(super) fn databases(
    context: &mut Context,
    clusters: &BTreeMap<Cluster, Scope>,
    network: &mut Network,
) -> Databases {
    let needs = &context.target.definition.needs;
    let mut made = Databases::default();
    for (engine, need, what) in
        [(DatabaseEngine::Postgresql, &needs.postgresql, "PostgreSQL"), (DatabaseEngine::Mysql, &needs.mysql, "MySQL")]
    {
        let clients = clients(context, |to| *to == Destination::Database(engine));
        let Some(origin) = clients.values().next().copied() else { continue };
        let schemas = context.graph.schemas.iter().filter(|schema| schema.engine == engine);
        let view = json!({
            "engine": what.to_lowercase(),
            "schemas": schemas.map(|schema| &schema.name).collect::<Vec<_>>(),
        });
        let server = Server { need, what, origin, clients: clients.into_keys().collect(), view };
        if let Some((endpoint, end)) = server.realise(context, clusters, &mut made.documents) {
            made.endpoints.insert(engine, endpoint);
            network.databases.insert(engine, end);
        }
    }
    let clients = clients(context, |to| *to == Destination::Streams);
    if let Some(origin) = clients.values().next().copied() {
        let view = json!({"engine": "redis", "schemas": []});
        let server =
            Server { need: &needs.streams, what: "Redis", origin, clients: clients.into_keys().collect(), view };
        let (endpoint, end) = server.realise(context, clusters, &mut made.documents).unzip();
        (made.streams, network.streams) = (endpoint, end);
    }
    made
}

/// The workloads with a link to a destination, and what caused each link.
fn clients(context: &Context, wanted: impl Fn(&Destination) -> bool) -> BTreeMap<WorkloadId, Origin> {
    let links = context.graph.links.iter().filter(|link| wanted(&link.to));
    let client = |link: &crate::expand::Link| match link.from {
        Source::Workload(id) => Some((id, link.origin)),
        Source::Organization(_) | Source::Range(_) => None,
    };
    links.filter_map(client).collect()
}

/// A database that something connects to.
struct Server<'a> {
    need: &'a Realisation<Database>,
    what: &'a str,
    origin: Origin,
    clients: BTreeSet<WorkloadId>,
    view: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PodsData {
    namespace: String,
    labels: BTreeMap<String, String>,
}

impl Server<'_> {
    fn realise(
        mut self,
        context: &mut Context,
        clusters: &BTreeMap<Cluster, Scope>,
        documents: &mut BTreeMap<Cluster, Vec<Object>>,
    ) -> Option<(Endpoint, End)> {
        let Some(details) = self.need.details() else {
            omitted(context, self.what, self.origin);
            return None;
        };
        let scope = context.scope.clone();
        let host = context.text(&details.host, &scope)?;
        let port = context.required::<u16>(&details.port, &scope)?.value;
        let authority = match &details.authority {
            Some(authority) => context.data::<String>(authority, &scope),
            None => None,
        };
        let end = match (&details.pods, &details.ranges) {
            (Some(pods), _) => {
                let pods = context.required::<PodsData>(pods, &scope)?.value;
                End::Platform { namespace: pods.namespace, labels: pods.labels }
            }
            (None, Some(ranges)) => {
                let ranges = context.required::<Vec<String>>(ranges, &scope)?.value;
                End::Ranges { what: self.what.to_owned(), ranges }
            }
            (None, None) => End::Ranges { what: self.what.to_owned(), ranges: vec!["0.0.0.0/0".to_owned()] },
        };
        for (kind, scope) in clusters {
            let here = self.clients.iter().map(|client| &context.graph.workloads[client.0]);
            let here: BTreeSet<&str> =
                here.filter(|client| client.cluster == *kind).map(|client| client.namespace.as_str()).collect();
            self.view["clients"] = json!(here);
            self.view["port"] = json!(port);
            let made = context.documents(&details.documents, &scope.with("database", &self.view));
            documents.entry(*kind).or_default().extend(made);
        }
        Some((Endpoint { host, port, authority }, end))
    }
}

/// What expressions see of a workload.
pub(super) fn view(context: &Context, id: WorkloadId) -> serde_json::Value {
    let graph = context.graph;
    let workload = &graph.workloads[id.0];
    let database = |link: &&crate::expand::Link| {
        link.from == Source::Workload(id) && matches!(link.to, Destination::Database(_) | Destination::Streams)
    };
    json!({
        "name": workload.name,
        "namespace": workload.namespace,
        "component": workload.component.as_str(),
        "selector": {
            "app.kubernetes.io/component": workload.component.as_str(),
            "app.kubernetes.io/name": workload.name,
        },
        "claims": workload.volumes.iter().map(|volume| workload.claim(volume)).collect::<Vec<_>>(),
        "databases": graph.links.iter().any(|link| database(&link)),
    })
}

/// Everything about one workload but its Services and entries.
pub(super) fn workload(context: &mut Context, id: WorkloadId, cluster: &Scope) -> WorkloadPlan {
    let workload = &context.graph.workloads[id.0];
    let definition = &context.target.definition;
    let mut scope = cluster.with("workload", &view(context, id));
    scope.trace("workload", workload.origin);
    let mut plan = WorkloadPlan {
        images: workload
            .containers
            .iter()
            .map(|container| Some(container.image.as_ref().map(|image| context.image(image))))
            .collect(),
        pod_labels: context.target_labels(definition.workloads.labels.as_ref(), &scope),
        pod_annotations: context.labels(definition.workloads.annotations.as_ref(), &scope),
        service_account_annotations: context.labels(definition.service_accounts.annotations.as_ref(), &scope),
        ..WorkloadPlan::default()
    };
    plan.documents = context.documents(&definition.workloads.documents, &scope);
    if let Some(identities) = definition.needs.identities.details() {
        plan.documents.extend(context.documents(&identities.documents, &scope));
    }
    if mounts_shared_files(workload)
        && let Some(files) = definition.needs.shared_files.details()
    {
        let namespace = scope.with("namespace", &json!({"name": workload.namespace}));
        plan.shared_claim = context.text(&files.claim, &namespace).map(|claim| claim.value);
    }
    backup(context, workload, &scope, &mut plan);
    plan
}

fn backup(context: &mut Context, workload: &Workload, scope: &Scope, plan: &mut WorkloadPlan) {
    let Some(backup) = workload.backup.as_ref().filter(|_| !workload.volumes.is_empty()) else { return };
    let Some(details) = context.target.definition.needs.backups.details() else {
        let message =
            format!("the target `{}` does not back up the volumes of `{}`", context.target.name, workload.name);
        let reason = context.target.definition.needs.backups.summary().to_owned();
        context.problem(code::NO_BACKUP, backup.schedule.origin, message, &format!("the target says: {reason}"));
        return;
    };
    let hours = milliseconds(&backup.keep.value).map_or(0, |time| time.div_ceil(3_600_000));
    let mut scope = scope.with("backup", &json!({"schedule": backup.schedule.value, "keepHours": hours}));
    scope.trace("backup.schedule", backup.schedule.origin);
    scope.trace("backup.keepHours", backup.keep.origin);
    plan.documents.extend(context.documents(&details.documents, &scope));
}

/// What becomes of an organization's secrets.
#[derive(Default)]
pub(super) struct SecretsPlan {
    /// Documents of secrets that several workloads need, by cluster.
    pub shared: BTreeMap<Cluster, Vec<Object>>,
    /// Where the store keeps each, in the graph's order.
    pub locations: Vec<String>,
    /// How people put one there.
    pub manual: Option<String>,
}

/// The documents of every secret: beside the workload that alone needs it, else beside none.
pub(super) fn secrets(
    context: &mut Context,
    clusters: &BTreeMap<Cluster, Scope>,
    workloads: &mut [WorkloadPlan],
) -> SecretsPlan {
    let graph = context.graph;
    let mut plan = SecretsPlan::default();
    let Some(details) = context.target.definition.needs.secrets.details() else {
        if let Some(first) = graph.secrets.first() {
            omitted(context, "secret store", first.origin);
        }
        return plan;
    };
    let everywhere = context.scope.clone();
    plan.manual = details.manual.as_ref().and_then(|manual| context.text(manual, &everywhere)).map(|text| text.value);
    for secret in &graph.secrets {
        let named = Traced::new(secret.store_name.clone(), secret.origin);
        let Some(scope) = clusters.get(&secret.cluster) else {
            plan.locations.push(named.value);
            continue;
        };
        let view = |location: Option<&str>| {
            json!({
                "name": secret.name,
                "namespace": secret.namespace,
                "keys": secret.keys,
                "storeName": secret.store_name,
                "location": location,
                "purpose": secret.purpose,
            })
        };
        let unplaced = scope.with("secret", &view(None));
        let location =
            details.location.as_ref().and_then(|location| context.text(location, &unplaced)).unwrap_or(named);
        let mut scope = scope.with("secret", &view(Some(&location.value)));
        scope.trace("secret", secret.origin);
        scope.trace("secret.location", location.origin);
        let documents = context.documents(&details.documents, &scope);
        match secret.beside.as_slice() {
            [only] => workloads[only.0].documents.extend(documents),
            _ => plan.shared.entry(secret.cluster).or_default().extend(documents),
        }
        plan.locations.push(location.value);
    }
    plan
}
