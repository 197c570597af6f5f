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

use crate::administer::administer;
use crate::base::name::Label;
use crate::base::{Sources, Traced};
use crate::bind::{self, Allocations, Bindings, Bound, OrganizationPlan, Plan, bindings};
use crate::configure;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::expand;
use crate::hosts;
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
    Allocations::prepare(&options.folder());
    let shelf = Shelf::load(&options.target_folders, sources, diagnostics);
    let parameters: Vec<_> = shelf.iter().map(|target| (target.name.clone(), target.schema().clone())).collect();
    let parsed = parse::parse(&options.blueprint, sources, &parameters, diagnostics)?;
    let allocations = Allocations::read(&options.folder(), sources, diagnostics);
    let mut decided: Vec<Environment> =
        parsed.environments().par_iter().map(|name| Environment::of(&parsed, name, options, sources)).collect();
    decided.iter_mut().for_each(|environment| environment.read_bindings(options, sources));
    decided.par_iter_mut().for_each(|environment| environment.bind(options, &shelf, &allocations));
    let mut accepted = Acceptances::new();
    let mut environments = Vec::new();
    let mut consortia = Vec::new();
    for Environment { found, consortium, bound, .. } in decided {
        match consortium {
            Some(consortium) => {
                diagnostics.extend(accepted.settle(&consortium, &found).iter().cloned());
                consortia.push(consortium);
            }
            None => diagnostics.extend(found.iter().cloned()),
        }
        environments.extend(bound);
    }
    options.check(&consortia, diagnostics);
    diagnostics.extend(allocations.misspelt(&parsed.environments()));
    bindings::misspelt(&options.folder(), &consortia, diagnostics);
    resolve::compare(&consortia, diagnostics);
    bind::compare(&environments, diagnostics);
    check::mirrors(&environments, diagnostics);
    let accepted = accepted.finish(diagnostics);
    // Nobody waits for it to be taken apart.
    rayon::spawn(|| drop(parsed));
    (!diagnostics.has_errors()).then_some(Plans { shelf, environments, accepted })
}

/// What is decided of one environment, stage by stage; none of what follows a refusal.
struct Environment {
    consortium: Option<Arc<Consortium>>,
    bindings: Bindings,
    bound: Option<Bound>,
    found: Diagnostics,
}

impl Environment {
    /// With its consortium.
    fn of(parsed: &Parsed, name: &Traced<Label>, options: &Options, sources: &Sources) -> Environment {
        let mut found = Diagnostics::new();
        let blueprint = parsed.environment(&name.value, sources, &mut found);
        let consortium = blueprint.and_then(|mut blueprint| {
            options.retarget(&mut blueprint);
            resolve::resolve(&blueprint, name, &parsed.files, &mut found)
        });
        Environment { consortium: consortium.map(Arc::new), bindings: Bindings::default(), bound: None, found }
    }

    fn read_bindings(&mut self, options: &Options, sources: &mut Sources) {
        let Some(consortium) = &self.consortium else { return };
        let names = consortium.described().map(|(_, organization, _)| organization.name.value.as_str());
        let name = &consortium.environment.value;
        self.bindings = Bindings::read(&options.folder(), name, names, sources, &mut self.found);
    }

    fn bind(&mut self, options: &Options, shelf: &Shelf, allocations: &Allocations) {
        let Some(consortium) = &self.consortium else { return };
        let (graphs, found) = (expand::expand(consortium), &mut self.found);
        let consortium = Arc::clone(consortium);
        self.bound = bind::bind(consortium, graphs, shelf, allocations, &self.bindings, options.traced, found);
        if let Some(bound) = &self.bound {
            check::patches(&bound.plan, found);
            check::bindings(&bound.plan, options.require_bound, found);
        }
    }
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
        let clusters = lower::lower(plan, organization, &configuration);
        Lowered { plan, organization, clusters, site: hosts::site(plan, organization, &configuration, options.traced) }
    };
    let environments: Vec<Lowered> = member.environments.par_iter().copied().map(lowered).collect();
    let plain = || -> Vec<Diagnostic> {
        let wanted = environments.par_iter().filter(|lowered| options.wants_environment(lowered.plan));
        wanted.filter_map(|lowered| emit_environment(lowered, options, sink)).collect()
    };
    let spanning = || emit_unions(member, &environments, options, sink);
    let described = || describe::organization(plans, member, &environments, options, sink);
    let (faults, (mut found, more)) = rayon::join(plain, || rayon::join(spanning, described));
    found.extend(more.iter().cloned());
    found.extend(faults);
    found
}

/// What one environment has by itself; its fault, where it has one.
fn emit_environment(lowered: &Lowered, options: &Options, sink: Sink) -> Option<Diagnostic> {
    send(package::infra(lowered, options.traced), sink);
    send(package::preludes(lowered, options.traced), sink);
    send(package::site(lowered), sink);
    if options.wants_form(Form::Manifests) {
        send(package::manifests(lowered, options.traced), sink);
    }
    let administered = administer(lowered.plan, lowered.organization, options.traced);
    let fault = administered.map(|files| send(files, sink)).err();
    fault.map(|error| Diagnostic::new(code::BUG, error.to_string()))
}

/// The forms that describe all environments together.
fn emit_unions(member: &Member, environments: &[Lowered], options: &Options, sink: Sink) -> Diagnostics {
    let wanted = |form: Form| form.spans_environments() && options.wants_form(form);
    let unions = if Form::ALL.into_iter().any(wanted) { package::unions(environments) } else { Vec::new() };
    let kustomize = || {
        if wanted(Form::Kustomize) {
            send(package::kustomize(member.name, &unions, options.traced), sink);
            send(package::gitops(environments, &unions, options.traced), sink);
        }
    };
    let helm = || {
        let charts = wanted(Form::Helm).then(|| package::helm(environments, &unions, options.traced));
        charts.transpose().map(|files| send(files.unwrap_or_default(), sink))
    };
    let ((), charts) = rayon::join(kustomize, helm);
    let mut found = Diagnostics::new();
    found.extend(charts.err().map(|fault| Diagnostic::new(code::BUG, fault.0)));
    found
}

fn send(files: Vec<(String, BundleFile)>, sink: Sink) {
    files.into_par_iter().for_each(|(path, file)| sink(path, file));
}
