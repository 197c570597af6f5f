//! The blueprint's patches: partial objects, merged into a workload's own as Kubernetes' strategic merge does.

use crate::base::{Object, Origin, Origins, Step, Text, Tree, TreePath};
use crate::expand::Workload;

/// Merges each patch of a workload into its object of that kind; of several, into the one that bears its name.
pub(super) fn apply(objects: &mut [Object], workload: &Workload) {
    for (kind, patch) in &workload.patches {
        let Ok(tree) = Tree::try_from(patch.value.clone()) else { continue };
        let of_kind = |object: &Object| object.kind() == Some(kind);
        let named = |object: &Object| of_kind(object) && object.name() == Some(&workload.name);
        let at = objects.iter().position(named).or_else(|| objects.iter().position(of_kind));
        let Some(object) = at.and_then(|at| objects.get_mut(at)) else { continue };
        Merge { path: TreePath::ROOT, origin: patch.origin, origins: &mut object.origins }
            .merge(&mut object.tree, tree);
        object.tidy();
    }
}

/// A patch on its way down a tree.
struct Merge<'a> {
    path: TreePath,
    origin: Origin,
    origins: &'a mut Origins,
}

impl Merge<'_> {
    /// Merges maps key by key and lists that have a merge key item by item; everything else is replaced.
    fn merge(&mut self, old: &mut Tree, patch: Tree) {
        match (old, patch) {
            (Tree::Map(entries), Tree::Map(patch)) => self.entries(entries, patch),
            (Tree::Seq(items), Tree::Seq(patch)) => match merge_key(&self.path, &patch) {
                Some(key) => self.items(items, patch, key),
                None => {
                    self.trace();
                    *items = patch;
                }
            },
            (old, patch) => {
                self.trace();
                *old = patch;
            }
        }
    }

    fn entries(&mut self, entries: &mut Vec<(Text, Tree)>, patch: Vec<(Text, Tree)>) {
        for (key, value) in patch {
            self.path.0.push(Step::from(key.clone()));
            match entries.iter_mut().find(|(name, _)| *name == key) {
                Some((_, old)) => self.merge(old, value),
                None => {
                    self.trace();
                    entries.push((key, value));
                }
            }
            self.path.0.pop();
        }
    }

    fn items(&mut self, items: &mut Vec<Tree>, patch: Vec<Tree>, key: &str) {
        for item in patch {
            let at = items.iter().position(|old| old.get(key).is_some() && old.get(key) == item.get(key));
            self.path.0.push(Step::Index(u32::try_from(at.unwrap_or(items.len())).unwrap_or(u32::MAX)));
            match at.and_then(|at| items.get_mut(at)) {
                Some(old) => self.merge(old, item),
                None => {
                    self.trace();
                    items.push(item);
                }
            }
            self.path.0.pop();
        }
    }

    fn trace(&mut self) {
        self.origins.add(self.path.clone(), self.origin);
    }
}

/// The key by which items of the list at a path are the same item (`patchMergeKey` in Kubernetes' types); none where
/// the list is replaced whole.
fn merge_key(path: &TreePath, items: &[Tree]) -> Option<&'static str> {
    let Some(Step::Key(list)) = path.0.last() else { return None };
    match list.as_ref() {
        "containers" | "initContainers" | "volumes" | "imagePullSecrets" | "secrets" => Some("name"),
        "env" => Some("name"),
        "volumeMounts" => Some("mountPath"),
        "volumeDevices" => Some("devicePath"),
        "hostAliases" => Some("ip"),
        "topologySpreadConstraints" => Some("topologyKey"),
        "ports" if items.iter().all(|item| item.get("containerPort").is_some()) => Some("containerPort"),
        "ports" => Some("port"),
        _ => None,
    }
}
