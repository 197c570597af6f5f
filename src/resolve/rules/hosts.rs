//! Host names: each leads to one place, below the organization's domain.

use std::collections::BTreeMap;

use super::Scene;
use crate::base::Traced;
use crate::base::name::Domain;
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::{Also, problem, written};
use crate::resolve::{Description, Organization};

/// Every host of an organization with what it leads to. A service's host by default is as unique as its name, which
/// `rules::names` sees to, but for front ends.
fn hosts(description: &Description) -> Vec<(String, &Traced<Domain>)> {
    let services = description
        .services()
        .map(|(_, _, service)| (format!("the service `{}`", service.name.value), &service.exposure.host));
    let frontends = description
        .frontends
        .iter()
        .map(|frontend| (format!("the front end `{}`", frontend.name.value), &frontend.host));
    services.chain(frontends).collect()
}

/// Whether a host is one of Fabric's own: `peer0`, `orderer1`, `peers` under the domain.
fn of_a_node(host: &str, organization: &Organization) -> bool {
    let name = host.strip_suffix(organization.domain.value.as_str()).and_then(|name| name.strip_suffix('.'));
    name.is_some_and(|name| {
        name == "peers"
            || ["peer", "orderer"].iter().any(|node| {
                name.strip_prefix(node)
                    .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
            })
    })
}

/// No two things of an organization answer under one host name.
pub(super) fn taken(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, organization, description) in scene.consortium.described() {
        let mut known: BTreeMap<&str, (String, &Traced<Domain>)> = BTreeMap::new();
        for (what, host) in hosts(description) {
            if host.origin.span().is_some() && of_a_node(&host.value, organization) {
                let message = format!("{what} cannot have the host `{}` of a peer or orderer", host.value);
                let taken = problem(code::HOST_TAKEN, host.origin, message, "taken");
                diagnostics.push(taken.help("choose another `host`"));
            } else if let Some(&(ref other, first)) = known.get(host.value.as_str()) {
                if *other == what {
                    continue;
                }
                let message = format!("{other} and {what} share the host `{}`", host.value);
                // The place that was written; a default has none.
                let (place, related) = if host.origin.span().is_some() { (host, first) } else { (first, host) };
                let origin = written(place.origin, organization.name.origin);
                let taken =
                    problem(code::HOST_TAKEN, origin, message, "this host").also(related.origin, "and this one");
                diagnostics.push(taken.help("rename one of them, or give one another `host`"));
            } else {
                known.insert(host.value.as_str(), (what, host));
            }
        }
    }
}

/// Hosts end in the organization's domain.
pub(super) fn outside(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, organization, description) in scene.consortium.described() {
        let domain = organization.domain.value.as_str();
        for (what, host) in hosts(description) {
            let name = host.value.strip_suffix(domain);
            if !name.is_some_and(|name| name.is_empty() || name.ends_with('.')) {
                let message = format!("the host `{}` of {what} is outside the domain `{domain}`", host.value);
                let outside = problem(code::HOST_OUTSIDE, host.origin, message, "this host");
                let outside = outside.also(organization.domain.origin, "the organization's domain");
                diagnostics.push(outside.help(format!("choose a name that ends in `.{domain}`")));
            }
        }
    }
}

/// Under a front end's host each path leads to one service.
pub(super) fn paths(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, description) in scene.consortium.described() {
        let mut known = BTreeMap::new();
        for (_, _, service) in description.services() {
            let path = &service.exposure.path;
            for frontend in &service.exposure.frontends {
                let form = (frontend.value, path.value.trim_end_matches('/').to_owned());
                let Some((other, first)) = known.insert(form, (&service.name, path.origin)) else { continue };
                if other.value == service.name.value {
                    continue;
                }
                let host = &description.frontends[frontend.value].host.value;
                let message =
                    format!("`{}` and `{}` share the path `{host}{}`", other.value, service.name.value, path.value);
                let origin = written(path.origin, service.name.origin);
                let taken = problem(code::HOST_TAKEN, origin, message, "this path").also(first, "and this one");
                diagnostics.push(taken.help("give one of them another `path`"));
            }
        }
    }
}
