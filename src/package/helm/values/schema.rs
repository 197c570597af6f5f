//! `values.schema.json`: what Helm refuses before it renders anything. No key that the chart does not know, no wrong type,
//! no environment that it does not have.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::lift::{Lifted, Shape};
use super::{Branch, Content, Heading};
use crate::base::Tree;
use crate::package::names::camel_case;

/// Groups that are the same in many places and defined once.
const DEFINED: [&str; 8] = [
    "image",
    "resources",
    "autoscaling",
    "annotations",
    "podAnnotations",
    "nodeSelector",
    "tolerations",
    "persistence",
];

/// The schema.
pub(in crate::package::helm) fn schema(
    title: &str,
    branches: &[Branch],
    headings: &[Heading],
    environments: &[&str],
) -> Value {
    let mut definitions = Definitions::default();
    let environment = json!({
        "description": "The environment to install; set by values-<environment>.yaml.",
        "enum": environments,
    });
    // Helm puts `global` into the values of every chart.
    let mut properties =
        Map::from_iter([("environment".to_owned(), environment), ("global".to_owned(), json!({"type": "object"}))]);
    for branch in branches {
        let heading = headings.iter().find(|heading| heading.key == branch.key);
        let schema = definitions.branch("", branch);
        let schema = match heading {
            Some(heading) => definitions.define(&camel_case(&heading.component), schema),
            None => schema,
        };
        properties.insert(branch.key.to_owned(), schema);
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "type": "object",
        "additionalProperties": false,
        "required": ["environment"],
        "properties": properties,
        "definitions": definitions.0,
    })
}

#[derive(Default)]
struct Definitions(BTreeMap<String, Value>);

impl Definitions {
    /// The schema of what lies below a key, which lies below another.
    fn branch(&mut self, above: &str, branch: &Branch) -> Value {
        let schema = match &branch.content {
            // Services and Ingresses have annotations of their own.
            Content::Value(lifted) if branch.key == "annotations" => {
                return self.value(&camel_case(&format!("{above}-annotations")), lifted);
            }
            Content::Value(lifted) => return self.value(branch.key, lifted),
            Content::Group(below) => self.group(branch.key, below),
        };
        let schema = if branch.key == "image" { versioned(schema) } else { schema };
        if DEFINED.contains(&branch.key) { self.define(branch.key, schema) } else { schema }
    }

    fn value(&mut self, name: &str, lifted: &Lifted) -> Value {
        let key = lifted.path.0.last().map(String::as_str).unwrap_or_default();
        let mut schema = lifted.shape.schema();
        if let Some(schema) = schema.as_object_mut() {
            let text = format!("{key} {}", lifted.comment);
            schema.insert("description".to_owned(), Value::from(text));
            if lifted.shape == Shape::Texts && !lifted.refused.is_empty() {
                let refused: Vec<&String> = lifted.refused.iter().collect();
                schema.insert("propertyNames".to_owned(), json!({"not": {"enum": refused}}));
            }
        }
        if DEFINED.contains(&key) { self.define(name, schema) } else { schema }
    }

    fn group(&mut self, key: &str, below: &[Branch]) -> Value {
        let properties: Map<String, Value> =
            below.iter().map(|branch| (branch.key.to_owned(), self.branch(key, branch))).collect();
        // Taking a default away with null would leave the template without what it needs.
        let required: Vec<&str> = below.iter().filter(|branch| branch.is_needed()).map(|branch| branch.key).collect();
        json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
    }

    /// A reference to a schema under a name, or a numbered one where another schema has the name.
    fn define(&mut self, name: &str, schema: Value) -> Value {
        let numbered = (2..).map(|number: u32| format!("{name}{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let name = names.find(|name| self.0.get(name).is_none_or(|known| *known == schema)).unwrap_or_default();
        let reference = json!({"$ref": format!("#/definitions/{name}")});
        self.0.insert(name, schema);
        reference
    }
}

/// An image that has a tag or a digest.
fn versioned(mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        let given = |key: &str| json!({"properties": {key: {"minLength": 1}}});
        schema.insert("anyOf".to_owned(), json!([given("tag"), given("digest")]));
    }
    schema
}

impl Branch<'_> {
    /// Whether a template cannot do without it.
    fn is_needed(&self) -> bool {
        match &self.content {
            Content::Value(lifted) => {
                let sometimes = lifted.values.iter().flatten().any(|value| *value == Tree::Null);
                !sometimes && !matches!(lifted.shape, Shape::Texts | Shape::Tolerations | Shape::Quantity)
            }
            Content::Group(below) => below.iter().any(Branch::is_needed),
        }
    }
}
