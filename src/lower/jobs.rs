//! Jobs: they run once and cannot be changed, so that a changed one is another, under another name.

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use sha2::{Digest, Sha256};

use crate::base::Object;
use crate::base::bounded::hex;
use crate::expand::Workload;
use crate::lower::meta::{Rows, Scope};

/// A Job under its workload's name, until [`name_by_content`] gives it its own. It stays when it has ended: were it
/// removed, the next time that the bundle is applied would run it again.
pub(super) fn job(
    scope: &Scope,
    workload: &Workload,
    metadata: ObjectMeta,
    template: PodTemplateSpec,
    rows: Rows,
) -> Object {
    let spec = JobSpec { backoff_limit: Some(6), template, ..Default::default() };
    scope.object(&Job { metadata, spec: Some(spec), status: None }, workload.origin, rows)
}

/// Appends to a Job's name the first eight hexadecimal digits of the SHA-256 of its specification, which contains the
/// checksum of its files.
pub(super) fn name_by_content(job: &mut Object) {
    let Some(spec) = job.tree.get("spec") else { return };
    let sum = hex(&Sha256::digest(spec.to_json().to_string()));
    let Some(name) = job.name().map(|name| format!("{name}-{}", &sum[..8])) else { return };
    job.tree.set(&"metadata/name".into(), name);
}
