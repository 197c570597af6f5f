//! The block of a blueprint that stands under a target's name, with the defaults of the target's own schema filled in.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::base::Origin;
use crate::source::Node;

/// The parameters of one organization: every property that the schema knows is there, null where nothing is known of it.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    pub value: Json,
    /// Where each came from, by dotted name below the block.
    pub origins: BTreeMap<String, Origin>,
}

impl Parameters {
    /// Fills a block in. It has been checked against the schema; none stands for an empty one.
    pub(super) fn new(schema: &Node, block: Option<&Node>) -> Self {
        let mut origins = BTreeMap::new();
        let value = fill(schema, block, "", &mut origins);
        Parameters { value, origins }
    }

    /// The origin of a dotted name or of the longest name that it begins with.
    pub fn origin(&self, name: &str) -> Option<Origin> {
        let mut name = name;
        loop {
            if let Some(origin) = self.origins.get(name) {
                return Some(*origin);
            }
            name = name.rsplit_once(['.', '/']).map_or("", |(before, _)| before);
            if name.is_empty() {
                return None;
            }
        }
    }
}

fn fill(schema: &Node, block: Option<&Node>, path: &str, origins: &mut BTreeMap<String, Origin>) -> Json {
    if let Some(node) = block
        && !path.is_empty()
    {
        origins.insert(path.to_owned(), Origin::Source(node.span));
    }
    let Some(properties) = schema.get("properties") else {
        return match (block, schema.get("default")) {
            (Some(node), _) => node.to_json(),
            (None, Some(default)) => {
                origins.insert(path.to_owned(), Origin::Source(default.span));
                default.to_json()
            }
            (None, None) => Json::Null,
        };
    };
    let mut filled = Map::new();
    for property in properties.entries() {
        let path = if path.is_empty() { property.key.clone() } else { format!("{path}.{}", property.key) };
        let given = block.and_then(|block| block.get(&property.key));
        filled.insert(property.key.clone(), fill(&property.value, given, &path, origins));
    }
    let others = block.map_or(&[][..], Node::entries).iter().filter(|entry| properties.get(&entry.key).is_none());
    filled.extend(others.map(|entry| (entry.key.clone(), entry.value.to_json())));
    Json::Object(filled)
}
