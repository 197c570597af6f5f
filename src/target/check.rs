//! What can be said of a target before any blueprint is compiled: that the documents it names are there, that its
//! expressions use only names that exist, that its parameters' schema is one.

use std::collections::BTreeSet;

use super::definition::Platform;
use super::places::{Names, Places};
use super::{Target, Template};
use crate::base::{Origin, Span};
use crate::diag::{Diagnostic, Diagnostics, code, shown};
use crate::parse::shape::Shape;
use crate::source::Value;

pub(super) fn check(target: &Target, diagnostics: &mut Diagnostics) {
    let known = Known {
        target,
        values: target.definition.values.iter().flat_map(Template::entries).map(|(name, _)| name).collect(),
        bindings: target.definition.bindings.keys().map(|name| name.value.as_str()).collect(),
    };
    known.parameters(diagnostics);
    known.platform(diagnostics);
    let places = Places::of(&target.definition);
    for (template, names) in places.templates {
        known.template(template, names, diagnostics);
    }
    for (file, names) in places.files {
        match target.template(&file.value) {
            Some(template) => known.template(template, names, diagnostics),
            None => {
                let message = format!("the target has no file {}", shown(&file.value));
                let finding = Diagnostic::new(code::TARGET_FILE, message);
                let finding = target.mark(finding, file.origin);
                let files: Vec<&str> = target.templates.keys().map(String::as_str).collect();
                let help = "the target has no templates; they stand in its folder `templates`";
                let near =
                    if files.is_empty() { finding.help(help) } else { finding.nearest(&file.value, "files", files) };
                diagnostics.push(near);
            }
        }
    }
}

/// What the expressions of a target can name.
struct Known<'a> {
    target: &'a Target,
    values: BTreeSet<&'a str>,
    bindings: BTreeSet<&'a str>,
}

impl Known<'_> {
    fn parameters(&self, diagnostics: &mut Diagnostics) {
        let parameters = &self.target.definition.parameters;
        if let Err(error) = Shape::new(parameters.value.clone()) {
            let finding = Diagnostic::new(code::TARGET_SCHEMA, format!("`parameters` is no JSON Schema: {error}"));
            diagnostics.push(self.target.mark(finding, parameters.origin));
        }
        let block = parameters.value.get("type").and_then(|kind| kind.as_str()) == Some("object");
        if !block || parameters.value.get("properties").is_none() {
            let finding =
                Diagnostic::new(code::TARGET_SCHEMA, "`parameters` must have `type: object` and `properties`");
            diagnostics.push(self.target.mark(finding, parameters.origin));
        }
    }

    /// What the platform needs to be told.
    fn platform(&self, diagnostics: &mut Diagnostics) {
        let definition = &self.target.definition;
        let (name, needed) = match definition.platform.value {
            Platform::Kubernetes => ("Kubernetes", "`kubernetes`, `clusters` and `nodes`"),
            Platform::Hosts => ("hosts", "`hosts`"),
        };
        if definition.on().is_none() {
            let message = format!("a target that builds on {name} says {needed}");
            let finding = Diagnostic::new(code::TARGET_SCHEMA, message);
            diagnostics.push(self.target.mark(finding, definition.platform.origin));
        }
        let Some(volumes) = definition.needs.block_volumes.details() else { return };
        let classes = [&volumes.ledger, &volumes.state, &volumes.files];
        if definition.platform.value == Platform::Kubernetes && classes.iter().any(|class| class.is_none()) {
            let message = "block volumes on Kubernetes need the classes `ledger`, `state` and `files`";
            let finding = Diagnostic::new(code::TARGET_SCHEMA, message);
            diagnostics.push(self.target.mark(finding, definition.platform.origin));
        }
    }

    fn template(&self, template: &Template, names: Names, diagnostics: &mut Diagnostics) {
        template.visit(&mut Vec::new(), &mut |expression, span, local| {
            for name in expression.names() {
                self.name(name, names, local, span, diagnostics);
            }
        });
    }

    fn name(&self, name: &str, names: Names, local: &[&str], span: Span, diagnostics: &mut Diagnostics) {
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        if local.contains(&first) {
            return;
        }
        let next = rest.map(|rest| rest.split('.').next().unwrap_or(rest));
        match (first, next) {
            ("values", Some(value)) => self.member(value, "values", &self.values, span, diagnostics),
            ("bindings", Some(binding)) => self.member(binding, "bindings", &self.bindings, span, diagnostics),
            ("parameters", Some(_)) => self.parameter(rest.unwrap_or_default(), span, diagnostics),
            _ if names.0.contains(&first) || names.1.contains(&first) || FUNCTIONS.contains(&first) => {}
            _ => {
                let valid = names.0.iter().chain(names.1).chain(local).copied();
                self.unknown(name, first, "names", valid, span, diagnostics);
            }
        }
    }

    fn member(&self, name: &str, what: &str, known: &BTreeSet<&str>, span: Span, diagnostics: &mut Diagnostics) {
        if !known.contains(name) {
            self.unknown(&format!("{what}.{name}"), name, what, known.iter().copied(), span, diagnostics);
        }
    }

    /// Follows a dotted name through the schema as far as that says what there is.
    fn parameter(&self, name: &str, span: Span, diagnostics: &mut Diagnostics) {
        let mut schema = &self.target.parameters;
        for step in name.split('.') {
            let Some(properties) = schema.get("properties") else { return };
            let Some(next) = properties.get(step) else {
                if schema.get("additionalProperties").is_none_or(|others| others.value == Value::Bool(false)) {
                    let valid = properties.entries().iter().map(|entry| entry.key.as_str());
                    self.unknown(&format!("parameters.{name}"), step, "parameters", valid, span, diagnostics);
                }
                return;
            };
            schema = next;
        }
    }

    fn unknown<'v>(
        &self,
        name: &str,
        seen: &str,
        what: &str,
        valid: impl IntoIterator<Item = &'v str>,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) {
        let finding = Diagnostic::new(code::TARGET_NAME, format!("there is no {} here", shown(name)));
        // The marked text is the whole leaf, so the nearest name is told, not put in its place.
        let finding = finding.nearest(seen, what, valid);
        diagnostics.push(self.target.mark(finding, Origin::Source(span)));
    }
}

/// Functions of expressions, which stand in no scope.
const FUNCTIONS: &[&str] =
    &["cidr_subnet", "cidr_contains", "cidr_everybody", "cidr_addresses", "cidr_special", "range", "dict", "namespace"];
