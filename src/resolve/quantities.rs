//! What containers ask for and may take.

use super::Resources;
use super::defaults::Row;
use crate::base::name::{Bytes, Cpu};
use crate::base::{Origin, Traced, quantity};
use crate::parse::blueprint;

/// Short bursts, such as a start or a block of many transactions, need more than the mean.
const CPU_BURST: u64 = 4;
const CPU_LIMIT: Origin = Origin::Rule("four times the processor that the container asks for, unless written");
/// A container that takes more is ended, so that its neighbours are not.
const MEMORY_BURST: u64 = 2;
const MEMORY_LIMIT: Origin = Origin::Rule("twice the memory that the container asks for, unless written");

/// Requests as written or by default, limits as written or by rule. Numbers out of range, which `rules::quantities`
/// refuses, are their own limit.
pub(super) fn resources(
    written: Option<&blueprint::Resources>,
    default_cpu: &Row<Cpu>,
    default_memory: &Row<Bytes>,
) -> Resources {
    let cpu = default_cpu.or(written.and_then(|resources| resources.cpu.as_ref()));
    let memory = default_memory.or(written.and_then(|resources| resources.memory.as_ref()));
    let cpu_limit = written.and_then(|resources| resources.cpu_limit.clone());
    let memory_limit = written.and_then(|resources| resources.memory_limit.clone());
    let burst = |cpu: &Cpu| quantity::cpu_times(cpu, CPU_BURST).unwrap_or_else(|| cpu.clone());
    let room = |memory: &Bytes| quantity::bytes_times(memory, MEMORY_BURST).unwrap_or_else(|| memory.clone());
    Resources {
        cpu_limit: cpu_limit.unwrap_or_else(|| Traced::new(burst(&cpu.value), CPU_LIMIT)),
        memory_limit: memory_limit.unwrap_or_else(|| Traced::new(room(&memory.value), MEMORY_LIMIT)),
        cpu,
        memory,
    }
}
