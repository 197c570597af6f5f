//! The whole pipeline on one screen: from the text of a blueprint to the files of a bundle, in memory.
//!
//! `build`, `check`, `explain` and the golden tests are these same two functions with different sinks.

mod check;
mod describe;
mod options;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

pub use options::Options;

use crate::base::name::Label;
use crate::base::{Sources, Traced};
use crate::bind::{self, Allocations, Bindings, Bound, OrganizationPlan, Plan, bindings};
use crate::configure;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::expand;
use crate::lower;
use crate::package::{self, BundleFile, Form, Lowered};
use crate::parse::{self, Parsed};
use crate::resolve::acceptance::{Acceptances, Accepted};
use crate::resolve::{self, Consortium};
use crate::target::Shelf;

/// Takes the files of a bundle as they are made, path below the output folder and content, from several threads.
pub type Sink<'a> = &'a (dyn Fn(String, BundleFile) + Sync);

/// What has been decided, before anything is emitted.
#[derive(Debug)]
pub struct Plans {
    pub shelf: Shelf,
    /// One for each environment, in order of names.
    pub environments: Vec<Bound>,
    /// Findings that the blueprint accepts.
    pub accepted: Vec<Accepted>,
}

/// Everything that may refuse the input: text to plans. `None` if it is refused; then the reasons are recorded.
pub fn plan(options: &Options, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Plans> {
    let shelf = Shelf::load(&options.target_folders, sources, diagnostics);
    let parameters: Vec<_> = shelf.iter().map(|target| (target.name.clone(), target.schema().clone())).collect();
    let parsed = parse::parse(&options.blueprint, sources, &parameters, diagnostics)?;
    let allocations = Allocations::read(&options.folder(), sources, diagnostics);
    let mut accepted = Acceptances::new();
    let mut environments = Vec::new();
    let mut consortia = Vec::new();
    for environment in parsed.environments() {
        let mut found = Diagnostics::new();
        let consortium = consortium(&parsed, &environment, options, sources, &mut found).map(Arc::new);
        let Some(consortium) = consortium else {
            diagnostics.extend(found.iter().cloned());
            continue;
        };
        let names = consortium.described().map(|(_, organization, _)| organization.name.value.as_str());
        let bindings = Bindings::read(&options.folder(), &environment.value, names, sources, &mut found);
        let graphs = expand::expand(&consortium);
        let bound =
            bind::bind(Arc::clone(&consortium), graphs, &shelf, &allocations, &bindings, options.traced, &mut found);
        if let Some(bound) = &bound {
            check::patches(&bound.plan, &mut found);
            check::bindings(&bound.plan, options.require_bound, &mut found);
        }
        diagnostics.extend(accepted.settle(&consortium, &found).iter().cloned());
        environments.extend(bound);
        consortia.push(consortium);
    }
    options.check(&consortia, diagnostics);
    diagnostics.extend(allocations.misspelt(&parsed.environments()));
    bindings::misspelt(&options.folder(), &consortia, diagnostics);
    resolve::compare(&consortia, diagnostics);
    bind::compare(&environments, diagnostics);
    check::mirrors(&environments, diagnostics);
    let accepted = accepted.finish(diagnostics);
    (!diagnostics.has_errors()).then_some(Plans { shelf, environments, accepted })
}

/// One environment's consortium.
fn consortium(
    parsed: &Parsed,
    environment: &Traced<Label>,
    options: &Options,
    sources: &Sources,
    found: &mut Diagnostics,
) -> Option<Consortium> {
    let mut blueprint = parsed.environment(&environment.value, sources, found)?;
    options.retarget(&mut blueprint);
    resolve::resolve(&blueprint, environment, &parsed.files, found)
}

/// Everything that cannot fail any more: plans to files, organization by organization, so that no more objects are in
/// memory than those of the organizations at work. What fails here is a fault of akcgen and recorded as such.
pub fn emit(plans: &Plans, options: &Options, sink: Sink, diagnostics: &mut Diagnostics) {
    for plan in plans.environments.iter().map(|bound| &bound.plan).filter(|plan| options.wants_environment(plan)) {
        for files in
            [package::consortium(&plan.consortium, &plan.cards, options.traced), package::cards(plan, options.traced)]
        {
            match files {
                Ok(files) => files.into_iter().for_each(|(path, file)| sink(path, file)),
                Err(error) => diagnostics.push(Diagnostic::new(code::BUG, error.to_string())),
            }
        }
    }
    let organizations: Vec<Member> = members(plans, options);
    let faults: Vec<Diagnostics> =
        organizations.par_iter().map(|member| emit_organization(plans, member, options, sink)).collect();
    faults.iter().for_each(|found| diagnostics.extend(found.iter().cloned()));
    describe::bundle(plans, &organizations, options, sink, diagnostics);
}

/// An organization in each of its environments, in order of names.
struct Member<'a> {
    name: &'a str,
    environments: Vec<(&'a Plan, &'a OrganizationPlan)>,
}

/// The organizations that are wanted, in order of names.
fn members<'a>(plans: &'a Plans, options: &Options) -> Vec<Member<'a>> {
    let mut members: BTreeMap<&str, Vec<(&Plan, &OrganizationPlan)>> = BTreeMap::new();
    for plan in plans.environments.iter().map(|bound| &bound.plan) {
        for organization in plan.organizations.iter().filter(|one| options.wants_organization(plan, one)) {
            let name = plan.consortium.organization(organization.graph.organization).name.value.as_str();
            members.entry(name).or_default().push((plan, organization));
        }
    }
    members.into_iter().map(|(name, environments)| Member { name, environments }).collect()
}

/// Every file of one organization. Its environments are all lowered before any form is packaged, since forms compare
/// them.
fn emit_organization(plans: &Plans, member: &Member, options: &Options, sink: Sink) -> Diagnostics {
    let lowered = |(plan, organization)| {
        let configuration = configure::configure(plan, organization, options.traced);
        Lowered { plan, organization, clusters: lower::lower(plan, organization, &configuration) }
    };
    let environments: Vec<Lowered> = member.environments.iter().copied().map(lowered).collect();
    for lowered in environments.iter().filter(|lowered| options.wants_environment(lowered.plan)) {
        let mut files = package::preludes(lowered, options.traced);
        if options.wants_form(Form::Manifests) {
            files.extend(package::manifests(lowered, options.traced));
        }
        files.into_iter().for_each(|(path, file)| sink(path, file));
    }
    let spanning = Form::ALL.into_iter().any(|form| form.spans_environments() && options.wants_form(form));
    let unions = if spanning { package::unions(&environments) } else { Vec::new() };
    if options.wants_form(Form::Kustomize) {
        let overlays = package::kustomize(member.name, &unions, options.traced);
        let appliers = package::gitops(&environments, &unions, options.traced);
        overlays.into_iter().chain(appliers).for_each(|(path, file)| sink(path, file));
    }
    let mut found = Diagnostics::new();
    if options.wants_form(Form::Helm) {
        match package::helm(&environments, &unions, options.traced) {
            Ok(files) => files.into_iter().for_each(|(path, file)| sink(path, file)),
            Err(fault) => found.push(Diagnostic::new(code::BUG, fault.0)),
        }
    }
    found.extend(describe::organization(plans, member, &environments, options, sink).iter().cloned());
    found
}
