//! How many copies run.

use super::Scene;
use crate::base::{Origin, Traced};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::parse::blueprint::Packing;
use crate::resolve::problem::{Also, problem, written};
use crate::resolve::{Copies, Service, kinds};

/// Where more than one copy was asked for.
fn several(service: &Service) -> Option<Origin> {
    match &service.copies {
        Copies::Fixed(count) => (count.value > 1).then_some(count.origin),
        Copies::Scaled { maximum, .. } => Some(maximum.origin),
    }
}

fn refused(service: &Service, origin: Origin, why: &str) -> Diagnostic {
    let message = format!("`{}` cannot run more than once: {why}", service.name.value);
    problem(code::NOT_SCALABLE, origin, message, "several copies")
        .help("take `replicas` or `autoscaling` away, or keep its data in a database")
}

/// What keeps data or may run only once is neither copied nor scaled.
pub(super) fn copies(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let service = standing.service;
        let stateful = (!service.storage.is_empty()).then_some("its volume belongs to one copy");
        if let (Some(why), Some(origin)) = (kinds::only_once(service.kind).or(stateful), several(service)) {
            diagnostics.push(refused(service, origin, why));
        }
    }
}

/// A pod shared by several services runs once if one of them has a volume.
pub(super) fn packed(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, description) in scene.consortium.described() {
        for group in description.groups.iter().filter(|group| group.packing.value == Packing::Together) {
            let Some(keeper) = group.services.iter().find(|service| !service.storage.is_empty()) else { continue };
            for service in group.services.iter().filter(|service| service.storage.is_empty()) {
                let asked = several(service).filter(|origin| origin.span().is_some());
                if let Some(origin) = asked {
                    let why = format!("it shares a pod with `{}`, whose volume belongs to one copy", keeper.name.value);
                    diagnostics
                        .push(refused(service, origin, &why).also(keeper.name.origin, "the service with a volume"));
                }
            }
        }
    }
}

fn crossed(what: &str, minimum: Traced<u32>, maximum: Traced<u32>) -> Option<Diagnostic> {
    (minimum.value > maximum.value).then(|| {
        let message = format!("{what}: the fewest, {}, are more than the most, {}", minimum.value, maximum.value);
        let origin = written(maximum.origin, minimum.origin);
        let other = if maximum.origin.span().is_some() { minimum.origin } else { maximum.origin };
        problem(code::SCALE_RANGE, origin, message, "here")
            .also(other, "and here")
            .help("raise `maximum`, or lower `minimum`")
    })
}

/// The fewest are not more than the most, of copies and of nodes; copies are a number or a range.
pub(super) fn ranges(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let name = &standing.service.name.value;
        if let Copies::Scaled { minimum, maximum, .. } = &standing.service.copies {
            diagnostics.extend(crossed(&format!("copies of `{name}`"), *minimum, *maximum));
            if let Some(replicas) = standing.written(scene).and_then(|written| written.replicas) {
                let message = format!("`{name}` has both a number of copies and autoscaling");
                let both = problem(code::SCALE_RANGE, replicas.origin, message, "the number")
                    .also(maximum.origin, "the range");
                diagnostics.push(both.help("keep one of the two: `autoscaling` has a `minimum`"));
            }
        }
    }
    for (_, _, description) in scene.consortium.described() {
        for pool in description.blockchain_pools.iter().chain(&description.application_pools) {
            if let (Some(minimum), Some(maximum)) = (pool.minimum, pool.maximum) {
                diagnostics.extend(crossed(&format!("nodes of `{}`", pool.name.value), minimum, maximum));
            }
        }
    }
}
