//! Ports that services listen on.

use std::collections::BTreeMap;

use super::Scene;
use crate::diag::{Diagnostics, code};
use crate::parse::blueprint::{Packing, ServiceKind};
use crate::resolve::problem::{Also, problem, written};
use crate::resolve::{Port, Service};

/// The first port that a program without the rights of root can open.
const FIRST: u16 = 1024;

/// Numbers are free for anybody and taken once in a service.
pub(super) fn numbers(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services().filter(|standing| standing.service.kind != Some(ServiceKind::Ca)) {
        for port in standing.service.ports.iter().filter(|port| port.port.value < FIRST) {
            let message = format!(
                "the port {} of `{}` can be opened by root alone",
                port.port.value, standing.service.name.value
            );
            let privileged = problem(code::PRIVILEGED_PORT, port.port.origin, message, "below 1024");
            diagnostics
                .push(privileged.help("let the program listen on a port from 1024 on; outside it is 443 in any case"));
        }
        check(&[standing.service], "a service", diagnostics);
    }
}

/// Services in one pod share its address.
pub(super) fn shared(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, description) in scene.consortium.described() {
        for group in description.groups.iter().filter(|group| group.packing.value == Packing::Together) {
            let services: Vec<&Service> = group.services.iter().collect();
            check(&services, "services in one pod", diagnostics);
        }
    }
}

fn check(services: &[&Service], who: &str, diagnostics: &mut Diagnostics) {
    let mut taken: BTreeMap<u16, (&Service, &Port)> = BTreeMap::new();
    for service in services {
        for port in &service.ports {
            let Some((other, first)) = taken.insert(port.port.value, (service, port)) else { continue };
            // The same service twice is told by `numbers`.
            if services.len() > 1 && other.name.value == service.name.value {
                continue;
            }
            let origin = |service: &Service, port: &Port| written(port.port.origin, service.name.origin);
            let message = format!("{who} cannot listen on port {} twice", port.port.value);
            let twice = problem(code::PORT_TAKEN, origin(service, port), message, "again");
            let twice = twice.also(origin(other, first), "taken here");
            diagnostics.push(
                twice.help("give one of them another number under `ports`, or write `packing: apart` for a group"),
            );
        }
    }
}
