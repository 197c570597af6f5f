//! What the internet may reach.

use super::Scene;
use crate::base::Origin;
use crate::base::range::is_everybody;
use crate::diag::{Diagnostics, code};
use crate::parse::blueprint::{Protocol, ServiceKind};
use crate::resolve::kinds;
use crate::resolve::problem::{Also, problem};

/// Wider ranges are no protection: the largest that one company holds have a prefix of 8.
const NARROWEST_OPEN: &str = "/0";

/// What comes from the web is HTTP: a web entry ends TLS and reads requests.
pub(super) fn spoken(scene: &Scene, diagnostics: &mut Diagnostics) {
    for service in scene.services().map(|standing| standing.service).filter(|service| service.exposure.is_public()) {
        let exposure = &service.exposure;
        let Some(port) = service.ports.iter().find(|port| port.name.value == exposure.port.value) else { continue };
        if port.protocol.value == Protocol::Http {
            continue;
        }
        let first = exposure.frontends.first().map(|frontend| frontend.origin);
        let origin = first.or(exposure.internet.first().map(|range| range.origin)).unwrap_or(service.name.origin);
        let message = format!("the port `{}` of `{}` does not speak HTTP", port.name.value, service.name.value);
        let mute = problem(code::NOT_HTTP, origin, message, "reached from the web");
        diagnostics.push(mute.also(port.protocol.origin, "what it speaks").help(
            "front ends and the internet come through an entry that ends TLS and reads HTTP: name a port of that kind \
             under `exposure: {port: …}`, or reach the service from within, with `exposure: organization` or `consortium`",
        ));
    }
}

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
        let ranges: Vec<_> = internet.chain(frontends).collect();
        let mut open: Vec<Origin> =
            ranges.iter().filter(|(range, _)| range.ends_with(NARROWEST_OPEN)).map(|(_, origin)| *origin).collect();
        if open.is_empty() && is_everybody(ranges.iter().map(|(range, _)| range.as_str())) {
            open.extend(ranges.first().map(|(_, origin)| *origin));
        }
        for origin in open {
            let name = &standing.organization.name.value;
            let message = format!("the `{}` of `{name}` is open to the whole internet", kinds::name(kind));
            let open = problem(code::PUBLIC_ADMINISTRATION, origin, message, "everybody");
            diagnostics.push(open.help("name the ranges that administrators come from").about(name));
        }
    }
}
