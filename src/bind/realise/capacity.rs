//! Whether the nodes of a cluster, all of them at their pools' maximum, hold every pod that can ever be asked for.
//!
//! The pods are placed as a scheduler would in the best case: the largest first, each into the zone with the fewest of its
//! siblings, onto the fullest node that still has room (best fit decreasing). That is no proof of impossibility, but what
//! it places has a place.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bind::PoolPlan;
use crate::expand::{Component, Shape, Workload};
use crate::resolve::Copies;

/// How many copies of scaled workloads are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    Least,
    Most,
}

/// One pod, or what is left on one node: thousandths of a core, MiB, pods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    pub cpu: u64,
    pub memory: u64,
    pub pods: u64,
}

impl Room {
    fn holds(&self, pod: &Room) -> bool {
        self.cpu >= pod.cpu && self.memory >= pod.memory && self.pods >= pod.pods
    }

    /// Adds what so many pods ask for.
    pub fn add(&mut self, pod: &Room, count: u64) {
        self.cpu = self.cpu.saturating_add(pod.cpu.saturating_mul(count));
        self.memory = self.memory.saturating_add(pod.memory.saturating_mul(count));
        self.pods = self.pods.saturating_add(pod.pods.saturating_mul(count));
    }

    fn take(&mut self, pod: &Room) {
        self.cpu -= pod.cpu;
        self.memory -= pod.memory;
        self.pods -= pod.pods;
    }
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shortage {
    /// Pods without a place.
    pub pods: usize,
    /// Nodes of the first pool's type that would hold them; none if a pod is larger than such a node.
    pub nodes: Option<usize>,
}

/// Places the pods of workloads, and the cluster's own controllers, on nodes; says what is left.
pub(super) fn shortage<'a>(
    workloads: impl Iterator<Item = &'a Workload>,
    system: Room,
    pools: &[PoolPlan],
    load: Load,
) -> Option<Shortage> {
    let mut zones: Vec<&str> = pools.iter().map(|pool| pool.zone.as_str()).collect();
    zones.sort_unstable();
    zones.dedup();
    // Each node with the place of its zone among all.
    let nodes = pools.iter().flat_map(|pool| {
        let zone = zones.iter().position(|zone| *zone == pool.zone.as_str()).unwrap_or_default();
        std::iter::repeat_n((zone, room(pool)), pool.maximum as usize)
    });
    let mut nodes: Vec<(usize, Room)> = nodes.collect();
    spread_system(system, &mut nodes);
    let mut pods: Vec<(Room, (&str, &str))> = workloads.flat_map(|workload| pods(workload, load)).collect();
    pods.sort_by(|one, other| other.cmp(one));
    let mut siblings: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let mut left: Vec<Room> = Vec::new();
    for (pod, family) in pods {
        let counts = siblings.entry(family).or_insert_with(|| vec![0; zones.len()]);
        let fitting = nodes.iter_mut().filter(|(_, room)| room.holds(&pod));
        match fitting.min_by_key(|(zone, room)| (counts[*zone], room.cpu, room.memory)) {
            Some((zone, room)) => {
                room.take(&pod);
                counts[*zone] += 1;
            }
            None => left.push(pod),
        }
    }
    (!left.is_empty())
        .then(|| Shortage { pods: left.len(), nodes: pools.first().and_then(|pool| more(room(pool), &left)) })
}

fn room(pool: &PoolPlan) -> Room {
    Room { cpu: pool.cpu_millis, memory: pool.memory_mib, pods: pool.pods.into() }
}

/// The controllers of the cluster are many and small: each node gives up an equal part.
fn spread_system(system: Room, nodes: &mut [(usize, Room)]) {
    let count = nodes.len().max(1) as u64;
    let part = Room {
        cpu: system.cpu.div_ceil(count),
        memory: system.memory.div_ceil(count),
        pods: system.pods.div_ceil(count),
    };
    for (_, room) in nodes {
        room.cpu = room.cpu.saturating_sub(part.cpu);
        room.memory = room.memory.saturating_sub(part.memory);
        room.pods = room.pods.saturating_sub(part.pods);
    }
}

/// Every pod of a workload, with the family whose members are spread over the zones: equal copies, or the nodes of one
/// component in one namespace.
fn pods(workload: &Workload, load: Load) -> Vec<(Room, (&str, &str))> {
    let family = match workload.component {
        Component::Peer | Component::Orderer | Component::Kafka | Component::ZooKeeper => workload.component.as_str(),
        _ => workload.name.as_str(),
    };
    vec![(pod(workload), (workload.namespace.as_str(), family)); copies(workload, load) as usize]
}

/// How many pods a workload has.
pub(super) fn copies(workload: &Workload, load: Load) -> u32 {
    match &workload.shape {
        Shape::Stateful | Shape::Single | Shape::Job => 1,
        Shape::Stateless(Copies::Fixed(count)) => count.value,
        Shape::Stateless(Copies::Scaled { minimum, maximum, .. }) => match load {
            Load::Least => minimum.value,
            Load::Most => maximum.value,
        },
    }
}

/// What each of a workload's pods asks for.
pub(super) fn pod(workload: &Workload) -> Room {
    let (cpu, memory) = workload.requests();
    Room { cpu, memory, pods: 1 }
}

/// How many empty nodes hold these pods, the largest first.
fn more(node: Room, pods: &[Room]) -> Option<usize> {
    let mut nodes: Vec<Room> = Vec::new();
    for pod in pods {
        match nodes.iter_mut().find(|room| room.holds(pod)) {
            Some(room) => room.take(pod),
            None if node.holds(pod) => {
                let mut room = node;
                room.take(pod);
                nodes.push(room);
            }
            None => return None,
        }
    }
    Some(nodes.len())
}
