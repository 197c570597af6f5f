//! Environments are networks of their own: nothing that names a node may be the same in two.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use crate::diag::{Diagnostics, code};
use crate::resolve::problem::{Also, problem};
use crate::resolve::{Consortium, Organization};

/// Compares the environments of one blueprint with each other.
pub fn environments<C: Borrow<Consortium>>(all: &[C], diagnostics: &mut Diagnostics) {
    let all: Vec<&Consortium> = all.iter().map(Borrow::borrow).collect();
    domains(&all, diagnostics);
    names(&all, diagnostics);
    super::hosts::between(&all, diagnostics);
}

/// Targets call what they make by organization and environment, joined by a hyphen.
fn names(all: &[&Consortium], diagnostics: &mut Diagnostics) {
    let mut known: BTreeMap<String, (&Consortium, &Organization)> = BTreeMap::new();
    for consortium in all {
        for (_, organization, _) in consortium.described() {
            let name = format!("{}-{}", organization.name.value, consortium.environment.value);
            let Some((there, other)) = known.insert(name.clone(), (consortium, organization)) else { continue };
            let pair = |consortium: &Consortium, organization: &Organization| {
                format!("`{}` in `{}`", organization.name.value, consortium.environment.value)
            };
            let message = format!(
                "{} and {} would both call what their platform makes `{name}`",
                pair(there, other),
                pair(consortium, organization)
            );
            let twice = problem(code::NAMES_COLLIDE, consortium.environment.origin, message, "this environment");
            let twice = twice.also(there.environment.origin, "and this one");
            diagnostics.push(twice.help("rename an environment or an organization"));
        }
    }
}

fn domains(all: &[&Consortium], diagnostics: &mut Diagnostics) {
    let mut domains: BTreeMap<&str, (&Consortium, &Organization)> = BTreeMap::new();
    for consortium in all {
        for organization in &consortium.organizations {
            let Some((there, other)) = domains.insert(&organization.domain.value, (consortium, organization)) else {
                continue;
            };
            // Within one environment this is told by `rules::names`.
            if there.environment.value == consortium.environment.value {
                continue;
            }
            let message = format!(
                "`{}` in `{}` and `{}` in `{}` share the domain `{}`",
                other.name.value,
                there.environment.value,
                organization.name.value,
                consortium.environment.value,
                organization.domain.value
            );
            let shared = problem(code::DUPLICATE_DOMAIN, organization.domain.origin, message, "in both");
            let shared = shared.also(consortium.environment.origin, "this environment");
            let help = format!(
                "an environment is a network of its own: write `domains: \"{}.{{domain}}\"` under it",
                consortium.environment.value
            );
            diagnostics.push(shared.help(help));
        }
    }
}
