//! How many pods run, how many may be missing, and how they are spread.

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget,
    ResourceMetricSource,
};
use k8s_openapi::api::core::v1::TopologySpreadConstraint;
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::base::{Object, Origin};
use crate::expand::{Component, Shape, Workload};
use crate::lower::meta::{Rows, Scope, Texts, component_selection, is_network_node, matching, selection};
use crate::lower::workload::Bound;
use crate::resolve::Copies;

/// The label of the zone that a node stands in.
pub(super) const ZONE: &str = "topology.kubernetes.io/zone";
const HOST: &str = "kubernetes.io/hostname";

/// Copies above which a quarter of them may be missing at once; up to here it is one.
const MANY: u32 = 4;

/// The autoscaler of a workload whose copies follow the load.
pub(super) fn autoscaler(scope: &Scope, workload: &Workload) -> Option<Object> {
    let Shape::Stateless(Copies::Scaled { minimum, maximum, cpu_percent }) = &workload.shape else { return None };
    let mut rows = Rows::default();
    rows.add("spec/minReplicas", minimum.origin);
    rows.add("spec/maxReplicas", maximum.origin);
    rows.add("spec/metrics", cpu_percent.origin);
    let metric = MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: "cpu".to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: i32::try_from(cpu_percent.value).ok(),
                ..Default::default()
            },
        }),
        ..Default::default()
    };
    let typed = HorizontalPodAutoscaler {
        metadata: scope.metadata_for(workload, &workload.name),
        spec: Some(HorizontalPodAutoscalerSpec {
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: "Deployment".to_owned(),
                name: workload.name.clone(),
            },
            min_replicas: i32::try_from(minimum.value).ok(),
            max_replicas: i32::try_from(maximum.value).unwrap_or(i32::MAX),
            metrics: Some(vec![metric]),
            behavior: None,
        }),
        status: None,
    };
    Some(scope.object(&typed, workload.origin, rows))
}

/// The most copies of a workload that run at once.
fn most_copies(workload: &Workload) -> u32 {
    match &workload.shape {
        Shape::Stateless(Copies::Fixed(count)) => count.value,
        Shape::Stateless(Copies::Scaled { maximum, .. }) => maximum.value,
        Shape::Stateful | Shape::Single | Shape::Job => 1,
    }
}

/// The disruption budget of equal copies: a drain takes them away one after the other. Where only one runs, there is
/// none, since a budget could do nothing but block the drain.
pub(super) fn budget(scope: &Scope, workload: &Workload) -> Option<Object> {
    let copies = most_copies(workload);
    let unavailable = match copies {
        0 | 1 => return None,
        2..=MANY => IntOrString::Int(1),
        _ => IntOrString::String("25%".to_owned()),
    };
    let metadata = scope.metadata_for(workload, &workload.name);
    Some(disruption_budget(scope, metadata, selection(workload), Survivors::AllBut(unavailable), workload.origin))
}

/// One budget over all nodes of each network in a namespace: one of them may be missing. A budget for each node would
/// block every drain.
///
/// It says how many must be there, not how many may be missing: Kubernetes takes the number of pods to expect from the
/// controllers of the pods that it sees, and each node is a StatefulSet of its own, so that while an evicted pod is not
/// made anew it would expect one pod less and let a second go (Kubernetes, pkg/controller/disruption, `getExpectedScale`).
pub(super) fn component_budgets(scope: &Scope, namespace: &str, workloads: &[Bound]) -> Vec<Object> {
    const NETWORKS: [Component; 4] = [Component::Peer, Component::Orderer, Component::Kafka, Component::ZooKeeper];
    let budget = |component: Component| {
        let node = |bound: &&Bound| bound.workload.component == component && bound.workload.namespace == namespace;
        let nodes: Vec<&Bound> = workloads.iter().filter(node).collect();
        let others = i32::try_from(nodes.len().checked_sub(1)?).ok().filter(|others| *others > 0)?;
        let name = component.as_str();
        let metadata = scope.metadata(namespace, name, name);
        let rest = Survivors::Least(others);
        Some(disruption_budget(scope, metadata, component_selection(name), rest, nodes.first()?.workload.origin))
    };
    NETWORKS.into_iter().filter_map(budget).collect()
}

/// What a budget leaves of the pods.
enum Survivors {
    /// So many pods at least.
    Least(i32),
    /// All but this many, or this part, of them.
    AllBut(IntOrString),
}

fn disruption_budget(
    scope: &Scope,
    metadata: ObjectMeta,
    selection: Texts,
    survivors: Survivors,
    origin: Origin,
) -> Object {
    let (min_available, max_unavailable) = match survivors {
        Survivors::Least(count) => (Some(IntOrString::Int(count)), None),
        Survivors::AllBut(some) => (None, Some(some)),
    };
    let typed = PodDisruptionBudget {
        metadata,
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable,
            selector: Some(matching(selection)),
            // A pod that does not get ready serves nobody and must not hold a node back.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            min_available,
        }),
        status: None,
    };
    let mut rows = Rows::default();
    rows.add("spec", DISRUPTION);
    scope.object(&typed, origin, rows)
}

const DISRUPTION: Origin = Origin::Rule("a drain takes away no more pods at once than the others can stand in for");

/// How a workload's pods are spread over zones and nodes.
pub(super) fn spread(scope: &Scope, workload: &Workload) -> Vec<TopologySpreadConstraint> {
    let zones = scope.cluster.zones.len();
    if is_network_node(workload.component) {
        let selection = component_selection(workload.component.as_str());
        // Their volumes bind them to a zone for ever, so that the first placement must be even. Brokers are bound to
        // theirs by their rack. Where zones are too few to lose one, the nodes at least must not be shared.
        let zone = (zones > 1 && workload.component != Component::Kafka).then(|| constraint(ZONE, &selection, true));
        let host = constraint(HOST, &selection, zones < 3 && workload.component.is_quorum());
        zone.into_iter().chain([host]).collect()
    } else if most_copies(workload) > 1 {
        let selection = selection(workload);
        let zone = (zones > 1).then(|| constraint(ZONE, &selection, false));
        zone.into_iter().chain([constraint(HOST, &selection, false)]).collect()
    } else {
        Vec::new()
    }
}

fn constraint(key: &str, selection: &Texts, strict: bool) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: if strict { "DoNotSchedule" } else { "ScheduleAnyway" }.to_owned(),
        label_selector: Some(matching(selection.clone())),
        // A zone that is drained or lost must not keep pods of the others from coming back to their own.
        node_taints_policy: strict.then(|| "Honor".to_owned()),
        ..Default::default()
    }
}
