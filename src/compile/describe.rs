//! What people read first: the bundle's README, and of each organization its runbook and its list of images.

use crate::base::Origin;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::package::{self, BundleFile, Images, Lowered};
use crate::render::{self, BundleView, EnvironmentView, OrganizationView, RunbookView, TemplateFault};

use super::{Member, Options, Plans, Sink};

/// The README of the whole bundle.
pub(super) fn bundle(plans: &Plans, members: &[Member], options: &Options, sink: Sink, diagnostics: &mut Diagnostics) {
    let environments = plans.environments.iter().map(|bound| &bound.plan);
    let view = BundleView {
        consortium: consortium(plans),
        environments: environments.map(|plan| plan.consortium.environment.value.to_string()).collect(),
        organizations: members.iter().map(|member| head(plans, member)).collect(),
    };
    write("README.md".to_owned(), render::bundle(&view), options, sink, diagnostics);
}

/// The runbook and the images of one organization, over all of its environments.
pub(super) fn organization(
    plans: &Plans,
    member: &Member,
    environments: &[Lowered],
    options: &Options,
    sink: Sink,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    let images: Images = environments.iter().flat_map(package::images).collect();
    let (path, list) = package::images_file(member.name, &images, options.traced);
    sink(path, list);
    let view = RunbookView {
        consortium: consortium(plans),
        organization: head(plans, member),
        mirrored: images.iter().any(|(reference, source)| source.value != *reference),
        environments: environments.iter().map(|one| EnvironmentView::of(one.plan, one.organization)).collect(),
        argocd: package::argocd_roots(environments),
    };
    write(format!("{}/README.md", member.name), render::organization(&view), options, sink, &mut found);
    found
}

fn consortium(plans: &Plans) -> String {
    plans.environments.first().map(|bound| bound.plan.consortium.name.value.to_string()).unwrap_or_default()
}

/// An organization as its first environment has it: its title and target hardly ever differ between them.
fn head(plans: &Plans, member: &Member) -> OrganizationView {
    let first = member.environments.first();
    let title = first.map(|(plan, one)| plan.consortium.organization(one.graph.organization).title.to_string());
    let target = first.map(|(_, one)| one.target.as_str()).unwrap_or_default();
    let target_title = plans.shelf.get(target).map_or(target, |target| &target.definition.title);
    OrganizationView {
        name: member.name.to_owned(),
        title: title.unwrap_or_default(),
        target_title: target_title.to_owned(),
    }
}

fn write(
    path: String,
    text: Result<String, TemplateFault>,
    options: &Options,
    sink: Sink,
    diagnostics: &mut Diagnostics,
) {
    match text {
        Ok(text) => {
            let origin = Origin::Rule("a runbook of the bundle");
            let lines = if options.traced { vec![origin; text.lines().count()] } else { Vec::new() };
            sink(path, BundleFile { text, lines });
        }
        Err(fault) => diagnostics.push(Diagnostic::new(code::BUG, fault.0)),
    }
}
