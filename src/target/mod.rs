//! Targets: platforms as data. A target is a folder `targets/<name>/`: `target.yaml` says how a platform meets each need
//! of a workload, `templates/` holds the documents that it adds.
//!
//! What expressions see is given to it in a [`Scope`]: it knows no consortium and no graph.

mod check;
pub mod cidr;
mod date;
pub mod definition;
mod evaluate;
mod expression;
mod load;
mod parameters;
mod places;
mod refine;
mod template;

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use date::Date;
pub use definition::Definition;
pub use evaluate::{Evaluator, Fault, Scope};
pub use parameters::{Missing, Parameters};
pub use template::Template;

use crate::base::{FileId, Origin, Traced};
use crate::diag::{Diagnostic, code};
use crate::parse::schema;
use crate::parse::shape::Shape;
use crate::source::Node;

/// All targets of a run, by name.
#[derive(Debug, Default)]
pub struct Shelf {
    targets: BTreeMap<String, Target>,
}

impl Shelf {
    /// The target of a name.
    pub fn get(&self, name: &str) -> Option<&Target> {
        self.targets.get(name)
    }

    /// The schema of each target's parameters, by name, for the blueprint's own.
    pub fn schemas(&self) -> Vec<(String, serde_json::Value)> {
        self.iter().map(|target| (target.name.clone(), target.schema().clone())).collect()
    }

    /// A target, the one that it refines, the one that this refines, and so on.
    pub fn lineage(&self, name: &str) -> impl Iterator<Item = &Target> {
        std::iter::successors(self.get(name), |target| self.get(target.refines()?))
    }

    /// All targets, in order of names.
    pub fn iter(&self) -> impl Iterator<Item = &Target> {
        self.targets.values()
    }
}

/// A target, read and checked.
#[derive(Debug)]
pub struct Target {
    /// Its folder's name, by which blueprints name it.
    pub name: String,
    pub definition: Definition,
    /// The texts in its folder, by path below it. What it refines has texts of its own.
    pub files: BTreeMap<String, FileId>,
    /// The schema of its parameters, with a place for everything in it.
    parameters: Node,
    /// By path below its folder, or below that of the target that it has them from.
    templates: BTreeMap<String, Template>,
    /// Whether it is part of akcgen.
    embedded: bool,
    /// The shape of each binding's value, made when the first is asked for.
    shapes: OnceLock<BTreeMap<String, Shape>>,
}

impl Target {
    /// The target that it refines.
    pub fn refines(&self) -> Option<&str> {
        self.definition.refines.as_ref().map(|name| name.value.as_str())
    }

    /// The JSON Schema of the block that stands under the target's name in a blueprint.
    pub fn schema(&self) -> &serde_json::Value {
        &self.definition.parameters.value
    }

    /// The parameters of a block, the defaults filled in. The block has been checked against the schema; none stands for
    /// an empty one.
    pub fn parameters(&self, block: Option<&Node>) -> Parameters {
        Parameters::new(&self.parameters, block)
    }

    /// What a block lacks of what the target must be told. Asked of what all parts of a block make together.
    pub fn missing(&self, block: Option<&Node>) -> Vec<Missing> {
        parameters::missing(&self.parameters, &self.name, block)
    }

    /// The template of a file below the target's folder.
    pub fn template(&self, path: &str) -> Option<&Template> {
        self.templates.get(path)
    }

    /// What to say of a template that has no value. The fault is that of whoever wrote the target.
    pub fn fault(&self, fault: Fault) -> Diagnostic {
        self.mark(Diagnostic::new(code::TARGET_VALUE, fault.message), Origin::Source(fault.span))
    }

    /// Marks a place in the target's files as the cause of a finding.
    fn mark(&self, finding: Diagnostic, origin: Origin) -> Diagnostic {
        let Some(span) = origin.span() else { return blame(finding, self.embedded) };
        let finding = blame(finding.at(span, ""), self.embedded);
        if self.files.values().any(|file| *file == span.file) {
            return finding;
        }
        finding.help(format!("the target `{}` has this line from one that it refines", self.name))
    }

    /// Whether a value can be that of a binding.
    pub fn fits(&self, binding: &str, value: &str) -> bool {
        let shapes = self.shapes.get_or_init(|| {
            let patterns = self.definition.bindings.iter().filter_map(|(name, binding)| {
                let schema = serde_json::json!({"type": "string", "pattern": binding.pattern.as_ref()?.value});
                Some((name.value.clone(), Shape::new(schema).ok()?))
            });
            patterns.collect()
        });
        shapes.get(binding).is_none_or(|shape| shape.allows(&serde_json::Value::from(value)))
    }

    /// The JSON Schema of a file of bindings.
    pub fn bindings_schema(&self) -> serde_json::Value {
        let property = |(name, binding): (&Traced<String>, &definition::Binding)| {
            let mut property = serde_json::json!({
                "type": "string",
                "description": binding.description,
                "examples": [binding.example],
            });
            if let (Some(pattern), Some(object)) = (&binding.pattern, property.as_object_mut()) {
                object.insert("pattern".to_owned(), pattern.value.clone().into());
            }
            (name.value.clone(), property)
        };
        let properties: serde_json::Map<_, _> = self.definition.bindings.iter().map(property).collect();
        serde_json::json!({
            "title": self.definition.title,
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
        })
    }

    /// A binding by name.
    pub fn binding(&self, name: &str) -> Option<(&Traced<String>, &definition::Binding)> {
        self.definition.bindings.iter().find(|(known, _)| known.value == name)
    }
}

/// The JSON Schema of `target.yaml`, for editors: of one that is whole in itself, or refines another.
pub fn schema() -> serde_json::Value {
    schema::whole_or_changes(schema::of::<Definition>(), "refines")
}

/// Says whose fault a fault in a target is.
fn blame(finding: Diagnostic, embedded: bool) -> Diagnostic {
    if embedded { finding.help("this target is part of akcgen: please report the fault") } else { finding }
}

#[cfg(test)]
mod tests;
