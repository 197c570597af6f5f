//! One emitted document and where its parts came from.

use crate::base::origin::Origin;
use crate::base::path::TreePath;
use crate::base::tree::Tree;

/// One Kubernetes object, or any other document that is emitted, with the origins of its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The document.
    pub tree: Tree,
    /// Where its parts came from.
    pub origins: Origins,
}

impl Object {
    /// A document whose parts all come from `root` until [`Origins::add`] says more.
    pub fn new(tree: Tree, root: Origin) -> Object {
        Object { tree, origins: Origins::new(root) }
    }

    /// The `kind`, where there is one.
    pub fn kind(&self) -> Option<&str> {
        self.tree.get("kind")?.as_str()
    }

    /// The `metadata.name`, where there is one.
    pub fn name(&self) -> Option<&str> {
        self.tree.get("metadata")?.get("name")?.as_str()
    }

    /// The `metadata.namespace`; objects of the whole cluster have none.
    pub fn namespace(&self) -> Option<&str> {
        self.tree.get("metadata")?.get("namespace")?.as_str()
    }
}

/// The origins of a document's parts: a table by path in which the longest prefix of a path wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    /// The origin of everything that no row says more about.
    pub root: Origin,
    /// Paths and the origin of all that lies under each.
    pub rows: Vec<(TreePath, Origin)>,
}

impl Origins {
    /// A table in which everything comes from `root`.
    pub fn new(root: Origin) -> Origins {
        Origins { root, rows: Vec::new() }
    }

    /// Says where the node at a path and all that lies under it came from. Of two rows for one path the later holds.
    pub fn add(&mut self, path: impl Into<TreePath>, origin: Origin) {
        self.rows.push((path.into(), origin));
    }

    /// The origin of the node at a path: that of the longest prefix in the table.
    pub fn lookup(&self, path: &TreePath) -> Origin {
        let prefixes = self.rows.iter().filter(|(row, _)| row.is_prefix_of(path));
        prefixes.max_by_key(|(row, _)| row.0.len()).map_or(self.root, |(_, origin)| *origin)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_longest_prefix_wins_and_then_the_later_row() {
        let mut origins = Origins::new(Origin::Rule("root"));
        origins.add("spec/replicas", Origin::Default("first"));
        origins.add("spec", Origin::Default("spec"));
        origins.add("spec/replicas", Origin::Default("second"));
        origins.add("data/0", Origin::Default("numeric key"));
        let lookup = |path: &'static str| origins.lookup(&path.into());
        assert_eq!(lookup("metadata/name"), Origin::Rule("root"));
        assert_eq!(lookup(""), Origin::Rule("root"));
        assert_eq!(lookup("spec"), Origin::Default("spec"));
        assert_eq!(lookup("spec/replica"), Origin::Default("spec"));
        assert_eq!(lookup("spec/replicas"), Origin::Default("second"));
        assert_eq!(lookup("spec/replicas/0"), Origin::Default("second"));
        assert_eq!(lookup("data/0"), Origin::Default("numeric key"));
    }

    #[test]
    fn kind_name_and_namespace_are_read_from_the_tree() {
        let metadata = Tree::map([("name", "peer"), ("namespace", "org")]);
        let tree = Tree::map([("kind", Tree::from("Service")), ("metadata", metadata)]);
        let object = Object::new(tree, Origin::Rule("x"));
        assert_eq!((object.kind(), object.name(), object.namespace()), (Some("Service"), Some("peer"), Some("org")));
        let empty = Object::new(Tree::Null, Origin::Rule("x"));
        assert_eq!((empty.kind(), empty.name(), empty.namespace()), (None, None, None));
    }
}
