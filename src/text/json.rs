//! JSON for people: what is emitted for tools that do not read YAML.

use crate::base::Tree;

/// The tree as JSON, indented by two spaces, with a final newline. Infinities and NaN become null.
pub fn document(tree: &Tree) -> String {
    match serde_json::to_string_pretty(tree) {
        Ok(text) => text + "\n",
        Err(_) => unreachable!("all keys of a tree are texts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_indented_by_two_and_keeps_the_order_of_keys() {
        let tree = Tree::map([
            ("z", Tree::seq([Tree::from(1), Tree::from("on")])),
            ("a", Tree::Map(vec![])),
            ("f", Tree::from(1.0)),
        ]);
        let expected = "{\n  \"z\": [\n    1,\n    \"on\"\n  ],\n  \"a\": {},\n  \"f\": 1.0\n}\n";
        assert_eq!(document(&tree), expected);
    }
}
