//! Whether a blueprint's patch can be merged: asked before anything is lowered, so that lowering cannot fail.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use serde_json::Value;

use crate::base::{TreePath, merge_keys};
use crate::bind::WorkloadPlan;
use crate::diag::suggest::nearest;
use crate::expand::{Shape, Workload};
use crate::lower::{restricted, strict};
use crate::resolve::Copies;

/// Why a patch cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchProblem {
    /// Where in the patch; the root stands for the patch as a whole or its kind.
    pub path: TreePath,
    /// What is wrong there.
    pub message: String,
    /// The nearest name that would be right in place of the key there.
    pub nearest: Option<String>,
    /// Whether the key is at fault, not what it holds.
    pub of_key: bool,
}

type Check = fn(&Value) -> Vec<PatchProblem>;

/// The kinds that can be patched, sorted. ConfigMaps and NetworkPolicies are not among them: `files` and `calls` say
/// what is in them, and restarts and the other end of a connection depend on it.
const KINDS: [(&str, Check); 9] = [
    ("Deployment", strict::problems::<Deployment>),
    ("HorizontalPodAutoscaler", strict::problems::<HorizontalPodAutoscaler>),
    ("Ingress", strict::problems::<Ingress>),
    ("Job", strict::problems::<Job>),
    ("PersistentVolumeClaim", strict::problems::<PersistentVolumeClaim>),
    ("PodDisruptionBudget", strict::problems::<PodDisruptionBudget>),
    ("Service", strict::problems::<Service>),
    ("ServiceAccount", strict::problems::<ServiceAccount>),
    ("StatefulSet", strict::problems::<StatefulSet>),
];

/// Paths that a patch must leave alone, with the reason.
const FIXED: [(&str, &str); 18] = [
    ("apiVersion", "the kind alone says what is patched"),
    ("kind", "the kind alone says what is patched"),
    ("metadata/annotations/kubernetes.io~1ingress.class", "the target says who serves what the internet reaches"),
    ("metadata/name", "other objects refer to it by its name"),
    ("metadata/namespace", "its namespace follows from the organization and the group"),
    ("spec/accessModes", "its volume is one that a single node mounts at a time"),
    ("spec/defaultBackend", "`exposure` says which host and path lead to a service"),
    ("spec/externalIPs", "`exposure` says who may reach a service"),
    ("spec/ingressClassName", "the target says who serves what the internet reaches"),
    ("spec/rules", "`exposure` says which host and path lead to a service"),
    ("spec/selector", "it cannot be changed once applied, and network policies rely on it"),
    ("spec/template/metadata/labels/app.kubernetes.io~1name", "selectors rely on it"),
    ("spec/template/metadata/labels/app.kubernetes.io~1component", "selectors rely on it"),
    ("spec/type", "`exposure` says who may reach a service"),
    ("spec/volumeClaimTemplates", "`storage` says what volumes there are"),
    ("spec/volumeMode", "its program finds a file system there"),
    ("spec/volumeName", "its class makes the volume"),
    ("status", "only Kubernetes itself writes it"),
];

/// Fields that the types of `k8s_openapi` have and a cluster of an older Kubernetes does not know, with the minor version
/// that brought them; `*` stands for any item of a list. All that the schemas of Kubernetes 1.33 have beyond those of 1.31,
/// the oldest that any target runs.
const NEWER: [(&str, u32); 6] = [
    ("spec/behavior/scaleDown/tolerance", 33),
    ("spec/behavior/scaleUp/tolerance", 33),
    ("spec/template/spec/containers/*/lifecycle/stopSignal", 33),
    ("spec/template/spec/initContainers/*/lifecycle/stopSignal", 33),
    ("spec/template/spec/resources", 32),
    ("spec/template/spec/securityContext/seLinuxChangePolicy", 32),
];

/// What a patch is for.
#[derive(Debug, Clone, Copy)]
pub struct Patched<'a> {
    /// The names of the workload's containers.
    pub containers: &'a [&'a str],
    /// The minor version of its cluster's Kubernetes.
    pub minor: u32,
}

