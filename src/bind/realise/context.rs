//! What is known while one organization is bound, and the one way in which its target's templates are evaluated.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::json;

use super::certificates;
use super::uses::Uses;
use crate::base::image::{mirrored, split_tag};
use crate::base::name::RelativePath;
use crate::base::{Object, Origin, Text, Traced, Tree, TreePath};
use crate::bind::{Allocations, Bindings, TargetImage, Unbound};
use crate::diag::{Code, Diagnostic, Diagnostics, code};
use crate::expand::OrganizationGraph;
use crate::resolve::{Cluster, Consortium, Description, OrgIx, Organization, Proxy};
use crate::target::definition::{Realisation, Summary};
use crate::target::{Evaluator, Fault, Parameters, Scope, Target, Template};

/// The organization that is being bound. Its clusters are those of `owner`, itself unless it lives within another's.
pub(super) struct Context<'a> {
    pub consortium: &'a Consortium,
    pub graph: &'a OrganizationGraph,
    pub organization: &'a Organization,
    pub description: &'a Description,
    pub owner: OrgIx,
    /// The owner's clusters in which anything stands.
    pub home: &'a BTreeMap<Cluster, Uses>,
    pub target: &'a Target,
    pub parameters: Parameters,
    pub allocations: &'a Allocations,
    pub bindings: &'a Bindings,
    /// What every expression can name.
    pub scope: Scope,
    pub evaluator: Evaluator,
    pub diagnostics: &'a mut Diagnostics,
}

impl<'a> Context<'a> {
    /// The scope of the first expressions: those from which zones and range become known.
    pub fn begin(&mut self) {
        let Context { consortium, organization, .. } = *self;
        let mut scope = Scope::default();
        scope.set("environment", &consortium.environment.value);
        scope.trace("environment", consortium.environment.origin);
        scope.set("consortium", &json!({"name": consortium.name.value}));
        scope.trace("consortium", consortium.name.origin);
        scope.set("organization", &view(organization, self.description));
        scope.trace("organization", organization.name.origin);
        scope.trace("organization.domain", organization.domain.origin);
        scope.set("parameters", &self.parameters.value);
        for (name, origin) in &self.parameters.origins {
            scope.trace(format!("parameters.{name}"), *origin);
        }
        self.scope = scope;
        self.bindings();
    }

    /// Whether the organization stands in clusters of its own.
    pub fn owns_clusters(&self) -> bool {
        self.owner == self.graph.organization
    }

    /// The scope in which a cluster is named: that of the organization whose cluster it is.
    pub fn at_home(&self) -> Scope {
        let owner = self.consortium.organization(self.owner);
        match owner.description() {
            Some(description) => self.scope.with("organization", &view(owner, description)),
            None => self.scope.clone(),
        }
    }

    /// Every binding of the target: its value, or what stands in its place.
    fn bindings(&mut self) {
        let mut values = BTreeMap::new();
        for (name, binding) in &self.target.definition.bindings {
            let value = self.bindings.get(self.organization.name.value.as_str(), &name.value);
            let origin = value.map_or(name.origin, |value| value.origin);
            values.insert(&name.value, value.map_or(&binding.unbound, |value| &value.value));
            self.scope.trace(format!("bindings.{}", name.value), origin);
        }
        self.scope.set("bindings", &values);
    }

    /// The bindings that were used and have no value yet.
    pub fn unbound(&mut self) -> Vec<Unbound> {
        let used = self.evaluator.bindings().clone();
        let target = self.target;
        let mut unbound = certificates::unbound(self);
        for name in used {
            let Some((name, binding)) = target.binding(&name) else { continue };
            if self.bindings.get(self.organization.name.value.as_str(), &name.value).is_none() {
                let command = self.text(&binding.command, &self.scope.clone()).map(|text| text.value);
                let description = format!("{}: `{}`", binding.description, command.unwrap_or_default());
                unbound.push(Unbound { name: name.value.clone(), description });
            }
        }
        unbound.sort();
        unbound
    }

