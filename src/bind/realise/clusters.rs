//! The clusters of an organization: names, versions, nodes, storage classes, namespaces, controllers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::capacity::Room;
use super::context::Context;
use super::needs;
use super::pools::{self, PoolView, Pools, Types};
use super::uses::Uses;
use crate::base::{Object, Origin, Traced, TreePath};
use crate::bind::{ClusterPlan, ControllerPlan, NamespacePlan, StorageClassPlan, minor};
use crate::diag::code;
use crate::expand::{Component, Content, Namespace, Workload};
use crate::resolve::{Cluster, NodePool};
use crate::target::definition::{Clusters, Kubernetes, Nodes, OnKubernetes};
use crate::target::{Scope, Template};

/// Labels by which Kubernetes refuses pods that ask for rights (Pod Security Admission, `restricted`).
const POD_SECURITY: [(&str, &str); 3] = [
    ("pod-security.kubernetes.io/audit", "restricted"),
    ("pod-security.kubernetes.io/enforce", "restricted"),
    ("pod-security.kubernetes.io/warn", "restricted"),
];

/// Where the clusters of an organization stand and what they run.
pub(super) struct Common<'a> {
    on: OnKubernetes<'a>,
    pub zones: Vec<String>,
    pub kubernetes: Traced<String>,
    pub types: Types,
}

/// A cluster with what is known of it beside its plan.
pub(super) struct Built {
    pub plan: ClusterPlan,
    /// Its scope: the organization's and `cluster`.
    pub scope: Scope,
    /// What expressions see of it as `cluster`.
    pub view: serde_json::Value,
    /// What its controllers ask for, and what operators run in it.
    pub system: Room,
    pub pools: Pools,
}

/// The clusters that the organization has or has anything in, Blockchain first. Those who own them have them also for
/// the sake of organizations within alone.
pub(super) fn kinds(context: &Context) -> BTreeSet<Cluster> {
    if context.owns_clusters() {
        return context.home.keys().copied().collect();
    }
    context.graph.namespaces.iter().map(|namespace| namespace.cluster).collect()
}

/// What all clusters of the organization share; none after a fault.
pub(super) fn common<'a>(context: &mut Context, on: OnKubernetes<'a>, zones: Vec<String>) -> Option<Common<'a>> {
    let kubernetes = version(context, on.versions)?;
    let types = Types::of(context, on.nodes);
    Some(Common { on, zones, kubernetes, types })
}

/// The zones, sorted; too few of them are refused.
pub(super) fn zones(context: &mut Context, clusters: &Clusters) -> Option<Vec<String>> {
    let scope = context.scope.clone();
    let written = context.required::<Vec<String>>(&clusters.zones, &scope)?;
    let fewest = clusters.fewest_zones;
    let zones: BTreeSet<String> = written.value.into_iter().collect();
    if zones.len() < fewest && !zones.is_empty() {
        let title = &context.target.definition.title;
        let message = format!("{title} needs at least {fewest} zones, and there is {}", zones.len());
        context.cluster_problem(code::ZONES_REFUSED, written.origin, message, "name more zones");
    }
    fragile(context, zones.len(), written.origin);
    Some(zones.into_iter().collect())
}

/// Whoever decides by majority loses it with a zone, where there are fewer than three.
fn fragile(context: &mut Context, zones: usize, origin: Origin) {
    let quorum = |component: Component| {
        context.graph.workloads.iter().filter(|workload| workload.component == component).count() >= 3
    };
    let components = [Component::Orderer, Component::Kafka, Component::ZooKeeper];
    let Some(component) = components.into_iter().find(|component| quorum(*component)) else { return };
    if (1..3).contains(&zones) {
        let name = component.as_str();
        let message = format!("the majority of the {name} nodes stands in one of {zones} zones and is lost with it");
        context.problem(code::TOO_FEW_ZONES, origin, message, "use three zones, or accept this with the reason");
    }
}

