//! The last questions before anything is emitted.

use std::collections::BTreeSet;

use crate::base::{Origin, TreePath};
use crate::bind::{OrganizationPlan, Plan};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::lower::{self, PatchProblem};
use crate::resolve::Patch;

/// Records every patch that cannot be merged into the workload that it stands at.
pub(super) fn patches(plan: &Plan, diagnostics: &mut Diagnostics) {
    // A service that becomes several workloads is asked once.
    let mut asked = BTreeSet::new();
    for organization in &plan.organizations {
        for (workload, bound) in organization.graph.workloads.iter().zip(&organization.workloads) {
            let kinds = lower::patchable_kinds(workload, bound);
            for patch in &workload.patches {
                if !asked.insert(patch.kind.origin) {
                    continue;
                }
                let kind = patch.kind.value.as_str();
                let own: Vec<&str> = workload.containers.iter().map(|container| container.name.as_str()).collect();
                let problems = lower::check_patch(kind, &patch.partial.to_json(), &own);
                if problems.is_empty() && !kinds.contains(&kind) {
                    let message = format!("`{}` has no {kind} to patch", workload.name);
                    let finding = Diagnostic::new(code::UNFIT_PATCH, message);
                    diagnostics.push(at(finding, patch.kind.origin, "patched here").nearest(
                        kind,
                        &format!("kinds of `{}`", workload.name),
                        kinds.iter().copied(),
                    ));
                }
                diagnostics.extend(problems.iter().map(|problem| unfit(patch, problem)));
            }
            diagnostics.extend(disagreements(&workload.patches));
        }
    }
}

/// A problem of a patch, at the field that causes it.
fn unfit(patch: &Patch, problem: &PatchProblem) -> Diagnostic {
    let of_kind = problem.path == TreePath::ROOT && problem.of_key;
    let place = if problem.path == TreePath::ROOT { String::new() } else { format!(" at {}", problem.path) };
    let message = format!("the patch of {}{place}: {}", patch.kind.value, problem.message);
    let value = patch.partial.at(&problem.path).map(|node| node.span);
    let key = patch.partial.key_at(&problem.path);
    let span = match problem.of_key {
        _ if of_kind => patch.kind.origin.span(),
        true => key,
        false => value,
    };
    let finding = Diagnostic::new(code::UNFIT_PATCH, message);
    let finding = at(finding, span.map_or(patch.kind.origin, Origin::Source), "patched here");
    match (&problem.nearest, finding.span) {
        (Some(nearest), Some(span)) => finding.suggest(span, nearest),
        _ => finding,
    }
}

/// Patches of one kind stand at one workload where services share a pod: they may not give one field two values.
fn disagreements(patches: &[Patch]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, one) in patches.iter().enumerate() {
        for other in patches.iter().skip(at + 1).filter(|other| other.kind.value == one.kind.value) {
            for (path, first, second) in lower::conflicts(&one.partial, &other.partial) {
                let message = format!("two patches of {} give {path} two values", one.kind.value);
                let finding = Diagnostic::new(code::UNFIT_PATCH, message).at(second, "patched here");
                found.push(
                    finding
                        .related(first, "and here")
                        .help("services that are packed together share their objects: keep one of the two"),
                );
            }
        }
    }
    found
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
