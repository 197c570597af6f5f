//! The block of a blueprint that stands under a target's name, with the defaults of the target's own schema filled in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::base::{Origin, Span};
use crate::source::Node;

/// The parameters of one organization: every property that the schema knows is there, null where nothing is known of it.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    pub value: Json,
    /// Where each came from, by dotted name below the block: the blueprint, or the default in the target's own schema.
    pub origins: BTreeMap<String, Origin>,
    /// The names of those that come from the blueprint.
    written: BTreeSet<String>,
}

impl Parameters {
    /// Fills a block in. It has been checked against the schema; none stands for an empty one.
    pub(super) fn new(schema: &Node, block: Option<&Node>) -> Self {
        let mut parameters = Parameters::default();
        parameters.value = parameters.fill(schema, block, "");
        parameters
    }

    /// Where the blueprint writes a parameter, by dotted name: it, or the innermost block that is there.
    pub fn written(&self, name: &str) -> Option<Origin> {
        let mut name = name;
        while !self.written.contains(name) {
            name = name.rsplit_once('.')?.0;
        }
        self.origins.get(name).copied()
    }

    fn fill(&mut self, schema: &Node, block: Option<&Node>, path: &str) -> Json {
        if let Some(node) = block {
            self.origins.insert(path.to_owned(), Origin::Source(node.span));
            self.written.insert(path.to_owned());
        }
        let Some(properties) = schema.get("properties") else {
            return match (block, schema.get("default")) {
                (Some(node), _) => {
                    self.below(node, path);
                    node.to_json()
                }
                (None, Some(default)) => {
                    self.origins.insert(path.to_owned(), Origin::Source(default.span));
                    default.to_json()
                }
                (None, None) => Json::Null,
            };
        };
        let mut filled = Map::new();
        for property in properties.entries() {
            let path = if path.is_empty() { property.key.clone() } else { format!("{path}.{}", property.key) };
            let given = block.and_then(|block| block.get(&property.key));
            filled.insert(property.key.clone(), self.fill(&property.value, given, &path));
        }
        let others = block.map_or(&[][..], Node::entries).iter().filter(|entry| properties.get(&entry.key).is_none());
        filled.extend(others.map(|entry| (entry.key.clone(), entry.value.to_json())));
        Json::Object(filled)
    }

    /// Notes the places of all that stands in a map whose keys no schema names.
    fn below(&mut self, node: &Node, path: &str) {
        for entry in node.entries() {
            let path = format!("{path}.{}", entry.key);
            self.origins.insert(path.clone(), Origin::Source(entry.value.span));
            self.below(&entry.value, &path);
            self.written.insert(path);
        }
    }
}

/// A key that a block, or a map in it, must have and has not.
#[derive(Debug)]
pub struct Missing {
    /// What lacks it: the target's name, or the key of the map.
    pub owner: String,
    pub key: String,
    /// The schema's first example of it, as YAML takes it.
    pub example: Option<String>,
    /// Where the map stands; `None` where no block stands at all.
    pub origin: Option<Origin>,
}

/// What a block lacks of what its schema requires, maps within it included.
pub(super) fn missing(schema: &Node, owner: &str, block: Option<&Node>) -> Vec<Missing> {
    let own = schema.get("required").map_or(&[][..], Node::items).iter().filter_map(Node::as_str);
    let lacking = own.filter(|key| block.and_then(|block| block.get(key)).is_none()).map(|key| {
        let property = schema.get("properties").and_then(|all| all.get(key));
        let example = property.and_then(|property| property.get("examples")?.items().first().map(Node::to_json));
        Missing {
            owner: owner.to_owned(),
            key: key.to_owned(),
            example: example.map(|example| example.to_string()),
            origin: block.map(|block| Origin::Source(Span { end: block.span.start, ..block.span })),
        }
    });
    let mut all: Vec<Missing> = lacking.collect();
    for entry in block.map_or(&[][..], Node::entries) {
        let inner = schema.get("properties").and_then(|all| all.get(&entry.key));
        if let Some(inner) = inner.or_else(|| schema.get("additionalProperties")) {
            all.extend(missing(inner, &entry.key, Some(&entry.value)));
        }
    }
    for (item, inner) in block.map_or(&[][..], Node::items).iter().zip(schema.get("items").into_iter().cycle()) {
        all.extend(missing(inner, owner, Some(item)));
    }
    all
}
