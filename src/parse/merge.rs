//! One tree over another: an environment's changes over the rest of a blueprint, a target over the one that it refines;
//! and what the upper one does not have taken away.

use serde_json::Value as Json;

use super::schema::{alternative, property, resolve};
use crate::base::Span;
use crate::diag::{Diagnostic, code, shown};
use crate::source::{Entry, Node, Value};

/// The base with the changes of an overlay; both in long forms.
///
/// Maps merge by key, new keys after the old ones; every other value of the overlay replaces the base's, and so do maps
/// where the schema says `x-merge: replace`; where it says `x-merge: append`, the overlay's list stands behind the base's.
/// A null says nothing and changes nothing (the shape check of a blueprint has refused it).
/// What the overlay replaced or added has the overlay's places; maps and keys that both wrote have the base's.
pub fn merge(base: &Node, overlay: &Node, schema: &Json) -> Node {
    Merge { root: schema }.node(base, overlay, Some(schema))
}

struct Merge<'s> {
    root: &'s Json,
}

impl<'s> Merge<'s> {
    fn node(&self, base: &Node, overlay: &Node, schema: Option<&'s Json>) -> Node {
        match (&base.value, &overlay.value) {
            (_, Value::Null) => base.clone(),
            (Value::Map(old), Value::Map(new)) if !self.says(schema, "replace") => {
                let object = schema.and_then(|schema| alternative(self.root, schema, "object"));
                Node::new(Value::Map(self.entries(old, new, object)), base.span)
            }
            (Value::Seq(old), Value::Seq(new)) if self.says(schema, "append") => {
                Node::new(Value::Seq(old.iter().chain(new).cloned().collect()), base.span)
            }
            _ => overlay.clone(),
        }
    }

    fn entries(&self, old: &[Entry], new: &[Entry], object: Option<&'s Json>) -> Vec<Entry> {
        let kept = old.iter().map(|entry| match new.iter().find(|other| other.key == entry.key) {
            Some(change) => {
                let schema = object.and_then(|object| property(object, &entry.key));
                Entry { value: self.node(&entry.value, &change.value, schema), ..entry.clone() }
            }
            None => entry.clone(),
        });
        let added = new.iter().filter(|entry| old.iter().all(|other| other.key != entry.key));
        kept.chain(added.filter(|entry| entry.value.value != Value::Null).cloned()).collect()
    }

    /// Whether the schema asks for a way of merging, where it stands or in what it refers to.
    fn says(&self, schema: Option<&'s Json>, way: &str) -> bool {
        let said = |schema: &'s Json| schema.get("x-merge").or_else(|| resolve(self.root, schema).get("x-merge"));
        schema.and_then(said).is_some_and(|how| how == way)
    }
}

/// Takes away what `without` names: maps lead down, a list names keys of a map or items of a list of names.
/// A name that is not there is reported, with the nearest one that is.
pub fn remove(tree: &mut Node, without: &Node) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    descend(tree, without, &mut diagnostics);
    diagnostics
}

fn descend(tree: &mut Node, without: &Node, diagnostics: &mut Vec<Diagnostic>) {
    match &without.value {
        Value::Map(steps) => {
            for step in steps {
                let names: Vec<String> = tree.entries().iter().map(|entry| entry.key.clone()).collect();
                match tree.get_mut(&step.key) {
                    Some(below) => descend(below, &step.value, diagnostics),
                    None => diagnostics.push(absent(&step.key, step.key_span, &names)),
                }
            }
        }
        Value::Seq(names) => names.iter().for_each(|name| take(tree, name, diagnostics)),
        Value::Str(_) => take(tree, without, diagnostics),
        _ => diagnostics.push(no_names(without)),
    }
}

