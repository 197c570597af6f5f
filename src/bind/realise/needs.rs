//! What workloads need beside nodes, entries and databases: secrets, shared files, backups, images.

use std::collections::BTreeMap;

use serde_json::json;

use super::context::Context;
use crate::base::quantity::milliseconds;
use crate::base::{Object, Origin, Traced};
use crate::bind::WorkloadPlan;
use crate::diag::code;
use crate::expand::{Destination, Secret, Source, Workload, WorkloadId};
use crate::resolve::Cluster;
use crate::target::Scope;
use crate::target::definition::{Realisation, Summary};

/// A need that the target does not meet, though something has it; `what` are the words for it.
pub(super) fn omitted<D: Summary>(context: &mut Context, need: &Realisation<D>, what: &str, origin: Origin) {
    let message = format!("the target `{}` has no {what}", context.target.name);
    let help = match need.details() {
        // Its parameters could have said otherwise.
        Some(details) => format!("do without it, or see the target's parameters: {}", details.summary()),
        None => "do without it, or choose another target".to_owned(),
    };
    context.problem(code::NEED_NOT_MET, origin, message, &help);
}

/// Whether any of a workload's containers mounts the shared files.
pub(super) fn mounts_shared_files(workload: &Workload) -> bool {
    workload.containers.iter().any(|container| container.shared_files.is_some())
}

/// The documents of the shared files in one namespace.
pub(super) fn shared_files(context: &mut Context, workload: &Workload, scope: &Scope) -> Vec<Object> {
    let need = &context.target.definition.needs.shared_files;
    match context.met(need) {
        Some(files) => context.documents(&files.documents, scope),
        None => {
            let origin = workload.containers.iter().find_map(|container| container.shared_files.as_ref());
            omitted(context, need, "shared files", origin.map_or(workload.origin, |files| files.origin));
            Vec::new()
        }
    }
}

/// What selects a workload's pods, as expressions see it.
pub(super) fn selector(workload: &Workload) -> serde_json::Value {
    json!({
        "app.kubernetes.io/component": workload.component.as_str(),
        "app.kubernetes.io/name": workload.name,
    })
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
        "selector": selector(workload),
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
    if let Some(identities) = context.met(&definition.needs.identities) {
        plan.documents.extend(context.documents(&identities.documents, &scope));
    }
    if mounts_shared_files(workload)
        && let Some(files) = context.met(&definition.needs.shared_files)
    {
        let namespace = scope.with("namespace", &json!({"name": workload.namespace}));
        let claim = files.claim.as_ref().and_then(|claim| context.text(claim, &namespace));
        plan.shared_claim = claim.map(|claim| claim.value);
    }
    backup(context, workload, &scope, &mut plan);
    plan
}

fn backup(context: &mut Context, workload: &Workload, scope: &Scope, plan: &mut WorkloadPlan) {
    let Some(backup) = workload.backup.as_ref().filter(|_| !workload.volumes.is_empty()) else { return };
    let need = &context.target.definition.needs.backups;
    let Some(details) = context.met(need) else {
        let message =
            format!("the target `{}` does not back up the volumes of `{}`", context.target.name, workload.name);
        let help = match need.details() {
            Some(details) => format!("see the target's parameters: {}", details.summary()),
            None => format!("the target says: {}", need.summary()),
        };
        context.problem(code::NO_BACKUP, backup.schedule.origin, message, &help);
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
    /// Secrets that the target's own documents need, whose locations stand last.
    pub of_documents: Vec<Secret>,
}

/// The documents of every secret: beside the workload that alone needs it, else beside none. `of_documents` are those that
/// the target's own documents need.
pub(super) fn secrets(
    context: &mut Context,
    clusters: &BTreeMap<Cluster, Scope>,
    of_documents: Vec<Secret>,
    workloads: &mut [WorkloadPlan],
) -> SecretsPlan {
    let graph = context.graph;
    let mut plan = SecretsPlan::default();
    let need = &context.target.definition.needs.secrets;
    let Some(details) = need.details() else {
        if let Some(first) = graph.secrets.first() {
            omitted(context, need, "secret store", first.origin);
        }
        return plan;
    };
    let everywhere = context.scope.clone();
    plan.manual = details.manual.as_ref().and_then(|manual| context.text(manual, &everywhere)).map(|text| text.value);
    for secret in graph.secrets.iter().chain(&of_documents) {
        let named = Traced::new(secret.store_name.clone(), secret.origin);
        let Some(scope) = clusters.get(&secret.cluster) else {
            plan.locations.push(named.value);
            continue;
        };
        let view = |location: Option<&str>| {
            json!({
                "name": secret.name,
                "namespace": secret.namespace,
                "type": secret.r#type(),
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
    plan.of_documents = of_documents;
    plan
}
