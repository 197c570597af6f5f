//! Typed files in the formats that are neither YAML nor JSON.

use serde::Serialize;

use crate::base::{Tree, to_tree};

/// Lines of `key=value`, as Java's properties and ZooKeeper's configuration are written. The value must serialise to a
/// map of scalars without line breaks; anything else is left out.
pub(super) fn properties(value: &impl Serialize) -> String {
    let tree = to_tree(value).unwrap_or(Tree::Null);
    entries(&tree).map(|(key, value)| format!("{key}={value}\n")).collect()
}

/// Sections of `key = value`, as CouchDB reads them. The value must serialise to a map of such maps.
pub(super) fn ini(value: &impl Serialize) -> String {
    let tree = to_tree(value).unwrap_or(Tree::Null);
    let sections = tree.as_map().unwrap_or_default().iter().map(|(name, section)| {
        let lines: String = entries(section).map(|(key, value)| format!("{key} = {value}\n")).collect();
        format!("[{name}]\n{lines}")
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn entries(tree: &Tree) -> impl Iterator<Item = (&str, String)> {
    tree.as_map().unwrap_or_default().iter().filter_map(|(key, value)| {
        let value = match value {
            Tree::Str(text) => text.to_string(),
            Tree::Int(number) => number.to_string(),
            Tree::Bool(value) => value.to_string(),
            _ => return None,
        };
        Some((key.as_ref(), value))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn each_format_writes_its_own_lines() {
        let section = BTreeMap::from([("b", Tree::from("x y")), ("a", Tree::Int(-1)), ("c", Tree::Bool(true))]);
        assert_eq!(properties(&section), "a=-1\nb=x y\nc=true\n");
        let file = BTreeMap::from([("log", &section), ("couchdb", &section)]);
        assert_eq!(ini(&file), "[couchdb]\na = -1\nb = x y\nc = true\n\n[log]\na = -1\nb = x y\nc = true\n");
    }
}