fn take(tree: &mut Node, name: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let Some(text) = name.as_str() else { return diagnostics.push(no_names(name)) };
    let (names, found): (Vec<String>, bool) = match &mut tree.value {
        Value::Map(entries) => {
            let names: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
            entries.retain(|entry| entry.key != text);
            let found = entries.len() < names.len();
            (names, found)
        }
        Value::Seq(items) => {
            let names: Vec<String> = items.iter().filter_map(Node::as_str).map(str::to_owned).collect();
            let before = items.len();
            items.retain(|item| item.as_str() != Some(text));
            (names, items.len() < before)
        }
        _ => (Vec::new(), false),
    };
    if !found {
        diagnostics.push(absent(text, name.span, &names));
    }
}

fn no_names(node: &Node) -> Diagnostic {
    Diagnostic::new(code::WRONG_TYPE, "`without` leads down by maps to lists of names")
        .at(node.span, format!("expected names, found {}", node.value.kind()))
        .help("for example `without: {channels: [settlement]}`")
}

fn absent(name: &str, span: Span, names: &[String]) -> Diagnostic {
    Diagnostic::new(code::NOTHING_TO_REMOVE, format!("there is no {} to take away", shown(name)))
        .at(span, "no such name")
        .nearest(name, "names", names.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use serde_json::json;

    use super::*;
    use crate::parse::toy;

    #[test]
    fn maps_merge_and_the_rest_is_replaced() {
        let base = toy::read(
            "groups: {a: {peers: {count: 1, database: leveldb}}, b: {}}\nlist: [1, 2]\nmode: cluster\nfree: {x: 1}\n",
        );
        let overlay = toy::read("groups: {c: {}, a: {peers: {count: 3}}}\nlist: [3]\nmode: organization\nfree:\n");
        let merged = merge(&base, &overlay, &toy::schema());
        let expected = json!({
            "groups": {"a": {"peers": {"count": 3, "database": "leveldb"}}, "b": {}, "c": {}},
            "list": [3], "mode": "organization", "free": {"x": 1},
        });
        assert_eq!(merged.to_json().to_string(), expected.to_string(), "the order of keys included");
        assert_eq!(merged.get("mode").unwrap().span, overlay.get("mode").unwrap().span);
        assert_eq!(merged.entry("mode").unwrap().key_span, base.entry("mode").unwrap().key_span);
        assert_eq!(merged.get("groups").unwrap().span, base.get("groups").unwrap().span);
        assert_eq!(merge(&base, &toy::read(""), &toy::schema()), base);
    }

    #[test]
    fn some_maps_are_replaced_whole() {
        let base = toy::read("hosts: {a: {address: x, port: 1}}\n");
        let overlay = toy::read("hosts: {b: {address: z, port: 2}}\n");
        assert_eq!(merge(&base, &overlay, &toy::schema()).to_json(), overlay.to_json());
    }

    #[test]
    fn what_an_environment_lacks_is_taken_away() {
        let mut tree = toy::read("channels: {trade: {members: [x, z]}, settlement: {}}\ngroups: {a: {}, b: {}}\n");
        let without = toy::read("channels: [settlement]\ngroups: b\n");
        assert_eq!(remove(&mut tree, &without), []);
        assert_eq!(remove(&mut tree, &toy::read("channels: {trade: {members: [z]}}\n")), []);
        assert_eq!(tree.to_json(), json!({"channels": {"trade": {"members": ["x"]}}, "groups": {"a": {}}}));
    }

    #[test]
    fn what_is_not_there_is_told_with_the_nearest_name() {
        let mut tree = toy::read("channels: {settlement: {}}\n");
        let untouched = tree.clone();
        let told = remove(&mut tree, &toy::read("chanels: [settlement]\nchannels: [setlement, 5]\n"));
        let messages: Vec<&str> = told.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "there is no `chanels` to take away",
                "there is no `setlement` to take away",
                "`without` leads down by maps to lists of names",
            ]
        );
        let changes: Vec<_> =
            told.iter().filter_map(|one| one.suggestion.as_ref()).map(|one| one.replacement.as_str()).collect();
        assert_eq!(changes, ["channels", "settlement"]);
        assert_eq!(tree, untouched);
    }
}
