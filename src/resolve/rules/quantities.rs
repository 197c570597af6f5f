//! Amounts of processor, memory, storage and time: none is zero, and none is beyond what any platform has, so that later
//! stages can calculate with them.

use super::Scene;
use crate::base::name::{Bytes, Cpu, Duration};
use crate::base::{Traced, quantity};
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::{Also, problem, written};
use crate::resolve::{Consortium, Resources};

/// 1024 cores.
const MOST_CPU: u64 = 1024 * 1000;
/// 1024 Ti.
const MOST_BYTES: u64 = 1 << 50;
/// Ten years in milliseconds.
const LONGEST: u64 = 3_650 * 86_400_000;

/// What the containers of an environment ask for.
fn resources(consortium: &Consortium) -> Vec<&Resources> {
    let ordering = &consortium.ordering;
    let orderers = ordering.groups.iter().map(|group| &group.resources);
    let kafka = ordering.kafka.iter().flat_map(|kafka| [&kafka.broker_resources, &kafka.zookeeper_resources]);
    let chaincodes =
        consortium.channels.iter().flat_map(|channel| &channel.chaincodes).map(|chaincode| &chaincode.resources);
    let described = consortium.described().flat_map(|(_, _, description)| {
        let peers = [&description.peers.resources, &description.peers.database_resources];
        peers.into_iter().chain(description.services().map(|(_, _, service)| &service.resources))
    });
    orderers.chain(kafka).chain(chaincodes).chain(described).collect()
}

fn volumes(consortium: &Consortium) -> Vec<&Traced<Bytes>> {
    let ordering = &consortium.ordering;
    let orderers = ordering.groups.iter().map(|group| &group.storage);
    let kafka = ordering.kafka.iter().flat_map(|kafka| [&kafka.broker_storage, &kafka.zookeeper_storage]);
    let described = consortium.described().flat_map(|(_, _, description)| {
        let peers = [&description.peers.storage, &description.peers.database_storage];
        let volumes =
            description.services().flat_map(|(_, _, service)| service.storage.iter().map(|volume| &volume.size));
        peers.into_iter().chain(volumes)
    });
    orderers.chain(kafka).chain(described).collect()
}

/// The limits of blocks.
fn blocks(consortium: &Consortium) -> impl Iterator<Item = &Traced<Bytes>> {
    let batches = consortium.channels.iter().map(|channel| &channel.batch).chain([&consortium.ordering.batch]);
    batches.flat_map(|batch| [&batch.absolute_bytes, &batch.preferred_bytes])
}

fn times(consortium: &Consortium) -> Vec<&Traced<Duration>> {
    let batches = consortium.channels.iter().map(|channel| &channel.batch).chain([&consortium.ordering.batch]);
    let services = consortium.described().flat_map(|(_, _, description)| description.services());
    let services = services.flat_map(|(_, _, service)| {
        let backup = service.backup.iter().map(|backup| &backup.keep);
        let pruning = service.pruning.iter().map(|pruning| &pruning.interval);
        backup.chain(pruning).chain([&service.probe.start])
    });
    batches.map(|batch| &batch.timeout).chain(services).collect()
}

/// What an amount can be, the same in words, and what is wrong with less.
struct Bounds {
    least: u64,
    most: u64,
    words: &'static str,
    less: &'static str,
}

impl Bounds {
    /// More than nothing.
    const fn up_to(most: u64, words: &'static str) -> Self {
        Bounds { least: 1, most, words, less: "" }
    }
}

const CPU: Bounds = Bounds::up_to(MOST_CPU, "more than nothing and at most 1024 cores");
/// Container engines start nothing in less than 6Mi (Docker, "Resource constraints": the minimum of `--memory`).
const MEMORY: Bounds =
    Bounds { least: 6 << 20, most: MOST_BYTES, words: "at least 6Mi and at most 1024Ti", less: "no program runs in" };
/// The journal of ext4 alone is 1024 blocks of 4 KiB (mke2fs(8), `-J size`).
const VOLUME: Bounds = Bounds {
    least: 4 << 20,
    most: MOST_BYTES,
    words: "at least 4Mi and at most 1024Ti",
    less: "no file system fits into",
};
const BLOCK: Bounds = Bounds::up_to(MOST_BYTES, "more than nothing and at most 1024Ti");
const TIME: Bounds = Bounds::up_to(LONGEST, "more than nothing and at most 3650d");

/// Every amount is between nothing and more than there is.
pub(super) fn amounts(scene: &Scene, diagnostics: &mut Diagnostics) {
    let mut check = |text: &str, origin, number: Option<u64>, bounds: &Bounds| {
        let message = match number {
            Some(0) => format!("`{text}` is nothing"),
            Some(number) if number < bounds.least => format!("{} `{text}`", bounds.less),
            Some(number) if number <= bounds.most => return,
            _ => format!("`{text}` is more than any platform has"),
        };
        let wrong = problem(code::QUANTITY, origin, message, "this amount");
        diagnostics.push(wrong.help(format!("write {}; look at the unit", bounds.words)));
    };
    for resources in resources(scene.consortium) {
        // A limit that nobody wrote follows from what is asked for.
        let is_written = |origin: crate::base::Origin| origin.span().is_some();
        let limit = Some(&resources.cpu_limit).filter(|limit| is_written(limit.origin));
        for cpu in limit.into_iter().chain([&resources.cpu]) {
            check(&cpu.value, cpu.origin, quantity::millicores(&cpu.value), &CPU);
        }
        let limit = Some(&resources.memory_limit).filter(|limit| is_written(limit.origin));
        for memory in limit.into_iter().chain([&resources.memory]) {
            check(&memory.value, memory.origin, quantity::bytes(&memory.value), &MEMORY);
        }
    }
    for size in volumes(scene.consortium) {
        check(&size.value, size.origin, quantity::bytes(&size.value), &VOLUME);
    }
    for size in blocks(scene.consortium) {
        check(&size.value, size.origin, quantity::bytes(&size.value), &BLOCK);
    }
    for time in times(scene.consortium) {
        check(&time.value, time.origin, quantity::milliseconds(&time.value), &TIME);
    }
}

/// A limit is never below the request.
pub(super) fn limits(scene: &Scene, diagnostics: &mut Diagnostics) {
    for resources in resources(scene.consortium) {
        let cores = |cpu: &Traced<Cpu>| quantity::millicores(&cpu.value);
        let amount = |bytes: &Traced<Bytes>| quantity::bytes(&bytes.value);
        let (cpu, cpu_limit) = (&resources.cpu, &resources.cpu_limit);
        let (memory, memory_limit) = (&resources.memory, &resources.memory_limit);
        let told = [
            (cores(cpu_limit) < cores(cpu), cpu.value.as_str(), cpu.origin, cpu_limit.value.as_str(), cpu_limit.origin),
            (
                amount(memory_limit) < amount(memory),
                &memory.value,
                memory.origin,
                &memory_limit.value,
                memory_limit.origin,
            ),
        ];
        for (_, asked, request, most, limit) in told.into_iter().filter(|(below, ..)| *below) {
            let message = format!("the limit, {most}, is below what is asked for, {asked}");
            let origin = written(limit, request);
            let below = problem(code::LIMIT_BELOW_REQUEST, origin, message, "the limit").also(request, "asked for");
            diagnostics.push(below.help("raise the limit, or leave it out"));
        }
    }
}
