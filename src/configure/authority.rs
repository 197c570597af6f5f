//! The organization's certificate authority.

use super::nodes::WRITTEN_OUT;
use super::parts::Parts;
use super::site::{Place, Site};
use crate::base::name::Line;
use crate::base::{Origin, Traced};
use crate::fabric::environment::*;
use crate::fabric::{ca, paths};
use crate::parse::blueprint::AuthorityRole;
use crate::resolve::{Authority, OrgIx, Service};

/// The name under which an organization shares its authority.
const SHARED_NAME: &str = "ca";

pub(super) fn server(site: &Site, place: Place, service: &Service, parts: &mut Parts) {
    let Some(authority) = &service.authority else { return };
    let role = match authority.role.value {
        AuthorityRole::Intermediate => ca::Role::Intermediate,
        // A client of another organization's has no server.
        AuthorityRole::Root | AuthorityRole::Client => ca::Role::Root,
    };
    let origin = authority.role.origin;
    let rule = Origin::Rule("Fabric CA's start script completes what must stay secret");
    parts.set(FABRIC_CA_SERVER_HOME, paths::CA_DATA, rule);
    let admin = format!("{}-admin", place.workload.name);
    parts.set_secret(CA_ADMIN_USERNAME, &admin, "username", rule);
    parts.set_secret(CA_ADMIN_PASSWORD, &admin, "password", rule);
    if let (ca::Role::Intermediate, Some(parent)) = (role, authority.parent) {
        self::parent(site, place, parent, parts);
    }
    site.tls(place, parts);
    let settings = ca::Settings {
        hosts: vec![service.exposure.host.value.to_string(), site.host_of(place.workload)],
        subject: subject(site, authority),
        role,
    };
    let host = service.exposure.host.origin;
    let said = [
        ("signing/profiles/ca", origin),
        ("csr/cn", host),
        ("csr/hosts", host),
        ("csr/names", authority.country.as_ref().map_or(service.name.origin, |country| country.origin)),
        ("csr/ca", origin),
        ("intermediate", origin),
    ];
    parts.yaml_of(paths::CA_CONFIG, &ca::Server::new(&settings), service.name.origin, &said, WRITTEN_OUT);
    parts.text(paths::CA_START, ca::START, rule);
}

/// How an intermediate reaches the authority above it.
fn parent(site: &Site, place: Place, parent: Traced<OrgIx>, parts: &mut Parts) {
    let card = &site.plan.cards[parent.value.0];
    let secret = format!("{}-parent", place.workload.name);
    if let Some(shared) = card.services.iter().find(|shared| shared.name.as_str() == SHARED_NAME) {
        parts.set(CA_PARENT_ADDRESS, format!("{}:{}", shared.host, shared.port), parent.origin);
    }
    parts.set_secret(CA_PARENT_USERNAME, &secret, "username", parent.origin);
    parts.set_secret(CA_PARENT_PASSWORD, &secret, "password", parent.origin);
    parts.secret_file(paths::CA_PARENT_AUTHORITY, &secret, "ca.crt");
}

fn subject(site: &Site, authority: &Authority) -> ca::Subject {
    let line = |line: &Option<Traced<Line>>| line.as_ref().map(|line| line.value.to_string());
    ca::Subject {
        country: authority.country.as_ref().map(|country| country.value.clone()),
        state: line(&authority.state),
        locality: line(&authority.locality),
        organization: site.own.title.to_string(),
    }
}
