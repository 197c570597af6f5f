//! Databases and Redis: where they answer, and what a target runs or asks for in their place.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::context::Context;
use super::needs::{omitted, selector};
use crate::base::range::EVERYBODY;
use crate::base::{Object, Origin};
use crate::bind::{End, Endpoint, Hop, Network, OperatedPlan, TargetImage};
use crate::diag::code;
use crate::expand::{Destination, Secret, Source, Workload, WorkloadId, engine_name};
use crate::fabric::images;
use crate::parse::blueprint::DatabaseEngine;
use crate::resolve::Cluster;
use crate::target::Scope;
use crate::target::definition::{Database, Realisation};

/// Where each database answers that anything connects to.
#[derive(Default)]
pub(super) struct Databases {
    pub endpoints: BTreeMap<DatabaseEngine, Endpoint>,
    pub streams: Option<Endpoint>,
    /// The documents of each cluster.
    pub documents: BTreeMap<Cluster, Vec<Object>>,
    /// What operators run in each cluster.
    pub operated: BTreeMap<Cluster, Vec<OperatedPlan>>,
    /// Connections of the pods that answer, beside those of their clients.
    pub hops: BTreeMap<Cluster, Vec<(Hop, Origin)>>,
    /// The images that the documents name.
    pub images: Vec<TargetImage>,
    /// The secrets that the documents name.
    pub secrets: Vec<Secret>,
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
            "engine": engine_name(engine),
            "schemas": schemas.map(|schema| &schema.name).collect::<Vec<_>>(),
            "image": context.image(images::database(engine)),
        });
        let server = Server { need, what, origin, clients: clients.into_keys().collect(), view };
        if let Some((endpoint, end)) = server.realise(context, clusters, &mut made) {
            made.endpoints.insert(engine, endpoint);
            network.databases.insert(engine, end);
        }
    }
    let clients = clients(context, |to| *to == Destination::Streams);
    if let Some(origin) = clients.values().next().copied() {
        let view = json!({"engine": "redis", "schemas": [], "image": null});
        let server =
            Server { need: &needs.streams, what: "Redis", origin, clients: clients.into_keys().collect(), view };
        let (endpoint, end) = server.realise(context, clusters, &mut made).unzip();
        (made.streams, network.streams) = (endpoint, end);
    }
    made
}

/// The workloads with a link to a destination, and what caused each link.
fn clients(context: &Context, wanted: impl Fn(&Destination) -> bool) -> BTreeMap<WorkloadId, Origin> {
    let links = context.graph.links.iter().filter(|link| wanted(&link.to));
    let client = |link: &crate::expand::Link| match link.from {
        Source::Workload(id) => Some((id, link.origin)),
        Source::Organization(_) | Source::Range(_) | Source::Administrators(_) => None,
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

/// Pods of the platform, as a target names them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PodsData {
    namespace: String,
    labels: BTreeMap<String, String>,
}

impl From<PodsData> for End {
    fn from(PodsData { namespace, labels }: PodsData) -> End {
        End::Platform { namespace, labels }
    }
}

/// A connection beside those of a database's clients. The end that is not said is the pods that answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowData {
    port: u16,
    from: Option<PodsData>,
    to: Option<FlowEnd>,
}