/// The version of Kubernetes, which the target must run and the provider support.
fn version(context: &mut Context, kubernetes: &Kubernetes) -> Option<Traced<String>> {
    let definition = &context.target.definition;
    let scope = context.scope.clone();
    let version = context.text(&kubernetes.r#use, &scope)?;
    let (oldest, newest) = (&kubernetes.oldest.value, &kubernetes.newest.value);
    let Some(number) = minor(&version.value) else {
        context.cluster_problem(code::KUBERNETES_VERSION, version.origin, "this is no version of Kubernetes", "");
        return None;
    };
    if minor(oldest).is_some_and(|oldest| number < oldest) || minor(newest).is_some_and(|newest| number > newest) {
        let message = format!("bundles for {} are made for Kubernetes {oldest} to {newest}", definition.title);
        context.cluster_problem(code::KUBERNETES_VERSION, version.origin, message, "use a version between the two");
        return None;
    }
    if let Some(support) = kubernetes.support.get(&version.value) {
        let today = definition.as_of.value;
        let (standard, extended) = (support.standard.value, support.extended.value);
        if today >= extended {
            let message = format!("Kubernetes {} is not supported any more since {extended}", version.value);
            context.cluster_problem(code::KUBERNETES_VERSION, version.origin, message, &format!("use {newest}"));
        } else if today.until(standard) <= i64::from(kubernetes.notice) {
            let message = format!(
                "standard support of Kubernetes {} ends on {standard} (as of {today}); extended support, which costs more, on {extended}",
                version.value
            );
            context.cluster_problem(
                code::KUBERNETES_ENDING,
                version.origin,
                message,
                &format!("plan the upgrade to {newest}"),
            );
        }
    }
    Some(version)
}

/// One cluster; none after a fault.
pub(super) fn build(context: &mut Context, common: &Common<'_>, kind: Cluster) -> Option<Built> {
    let clusters = common.on.clusters;
    let home = context.at_home().with("cluster", &json!({"kind": kind.as_str()}));
    let name = context.text(&clusters.name, &home)?;
    name_fits(context, clusters, &name);
    let unique = clusters.scope.as_ref().filter(|_| context.owns_clusters());
    let name_scope = unique.and_then(|unique| context.text(unique, &home)).map(|text| text.value);
    let description = context.description;
    let written: &[NodePool] = match kind {
        Cluster::Blockchain => &description.blockchain_pools,
        Cluster::Application => &description.application_pools,
    };
    let pools = pools::pools(context, &common.types, common.on.nodes, written, &common.zones);
    let mut view = view(context, common, kind, &name.value, &pools.views);
    let system = system(context, common.on.nodes, &view);
    view["system"] = json!(system);
    let mut scope = context.scope.with("cluster", &view);
    scope.trace("cluster.name", name.origin);
    scope.trace("cluster.kubernetes", common.kubernetes.origin);
    let connect = clusters.connect.as_ref().and_then(|connect| context.text(connect, &scope));
    let add_ons = clusters.add_ons.as_ref().and_then(|add_ons| context.data::<Vec<String>>(add_ons, &scope));
    let mut plan = ClusterPlan {
        cluster: kind,
        owner: context.owner,
        name: name.value,
        name_scope,
        addresses: addresses(context, clusters, &scope),
        connect: connect.map(|connect| connect.value),
        add_ons: add_ons.map_or_else(Vec::new, |add_ons| add_ons.value),
        kubernetes: common.kubernetes.clone(),
        dns_suffix: clusters.dns_suffix.clone(),
        zones: common.zones.clone(),
        pools: pools.plans.clone(),
        namespaces: Vec::new(),
        storage_classes: context.of_the_owner(|context| storage_classes(context, kind, &scope)),
        prelude: Vec::new(),
        documents: Vec::new(),
        services: Vec::new(),
        controllers: Vec::new(),
        operated: Vec::new(),
        infra: Vec::new(),
    };
    if context.owns_clusters() {
        plan.prelude = context.documents(&clusters.prelude, &scope);
        plan.documents = context.documents(&clusters.documents, &scope);
        plan.controllers = controllers(context, &scope);
    }
    namespaces(context, &scope, &mut plan);
    Some(Built { plan, scope, view, system, pools })
}

/// What the cluster answers for, each range at its own place where one is written.
fn addresses(context: &mut Context, clusters: &Clusters, scope: &Scope) -> Vec<Traced<String>> {
    let template = clusters.addresses.as_ref().filter(|_| context.owns_clusters());
    let ranges = template.and_then(|template| context.data::<Vec<String>>(template, scope));
    let Some(Traced { value, origin }) = ranges else { return Vec::new() };
    value.into_iter().map(|range| Traced::new(range, origin)).collect()
}

fn name_fits(context: &mut Context, clusters: &Clusters, name: &Traced<String>) {
    let longest = clusters.longest_name;
    if name.value.len() > longest {
        let message = format!("the cluster's name `{}` has more than {longest} characters", name.value);
        let help = "give the organization or the environment a shorter name";
        context.cluster_problem(code::NAME_TOO_LONG, context.organization.name.origin, message, help);
    }
}

/// What the controllers of a cluster ask for, and what operators run in it. `view` is what expressions see of it.
fn system(context: &mut Context, nodes: &Nodes, view: &serde_json::Value) -> Room {
    let scope = context.scope.with("cluster", view);
    let system = nodes.system.as_ref().and_then(|system| context.data::<Room>(system, &scope));
    system.map_or_else(Room::default, |system| system.value)
}

/// What expressions see of a cluster, but for its `system`.
fn view(context: &Context, common: &Common, kind: Cluster, name: &str, pools: &[PoolView]) -> serde_json::Value {
    let pool = |pool: &PoolView| {
        json!({
            "name": pool.name,
            "type": pool.r#type,
            "row": pool.row,
            "zones": pool.zones,
            "minimum": pool.minimum,
            "maximum": pool.maximum,
            "allocatable": pool.allocatable,
        })
    };
    let namespaces = context.graph.namespaces.iter().filter(|namespace| namespace.cluster == kind);
    let nothing = Uses::default();
    let uses = context.home.get(&kind).unwrap_or(&nothing);
    json!({
        "kind": kind.as_str(),
        "name": name,
        "kubernetes": common.kubernetes.value,
        "zones": common.zones,
        "dnsSuffix": common.on.clusters.dns_suffix,
        "namespaces": namespaces.map(|namespace| &namespace.name).collect::<Vec<_>>(),
        "pools": pools.iter().map(pool).collect::<Vec<_>>(),
        "uses": uses.view(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClassData {
    name: String,
    provisioner: String,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    reclaim_policy: String,
    volume_binding_mode: String,
    allow_volume_expansion: bool,
}

fn storage_classes(context: &mut Context, kind: Cluster, scope: &Scope) -> BTreeMap<Content, StorageClassPlan> {
    let mut classes = BTreeMap::new();
    let home = context.home;
    let Some(used) = home.get(&kind).map(|uses| &uses.volumes) else { return classes };
    let Some((_, first)) = used.first_key_value() else { return classes };
    let target = context.target;
    let Some(needs) = target.definition.needs.block_volumes.details() else {
        needs::omitted(context, &target.definition.needs.block_volumes, "block volumes", *first);
        return classes;
    };
    for content in used.keys().copied() {
        let template = match content {
            Content::Ledger => &needs.ledger,
            Content::State => &needs.state,
            Content::Files => &needs.files,
        };
        let class = template.as_ref().and_then(|template| storage_class(context, template, scope));
        classes.extend(class.map(|class| (content, class)));
    }
    classes
}

fn storage_class(context: &mut Context, template: &Template, scope: &Scope) -> Option<StorageClassPlan> {
    let Object { origins, .. } = context.object(template, scope)?;
    let data = context.required::<ClassData>(template, scope)?;
    let parameter = |(key, value): (String, String)| {
        let origin = origins.lookup(&TreePath::from("parameters").join(key.clone()));
        (key, Traced::new(value, origin))
    };
    Some(StorageClassPlan {
        name: data.value.name,
        provisioner: data.value.provisioner,
        parameters: data.value.parameters.into_iter().map(parameter).collect(),
        reclaim_policy: data.value.reclaim_policy,
        volume_binding_mode: data.value.volume_binding_mode,
        allow_expansion: data.value.allow_volume_expansion,
        origin: Origin::Source(template.span),
    })
}

fn controllers(context: &mut Context, scope: &Scope) -> Vec<ControllerPlan> {
    let target = context.target;
    let mut plans = Vec::new();
    for controller in &target.definition.controllers {
        let wanted = context.holds(controller.when.as_ref(), scope);
        let Some(template) = target.template(&controller.values.value).filter(|_| wanted) else { continue };
        let (views, images) = context.images(&controller.images, scope);
        let Some(values) = context.object(template, &scope.with("images", &views)) else { continue };
        plans.push(ControllerPlan {
            name: controller.name.clone(),
            namespace: controller.namespace.clone(),
            pod_security: controller.pod_security,
            chart: controller.chart.clone(),
            repository: controller.repository.clone(),
            version: controller.version.value.clone(),
            images,
            values,
        });
    }
    plans
}

/// What keeps to `restricted` and what is prepared for a controller cannot be one namespace.
fn apart_from_controllers(context: &mut Context, namespace: &Namespace) {
    let controllers = &context.target.definition.controllers;
    if let Some(controller) = controllers.iter().find(|controller| controller.namespace == namespace.name) {
        let message = format!("the namespace `{}` is that of the controller `{}`", namespace.name, controller.name);
        let help = "a namespace is called by the organization and the group: rename one of them";
        context.problem(code::NAMES_COLLIDE, namespace.origin, message, help);
    }
}

fn namespaces(context: &mut Context, scope: &Scope, plan: &mut ClusterPlan) {
    let graph = context.graph;
    let target = context.target;
    let carried = &target.definition.namespaces;
    for namespace in graph.namespaces.iter().filter(|namespace| namespace.cluster == plan.cluster) {
        let here = |workload: &&Workload| workload.cluster == plan.cluster && workload.namespace == namespace.name;
        let secret =
            |secret: &crate::expand::Secret| secret.cluster == plan.cluster && secret.namespace == namespace.name;
        let shared = graph.workloads.iter().filter(here).find(|workload| needs::mounts_shared_files(workload));
        let mut scope = scope.with(
            "namespace",
            &json!({
                "name": namespace.name,
                "secrets": graph.secrets.iter().any(secret),
                "sharedFiles": shared.is_some(),
            }),
        );
        scope.trace("namespace", namespace.origin);
        let mut labels: BTreeMap<String, String> =
            POD_SECURITY.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        labels.extend(context.target_labels(carried.labels.as_ref(), &scope));
        apart_from_controllers(context, namespace);
        let annotations = context.labels(carried.annotations.as_ref(), &scope);
        plan.namespaces.push(NamespacePlan {
            name: namespace.name.clone(),
            labels,
            annotations,
            origin: namespace.origin,
        });
        plan.documents.extend(context.documents(&carried.documents, &scope));
        if let Some(workload) = shared {
            plan.prelude.extend(needs::shared_files(context, workload, &scope));
        }
    }
}
