//! Adding entries to a text that a person keeps: everything that stands there stays as it is, comments and order included.

use super::yaml;
use crate::base::Tree;
use crate::source::Node;

/// Adds to a text every entry of `wanted` that its tree lacks, each at the end of the map that it belongs to, in the
/// style of that map. Values that stand there already are never altered, also where they differ.
pub fn insert_missing(text: &str, root: &Node, wanted: &Tree) -> String {
    if root.entries().is_empty() && text.get(root.span.start as usize..).is_none_or(|rest| !rest.starts_with('{')) {
        let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{separator}{}", block(wanted));
    }
    let mut insertions = Vec::new();
    collect(text, root, wanted, &mut insertions);
    // Stable: where an inner and an outer map end on one line, the inner one's entries come first.
    insertions.sort_by_key(|(at, _)| *at);
    let mut result = String::new();
    let mut from = 0;
    for (at, addition) in insertions {
        result.push_str(text.get(from..at).unwrap_or(""));
        result.push_str(&addition);
        from = at;
    }
    result + text.get(from..).unwrap_or("")
}

/// The byte before which each addition stands, and the addition.
fn collect(text: &str, node: &Node, wanted: &Tree, insertions: &mut Vec<(usize, String)>) {
    let mut missing = Vec::new();
    for (key, value) in wanted.as_map().unwrap_or_default() {
        match node.get(key) {
            Some(known) => collect(text, known, value, insertions),
            None => missing.push((key.clone(), value.clone())),
        }
    }
    if missing.is_empty() {
        return;
    }
    let missing = Tree::Map(missing);
    let last = node.entries().last().map(|entry| entry.value.span.end.max(entry.key_span.end) as usize);
    let is_flow = text.get(node.span.start as usize..).is_some_and(|rest| rest.starts_with('{'));
    insertions.push(match (is_flow, last) {
        (true, Some(last)) => (last, format!(", {}", flow_entries(&missing))),
        (true, None) => (node.span.start as usize + 1, flow_entries(&missing)),
        (false, _) => {
            let first = node.entries().first().map_or(node.span, |entry| entry.key_span).start as usize;
            let line = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            let last = last.unwrap_or(first);
            let end = text.get(last..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| last + at);
            let indented = block(&missing)
                .lines()
                .map(|line_text| format!("\n{:width$}{line_text}", "", width = first - line))
                .collect();
            (end, indented)
        }
    });
}

fn block(tree: &Tree) -> String {
    let mut text = String::new();
    yaml::write(tree, &mut text);
    text
}

/// The entries of a map on one line, without its braces.
fn flow_entries(map: &Tree) -> String {
    let entries = map.as_map().unwrap_or_default().iter();
    let shown = entries.map(|(key, value)| {
        let value = match value {
            Tree::Map(_) => format!("{{{}}}", flow_entries(value)),
            // A line of JSON is a line of YAML.
            _ => value.to_json().to_string(),
        };
        format!("{}: {value}", block(&Tree::Str(key.clone())).trim_end())
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::base::Sources;
    use crate::diag::Diagnostics;
    use crate::source::read;

    fn tree(text: &str) -> Node {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let file = sources.add("a.yaml".into(), text.into());
        let node = read(&sources, file, &mut diagnostics).unwrap();
        assert!(diagnostics.is_empty(), "{text}\n{diagnostics:?}");
        node
    }

    fn wanted() -> Tree {
        let node = |cidr: &'static str, ports: &[(&'static str, i64)]| {
            Tree::map([("cidr", Tree::from(cidr)), ("ports", Tree::map(ports.iter().copied()))])
        };
        let production = Tree::map([("buyer", node("10.0.0.0/16", &[("peer0", 7051), ("peer1", 7061)]))]);
        Tree::map([("v", Tree::from("v1")), ("environments", Tree::map([("production", production)]))])
    }

    /// What both trees hold, of two values for one key the first.
    fn union(one: &serde_json::Value, other: &serde_json::Value) -> serde_json::Value {
        let (serde_json::Value::Object(one), serde_json::Value::Object(other)) = (one, other) else {
            return if one.is_null() { other.clone() } else { one.clone() };
        };
        let mut all = one.clone();
        for (key, value) in other {
            let both = one.get(key).map_or_else(|| value.clone(), |mine| union(mine, value));
            all.insert(key.clone(), both);
        }
        all.into()
    }

    fn check(text: &str, expected: &str) {
        let node = tree(text);
        let result = insert_missing(text, &node, &wanted());
        assert_eq!(result, expected);
        assert_eq!(tree(&result).to_json(), union(&node.to_json(), &wanted().to_json()));
        assert_eq!(insert_missing(&result, &tree(&result), &wanted()), result, "a second time there is nothing to add");
    }

    const WHOLE: &str = "v: v1\nenvironments:\n  production:\n    buyer:\n      cidr: 10.0.0.0/16\n      ports:\n        peer0: 7051\n        peer1: 7061\n";

    #[test]
    fn an_empty_text_becomes_the_whole() {
        check("", WHOLE);
        check("# mine\n", &format!("# mine\n{WHOLE}"));
        check("# mine", &format!("# mine\n{WHOLE}"));
    }

    #[test]
    fn rows_stand_behind_those_of_their_map_in_their_style() {
        check(
            "# head\nv: v1\nenvironments:\n    production: # live\n        zeta: {cidr: 10.9.0.0/16}\n        buyer:\n            ports: # fixed\n                peer0: 7000 # never change\n\n    # afterwards\n    staging:\n        buyer: {}\n# end\n",
            "# head\nv: v1\nenvironments:\n    production: # live\n        zeta: {cidr: 10.9.0.0/16}\n        buyer:\n            ports: # fixed\n                peer0: 7000 # never change\n                peer1: 7061\n            cidr: 10.0.0.0/16\n\n    # afterwards\n    staging:\n        buyer: {}\n# end\n",
        );
    }

    #[test]
    fn maps_on_one_line_grow_on_it() {
        check(
            "v: v1\nenvironments: {production: {buyer: {ports: {peer1: 1}}}}",
            "v: v1\nenvironments: {production: {buyer: {ports: {peer1: 1, peer0: 7051}, cidr: \"10.0.0.0/16\"}}}",
        );
        check(
            "{v: v1, environments: {production: {}}, }\n",
            "{v: v1, environments: {production: {buyer: {cidr: \"10.0.0.0/16\", ports: {peer0: 7051, peer1: 7061}}}}, }\n",
        );
        check("{}\n", &format!("{{{}}}\n", flow_entries(&wanted())));
    }

    #[test]
    fn a_missing_line_break_at_the_end_does_no_harm() {
        check(
            "v: v1\nenvironments:\n  production:\n    buyer:\n      cidr: 10.0.0.0/16\n      ports:\n        peer0: 7051",
            WHOLE.trim_end(),
        );
    }
}
