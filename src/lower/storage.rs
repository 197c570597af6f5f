//! Claims and storage classes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1;
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use crate::base::{Object, Origin, TreePath};
use crate::bind::StorageClassPlan;
use crate::expand::Workload;
use crate::lower::meta::{Rows, SHARED, Scope, Texts, present};

/// Keeps a claim where the rest of its bundle is taken away: Argo CD, Flux and Helm. What is kept so is no reason for
/// Argo CD to try again forever (its compare-options.md).
pub(super) const KEPT: [(&str, &str); 4] = [
    ("argocd.argoproj.io/compare-options", "IgnoreExtraneous"),
    ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
    ("helm.sh/resource-policy", "keep"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
];

const OUTLIVES: Origin = Origin::Rule("data outlives the bundle: no tool may take a claim away with the rest");
const ONE_USER: Origin = Origin::Rule("a ledger or database is written by one pod alone, on a block volume");

/// The claims of a workload's volumes: objects of their own, so that the data outlives whatever uses it.
pub(super) fn claims<'a>(scope: &'a Scope, workload: &'a Workload) -> impl Iterator<Item = Object> + use<'a> {
    workload.volumes.iter().map(|volume| {
        let mut rows = Rows::default();
        rows.add("metadata/annotations", OUTLIVES);
        rows.add("spec/accessModes", ONE_USER);
        rows.add("spec/resources/requests/storage", volume.size.origin);
        let class = scope.cluster.storage_classes.get(&volume.content);
        if let Some(class) = class {
            rows.add("spec/storageClassName", class.origin);
        }
        let mut metadata = scope.metadata_for(workload, &workload.claim(volume));
        metadata.annotations = Some(KEPT.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
        let size = Quantity(volume.size.value.to_string());
        let requests = Some(BTreeMap::from([("storage".to_owned(), size)]));
        let typed = v1::PersistentVolumeClaim {
            metadata,
            spec: Some(v1::PersistentVolumeClaimSpec {
                access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
                storage_class_name: class.map(|class| class.name.clone()),
                resources: Some(v1::VolumeResourceRequirements { requests, limits: None }),
                ..Default::default()
            }),
            status: None,
        };
        scope.object(&typed, workload.origin, rows)
    })
}

/// The volume by which a pod uses a claim.
pub(super) fn claimed(name: &str, claim: &str, read_only: bool) -> v1::Volume {
    let source =
        v1::PersistentVolumeClaimVolumeSource { claim_name: claim.to_owned(), read_only: read_only.then_some(true) };
    v1::Volume { name: name.to_owned(), persistent_volume_claim: Some(source), ..Default::default() }
}

pub(super) fn storage_class(scope: &Scope, class: &StorageClassPlan) -> Object {
    let mut rows = Rows::default();
    for (key, value) in &class.parameters {
        rows.add(TreePath::from("parameters").join(key.clone()), value.origin);
    }
    let parameters: Texts = class.parameters.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect();
    let typed = StorageClass {
        metadata: scope.cluster_metadata(&class.name, SHARED),
        provisioner: class.provisioner.clone(),
        parameters: present(parameters),
        reclaim_policy: Some(class.reclaim_policy.clone()),
        volume_binding_mode: Some(class.volume_binding_mode.clone()),
        allow_volume_expansion: Some(class.allow_expansion),
        ..Default::default()
    };
    scope.object(&typed, class.origin, rows)
}
