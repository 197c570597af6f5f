//! JSON for people: what is emitted for tools that do not read YAML.

use serde::Serialize;

use crate::base::{Object, Origin, Origins, Step, Tree, TreePath};

/// The tree as JSON, indented by two spaces, with a final newline. Infinities and NaN become null.
pub fn document(tree: &Tree) -> String {
    let mut writer = Writer { out: String::new(), trace: None };
    writer.node(tree, 0);
    writer.end();
    writer.out
}

/// The same text as [`document`], with the origin of each line: that of the innermost node that ends on it.
pub fn document_traced(object: &Object) -> (String, Vec<Origin>) {
    let trace = Trace { origins: &object.origins, path: TreePath::ROOT, lines: Vec::new() };
    let mut writer = Writer { out: String::new(), trace: Some(trace) };
    writer.node(&object.tree, 0);
    writer.end();
    (writer.out, writer.trace.map(|trace| trace.lines).unwrap_or_default())
}

struct Writer<'a> {
    out: String,
    trace: Option<Trace<'a>>,
}

/// Where the writer stands, and the origins of the lines behind it.
struct Trace<'a> {
    origins: &'a Origins,
    path: TreePath,
    lines: Vec<Origin>,
}

impl Writer<'_> {
    fn node(&mut self, tree: &Tree, depth: usize) {
        match tree {
            Tree::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (Step::from(key.clone()), Some(key.as_str()), value));
                self.inner(('{', '}'), entries, depth);
            }
            Tree::Seq(items) => {
                let items = items.iter().zip(0_u32..).map(|(item, at)| (Step::from(at), None, item));
                self.inner(('[', ']'), items, depth);
            }
            scalar => self.scalar(scalar),
        }
    }

    /// A map or a list: each step below it, with its key in a map.
    fn inner<'t>(
        &mut self,
        (open, close): (char, char),
        items: impl Iterator<Item = (Step, Option<&'t str>, &'t Tree)>,
        depth: usize,
    ) {
        self.out.push(open);
        let mut items = items.peekable();
        if items.peek().is_none() {
            return self.out.push(close);
        }
        self.line(depth + 1);
        while let Some((step, key, tree)) = items.next() {
            if let Some(key) = key {
                self.scalar(key);
                self.out.push_str(": ");
            }
            self.trace.iter_mut().for_each(|trace| trace.path.0.push(step.clone()));
            self.node(tree, depth + 1);
            if items.peek().is_some() {
                self.out.push(',');
                self.line(depth + 1);
            } else {
                self.end();
            }
            self.trace.iter_mut().for_each(|trace| drop(trace.path.0.pop()));
        }
        self.indent(depth);
        self.out.push(close);
    }

    fn scalar(&mut self, scalar: &(impl Serialize + ?Sized)) {
        match serde_json::to_string(scalar) {
            Ok(text) => self.out.push_str(&text),
            Err(_) => unreachable!("texts, numbers and truth values have a form"),
        }
    }

    /// Ends a line and begins the next.
    fn line(&mut self, depth: usize) {
        self.end();
        self.indent(depth);
    }

    fn end(&mut self) {
        self.out.push('\n');
        self.trace.iter_mut().for_each(|trace| trace.lines.push(trace.origins.lookup(&trace.path)));
    }

    fn indent(&mut self, depth: usize) {
        (0..depth).for_each(|_| self.out.push_str("  "));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sample() -> Tree {
        Tree::map([
            ("z", Tree::seq([Tree::from(1), Tree::from("o\"n")])),
            ("a", Tree::Map(vec![])),
            ("f", Tree::from(1.0)),
            ("l", Tree::seq([Tree::map([("k", Tree::Null)])])),
        ])
    }

    #[test]
    fn is_indented_by_two_and_keeps_the_order_of_keys() {
        let expected = "{\n  \"z\": [\n    1,\n    \"o\\\"n\"\n  ],\n  \"a\": {},\n  \"f\": 1.0,\n  \"l\": [\n    {\n      \"k\": null\n    }\n  ]\n}\n";
        assert_eq!(document(&sample()), expected);
        assert_eq!(document(&sample()), serde_json::to_string_pretty(&sample()).unwrap() + "\n");
    }

    #[test]
    fn each_line_has_the_origin_of_what_ends_on_it() {
        let mut object = Object::new(sample(), Origin::Rule("root"));
        object.origins.add("z", Origin::Rule("z"));
        object.origins.add("z/1", Origin::Rule("second"));
        object.origins.add("l/0/k", Origin::Rule("k"));
        let (text, lines) = document_traced(&object);
        assert_eq!(text, document(&object.tree));
        let told: Vec<&str> = lines.iter().map(|line| if let Origin::Rule(rule) = line { *rule } else { "" }).collect();
        assert_eq!(
            told,
            ["root", "z", "z", "second", "z", "root", "root", "root", "root", "k", "root", "root", "root"]
        );
    }
}