/// Everything that is wrong with a patch of an object of a kind, sorted by path: an unknown kind, fields that
/// Kubernetes does not know, or not yet in the cluster's version, values of the wrong type, nulls, items that nothing
/// tells apart, what akcgen relies on, and what no pod of the bundle may ask for.
pub fn check_patch(kind: &str, patch: &Value, patched: Patched) -> Vec<PatchProblem> {
    let Some((_, check)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        let message = format!("a patch of kind `{kind}` is not known");
        let near = nearest(kind, KINDS.iter().map(|(name, _)| *name));
        return vec![PatchProblem { path: TreePath::ROOT, message, nearest: near.map(str::to_owned), of_key: true }];
    };
    let mut problems = check(patch);
    problems.extend(FIXED.iter().filter_map(|(path, reason)| {
        patch.pointer(&format!("/{path}"))?;
        let message = format!("this cannot be patched: {reason}");
        Some(PatchProblem { path: TreePath::from(*path), message, nearest: None, of_key: true })
    }));
    for (path, since) in NEWER.iter().filter(|(_, since)| *since > patched.minor) {
        let steps: Vec<&str> = path.split('/').collect();
        newer(&TreePath::ROOT, patch, &steps, (patched.minor, *since), &mut problems);
    }
    nameless(&TreePath::ROOT, patch, &mut problems);
    problems.extend(restricted::problems(patch, patched.containers));
    problems.sort_by(|left, right| left.path.cmp(&right.path));
    problems
}

/// Every place that steps lead to, at which a cluster of one version finds a field of a later one.
fn newer(
    path: &TreePath,
    value: &Value,
    steps: &[&str],
    versions @ (minor, since): (u32, u32),
    problems: &mut Vec<PatchProblem>,
) {
    let Some((step, rest)) = steps.split_first() else {
        let message = format!("the cluster runs Kubernetes 1.{minor}, which lacks this field; 1.{since} has it");
        return problems.push(PatchProblem { path: path.clone(), message, nearest: None, of_key: true });
    };
    if *step == "*" {
        for (at, item) in (0_u32..).zip(value.as_array().into_iter().flatten()) {
            newer(&path.join(at), item, rest, versions, problems);
        }
    } else if let Some(below) = value.get(step) {
        newer(&path.join((*step).to_owned()), below, rest, versions, problems);
    }
}

/// Items of lists that are merged item by item, and do not say which one they are.
fn nameless(path: &TreePath, value: &Value, problems: &mut Vec<PatchProblem>) {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    let keys = merge_keys(&path.0, |key| items.iter().all(|item| item.get(key).is_some()));
    for (at, item) in (0_u32..).zip(items) {
        let path = path.join(at);
        if let Some(key) = keys.and_then(<[&str]>::first).filter(|key| item.is_object() && item.get(**key).is_none()) {
            let message = format!("an item of this list is known by its `{key}`, which is missing");
            problems.push(PatchProblem { path: path.clone(), message, nearest: None, of_key: false });
        }
        nameless(&path, item, problems);
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        nameless(&path.join(key.clone()), value, problems);
    }
}

