//! What the internet may reach.

use super::Scene;
use crate::diag::{Diagnostics, code};
use crate::parse::blueprint::ServiceKind;
use crate::resolve::kinds;
use crate::resolve::problem::problem;

/// Wider ranges are no protection: the largest that one company holds have a prefix of 8.
const NARROWEST_OPEN: &str = "/0";

/// Tools of administrators are not open to everybody.
pub(super) fn administration(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let Some(kind @ (ServiceKind::Explorer | ServiceKind::Ca)) = standing.service.kind else { continue };
        let exposure = &standing.service.exposure;
        let frontends = exposure.frontends.iter().flat_map(|frontend| {
            let ranges = &standing.description.frontends[frontend.value].ranges;
            ranges.iter().map(move |range| (&range.value, frontend.origin))
        });
        let internet = exposure.internet.iter().map(|range| (&range.value, range.origin));
        for (_, origin) in internet.chain(frontends).filter(|(range, _)| range.ends_with(NARROWEST_OPEN)) {
            let name = &standing.organization.name.value;
            let message = format!("the `{}` of `{name}` is open to the whole internet", kinds::name(kind));
            let open = problem(code::PUBLIC_ADMINISTRATION, origin, message, "everybody");
            diagnostics.push(open.help("name the ranges that administrators come from").about(name));
        }
    }
}
