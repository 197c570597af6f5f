//! Host names: each leads to one place, below the organization's domain.

use std::collections::BTreeMap;

use super::Scene;
use crate::base::Traced;
use crate::base::name::Domain;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::parse::blueprint::Reach;
use crate::resolve::problem::{Also, problem, written};
use crate::resolve::{Consortium, Description, Organization};

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

/// A host leads to one load balancer: that of the web or that of the other organizations, which are not the same.
pub(super) fn balancers(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let exposure = &standing.service.exposure;
        let Some(range) = exposure.internet.first() else { continue };
        if exposure.to.value == Reach::Consortium {
            let host = &exposure.host.value;
            let message = format!(
                "the host `{host}` would lead to two load balancers, the internet's and the other organizations'"
            );
            let twice = problem(code::HOST_TAKEN, range.origin, message, "the internet");
            let twice = twice.also(exposure.to.origin, "the other organizations");
            let help = "others come from the internet too: keep `internet` alone and add their address ranges, or \
                describe a second service for one of the two";
            diagnostics.push(twice.help(help));
        }
    }
}

/// A host, what answers under it, and whose it is in which environment.
#[derive(Clone)]
struct Held<'a> {
    consortium: &'a Consortium,
    organization: &'a Organization,
    what: String,
    host: &'a Traced<Domain>,
}

impl Held<'_> {
    /// Within one organization [`taken`] tells; of one domain for both all hosts are the same, which is told as such.
    fn is_of_another(&self, other: &Held) -> bool {
        (self.environment(), &self.organization.name.value) != (other.environment(), &other.organization.name.value)
            && self.organization.domain.value != other.organization.domain.value
    }

    fn environment(&self) -> &str {
        &self.consortium.environment.value
    }

    fn words(&self, other: &Held) -> String {
        let apart = self.environment() != other.environment();
        let place = if apart { format!(" in `{}`", self.environment()) } else { String::new() };
        format!("{} of `{}`{place}", self.what, self.organization.name.value)
    }
}

/// Hosts that two organizations or two environments have: one name leads to one place.
pub(super) fn between(all: &[&Consortium], diagnostics: &mut Diagnostics) {
    let mut known: BTreeMap<&str, Held> = BTreeMap::new();
    for consortium in all {
        for (_, organization, description) in consortium.described() {
            for (what, host) in hosts(description) {
                let held = Held { consortium, organization, what, host };
                let other = known.get(host.value.as_str()).cloned().or_else(|| node(all, host));
                if let Some(other) = other.filter(|other| held.is_of_another(other)) {
                    diagnostics.push(shared(&held, &other));
                }
                known.entry(&host.value).or_insert(held);
            }
        }
    }
}

/// The node that a written host names.
fn node<'a>(all: &[&'a Consortium], host: &Traced<Domain>) -> Option<Held<'a>> {
    host.origin.span()?;
    let named = |consortium: &&'a Consortium| {
        let organization = consortium.organizations.iter().find(|one| of_a_node(&host.value, one))?;
        Some(Held { consortium, organization, what: "a node".to_owned(), host: &organization.domain })
    };
    all.iter().find_map(named)
}

fn shared(one: &Held, other: &Held) -> Diagnostic {
    let message = format!("{} and {} share the host `{}`", one.words(other), other.words(one), one.host.value);
    // The place that was written; a default has none.
    let (place, related) = if one.host.origin.span().is_some() { (one, other) } else { (other, one) };
    let origin = |held: &Held| written(held.host.origin, held.organization.name.origin);
    problem(code::HOST_TAKEN, origin(place), message, "this host")
        .also(origin(related), "and this one")
        .help("choose a name below the organization's own domain and below no other's")
}

/// Whether a host is a domain or lies below it.
pub(super) fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|name| name.is_empty() || name.ends_with('.'))
}

/// Hosts end in the organization's domain.
pub(super) fn outside(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, organization, description) in scene.consortium.described() {
        let domain = organization.domain.value.as_str();
        for (what, host) in hosts(description) {
            if !is_below(&host.value, domain) {
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
