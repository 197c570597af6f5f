use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::name::Label;
use crate::base::{Origin, Traced};
use crate::bind::{OrganizationPlan, Plan, allocations, bindings};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::package::Form;
use crate::parse::blueprint::Blueprint;
use crate::resolve::Consortium;
use crate::{parse, source};

/// What to compile.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The blueprint's file or folder.
    pub blueprint: PathBuf,
    /// Further targets' folders.
    pub target_folders: Vec<PathBuf>,
    /// Compiles every organization for this target in place of its own.
    pub target: Option<String>,
    /// The organizations to emit; all that are described, if empty.
    pub organizations: Vec<String>,
    /// The environments to emit; all, if empty.
    pub environments: Vec<String>,
    /// The forms to emit; all, if empty.
    pub forms: Vec<Form>,
    /// Refuses a bundle with a binding that has no value.
    pub require_bound: bool,
    /// Keeps the origin of each line.
    pub traced: bool,
}

impl Options {
    /// The folder that holds allocations, bindings and cards: the blueprint's own.
    pub fn folder(&self) -> PathBuf {
        if source::is_folder(&self.blueprint) {
            return self.blueprint.clone();
        }
        self.blueprint.parent().unwrap_or(Path::new("")).to_path_buf()
    }

    /// The files that a compilation looks for and finds: the blueprint's own, allocations, bindings. Those that the
    /// blueprint names, cards and certificates, are not among them.
    pub fn files(&self, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
        let folder = self.folder();
        let mut files = parse::texts(&self.blueprint, diagnostics);
        files.push(folder.join(allocations::FILE));
        files.extend(source::yaml_files(&folder.join(bindings::FOLDER), diagnostics));
        files.retain(|file| source::exists(file));
        files
    }

    pub(super) fn wants_environment(&self, plan: &Plan) -> bool {
        wanted(&self.environments, &plan.consortium.environment.value)
    }

    pub(super) fn wants_organization(&self, plan: &Plan, organization: &OrganizationPlan) -> bool {
        let organization = plan.consortium.organization(organization.graph.organization);
        wanted(&self.organizations, &organization.name.value)
    }

    /// A form that describes all environments together is not wanted where only some of them are.
    pub(super) fn wants_form(&self, form: Form) -> bool {
        (self.forms.is_empty() || self.forms.contains(&form))
            && (self.environments.is_empty() || !form.spans_environments())
    }

    /// Puts the target of the command line in the place of every organization's own.
    pub(super) fn retarget(&self, blueprint: &mut Blueprint) {
        let Some(target) = &self.target else { return };
        for organization in blueprint.organizations.values_mut().filter(|organization| organization.card.is_none()) {
            let target = Label::trusted(target.as_str());
            organization.target = Some(Traced::new(target, Origin::Rule("named by --target")));
        }
    }

    /// Records every organization and environment that is asked for and that no environment has, and every form of which
    /// nothing belongs to the environments that are asked for.
    pub(super) fn check(&self, consortia: &[Arc<Consortium>], diagnostics: &mut Diagnostics) {
        // Without any consortium the reason has been told.
        if consortia.is_empty() {
            return;
        }
        let environments = consortia.iter().map(|consortium| consortium.environment.value.as_str());
        unknown(&self.environments, "environment", environments.collect(), diagnostics);
        let described = consortia.iter().flat_map(|consortium| consortium.described());
        let organizations = described.map(|(_, organization, _)| organization.name.value.as_str());
        unknown(&self.organizations, "organization", organizations.collect(), diagnostics);
        let spanning = self.forms.iter().filter(|form| form.spans_environments() && !self.environments.is_empty());
        for form in spanning.map(|form| form.as_str()) {
            let message = format!("nothing of the form `{form}` belongs to one environment: it describes all together");
            let help = format!("leave out `--environment`, or `--form {form}`");
            diagnostics.push(Diagnostic::new(code::UNKNOWN_ARGUMENT, message).help(help));
        }
    }
}

fn wanted(names: &[String], name: &str) -> bool {
    names.is_empty() || names.iter().any(|wanted| wanted == name)
}

fn unknown(asked: &[String], what: &str, mut known: Vec<&str>, diagnostics: &mut Diagnostics) {
    known.sort_unstable();
    known.dedup();
    for name in asked.iter().filter(|name| !known.contains(&name.as_str())) {
        let message = format!("the blueprint describes no {what} `{name}`");
        let finding = Diagnostic::new(code::UNKNOWN_ARGUMENT, message);
        diagnostics.push(finding.nearest(name, &format!("{what}s"), known.iter().copied()));
    }
}
