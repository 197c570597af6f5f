//! What stands over all environments of an organization: its runbook and its list of images.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Origin;
use crate::bind::{OrganizationPlan, Plan};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::package::{self, BundleFile};
use crate::render::{self, BundleView, EnvironmentView, OrganizationView, RunbookView};

use super::{Options, Plans, Sink};

/// Collected while the environments are emitted.
#[derive(Default)]
pub(super) struct Described {
    consortium: String,
    environments: BTreeSet<String>,
    organizations: BTreeMap<String, (OrganizationView, Vec<EnvironmentView>, BTreeSet<String>)>,
}

impl Described {
    pub fn add(&mut self, plans: &Plans, plan: &Plan, organization: &OrganizationPlan, images: BTreeSet<String>) {
        let described = plan.consortium.organization(organization.graph.organization);
        self.consortium = plan.consortium.name.value.to_string();
        self.environments.insert(plan.consortium.environment.value.to_string());
        let title =
            plans.shelf.get(&organization.target).map_or(&organization.target, |target| &target.definition.title);
        let head = OrganizationView {
            name: described.name.value.to_string(),
            title: described.title.clone(),
            target_title: title.clone(),
        };
        let entry = self.organizations.entry(head.name.clone()).or_insert_with(|| (head, Vec::new(), BTreeSet::new()));
        entry.1.push(EnvironmentView::of(plan, organization));
        entry.2.extend(images);
    }

    pub fn emit(self, options: &Options, sink: Sink, diagnostics: &mut Diagnostics) {
        let file = |text: String| {
            let lines = if options.traced {
                vec![Origin::Rule("a runbook of the bundle"); text.lines().count()]
            } else {
                Vec::new()
            };
            BundleFile { text, lines }
        };
        let bundle = BundleView {
            consortium: self.consortium.clone(),
            environments: self.environments.into_iter().collect(),
            organizations: self.organizations.values().map(|(head, ..)| head.clone()).collect(),
        };
        let mut texts = vec![("README.md".to_owned(), render::bundle(&bundle))];
        for (name, (organization, environments, images)) in self.organizations {
            let (path, list) = package::images_file(&name, &images, options.traced);
            sink(path, list);
            let view = RunbookView { consortium: self.consortium.clone(), organization, environments };
            texts.push((format!("{name}/README.md"), render::organization(&view)));
        }
        for (path, text) in texts {
            match text {
                Ok(text) => sink(path, file(text)),
                Err(fault) => diagnostics.push(Diagnostic::new(code::BUG, fault.0)),
            }
        }
    }
}