    /// The port that a row of the allocations gives to an entry.
    pub fn port_row(&self, name: &str) -> Option<Traced<u16>> {
        self.allocations.port(&self.consortium.environment.value, &self.organization.name.value, name)
    }

    /// Records a finding about the organization.
    pub fn finding(&mut self, finding: Diagnostic) {
        self.diagnostics.push(finding.about(self.organization.name.value.as_str()));
    }

    /// Records a finding at the place that caused it, or at the organization where nobody wrote it.
    pub fn problem(&mut self, code: Code, origin: Origin, message: impl Into<String>, help: &str) {
        let finding = self.problem_at(code, origin, message, help);
        self.finding(finding);
    }

    /// What [`Context::problem`] records.
    pub fn problem_at(&self, code: Code, origin: Origin, message: impl Into<String>, help: &str) -> Diagnostic {
        let span = origin.span().or(self.organization.name.origin.span());
        let finding = Diagnostic::new(code, message);
        let finding = match span {
            Some(span) => finding.at(span, ""),
            None => finding,
        };
        if help.is_empty() { finding } else { finding.help(help) }
    }

    /// [`Context::problem`] of the clusters as such: told of once, with the organization that owns them, since those that
    /// live within can do nothing about it.
    pub fn cluster_problem(&mut self, code: Code, origin: Origin, message: impl Into<String>, help: &str) {
        if self.owns_clusters() {
            self.problem(code, origin, message, help);
        }
    }

