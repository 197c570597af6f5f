//! One workload: everything that lies in its file.

use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment, StatefulSet, StatefulSetSpec,
    StatefulSetUpdateStrategy,
};
use k8s_openapi::api::core::v1::{PodTemplateSpec, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::base::{Object, Origin};
use crate::bind::WorkloadPlan;
use crate::configure::ContainerConfiguration;
use crate::expand::{Shape, Workload, WorkloadId};
use crate::lower::meta::{NO_TOKEN, Part, Rows, Scope, Texts, matching, present, selection};
use crate::lower::policy::Rules;
use crate::lower::{configuration, jobs, network, patches, pod, scaling, storage};
use crate::resolve::Copies;

/// Why akcgen does less than it does elsewhere, for whoever reviews the object.
const EXCEPTION: &str = "akcgen.io/exception";

/// Old revisions that can be returned to.
const REVISIONS: i32 = 5;

const ONE_NODE: Origin = Origin::Rule("one pod with a name and volumes of its own, which no second may use");
const NO_ORDER: Origin =
    Origin::Rule("in order, a revision that never gets ready would outlive its repair (kubernetes#67250)");
const GRADUAL: Origin = Origin::Rule("a new copy is ready before an old one ends");
const ONE_AT_MOST: Origin = Origin::Rule("two at once would work against each other: the old one ends first");

/// A workload with what its platform and its configuration add.
pub(super) struct Bound<'a> {
    pub id: WorkloadId,
    pub workload: &'a Workload,
    pub bound: &'a WorkloadPlan,
    /// By container.
    pub configuration: &'a [ContainerConfiguration],
}

impl Bound<'_> {
    /// Whether it goes on serving for a while once it was told to end: where equal copies take over from it.
    pub fn lingers(&self) -> bool {
        matches!(self.workload.shape, Shape::Stateless(_)) && !self.bound.services.is_empty()
    }
}

/// The objects of a workload, those first that others of them refer to.
pub(super) fn objects(scope: &Scope, bound: &Bound, rules: &Rules) -> Vec<Object> {
    let workload = bound.workload;
    let keys = configuration::keys(bound);
    let mut objects = vec![service_account(scope, bound)];
    objects.extend(configuration::config_map(scope, bound, &keys));
    objects.extend(storage::claims(scope, workload));
    objects.extend(rules.policy(scope, bound));
    objects.extend(bound.bound.services.iter().map(|service| network::service(scope, service, Some(workload))));
    let runs = objects.len();
    objects.push(runner(scope, bound, pod::template(scope, bound, &keys)));
    objects.extend(scaling::autoscaler(scope, workload));
    objects.extend(scaling::budget(scope, workload));
    objects.extend(bound.bound.ingresses.iter().map(|ingress| network::ingress(scope, ingress, workload)));
    patches::apply(&mut objects, workload);
    if matches!(workload.shape, Shape::Job)
        && let Some(job) = objects.get_mut(runs)
    {
        jobs::name_by_content(job);
    }
    objects.extend(bound.bound.documents.iter().map(|document| scope.label_document(document, Some(workload))));
    objects
}

fn service_account(scope: &Scope, bound: &Bound) -> Object {
    let mut metadata = scope.metadata_for(bound.workload, &bound.workload.name);
    metadata.annotations = present(bound.bound.service_account_annotations.clone());
    let typed = ServiceAccount { metadata, automount_service_account_token: Some(false), ..Default::default() };
    let mut rows = Rows::default();
    rows.add("automountServiceAccountToken", NO_TOKEN);
    scope.object(&typed, bound.workload.origin, rows)
}

/// The object that runs a workload's pods.
fn runner(scope: &Scope, bound: &Bound, template: Part<PodTemplateSpec>) -> Object {
    let workload = bound.workload;
    let mut metadata = scope.metadata_for(workload, &workload.name);
    metadata.annotations = present(exceptions(workload));
    let mut rows = Rows::default();
    rows.take(&"spec/template".into(), template.rows);
    match &workload.shape {
        Shape::Stateful => stateful_set(scope, workload, metadata, template.value, rows),
        Shape::Stateless(copies) => deployment(scope, workload, metadata, template.value, rows, Some(copies)),
        Shape::Single => deployment(scope, workload, metadata, template.value, rows, None),
        Shape::Job => jobs::job(scope, workload, metadata, template.value, rows),
    }
}

fn exceptions(workload: &Workload) -> Texts {
    let reasons: Vec<String> = (workload.containers.iter())
        .filter_map(|container| {
            container.writable_root.map(|reason| format!("{}: writable root file system: {reason}", container.name))
        })
        .collect();
    match reasons.is_empty() {
        true => Texts::new(),
        false => [(EXCEPTION.to_owned(), reasons.join("; "))].into(),
    }
}

fn stateful_set(
    scope: &Scope,
    workload: &Workload,
    metadata: ObjectMeta,
    template: PodTemplateSpec,
    mut rows: Rows,
) -> Object {
    rows.add("spec/replicas", ONE_NODE);
    rows.add("spec/podManagementPolicy", NO_ORDER);
    let typed = StatefulSet {
        metadata,
        spec: Some(StatefulSetSpec {
            replicas: Some(1),
            revision_history_limit: Some(REVISIONS),
            service_name: Some(workload.name.clone()),
            pod_management_policy: Some("Parallel".to_owned()),
            selector: matching(selection(workload)),
            update_strategy: Some(StatefulSetUpdateStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: None,
            }),
            template,
            ..Default::default()
        }),
        status: None,
    };
    scope.object(&typed, workload.origin, rows)
}

/// A Deployment of equal copies, or of one copy that ends before its successor starts.
fn deployment(
    scope: &Scope,
    workload: &Workload,
    metadata: ObjectMeta,
    template: PodTemplateSpec,
    mut rows: Rows,
    copies: Option<&Copies>,
) -> Object {
    let replicas = match copies {
        Some(Copies::Fixed(count)) => {
            rows.add("spec/replicas", count.origin);
            i32::try_from(count.value).ok()
        }
        // The autoscaler decides; a number here would undo its work whenever the bundle is applied.
        Some(Copies::Scaled { .. }) => None,
        None => {
            rows.add("spec/replicas", ONE_AT_MOST);
            Some(1)
        }
    };
    rows.add("spec/strategy", if copies.is_some() { GRADUAL } else { ONE_AT_MOST });
    let strategy = match copies {
        Some(_) => DeploymentStrategy {
            type_: Some("RollingUpdate".to_owned()),
            rolling_update: Some(RollingUpdateDeployment {
                max_unavailable: Some(IntOrString::Int(0)),
                max_surge: Some(IntOrString::Int(1)),
            }),
        },
        None => DeploymentStrategy { type_: Some("Recreate".to_owned()), rolling_update: None },
    };
    let typed = Deployment {
        metadata,
        spec: Some(DeploymentSpec {
            replicas,
            revision_history_limit: Some(REVISIONS),
            progress_deadline_seconds: progress_deadline(workload),
            selector: matching(selection(workload)),
            strategy: Some(strategy),
            template,
            ..Default::default()
        }),
        status: None,
    };
    scope.object(&typed, workload.origin, rows)
}

/// Longer than Kubernetes' ten minutes where the start alone may take as long.
fn progress_deadline(workload: &Workload) -> Option<i32> {
    const DEFAULT: u32 = 600;
    const MARGIN: u32 = 120;
    let start = workload.containers.iter().map(|container| container.probe.start_seconds).max().unwrap_or(0);
    let deadline = start.saturating_add(MARGIN);
    if deadline > DEFAULT { i32::try_from(deadline).ok() } else { None }
}
