//! When blocks are cut.

use super::Scene;
use crate::base::quantity;
use crate::diag::{Diagnostics, code};
use crate::resolve::Batch;
use crate::resolve::problem::{Also, problem, written};

/// Fabric's advice: messages above 100 MB are refused, and a block travels in one (performance.md).
const LARGEST: u64 = 49 << 20;

/// preferred ≤ absolute ≤ 49 MiB.
pub(super) fn sizes(scene: &Scene, diagnostics: &mut Diagnostics) {
    let channels = scene.consortium.channels.iter().map(|channel| &channel.batch);
    for batch in channels.chain([&scene.consortium.ordering.batch]) {
        check(batch, diagnostics);
    }
}

fn check(batch: &Batch, diagnostics: &mut Diagnostics) {
    let (absolute, preferred) = (&batch.absolute_bytes, &batch.preferred_bytes);
    let (Some(most), Some(usual)) = (quantity::bytes(&absolute.value), quantity::bytes(&preferred.value)) else {
        return;
    };
    if most > LARGEST {
        let message = format!("a block of {} may not get through: messages above 100 MB are refused", absolute.value);
        diagnostics.push(problem(code::BATCH_SIZE, absolute.origin, message, "too large").help("write at most 49Mi"));
    }
    if usual > most {
        let message = format!("blocks are preferably cut at {}, but never exceed {}", preferred.value, absolute.value);
        let origin = written(preferred.origin, absolute.origin);
        let wrong = problem(code::BATCH_SIZE, origin, message, "here").also(absolute.origin, "never exceeds");
        diagnostics.push(wrong.help("keep `preferredBytes` at or below `absoluteBytes`"));
    }
}
