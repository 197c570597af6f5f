//! Findings that somebody has accepted, with the reason.
//!
//! A warning may be accepted, and an error that somebody may have to live with: in the whole blueprint, in one environment, or for one organization. What is accepted is no
//! longer reported but listed for the reviewer; an acceptance that accepts nothing in any environment is itself a finding.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::problem::problem;
use super::{Acceptance, Consortium, OrgIx};
use crate::base::name::CodeName;
use crate::base::{Origin, Traced};
use crate::diag::{Code, Diagnostic, Diagnostics, code};

/// The acceptances of one environment: those of the blueprint and of its organizations.
pub(super) fn resolve(context: &mut Context) -> Vec<Acceptance> {
    let blueprint = context.blueprint;
    let mut found = Vec::new();
    for (code, reason) in &blueprint.accept {
        found.extend(acceptance(context, code, reason, None));
    }
    for (name, organization) in &blueprint.organizations {
        let at = context.organization(name);
        for (code, reason) in &organization.accept {
            found.extend(acceptance(context, code, reason, at));
        }
    }
    found
}

fn acceptance(
    context: &mut Context,
    name: &Traced<CodeName>,
    reason: &Traced<String>,
    organization: Option<OrgIx>,
) -> Option<Acceptance> {
    let code = Code::parse(&name.value);
    let wrong = match code {
        None => {
            let message = format!("there is no finding `{}`", name.value);
            let warnings = Code::all().iter().filter(|code| is_acceptable(**code)).map(|code| code.id());
            Some(problem(code::NOT_ACCEPTABLE, name.origin, message, "unknown").nearest(
                &name.value,
                "findings",
                warnings,
            ))
        }
        Some(known) if !is_acceptable(known) => {
            let message = format!("`{known}` cannot be accepted: {}", known.title());
            let help = format!("it has to be mended; `akcgen explain {known}` says how");
            Some(problem(code::NOT_ACCEPTABLE, name.origin, message, "not a warning").help(help))
        }
        Some(_) if reason.value.trim().is_empty() => {
            let message = format!("`{}` is accepted without a reason", name.value);
            Some(
                problem(code::NOT_ACCEPTABLE, reason.origin, message, "no reason")
                    .help("write what a reviewer needs to know"),
            )
        }
        Some(_) => None,
    };
    let refused = wrong.is_some();
    context.diagnostics.extend(wrong);
    let code = Traced::new(name.value.to_string(), name.origin);
    (!refused).then(|| Acceptance { code, reason: reason.value.clone(), organization })
}

/// Whether a finding can be accepted: a warning about a blueprint. Those about files of a bundle are mended there.
fn is_acceptable(code: Code) -> bool {
    let of_a_blueprint = ["AKC02", "AKC03", "AKC04"].iter().any(|range| code.id().starts_with(range));
    of_a_blueprint && code.is_acceptable() && code != code::UNUSED_ACCEPTANCE
}

/// The acceptances of all environments, and what they took out.
#[derive(Debug, Default)]
pub struct Acceptances {
    /// By place and code: whether the acceptance has accepted anything.
    used: BTreeMap<(Origin, String), bool>,
    accepted: BTreeSet<Accepted>,
}

/// A finding that somebody has accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accepted {
    /// The environment it was found in.
    pub environment: String,
    /// The finding.
    pub finding: Diagnostic,
    /// Why it is accepted.
    pub reason: String,
}

impl Acceptances {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes out of the findings of one environment, from whichever stages, those that are accepted; returns the others.
    pub fn settle(&mut self, consortium: &Consortium, found: &Diagnostics) -> Diagnostics {
        let mut left = Diagnostics::new();
        for acceptance in &consortium.acceptances {
            self.used.entry(key(acceptance)).or_insert(false);
        }
        for finding in found.iter() {
            match consortium.acceptances.iter().find(|acceptance| accepts(acceptance, consortium, finding)) {
                Some(acceptance) => {
                    self.used.insert(key(acceptance), true);
                    self.accepted.insert(Accepted {
                        environment: consortium.environment.value.to_string(),
                        finding: finding.clone(),
                        reason: acceptance.reason.clone(),
                    });
                }
                None => left.push(finding.clone()),
            }
        }
        left
    }

    /// What was accepted, sorted; each acceptance that accepted nothing is reported. To be called once all environments
    /// have passed every stage that finds anything. With errors among the findings nothing is said of acceptances, since
    /// not everything was looked for.
    pub fn finish(self, diagnostics: &mut Diagnostics) -> Vec<Accepted> {
        let complete = !diagnostics.has_errors();
        for ((origin, code), _) in self.used.iter().filter(|(_, used)| complete && !**used) {
            let unused = problem(
                code::UNUSED_ACCEPTANCE,
                *origin,
                format!("nothing is found that `{code}` would accept"),
                "accepts nothing",
            );
            diagnostics.push(unused.help("take it away, so that the finding is seen when it comes back"));
        }
        self.accepted.into_iter().collect()
    }
}

fn key(acceptance: &Acceptance) -> (Origin, String) {
    (acceptance.code.origin, acceptance.code.value.clone())
}

fn accepts(acceptance: &Acceptance, consortium: &Consortium, finding: &Diagnostic) -> bool {
    let concerned = acceptance.organization.map(|at| consortium.organization(at).name.value.as_str());
    finding.code.is_acceptable()
        && finding.code.id() == acceptance.code.value
        && concerned.is_none_or(|name| finding.organization.as_deref() == Some(name))
}
