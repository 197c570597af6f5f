//! How long placement alone takes.

use std::time::{Duration, Instant};

use akcgen::place::{Host, Item, Room, place};

const HOSTS: usize = 400;
const WORKLOADS: usize = 2000;
/// The fastest counts.
const RUNS: usize = 20;

/// The fastest of several placements of 2,000 workloads on 400 hosts in ten rooms of ten racks each.
pub fn fastest() -> Duration {
    let (hosts, items) = (hosts(), items());
    let once = |_| {
        let start = Instant::now();
        let placed = std::hint::black_box(place(&hosts, &items));
        let time = start.elapsed();
        assert!(placed.iter().all(Result::is_ok), "all of them find a place");
        time
    };
    (0..RUNS).map(once).min().unwrap()
}

fn hosts() -> Vec<Host> {
    let host = |at: usize| Host {
        name: format!("host-{at:03}"),
        domains: vec![format!("room-{}", at % 10), format!("rack-{}", at / 10 % 10)],
        room: Room { cpu: 16_000, memory: 65_536, disk: 2_097_152 },
        takes: 3,
    };
    (0..HOSTS).map(host).collect()
}

/// Peers of many organizations, orderers, and services with two copies each.
fn items() -> Vec<Item> {
    let item = |at: usize| Item {
        name: format!("workload-{at:04}"),
        room: Room {
            cpu: 250 + (at % 7) as u64 * 100,
            memory: 512 + (at % 5) as u64 * 256,
            disk: (at % 3) as u64 * 51_200,
        },
        kind: 1 + u8::from(at.is_multiple_of(2)),
        family: format!("family-{:03}", at / 4),
        apart: true,
        kept: (at.is_multiple_of(9)).then_some(at % HOSTS),
    };
    (0..WORKLOADS).map(item).collect()
}
