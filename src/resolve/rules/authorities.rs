//! Certificate authorities and those above them.

use std::collections::BTreeSet;

use super::Scene;
use crate::base::{Origin, Traced};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::parse::blueprint::{AuthorityRole, ServiceKind};
use crate::resolve::problem::{problem, written};
use crate::resolve::{Authority, OrgIx, RunBy};

fn refused(origin: Origin, message: String, help: &str) -> Diagnostic {
    problem(code::AUTHORITY, origin, message, "here").help(help)
}

/// The authority of an organization described here.
fn authority<'a>(scene: &Scene<'a>, at: OrgIx) -> Option<&'a Authority> {
    let description = scene.consortium.organization(at).description()?;
    let service = description.blockchain.iter().find(|service| service.kind == Some(ServiceKind::Ca))?;
    service.authority.as_ref()
}

/// A root stands alone; an intermediate and a client have a parent with a server.
pub(super) fn roles(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let Some(authority) = &standing.service.authority else { continue };
        let named = standing.written(scene).and_then(|written| written.authority.as_ref()?.parent.as_ref());
        let name = &standing.organization.name.value;
        let role = authority.role;
        let role_origin = written(role.origin, standing.service.name.origin);
        match (role.value, authority.parent) {
            (AuthorityRole::Root, Some(parent)) => {
                let help = "write `role: intermediate` or `role: client`, or take `parent` away";
                diagnostics.push(refused(parent.origin, format!("the root authority of `{name}` has a parent"), help));
            }
            (AuthorityRole::Intermediate | AuthorityRole::Client, None) if named.is_none() => {
                let help = "name the organization above it, such as `parent: akachain`, or write `role: root`";
                diagnostics.push(refused(role_origin, format!("the authority of `{name}` has no parent"), help));
            }
            (_, Some(parent)) if parent.value == standing.at => {
                let help = "name another organization, or write `role: root`";
                diagnostics.push(refused(
                    parent.origin,
                    format!("the authority of `{name}` stands above itself"),
                    help,
                ));
            }
            (_, Some(parent)) => diagnostics.extend(without_server(scene, parent)),
            (_, None) => {}
        }
    }
}

fn without_server(scene: &Scene, parent: Traced<OrgIx>) -> Option<Diagnostic> {
    let organization = scene.consortium.organization(parent.value);
    let name = &organization.name.value;
    let message = match &organization.run_by {
        RunBy::Us(_) => match authority(scene, parent.value) {
            None => format!("`{name}` has no certificate authority"),
            Some(above) if above.role.value == AuthorityRole::Client => {
                format!("the authority of `{name}` is a client without a server")
            }
            Some(_) => return None,
        },
        RunBy::Others(card) if !card.services.iter().any(|service| service.name.as_str() == "ca") => {
            format!("the card of `{name}` shares no certificate authority")
        }
        RunBy::Others(_) => return None,
    };
    Some(refused(parent.origin, message, "add the service `ca` to it, or name another parent"))
}

/// Nobody stands above itself by way of others.
pub(super) fn circles(scene: &Scene, diagnostics: &mut Diagnostics) {
    let above = |at: OrgIx| authority(scene, at).and_then(|authority| authority.parent);
    for (start, organization, _) in scene.consortium.described() {
        let mut passed = BTreeSet::from([start]);
        let mut next = above(start).filter(|parent| parent.value != start);
        while let Some(parent) = next {
            if !passed.insert(parent.value) {
                // Told once, at the first of the circle by name.
                if parent.value == start && passed.first() == Some(&start) {
                    let message =
                        format!("the authority of `{}` stands above itself by way of others", organization.name.value);
                    diagnostics.push(refused(parent.origin, message, "let one of them be a root"));
                }
                break;
            }
            next = above(parent.value);
        }
    }
}
