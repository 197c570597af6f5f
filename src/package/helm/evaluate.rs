//! What a merged tree says in one environment, without Helm: the inner loop's half of the proof that nothing is lost. The
//! other half, with Helm itself, is in `tests/helm`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use crate::base::Tree;

use super::facts::Facts;
use super::labels::Labels;
use super::lift::Lifted;
use super::node::{Action, Labelled, Map, Node, Piece, Seq, ValuePath};
use super::variations::Variations;

/// A chart in one environment, with its default values.
pub(super) struct Evaluator<'c, 'a> {
    pub facts: &'c Facts<'a>,
    pub labels: &'c Labels,
    pub variations: Option<Tree>,
    pub lifted: &'c [Lifted],
    pub environment: usize,
    /// What the dot stands for in a range.
    row: Option<&'c str>,
}

impl<'c, 'a> Evaluator<'c, 'a> {
    pub fn new(
        facts: &'c Facts<'a>,
        labels: &'c Labels,
        variations: &Variations,
        lifted: &'c [Lifted],
        environment: usize,
    ) -> Self {
        Evaluator { facts, labels, variations: variations.tree(environment), lifted, environment, row: None }
    }

    pub fn map(&self, map: &Map) -> Tree {
        let mut tree = Tree::Map(Vec::new());
        if let Some(included) = &map.included {
            tree = self.action(included);
        }
        for entry in map.entries.iter().filter(|entry| self.has(&entry.when)) {
            let empty = match &entry.node {
                Node::Map(map) => map.entries.is_empty() && map.included.is_none(),
                Node::Seq(seq) => seq.items.is_empty(),
                _ => false,
            };
            if !empty {
                assert!(tree.get(&entry.key).is_none(), "{} is there twice", entry.key);
                tree.insert(entry.key.clone(), self.node(&entry.node));
            }
        }
        tree
    }

    fn has(&self, when: &super::node::When) -> bool {
        when.as_ref().is_none_or(|having| having.contains(&self.environment))
    }

    fn seq(&self, seq: &Seq) -> Tree {
        let mut items = Vec::new();
        for item in seq.items.iter().filter(|item| self.has(&item.when)) {
            match item.each {
                None => items.push(self.node(&item.node)),
                Some(each) => {
                    let rows = self.facts.rows(each, self.environment).iter();
                    let of_row = |row| Evaluator { row: Some(row), variations: self.variations.clone(), ..*self };
                    items.extend(rows.map(|row| of_row(row).node(&item.node)));
                }
            }
        }
        Tree::Seq(items)
    }

    fn node(&self, node: &Node) -> Tree {
        match node {
            Node::Literal(tree) => tree.clone(),
            Node::Text { pieces, .. } => Tree::from(pieces.iter().map(|piece| self.piece(piece)).collect::<String>()),
            Node::Scalar(action) | Node::Block(action) => self.action(action),
            Node::Map(map) => self.map(map),
            Node::Seq(seq) => self.seq(seq),
        }
    }

    fn piece(&self, piece: &Piece) -> String {
        match piece {
            Piece::Text(text) => text.clone(),
            Piece::Environment => self.facts.environments[self.environment].to_owned(),
            Piece::Row => self.row.unwrap().to_owned(),
            Piece::Value(path) => self.value(path).as_str().unwrap().to_owned(),
            Piece::Fact { at, hyphens } => {
                let path = self.facts.name(*at).replace("$environment.", "").replace('.', "/");
                let facts = self.facts.tree(self.environment, |_| true);
                let text = facts.at(&path.into()).unwrap().as_str().unwrap().to_owned();
                if *hyphens { text.replace('.', "-") } else { text }
            }
        }
    }

    fn value(&self, path: &ValuePath) -> Tree {
        let lifted = self.lifted.iter().find(|lifted| lifted.path == *path).unwrap();
        lifted.values[self.environment].clone().unwrap()
    }

    fn action(&self, action: &Action) -> Tree {
        match action {
            Action::Bare(path) | Action::Quoted(path) => self.value(path),
            Action::Image(path) => {
                let part = |key: &str, sign: &str| {
                    let text = self.value(&path.join(key)).as_str().unwrap().to_owned();
                    if text.is_empty() { text } else { format!("{sign}{text}") }
                };
                Tree::from(part("repository", "") + &part("tag", ":") + &part("digest", "@"))
            }
            Action::Lines(path) => {
                let mut tree = Tree::Map(Vec::new());
                for lifted in self.lifted.iter().filter(|lifted| lifted.path.0.starts_with(&path.0)) {
                    let below: crate::base::TreePath = lifted.path.0[path.0.len()..].iter().cloned().collect();
                    let value = lifted.values[self.environment].clone().unwrap();
                    if value != Tree::Null {
                        tree.set(&below, value);
                    }
                }
                tree
            }
            Action::Variation { key, quoted } => {
                let kept = self.variations.as_ref().and_then(|tree| tree.get(key)).unwrap().clone();
                // Bare text is read as YAML has it.
                match kept.as_str() {
                    Some(text) if !quoted => {
                        Tree::try_from(serde_yaml::from_str::<serde_json::Value>(text).unwrap()).unwrap()
                    }
                    _ => kept,
                }
            }
            Action::Labels { of, identity } => {
                let own = |key: &str| if key.ends_with("component") { &identity.component } else { &identity.name };
                let all: BTreeMap<String, String> = self
                    .labels
                    .rows()
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value.map_or_else(|| own(key).clone(), str::to_owned)))
                    .collect();
                let selects = |key: &str| key.ends_with("/name") || key.ends_with("/component");
                Tree::map(all.into_iter().filter(|(key, _)| *of != Labelled::Selector || selects(key)))
            }
            Action::ReleaseLabels => Tree::Map(Vec::new()),
            Action::File(_) | Action::Files | Action::Checksum => panic!("the tests have no files"),
        }
    }
}
