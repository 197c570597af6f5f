//! What stands outside of every form and is applied first: removing it would take data or whole namespaces with it.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::scheduling::v1::PriorityClass;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::base::{Object, Origin, TreePath};
use crate::bind::{ControllerPlan, NamespacePlan};
use crate::lower::meta::{Rows, SHARED, Scope};
use crate::lower::workload::Bound;
use crate::lower::{ObjectFile, pod, storage};
use crate::target::definition::PodSecurity;

/// Above everything that says nothing, below Kubernetes' own system classes, which start at 2 000 000 000.
const LEDGER_PRIORITY: i32 = 1_000_000;

/// Kubernetes' own namespace, which every cluster has.
const SYSTEM: &str = "kube-system";

const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
const POD_SECURITY: &str = "pod-security.kubernetes.io/";
const RESTRICTED: Origin = Origin::Rule("pods of a namespace keep to Pod Security's profile `restricted`");
const OF_CHART: Origin = Origin::Rule(
    "a chart's pods keep to Pod Security's profile `baseline`, as pods that say nothing do, unless the target says otherwise",
);

const OUTLIVES: Origin = Origin::Rule("claims go with their namespace: no tool may take one away with the rest");

pub(super) fn files(scope: &Scope, workloads: &[Bound]) -> Vec<ObjectFile> {
    let cluster = scope.cluster;
    // What a cluster has once is its owner's, even where another organization's workloads use it.
    let owned = cluster.owner == scope.organization.graph.organization;
    let classes: BTreeMap<&str, _> =
        cluster.storage_classes.values().filter(|_| owned).map(|class| (class.name.as_str(), class)).collect();
    let ledger = workloads.iter().find(|bound| pod::bears_ledger(bound.workload)).map(|bound| bound.workload.origin);
    let files: [(&str, Vec<Object>); 4] = [
        ("namespaces.yaml", namespaces(scope)),
        ("platform.yaml", cluster.prelude.iter().map(|document| scope.label_document(document, None)).collect()),
        ("priority-classes.yaml", ledger.map(|origin| priority_class(scope, origin)).into_iter().collect()),
        ("storage-classes.yaml", classes.into_values().map(|class| storage::storage_class(scope, class)).collect()),
    ];
    let cause = format!("organizations.{}.{}", scope.organization_name, cluster.cluster.as_str());
    (files.into_iter().filter(|(_, objects)| !objects.is_empty()))
        .map(|(path, objects)| ObjectFile::new(path.to_owned(), cause.clone(), objects))
        .collect()
}

/// The plan's own namespaces and those of the controllers, in which objects of the bundle may stand (Velero's schedules).
fn namespaces(scope: &Scope) -> Vec<Object> {
    let planned = &scope.cluster.namespaces;
    let mut objects: Vec<Object> = planned.iter().map(|plan| namespace(scope, plan)).collect();
    // Of several in one namespace the one that asks for most decides.
    let mut controllers: Vec<&ControllerPlan> = scope.cluster.controllers.iter().collect();
    controllers.sort_by_key(|controller| controller.pod_security);
    let controllers: BTreeMap<&str, (PodSecurity, Origin)> = controllers
        .into_iter()
        .map(|controller| (controller.namespace.as_str(), (controller.pod_security, controller.values.origins.root)))
        .filter(|(name, _)| *name != SYSTEM && !planned.iter().any(|plan| plan.name == *name))
        .collect();
    objects.extend(controllers.into_iter().map(|(name, (profile, origin))| {
        let mut metadata = scope.cluster_metadata(name, SHARED);
        metadata.labels.get_or_insert_default().insert(ENFORCE.to_owned(), profile.as_str().to_owned());
        let mut rows = Rows::default();
        rows.add(TreePath::from("metadata/labels").join(ENFORCE), OF_CHART);
        keep(&mut metadata, &mut rows);
        scope.object(&Namespace { metadata, spec: None, status: None }, origin, rows)
    }));
    objects
}

fn namespace(scope: &Scope, plan: &NamespacePlan) -> Object {
    let mut metadata = scope.cluster_metadata(&plan.name, SHARED);
    let labels = metadata.labels.get_or_insert_default();
    labels.extend(plan.labels.iter().map(|(key, value)| (key.clone(), value.clone())));
    metadata.annotations = Some(plan.annotations.clone());
    let mut rows = Rows::default();
    keep(&mut metadata, &mut rows);
    for key in plan.labels.keys().filter(|key| key.starts_with(POD_SECURITY)) {
        rows.add(TreePath::from("metadata/labels").join(key.clone()), RESTRICTED);
    }
    scope.object(&Namespace { metadata, spec: None, status: None }, plan.origin, rows)
}

/// Claims go with their namespace.
fn keep(metadata: &mut ObjectMeta, rows: &mut Rows) {
    let annotations = metadata.annotations.get_or_insert_default();
    for (key, value) in storage::KEPT {
        annotations.insert(key.to_owned(), value.to_owned());
        rows.add(TreePath::from("metadata/annotations").join(key), OUTLIVES);
    }
}

fn priority_class(scope: &Scope, origin: Origin) -> Object {
    let typed = PriorityClass {
        metadata: scope.cluster_metadata(&pod::ledger_priority(scope), SHARED),
        value: LEDGER_PRIORITY,
        description: Some(
            "What bears a ledger: other pods make room for it, since it cannot run elsewhere.".to_owned(),
        ),
        global_default: Some(false),
        preemption_policy: None,
    };
    scope.object(&typed, origin, Rows::default())
}