    /// Evaluates what only the owner of the clusters emits: the bindings that it uses are the owner's to give.
    pub fn of_the_owner<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let own = self.evaluator.clone();
        let value = evaluate(self);
        if !self.owns_clusters() {
            self.evaluator = own;
        }
        value
    }

    /// What the target does for a need; none where it leaves the need out, or its parameters do.
    pub fn met<'n, D: Summary>(&mut self, need: &'n Realisation<D>) -> Option<&'n D> {
        let details = need.details()?;
        let scope = self.scope.clone();
        self.holds(details.when(), &scope).then_some(details)
    }

    /// Whether a condition holds; where there is none, it does.
    pub fn holds(&mut self, condition: Option<&Template>, scope: &Scope) -> bool {
        condition.is_none_or(|when| self.required::<bool>(when, scope).is_some_and(|holds| holds.value))
    }

    fn kept<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.diagnostics.push(self.target.fault(fault))).ok()
    }

    /// The document of a template; none where it is left out or has a fault, which is recorded.
    pub fn object(&mut self, template: &Template, scope: &Scope) -> Option<Object> {
        let object = self.evaluator.object(template, scope);
        self.kept(object).flatten()
    }

    /// A named value of the target.
    pub fn named(&mut self, name: &str, template: &Template, scope: &Scope) -> Option<Object> {
        let object = self.evaluator.named(name, template, scope);
        self.kept(object).flatten()
    }

    /// The value of a template as data; none where it is null or left out or has a fault.
    pub fn data<T: DeserializeOwned>(&mut self, template: &Template, scope: &Scope) -> Option<Traced<T>> {
        let value = self.evaluator.data(template, scope);
        self.kept(value).flatten()
    }

    /// The value of a template that must have one; none only where it has a fault.
    pub fn required<T: DeserializeOwned>(&mut self, template: &Template, scope: &Scope) -> Option<Traced<T>> {
        let value = self.evaluator.required(template, scope);
        self.kept(value)
    }

    /// The value of a template that must be text.
    pub fn text(&mut self, template: &Template, scope: &Scope) -> Option<Traced<String>> {
        self.required(template, scope)
    }

    /// The entries of a template that is a map of texts; numbers and truth values are written out.
    pub fn texts(&mut self, template: Option<&Template>, scope: &Scope) -> BTreeMap<String, Traced<String>> {
        let Some(template) = template else { return BTreeMap::new() };
        let Some(Object { tree, origins }) = self.object(template, scope) else { return BTreeMap::new() };
        let Tree::Map(entries) = tree else {
            let message = "a map of texts is needed here".to_owned();
            self.diagnostics.push(self.target.fault(Fault { span: template.span, message }));
            return BTreeMap::new();
        };
        let entry = |(key, value): (Text, Tree)| {
            let text = match value {
                Tree::Str(text) => text.to_string(),
                Tree::Null => return None,
                other => other.to_json().to_string(),
            };
            let origin = origins.lookup(&TreePath::ROOT.join(key.clone()));
            Some((key.to_string(), Traced::new(text, origin)))
        };
        entries.into_iter().filter_map(entry).collect()
    }

    /// [`Context::texts`] without their origins.
    pub fn labels(&mut self, template: Option<&Template>, scope: &Scope) -> BTreeMap<String, String> {
        self.texts(template, scope).into_iter().map(|(key, text)| (key, text.value)).collect()
    }

    /// The labels that the target sets on something that bears the blueprint's own labels, which may be none of them.
    pub fn target_labels(&mut self, template: Option<&Template>, scope: &Scope) -> BTreeMap<String, String> {
        let labels = self.labels(template, scope);
        let description = self.description;
        for (key, written) in description.labels.iter().filter(|(key, _)| labels.contains_key(*key)) {
            let message = format!("the label `{key}` cannot be set: the target `{}` sets it itself", self.target.name);
            self.problem(code::PLATFORM_RULE, written.origin, message, "choose another key");
        }
        labels
    }

    /// The documents of files of the target.
    pub fn documents(&mut self, files: &[Traced<RelativePath>], scope: &Scope) -> Vec<Object> {
        let target = self.target;
        let mut documents = Vec::new();
        for template in files.iter().filter_map(|file| target.template(&file.value)) {
            documents.extend(self.template_documents(template, scope));
        }
        documents
    }

    /// The documents of one template; none where it has a fault, which is recorded.
    pub fn template_documents(&mut self, template: &Template, scope: &Scope) -> Vec<Object> {
        let made = self.evaluator.documents(template, scope);
        self.kept(made).unwrap_or_default()
    }

    /// An image at the organization's registry, where it has one.
    pub fn image(&self, image: &str) -> String {
        match &self.description.registry {
            Some(registry) => mirrored(image, &registry.value),
            None => image.to_owned(),
        }
    }

    /// Images that a target names, but for those that it leaves out: what expressions see of them, and what is pulled.
    pub fn images(
        &mut self,
        images: &BTreeMap<String, Template>,
        scope: &Scope,
    ) -> (BTreeMap<String, serde_json::Value>, Vec<TargetImage>) {
        let (mut views, mut pulled) = (BTreeMap::new(), Vec::new());
        for (name, image) in images {
            let Some(source) = self.data::<String>(image, scope) else { continue };
            let reference = self.image(&source.value);
            let (repository, tag) = split_tag(&reference);
            views.insert(name.clone(), json!({"reference": reference, "repository": repository, "tag": tag}));
            pulled.push(TargetImage { reference, source });
        }
        (views, pulled)
    }
}

/// What expressions see of an organization.
fn view(organization: &Organization, description: &Description) -> serde_json::Value {
    let plain = |texts: &BTreeMap<String, Traced<String>>| -> BTreeMap<String, String> {
        texts.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect()
    };
    json!({
        "name": organization.name.value,
        "title": organization.title,
        "domain": organization.domain.value,
        "mspId": organization.msp_id.value,
        "registry": description.registry.as_ref().map(|registry| &registry.value),
        "pullSecret": description.pull_secret.as_ref().map(|secret| &secret.value),
        "tags": plain(&description.tags),
        "labels": plain(&description.labels),
        "proxy": description.proxy.as_ref().map(proxy_view),
    })
}

fn proxy_view(proxy: &Proxy) -> serde_json::Value {
    json!({
        "http": proxy.http.as_ref().map(|url| &url.value),
        "https": proxy.https.as_ref().map(|url| &url.value),
        "without": proxy.without.iter().map(|host| &host.value).collect::<Vec<_>>(),
    })
}
