//! Short forms written out, so that everything after it knows long forms only.

use serde_json::Value as Json;

use super::schema::{accepts, alternative, property, short_property};
use crate::source::{Entry, Node, Value};

/// Rewrites what is short for an object wherever the schema says so (`x-short`), and nothing where an object is expected
/// to an empty map. What fits neither stays, for the shape check to tell. New nodes have the place of the short form.
pub fn normalise(root: &mut Node, schema: &Json) {
    Normaliser { schema }.node(root, schema);
}

struct Normaliser<'s> {
    schema: &'s Json,
}

impl<'s> Normaliser<'s> {
    fn node(&self, node: &mut Node, schema: &'s Json) {
        if let Some(object) = alternative(self.schema, schema, "object") {
            self.write_out(node, object);
        }
        let kind = node.value.json_type();
        let Some(schema) = alternative(self.schema, schema, kind) else { return };
        match &mut node.value {
            Value::Map(entries) => {
                for entry in entries {
                    if let Some(schema) = property(schema, &entry.key) {
                        self.node(&mut entry.value, schema);
                    }
                }
            }
            Value::Seq(items) => {
                if let Some(schema) = schema.get("items") {
                    items.iter_mut().for_each(|item| self.node(item, schema));
                }
            }
            _ => {}
        }
    }

    fn write_out(&self, node: &mut Node, object: &'s Json) {
        let kind = node.value.json_type();
        if node.value == Value::Null {
            node.value = Value::Map(Vec::new());
        } else if kind != "object"
            && let Some(name) = short_property(object, kind)
            && property(object, name).is_some_and(|schema| accepts(self.schema, schema, kind))
        {
            let short = Node::new(std::mem::replace(&mut node.value, Value::Null), node.span);
            node.value = Value::Map(vec![Entry { key: name.to_owned(), key_span: node.span, value: short }]);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use serde_json::json;

    use super::*;
    use crate::parse::toy;

    fn normalised(text: &str) -> Node {
        let mut node = toy::read(text);
        normalise(&mut node, &toy::schema());
        node
    }

    #[test]
    fn short_forms_are_written_out_everywhere() {
        let node = normalised(
            "peers: 2\ngroups:\n  a: {peers: 3}\n  b:\nreach: cluster\nchannels: {trade: [x, z]}\nlist: [1, \
                {count: 2}]\n",
        );
        let expected = json!({
            "peers": {"count": 2},
            "groups": {"a": {"peers": {"count": 3}}, "b": {}},
            "reach": {"to": "cluster"},
            "channels": {"trade": {"members": ["x", "z"]}},
            "list": [{"count": 1}, {"count": 2}],
        });
        assert_eq!(node.to_json(), expected);
        assert_eq!(normalised("reach: [web]\n").to_json(), json!({"reach": {"frontends": ["web"]}}));
        let mut again = node.clone();
        normalise(&mut again, &toy::schema());
        assert_eq!(again, node, "long forms stay as they are");
    }

    #[test]
    fn new_nodes_have_the_place_of_the_short_form() {
        let node = normalised("peers: 2\n");
        let peers = node.get("peers").unwrap();
        let count = peers.entry("count").unwrap();
        assert_eq!((peers.span.start, peers.span.end), (7, 8));
        assert_eq!((count.key_span, count.value.span), (peers.span, peers.span));
    }

    #[test]
    fn what_fits_neither_form_stays() {
        for text in ["peers: three\n", "peers: [1]\n", "channels: {trade: 5}\n", "other: 1\n", "free: [1, {a: }]\n"] {
            assert_eq!(normalised(text), toy::read(text), "{text}");
        }
    }
}
