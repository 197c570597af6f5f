//! What is declared and used by nobody.

use std::collections::BTreeSet;

use super::Scene;
use crate::base::Origin;
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::problem;
use crate::resolve::{Call, Description, Service};

/// Secrets, systems and front ends are declared for services to name them.
pub(super) fn declarations(scene: &Scene, diagnostics: &mut Diagnostics) {
    // A name that was refused may be the use that is missing.
    if diagnostics.has_errors() {
        return;
    }
    for (_, organization, description) in scene.consortium.described() {
        for group in description.groups.iter().filter(|group| group.services.is_empty()) {
            let name = &organization.name.value;
            let message = format!("the group `{}` of `{name}` has no services", group.name.value);
            let empty = problem(code::UNUSED_DECLARATION, group.name.origin, message, "declared here");
            diagnostics.push(empty.help("describe its `services`, or take it away").about(name));
        }
        for (what, name, origin) in unused(description) {
            let message = format!("nothing in `{}` uses the {what} `{name}`", organization.name.value);
            let unused = problem(code::UNUSED_DECLARATION, origin, message, "declared here");
            diagnostics.push(unused.help("use it, or take it away").about(&organization.name.value));
        }
    }
}

fn unused(description: &Description) -> Vec<(&'static str, &str, Origin)> {
    let services: Vec<&Service> = description.services().map(|(_, _, service)| service).collect();
    let secrets: BTreeSet<&str> =
        services.iter().flat_map(|service| service.secrets.values()).map(|secret| secret.value.as_str()).collect();
    let systems: BTreeSet<usize> =
        services.iter().flat_map(|service| &service.calls).filter_map(called_system).collect();
    let frontends: BTreeSet<usize> =
        services.iter().flat_map(|service| &service.exposure.frontends).map(|frontend| frontend.value).collect();
    let lost_secrets = description.secrets.iter().filter(|(name, _)| !secrets.contains(name.as_str()));
    // One with a service's name was told already.
    let ambiguous = |name: &str| description.service(name).is_some();
    let lost_systems = description.systems.iter().enumerate();
    let lost_systems = lost_systems.filter(|(at, system)| !systems.contains(at) && !ambiguous(&system.name.value));
    let lost_frontends = description.frontends.iter().enumerate().filter(|(at, _)| !frontends.contains(at));
    lost_secrets
        .map(|(name, purpose)| ("secret", name.as_str(), purpose.origin))
        .chain(lost_systems.map(|(_, system)| ("system", system.name.value.as_str(), system.name.origin)))
        .chain(lost_frontends.map(|(_, frontend)| ("front end", frontend.name.value.as_str(), frontend.name.origin)))
        .collect()
}

fn called_system(call: &Call) -> Option<usize> {
    match call {
        Call::System(at) => Some(at.value),
        Call::Service(_) => None,
    }
}
