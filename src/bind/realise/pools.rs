//! Groups of nodes. Volumes stand in one zone each, so that every group does too: a group over several zones could add its
//! next node where the waiting pod's volume is not (kubernetes/autoscaler#1431).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::capacity::Room;
use super::context::Context;
use crate::base::{Origin, Traced};
use crate::bind::PoolPlan;
use crate::diag::{Diagnostic, code};
use crate::resolve::NodePool;
use crate::target::definition::Nodes;

/// The types of nodes that a target knows, by name.
pub(super) struct Types {
    rows: BTreeMap<String, Json>,
    default: Option<Traced<String>>,
}

/// What expressions see of a pool.
pub(super) struct PoolView {
    pub name: String,
    pub r#type: String,
    pub row: Json,
    /// The zones that it names itself; none where it stands in all.
    pub zones: Vec<String>,
    pub minimum: u32,
    pub maximum: u32,
    /// What one of its nodes has for pods.
    pub allocatable: Room,
}

/// The groups of one cluster, what expressions see of its pools, and how many addresses of each zone's subnet they take
/// at most.
#[derive(Default)]
pub(super) struct Pools {
    pub plans: Vec<PoolPlan>,
    pub views: Vec<PoolView>,
    pub addresses: BTreeMap<String, u64>,
}

impl Types {
    pub fn of(context: &mut Context, nodes: &Nodes) -> Self {
        let scope = context.scope.clone();
        let rows = context.required::<BTreeMap<String, Json>>(&nodes.types, &scope);
        Types {
            rows: rows.map(|rows| rows.value).unwrap_or_default(),
            default: context.text(&nodes.default_type, &scope),
        }
    }
}

/// The groups of a cluster: one for each pool and zone, the pool's numbers spread evenly, the first zones with one more.
pub(super) fn pools(
    context: &mut Context,
    types: &Types,
    nodes: &Nodes,
    pools: &[NodePool],
    zones: &[String],
) -> Pools {
    let mut made = Pools::default();
    for pool in pools {
        add(context, (types, nodes), pool, zones, &mut made);
    }
    made
}

fn add(
    context: &mut Context,
    (types, nodes): (&Types, &Nodes),
    pool: &NodePool,
    zones: &[String],
    made: &mut Pools,
) -> Option<()> {
    let instance = pool.instance_type.clone().or_else(|| types.default.clone())?;
    let Some(row) = types.rows.get(&instance.value) else {
        unknown_type(context, types, &instance, pool);
        return None;
    };
    let own = own_zones(context, pool, zones)?;
    let count = u32::try_from(own.len()).unwrap_or(u32::MAX);
    let minimum = pool.minimum.map_or(count, |minimum| minimum.value);
    let maximum = pool.maximum.map_or(minimum.saturating_mul(3), |maximum| maximum.value);
    check_bounds(context, pool, count, minimum, maximum)?;
    let node = context.scope.with("type", row);
    let allocatable = &nodes.allocatable;
    let cpu_millis = context.required::<u64>(&allocatable.cpu, &node)?.value;
    let memory_mib = context.required::<u64>(&allocatable.memory, &node)?.value;
    let pods = context.required::<u32>(&allocatable.pods, &node)?.value;
    let addresses = match &allocatable.addresses {
        Some(addresses) => context.required::<u64>(addresses, &node)?.value,
        None => 0,
    };
    for (at, zone) in (0..count).zip(&own) {
        let most = share(maximum, count, at);
        *made.addresses.entry(zone.clone()).or_default() += u64::from(most) * addresses;
        made.plans.push(PoolPlan {
            name: if zone.is_empty() { pool.name.value.to_string() } else { format!("{}-{zone}", pool.name.value) },
            instance_type: instance.clone(),
            zone: zone.clone(),
            minimum: share(minimum, count, at),
            maximum: most,
            cpu_millis,
            memory_mib,
            pods,
            origin: pool.name.origin,
        });
    }
    made.views.push(PoolView {
        name: pool.name.value.to_string(),
        r#type: instance.value.clone(),
        row: row.clone(),
        zones: if pool.zones.is_some() { own } else { Vec::new() },
        minimum,
        maximum,
        allocatable: Room { cpu: cpu_millis, memory: memory_mib, pods: pods.into() },
    });
    Some(())
}

/// The part of a number that falls to one of `count` zones.
fn share(number: u32, count: u32, at: u32) -> u32 {
    number / count + u32::from(at < number % count)
}

fn unknown_type(context: &mut Context, types: &Types, instance: &Traced<String>, pool: &NodePool) {
    let message = format!("`{}` is no node type that `{}` knows", instance.value, context.target.name);
    let written = pool.instance_type.as_ref().map_or(pool.name.origin, |written| written.origin);
    let finding = context.problem_at(code::UNKNOWN_NODE_TYPE, written, message, "");
    context.finding(finding.nearest(&instance.value, "types", types.rows.keys().map(String::as_str)));
}

/// The zones of a pool: as written, or all of the organization's. A platform without zones has one without a name.
fn own_zones(context: &mut Context, pool: &NodePool, zones: &[String]) -> Option<Vec<String>> {
    let Some(written) = &pool.zones else {
        return Some(if zones.is_empty() { vec![String::new()] } else { zones.to_vec() });
    };
    if written.is_empty() {
        let message = format!("the pool `{}` stands in no zone", pool.name.value);
        context.problem(
            code::POOL_BOUNDS,
            pool.name.origin,
            message,
            "name a zone, or leave `zones` out for all of them",
        );
        return None;
    }
    let mut own = Vec::new();
    for zone in written {
        if zones.contains(&zone.value) {
            own.push(zone.value.clone());
        } else {
            let message = format!("the organization's clusters do not stand in the zone `{}`", zone.value);
            let finding = Diagnostic::new(code::UNKNOWN_ZONE, message);
            let finding = finding.at_origin(zone.origin, "");
            context.finding(finding.nearest(&zone.value, "zones", zones.iter().map(String::as_str)));
        }
    }
    own.sort();
    own.dedup();
    (own.len() == written.len()).then_some(own)
}

fn check_bounds(context: &mut Context, pool: &NodePool, zones: u32, minimum: u32, maximum: u32) -> Option<()> {
    let at = |number: &Option<Traced<u32>>| number.as_ref().map_or(pool.name.origin, |number| number.origin);
    let name = &pool.name.value;
    let (place, message, help): (Origin, String, &str) = if minimum > maximum {
        (at(&pool.maximum), format!("the pool `{name}` has at least {minimum} nodes and at most {maximum}"), "")
    } else if minimum < zones {
        let help =
            "a zone that is scaled up from nothing has no node yet to tell which volumes fit it; keep one in each";
        (at(&pool.minimum), format!("the pool `{name}` has {zones} zones and at least {minimum} nodes"), help)
    } else {
        return Some(());
    };
    context.problem(code::POOL_BOUNDS, place, message, help);
    None
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn numbers_are_spread_evenly() {
        assert_eq!([share(9, 3, 0), share(9, 3, 1), share(9, 3, 2)], [3, 3, 3]);
        assert_eq!([share(8, 3, 0), share(8, 3, 1), share(8, 3, 2)], [3, 3, 2]);
        assert_eq!([share(4, 3, 0), share(4, 3, 1), share(4, 3, 2)], [2, 1, 1]);
    }
}