/// The kinds of a workload's own objects that can be patched, sorted.
pub fn patchable_kinds(workload: &Workload, bound: &WorkloadPlan) -> Vec<&'static str> {
    let (scaled, several) = match &workload.shape {
        Shape::Stateless(Copies::Scaled { maximum, .. }) => (true, maximum.value > 1),
        Shape::Stateless(Copies::Fixed(count)) => (false, count.value > 1),
        Shape::Stateful | Shape::Single | Shape::Job => (false, false),
    };
    let has = |kind: &str| match kind {
        "Deployment" => matches!(workload.shape, Shape::Stateless(_) | Shape::Single),
        "HorizontalPodAutoscaler" => scaled,
        "Ingress" => !bound.ingresses.is_empty(),
        "Job" => matches!(workload.shape, Shape::Job),
        "PersistentVolumeClaim" => !workload.volumes.is_empty(),
        "PodDisruptionBudget" => several,
        "Service" => !bound.services.is_empty(),
        "StatefulSet" => matches!(workload.shape, Shape::Stateful),
        _ => true,
    };
    KINDS.iter().map(|(kind, _)| *kind).filter(|kind| has(kind)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn found(kind: &str, patch: Value) -> Vec<(String, String, Option<String>)> {
        found_at(36, kind, patch)
    }

    fn found_at(minor: u32, kind: &str, patch: Value) -> Vec<(String, String, Option<String>)> {
        let patched = Patched { containers: &["orders", "a", "b"], minor };
        let problems = check_patch(kind, &patch, patched).into_iter();
        problems.map(|problem| (problem.path.to_string(), problem.message, problem.nearest)).collect()
    }

    #[test]
    fn what_kubernetes_knows_is_accepted() {
        let deployment = json!({"spec": {"minReadySeconds": 10, "strategy": {"rollingUpdate": {"maxSurge": "50%"}},
            "template": {"metadata": {"annotations": {"a/b": "c"}}, "spec": {
                "tolerations": [{"key": "dedicated", "operator": "Exists"}],
                "containers": [{"name": "orders", "resources": {"limits": {"cpu": 2, "memory": "1Gi"}},
                                "env": [{"name": "A", "value": ""}], "ports": [{"containerPort": 9}]}],
                "volumes": [{"name": "cache", "emptyDir": {}}]}}}});
        assert_eq!(found("Deployment", deployment), []);
        assert_eq!(found("HorizontalPodAutoscaler", json!({"spec": {"minReplicas": 3}})), []);
        assert_eq!(found("Service", json!({})), []);
    }

    #[test]
    fn fields_of_a_later_kubernetes_are_found_wherever_they_stand() {
        let stop = |name: &str| json!({"name": name, "lifecycle": {"stopSignal": "SIGTERM"}});
        let deployment = json!({"spec": {"template": {"spec": {
            "resources": {"limits": {"cpu": "1"}},
            "containers": [{"name": "a"}, stop("orders")]}}}});
        assert_eq!(found_at(33, "Deployment", deployment.clone()), []);
        let places = |minor| found_at(minor, "Deployment", deployment.clone()).into_iter().map(|(path, ..)| path);
        let (signal, resources) =
            ("/spec/template/spec/containers/1/lifecycle/stopSignal", "/spec/template/spec/resources");
        assert_eq!(places(32).collect::<Vec<_>>(), [signal]);
        assert_eq!(places(31).collect::<Vec<_>>(), [signal, resources]);
        let scaler = json!({"spec": {"behavior": {"scaleUp": {"tolerance": "0.05"}}}});
        let message = "the cluster runs Kubernetes 1.32, which lacks this field; 1.33 has it";
        let [(_, told, _)] = &found_at(32, "HorizontalPodAutoscaler", scaler)[..] else { panic!("one problem") };
        assert_eq!(told, message);
    }

    #[test]
    fn every_unknown_field_and_every_wrong_type_is_found_with_its_place() {
        let patch = json!({"spec": {"replica": 2, "replicas": "two", "template": {"spec": {
            "containers": [{"name": "a", "imagee": "x"}, {"name": "b", "command": "run"}, 7]}}}, "metdata": {}});
        let problems = found("Deployment", patch);
        let places: Vec<&str> = problems.iter().map(|(path, ..)| path.as_str()).collect();
        let containers = "/spec/template/spec/containers";
        let expected = ["/metdata", "/spec/replica", "/spec/replicas"].map(str::to_owned);
        let expected: Vec<String> = expected
            .into_iter()
            .chain(["/0/imagee", "/1/command", "/2"].map(|place| format!("{containers}{place}")))
            .collect();
        assert_eq!(places, expected);
        assert_eq!(problems[0].2.as_deref(), Some("metadata"));
        assert_eq!(problems[1].2.as_deref(), Some("replicas"));
        assert_eq!(problems[2].1, r#"invalid type: string "two", expected i32"#);
        assert_eq!(problems[3].2.as_deref(), Some("image"));
    }

    #[test]
    fn nulls_wholes_and_what_akcgen_relies_on_are_refused() {
        let places = |kind: &str, patch: Value| -> Vec<String> {
            found(kind, patch).into_iter().map(|(path, ..)| path).collect()
        };
        assert_eq!(places("Deployment", json!({"spec": {"replicas": null}})), ["/spec/replicas"]);
        assert_eq!(places("Deployment", json!([])), [""]);
        assert_eq!(places("Deployment", json!({"spec": 1})), ["/spec"]);
        let fixed = json!({"kind": "Deployment", "metadata": {"name": "x"}, "spec": {"selector": {}}, "status": {}});
        assert_eq!(places("Deployment", fixed), ["/kind", "/metadata/name", "/spec/selector", "/status"]);
        let selected = json!({"spec": {"template": {"metadata": {"labels": {"app.kubernetes.io/name": "x"}}}}});
        assert_eq!(places("Deployment", selected), ["/spec/template/metadata/labels/app.kubernetes.io~1name"]);
        assert_eq!(places("Deployment", json!({"metadata": {"generation": u64::MAX}})), ["/metadata/generation"]);
    }

    #[test]
    fn no_patch_leads_others_in_or_asks_for_what_a_volume_cannot_be() {
        let places = |kind: &str, patch: Value| -> Vec<String> {
            found(kind, patch).into_iter().map(|(path, ..)| path).collect()
        };
        let backend = json!({"service": {"name": "peers", "port": {"name": "grpc"}}});
        let rule = json!({"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}});
        let ingress = json!({"metadata": {"annotations": {"kubernetes.io/ingress.class": "nsx"}},
            "spec": {"rules": [rule], "defaultBackend": backend, "ingressClassName": "nsx"}});
        let refused = ["defaultBackend", "ingressClassName", "rules"].map(|field| format!("/spec/{field}"));
        let class = "/metadata/annotations/kubernetes.io~1ingress.class".to_owned();
        assert_eq!(places("Ingress", ingress), [vec![class], refused.to_vec()].concat());
        assert_eq!(
            places("Ingress", json!({"metadata": {"annotations": {"haproxy.org/timeout-server": "1h"}}})),
            [""; 0]
        );
        let claim = json!({"spec": {"accessModes": ["ReadWriteMany"], "volumeMode": "Block"}});
        assert_eq!(places("PersistentVolumeClaim", claim), ["/spec/accessModes", "/spec/volumeMode"]);
        assert_eq!(
            places("StatefulSet", json!({"spec": {"volumeClaimTemplates": []}})),
            ["/spec/volumeClaimTemplates"]
        );
        assert_eq!(places("Service", json!({"spec": {"externalIPs": ["10.20.0.9"]}})), ["/spec/externalIPs"]);
    }

    #[test]
    fn items_say_which_one_they_are() {
        let patch = json!({"spec": {"template": {"spec": {
            "containers": [{"image": "x:1"}, {"name": "a", "env": [{"value": "x"}], "args": ["x"]}],
            "tolerations": [{"operator": "Exists"}]}}}});
        let places: Vec<String> = found("Deployment", patch).into_iter().map(|(path, ..)| path).collect();
        let containers = "/spec/template/spec/containers";
        assert_eq!(places, [format!("{containers}/0"), format!("{containers}/1/env/0")]);
        let service = found("Service", json!({"spec": {"type": "LoadBalancer", "ports": [{"name": "x"}]}}));
        let places: Vec<&str> = service.iter().map(|(path, ..)| path.as_str()).collect();
        assert_eq!(places, ["/spec/ports/0", "/spec/type"]);
    }

    #[test]
    fn an_unknown_kind_has_a_nearest() {
        let problems = found("Deploymnet", json!({}));
        assert_eq!((problems.len(), problems[0].2.as_deref()), (1, Some("Deployment")));
        assert_eq!(found("ConfigMap", json!({})).len(), 1);
    }

    #[test]
    fn kinds_are_sorted_and_each_reads_as_itself() {
        assert!(KINDS.is_sorted_by(|(one, _), (other, _)| one < other));
        for (kind, check) in KINDS {
            assert_eq!(check(&json!({"kind": kind})), [], "{kind}");
            assert_ne!(check(&json!({"kind": "Other"})), [], "{kind}");
        }
    }
}
