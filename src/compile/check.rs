//! The last questions before anything is emitted.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::image::with_registry;
use crate::base::{Origin, Traced, TreePath};
use crate::bind::{Bound, OrganizationPlan, Plan};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::lower::{self, PatchProblem, Patched};
use crate::resolve::Patch;

/// Records every patch that cannot be merged into the workload that it stands at.
pub(super) fn patches(plan: &Plan, diagnostics: &mut Diagnostics) {
    // A service that becomes several workloads is asked once for each version of Kubernetes that it meets.
    let mut asked = BTreeSet::new();
    for organization in &plan.organizations {
        if organization.site.is_some() {
            diagnostics.extend(without_objects(plan, organization, &mut asked));
            continue;
        }
        for (workload, bound) in organization.graph.workloads.iter().zip(&organization.workloads) {
            let kinds = lower::patchable_kinds(workload, bound);
            let minor = organization.minor(workload.cluster);
            for patch in &workload.patches {
                if !asked.insert((patch.kind.origin, minor)) {
                    continue;
                }
                let kind = patch.kind.value.as_str();
                let own: Vec<&str> = workload.containers.iter().map(|container| container.name.as_str()).collect();
                let patched = Patched { containers: &own, minor };
                let problems = lower::check_patch(kind, &patch.partial.to_json(), patched);
                if problems.is_empty() && !kinds.contains(&kind) {
                    let message = format!("`{}` has no {kind} to patch", workload.name);
                    let finding = Diagnostic::new(code::UNFIT_PATCH, message);
                    diagnostics.push(finding.at_origin(patch.kind.origin, "patched here").nearest(
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

/// On hosts no patch of a Kubernetes object is of any use.
fn without_objects(
    plan: &Plan,
    organization: &OrganizationPlan,
    asked: &mut BTreeSet<(Origin, u32)>,
) -> Vec<Diagnostic> {
    let name = plan.consortium.organization(organization.graph.organization).name.value.as_str();
    let patches = organization.graph.workloads.iter().flat_map(|workload| &workload.patches);
    let first = patches.filter(|patch| asked.insert((patch.kind.origin, u32::MAX)));
    let useless = first.map(|patch| {
        let message = format!("the patch of {} has no effect: `{name}` stands on hosts", patch.kind.value);
        let finding = Diagnostic::new(code::PLATFORM_ADVICE, message).at_origin(patch.kind.origin, "patched here");
        finding.about(name).help("it holds where the organization has a target on Kubernetes")
    });
    useless.collect()
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
    let finding = finding.at_origin(span.map_or(patch.kind.origin, Origin::Source), "patched here");
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
    let mut finding = Diagnostic::new(code::UNBOUND, message).at_origin(name.origin, "required by --require-bound");
    let names: Vec<&str> = organization.unbound.iter().map(|row| row.name.as_str()).collect();
    let file = crate::bind::bindings::path(&name.value, environment);
    finding = finding.help(format!("write {} into {}", names.join(", "), file.display()));
    finding.help(format!("the runbook {}/README.md says what each is", name.value))
}

/// Records images of different registries that have one name at an organization's own: a copy of one would be run in the
/// place of the other.
pub(super) fn mirrors(environments: &[Bound], diagnostics: &mut Diagnostics) {
    let mut known: BTreeMap<(String, &str), Traced<String>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for plan in environments.iter().map(|bound| &bound.plan) {
        for organization in &plan.organizations {
            let name = &plan.consortium.organization(organization.graph.organization).name.value;
            for (reference, source) in organization.images() {
                let first = known.entry((name.to_string(), reference)).or_insert_with(|| source.clone());
                if with_registry(&first.value) != with_registry(&source.value)
                    && told.insert((name.to_string(), source.value.clone()))
                {
                    diagnostics.push(one_mirror(name, reference, first, &source));
                }
            }
        }
    }
}

fn one_mirror(organization: &str, reference: &str, first: &Traced<String>, second: &Traced<String>) -> Diagnostic {
    let message =
        format!("`{}` and `{}` are both `{reference}` at the registry of `{organization}`", first.value, second.value);
    let finding = Diagnostic::new(code::ONE_MIRROR, message).at_origin(second.origin, "named here").about(organization);
    let finding = match first.origin.span() {
        Some(span) => finding.related(span, "and the other here"),
        None => finding,
    };
    finding.help(
        "a mirror keeps an image's path and not its registry: give one of the two another path or tag, and name it so",
    )
}
