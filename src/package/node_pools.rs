//! What the declared node pools offer to pods: `scripts/proofs/simulated-cluster` makes its nodes from it.

use serde_json::json;

use super::{BundleFile, rows};
use crate::bind::ClusterPlan;

pub(super) fn file(cluster: &ClusterPlan, traced: bool) -> BundleFile {
    let pools = cluster.pools.iter().map(|pool| {
        let row = json!({
            "name": pool.name,
            "instanceType": pool.instance_type.value,
            "zone": pool.zone,
            "minimum": pool.minimum,
            "maximum": pool.maximum,
            "cpuMillis": pool.cpu_millis,
            "memoryMib": pool.memory_mib,
            "pods": pool.pods,
        });
        (row.to_string(), pool.origin)
    });
    rows::list(&pools.collect::<Vec<_>>(), traced)
}
