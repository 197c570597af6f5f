//! The block of a blueprint that stands under a target's name, with the defaults of the target's own schema filled in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::base::Origin;
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
                (Some(node), _) => node.to_json(),
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
}
