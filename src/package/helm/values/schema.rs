//! `values.schema.json`: what Helm refuses before it renders anything. No key that the chart does not know, no wrong type,
//! no environment that it does not have.

use std::collections::BTreeMap;

use super::super::lift::{Lifted, Shape};
use super::{Branch, Content, Heading};
use crate::base::{Text, Tree};
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
) -> Tree {
    let mut definitions = Definitions::default();
    let environment = Tree::map([
        ("description", Tree::from("The environment to install; set by values-<environment>.yaml.")),
        ("enum", Tree::seq(environments.iter().map(Text::new))),
    ]);
    // Helm puts `global` into the values of every chart.
    let mut properties = Tree::map([("environment", environment), ("global", Tree::map([("type", "object")]))]);
    for branch in branches {
        let heading = headings.iter().find(|heading| heading.key == branch.key);
        let schema = definitions.branch("", branch);
        let schema = match heading {
            Some(heading) => definitions.define(&camel_case(&heading.component), schema),
            None => schema,
        };
        properties.insert(branch.key, schema);
    }
    let required = ["environment"].into_iter().chain(needed(branches)).map(Text::new);
    Tree::map([
        ("$schema", Tree::from("http://json-schema.org/draft-07/schema#")),
        ("title", Text::new(title).into()),
        ("type", "object".into()),
        ("additionalProperties", false.into()),
        ("required", Tree::seq(required)),
        ("properties", properties),
        ("definitions", Tree::Map(definitions.0.into_iter().collect())),
    ])
}

#[derive(Default)]
struct Definitions(BTreeMap<Text, Tree>);

impl Definitions {
    /// The schema of what lies below a key, which lies below another.
    fn branch(&mut self, above: &str, branch: &Branch) -> Tree {
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

    fn value(&mut self, name: &str, lifted: &Lifted) -> Tree {
        let key = lifted.path.0.last().map(String::as_str).unwrap_or_default();
        let mut schema = lifted.shape.schema();
        schema.insert("description", format!("{key} {}", lifted.comment));
        if lifted.shape == Shape::Texts && !lifted.refused.is_empty() {
            let refused = Tree::seq(lifted.refused.iter().map(Text::new));
            schema.insert("propertyNames", Tree::map([("not", Tree::map([("enum", refused)]))]));
        }
        if lifted.shape == Shape::Host && !lifted.refused.is_empty() {
            let refused = Tree::seq(lifted.refused.iter().map(Text::new));
            schema.insert("not", Tree::map([("enum", refused)]));
        }
        if DEFINED.contains(&key) { self.define(name, schema) } else { schema }
    }

    fn group(&mut self, key: &str, below: &[Branch]) -> Tree {
        let properties = Tree::map(below.iter().map(|branch| (branch.key, self.branch(key, branch))));
        Tree::map([
            ("type", Tree::from("object")),
            ("additionalProperties", false.into()),
            ("required", Tree::seq(needed(below).map(Text::new))),
            ("properties", properties),
        ])
    }

    /// A reference to a schema under a name, or a numbered one where another schema has the name.
    fn define(&mut self, name: &str, schema: Tree) -> Tree {
        let numbered = (2..).map(|number: u32| format!("{name}{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let free = |name: &String| self.0.get(name.as_str()).is_none_or(|known| *known == schema);
        let name = names.find(free).unwrap_or_default();
        let reference = Tree::map([("$ref", format!("#/definitions/{name}"))]);
        self.0.insert(name.into(), schema);
        reference
    }
}

/// An image that has a tag or a digest.
fn versioned(mut schema: Tree) -> Tree {
    let given = |key: &'static str| {
        let property = Tree::map([("minLength", Tree::Int(1))]);
        Tree::map([("properties", Tree::map([(key, property)]))])
    };
    schema.insert("anyOf", Tree::seq([given("tag"), given("digest")]));
    schema
}

/// The keys of what a template cannot do without: null takes a default away.
fn needed<'a>(branches: &'a [Branch]) -> impl Iterator<Item = &'a str> {
    branches.iter().filter(|branch| branch.is_needed()).map(|branch| branch.key)
}

impl Branch<'_> {
    fn is_needed(&self) -> bool {
        match &self.content {
            Content::Value(lifted) => self.is_named() && !matches!(lifted.shape, Shape::Texts | Shape::Tolerations),
            Content::Group(_) => self.is_named(),
        }
    }

    /// Whether a template names it, or something below it, in every environment. It takes amounts as they are.
    fn is_named(&self) -> bool {
        match &self.content {
            Content::Value(lifted) => {
                let sometimes = lifted.values.iter().flatten().any(|value| *value == Tree::Null);
                !sometimes && lifted.shape != Shape::Quantity
            }
            Content::Group(below) => below.iter().any(Branch::is_named),
        }
    }
}