/// Where such a connection leads.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`to` is a map of `namespace` and `labels`, or a list of ranges")]
enum FlowEnd {
    Pods(PodsData),
    Ranges(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SecretData {
    name: String,
    namespace: String,
    keys: Vec<String>,
    store_name: String,
    purpose: String,
}

impl Server<'_> {
    fn realise(
        mut self,
        context: &mut Context,
        clusters: &BTreeMap<Cluster, Scope>,
        made: &mut Databases,
    ) -> Option<(Endpoint, End)> {
        let Some(details) = context.met(self.need) else {
            omitted(context, self.need, self.what, self.origin);
            return None;
        };
        let scope = context.scope.clone();
        let host = context.text(&details.host, &scope)?;
        let port = context.required::<u16>(&details.port, &scope)?.value;
        let authority = match &details.authority {
            Some(authority) => context.data::<String>(authority, &scope),
            None => None,
        };
        let end = self.end(context, details, &scope);
        self.hops(context, details, &scope, &end, made);
        let (views, images) = context.images(&details.images, &scope);
        made.images.extend(images);
        for (kind, scope) in clusters {
            self.see(context, *kind, port);
            let scope = scope.with("database", &self.view).with("images", &views);
            let documents = context.documents(&details.documents, &scope);
            made.documents.entry(*kind).or_default().extend(documents);
            let commands =
                details.commands.as_ref().and_then(|commands| context.data::<OperatedPlan>(commands, &scope));
            made.operated.entry(*kind).or_default().extend(commands.map(|commands| commands.value));
            let secrets = details.secrets.as_ref().and_then(|secrets| context.data::<Vec<SecretData>>(secrets, &scope));
            made.secrets.extend(secrets.into_iter().flat_map(|secrets| secrets.value).map(|one| Secret {
                cluster: *kind,
                namespace: one.namespace,
                beside: Vec::new(),
                name: one.name,
                keys: one.keys,
                purpose: one.purpose,
                store_name: one.store_name,
                origin: self.origin,
            }));
        }
        Some((Endpoint { host, port, authority }, end))
    }

    /// Where it answers from.
    fn end(&self, context: &mut Context, details: &Database, scope: &Scope) -> End {
        let pods = details.pods.as_ref().and_then(|pods| context.data::<PodsData>(pods, scope));
        if let Some(pods) = pods {
            self.one_cluster(context);
            return End::from(pods.value);
        }
        let ranges = details.ranges.as_ref().and_then(|ranges| context.data::<Vec<String>>(ranges, scope));
        let ranges = ranges.map_or_else(|| vec![EVERYBODY.to_owned()], |ranges| ranges.value);
        End::Ranges { what: self.what.to_owned(), ranges }
    }

    /// What pods in its place have to do with others than their clients, in the cluster where those are.
    fn hops(&self, context: &mut Context, details: &Database, scope: &Scope, end: &End, made: &mut Databases) {
        let (End::Platform { .. }, Some(template)) = (end, &details.flows) else { return };
        let Some(flows) = context.data::<Vec<FlowData>>(template, scope) else { return };
        let Some(client) = self.clients.first() else { return };
        let hops = made.hops.entry(context.graph.workloads[client.0].cluster).or_default();
        for FlowData { port, from, to } in flows.value {
            let from = from.map_or_else(|| end.clone(), End::from);
            let to = match to {
                Some(FlowEnd::Pods(pods)) => End::from(pods),
                Some(FlowEnd::Ranges(ranges)) => End::Ranges { what: format!("what {} dials", self.what), ranges },
                None => end.clone(),
            };
            hops.push((Hop { from, to, port }, Origin::Source(template.span)));
        }
    }

    /// Pods are dialled by a name that their own cluster alone resolves.
    fn one_cluster(&self, context: &mut Context) {
        let graph = context.graph;
        let reach = |client: &WorkloadId| graph.workloads[client.0].cluster;
        if self.clients.iter().map(reach).collect::<BTreeSet<Cluster>>().len() > 1 {
            let message = format!(
                "{} runs in one cluster with the target `{}`, and workloads of both use it",
                self.what, context.target.name
            );
            let help = "keep those that use it in one cluster, or give the target a server that both reach";
            context.problem(code::NEED_NOT_MET, self.origin, message, help);
        }
    }

    /// What expressions see of it in a cluster.
    fn see(&mut self, context: &Context, cluster: Cluster, port: u16) {
        let clients = self.clients.iter().map(|client| &context.graph.workloads[client.0]);
        let here: Vec<&Workload> = clients.filter(|client| client.cluster == cluster).collect();
        let namespaces: BTreeSet<&str> = here.iter().map(|client| client.namespace.as_str()).collect();
        let client = |client: &&Workload| json!({"namespace": client.namespace, "selector": selector(client)});
        self.view["clients"] = json!(namespaces);
        self.view["workloads"] = here.iter().map(client).collect();
        self.view["port"] = json!(port);
    }
}
