//! The last questions before anything is emitted.

use std::collections::BTreeSet;

use crate::base::{Origin, TreePath};
use crate::bind::{OrganizationPlan, Plan};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::lower;

/// Records every patch that cannot be merged into the workload that it stands at.
pub(super) fn patches(plan: &Plan, diagnostics: &mut Diagnostics) {
    // A service that becomes several workloads is asked once.
    let mut asked = BTreeSet::new();
    for organization in &plan.organizations {
        for (workload, bound) in organization.graph.workloads.iter().zip(&organization.workloads) {
            let kinds = lower::patchable_kinds(workload, bound);
            for (kind, patch) in &workload.patches {
                if !asked.insert(patch.origin) {
                    continue;
                }
                let problems = lower::check_patch(kind, &patch.value);
                if problems.is_empty() && !kinds.contains(&kind.as_str()) {
                    let message = format!("`{}` has no {kind} to patch", workload.name);
                    let finding = Diagnostic::new(code::UNFIT_PATCH, message);
                    diagnostics.push(at(finding, patch.origin, "patched here").nearest(
                        kind,
                        &format!("kinds of `{}`", workload.name),
                        kinds.iter().copied(),
                    ));
                }
                for problem in problems {
                    let place =
                        if problem.path == TreePath::ROOT { String::new() } else { format!(" at {}", problem.path) };
                    let message = format!("the patch of {kind}{place}: {}", problem.message);
                    let mut finding = at(Diagnostic::new(code::UNFIT_PATCH, message), patch.origin, "patched here");
                    if let Some(nearest) = problem.nearest {
                        finding = finding.help(format!("did you mean `{nearest}`?"));
                    }
                    diagnostics.push(finding);
                }
            }
        }
    }
}

/// Records the bindings that have no value yet: a note of their number, or an error each organization where they are
/// required.
pub(super) fn bindings(plan: &Plan, required: bool, diagnostics: &mut Diagnostics) {
    let unbound = plan.organizations.iter().filter(|organization| !organization.unbound.is_empty());
    for organization in unbound.filter(|_| required) {
        diagnostics.push(unbound_of(plan, organization));
    }
}

fn unbound_of(plan: &Plan, organization: &OrganizationPlan) -> Diagnostic {
    let name = &plan.consortium.organization(organization.graph.organization).name;
    let environment = &plan.consortium.environment.value;
    let count = organization.unbound.len();
    let are = if count == 1 { "binding has" } else { "bindings have" };
    let message = format!("{count} {are} no value for `{}` in `{environment}`", name.value);
    let mut finding = at(Diagnostic::new(code::UNBOUND, message), name.origin, "required by --require-bound");
    let names: Vec<&str> = organization.unbound.iter().map(|row| row.name.as_str()).collect();
    let file = crate::bind::bindings::path(&name.value, environment);
    finding = finding.help(format!("write {} into {}", names.join(", "), file.display()));
    finding.help(format!("the runbook {}/README.md says what each is", name.value))
}

fn at(finding: Diagnostic, origin: Origin, label: &str) -> Diagnostic {
    match origin {
        Origin::Source(span) => finding.at(span, label),
        Origin::Default(_) | Origin::Rule(_) => finding,
    }
}
