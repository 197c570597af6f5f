//! What the declared node pools offer to pods: `scripts/proofs/simulated-cluster` makes its nodes from it.

use serde::Serialize;

use super::BundleFile;
use crate::bind::ClusterPlan;
use crate::text::rows;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PoolRow<'a> {
    name: &'a str,
    instance_type: &'a str,
    zone: &'a str,
    minimum: u32,
    maximum: u32,
    cpu_millis: u64,
    memory_mib: u64,
    pods: u32,
}

pub(super) fn file(cluster: &ClusterPlan, traced: bool) -> BundleFile {
    let pools = cluster.pools.iter().map(|pool| {
        let row = PoolRow {
            name: &pool.name,
            instance_type: &pool.instance_type.value,
            zone: &pool.zone,
            minimum: pool.minimum,
            maximum: pool.maximum,
            cpu_millis: pool.cpu_millis,
            memory_mib: pool.memory_mib,
            pods: pool.pods,
        };
        (rows::json(&row), pool.origin)
    });
    rows::list(&pools.collect::<Vec<_>>(), traced).into()
}
