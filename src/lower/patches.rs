//! The blueprint's patches: partial objects, merged into a workload's own as Kubernetes' strategic merge does.

use crate::base::{Object, Origin, Origins, Span, Step, Text, Tree, TreePath, merge_keys};
use crate::expand::Workload;
use crate::source::{Entry, Node, Value};

/// Merges each patch of a workload into its object of that kind; of several, into the one that bears its name.
pub(super) fn apply(objects: &mut [Object], workload: &Workload) {
    for patch in &workload.patches {
        let of_kind = |object: &Object| object.kind() == Some(&patch.kind.value);
        let named = |object: &Object| of_kind(object) && object.name() == Some(&workload.name);
        let at = objects.iter().position(named).or_else(|| objects.iter().position(of_kind));
        let Some(object) = at.and_then(|at| objects.get_mut(at)) else { continue };
        Merge { path: TreePath::ROOT, origins: &mut object.origins }.merge(&mut object.tree, &patch.partial);
        object.tidy();
    }
}

/// A patch on its way down a tree.
struct Merge<'a> {
    path: TreePath,
    origins: &'a mut Origins,
}

impl Merge<'_> {
    /// Merges maps key by key and lists that have a merge key item by item; everything else is replaced.
    fn merge(&mut self, old: &mut Tree, patch: &Node) {
        let key = merge_key(&self.path, patch.items());
        match (old, &patch.value, key) {
            (Tree::Map(entries), Value::Map(patch), _) => self.entries(entries, patch),
            (Tree::Seq(items), Value::Seq(patch), Some(key)) => self.items(items, patch, key),
            (old, ..) => {
                self.origins.rows.retain(|(row, _)| !self.path.is_prefix_of(row));
                *old = self.new_part(patch);
            }
        }
    }

    fn entries(&mut self, entries: &mut Vec<(Text, Tree)>, patch: &[Entry]) {
        for Entry { key, value, .. } in patch {
            let step = Step::from(key.clone());
            match entries.iter_mut().find(|(name, _)| name == key) {
                Some((_, old)) => self.below(step, |it| it.merge(old, value)),
                None => entries.push((key.clone().into(), self.below(step, |it| it.new_part(value)))),
            }
        }
    }

    fn items(&mut self, items: &mut Vec<Tree>, patch: &[Node], key: &str) {
        for item in patch {
            let own = item.get(key).map(Node::to_json);
            let same = |old: &Tree| own.is_some() && old.get(key).map(Tree::to_json) == own;
            match items.iter().position(same) {
                Some(at) => self.below(position(at), |it| it.merge(&mut items[at], item)),
                None => items.push(self.below(position(items.len()), |it| it.new_part(item))),
            }
        }
    }

    /// What a patch brings, each part of it from where it was written.
    fn new_part(&mut self, patch: &Node) -> Tree {
        self.origins.add(self.path.clone(), Origin::Source(patch.span));
        match &patch.value {
            Value::Null => Tree::Null,
            Value::Bool(value) => Tree::Bool(*value),
            Value::Int(value) => Tree::Int(*value),
            Value::Float(value) => Tree::Float(*value),
            Value::Str(text) => Tree::Str(text.clone().into()),
            Value::Seq(items) => {
                let item = |(at, item): (usize, &Node)| self.below(position(at), |it| it.new_part(item));
                Tree::Seq(items.iter().enumerate().map(item).collect())
            }
            Value::Map(entries) => Tree::map(entries.iter().map(|Entry { key, value, .. }| {
                (key.clone(), self.below(Step::from(key.clone()), |it| it.new_part(value)))
            })),
        }
    }

    /// Does something one step further down.
    fn below<T>(&mut self, step: Step, act: impl FnOnce(&mut Self) -> T) -> T {
        self.path.0.push(step);
        let done = act(self);
        self.path.0.pop();
        done
    }
}

fn position(at: usize) -> Step {
    Step::Index(u32::try_from(at).unwrap_or(u32::MAX))
}

/// Where two patches of one object give one field two values, with the places of both values.
pub fn conflicts(one: &Node, other: &Node) -> Vec<(TreePath, Span, Span)> {
    let mut found = Vec::new();
    compare(&TreePath::ROOT, one, other, &mut found);
    found
}

fn compare(path: &TreePath, one: &Node, other: &Node, found: &mut Vec<(TreePath, Span, Span)>) {
    match (&one.value, &other.value, merge_key(path, other.items())) {
        (Value::Map(_), Value::Map(_), _) => {
            for entry in one.entries() {
                if let Some(value) = other.get(&entry.key) {
                    compare(&path.join(entry.key.clone()), &entry.value, value, found);
                }
            }
        }
        (Value::Seq(_), Value::Seq(_), Some(key)) => {
            for (at, item) in (0_u32..).zip(one.items()) {
                let own = item.get(key).map(Node::to_json);
                let same = |other: &&Node| own.is_some() && other.get(key).map(Node::to_json) == own;
                if let Some(value) = other.items().iter().find(same) {
                    compare(&path.join(at), item, value, found);
                }
            }
        }
        _ if one.to_json() == other.to_json() => {}
        _ => found.push((path.clone(), one.span, other.span)),
    }
}

/// The key by which items of the list at a path are the same item (`patchMergeKey` in Kubernetes' types); none where
/// the list is replaced whole.
fn merge_key(path: &TreePath, items: &[Node]) -> Option<&'static str> {
    merge_keys(&path.0, |key| items.iter().all(|item| item.get(key).is_some()))?.first().copied()
}

#[cfg(test)]
mod tests;
