//! What an environment's object has other than the base's, as a patch that Kustomize merges into it.
//!
//! Kustomize merges by the rules of strategic merge where it knows the kind, and of JSON merge (RFC 7396) elsewhere:
//! maps key by key, null takes a key away, lists are replaced whole. Of a list that is merged item by item, the items that
//! a patch names come first, in its order, and the others follow in theirs (`kyaml/yaml/walk/associative_sequence.go`):
//! so the patch names all items up to the last that differs, those that do not differ by their keys alone. A list whose
//! items are told apart by two keys keeps its own order, whatever the patch says, and is replaced.

use crate::base::{Object, Origin, Origins, Step, Text, Tree, TreePath, merge_keys};

/// An object of an overlay.
#[derive(Debug)]
pub struct MergePatch {
    pub object: Object,
    /// What it changes, such as `spec.template.spec.containers[peer].image`, in the order of the object.
    pub changes: Vec<String>,
    /// Whether it names items of lists for their order alone.
    pub orders: bool,
}

pub(super) const LACKED: Origin =
    Origin::Rule("the environment has nothing here, where the base has what another environment asks for");

const DIRECTIVE: &str = "$patch";

/// The patch that makes `wanted` of `base`, an object of the same kind and name; none where they are equal but for the
/// order of keys.
pub fn merge_patch(base: &Object, wanted: &Object) -> Option<MergePatch> {
    if std::ptr::eq(base, wanted) || same(&base.tree, &wanted.tree) {
        return None;
    }
    let version = wanted.tree.get("apiVersion").and_then(Tree::as_str);
    let mut differ = Differ {
        keyed: matches!(version, Some("v1" | "apps/v1" | "batch/v1")),
        wanted: &wanted.origins,
        from: TreePath::ROOT,
        to: TreePath::ROOT,
        label: String::new(),
        origins: Origins::new(wanted.origins.root),
        changes: Vec::new(),
        orders: false,
    };
    let tree = differ.map(base.tree.as_map()?, wanted.tree.as_map()?);
    let object = Object { tree, origins: differ.origins };
    Some(MergePatch { object, changes: differ.changes, orders: differ.orders })
}

/// The patch that takes an object of the base away.
pub(super) fn deletion(base: &Object) -> Object {
    let names = |tree: &Tree, keys: [&str; 2]| -> Vec<Entry> {
        let named = tree.as_map().unwrap_or_default().iter().filter(|(key, _)| keys.contains(&key.as_ref()));
        named.cloned().collect()
    };
    let mut entries = vec![(DIRECTIVE.into(), Tree::from("delete"))];
    entries.extend(names(&base.tree, ["apiVersion", "kind"]));
    let metadata = base.tree.get("metadata").map(|metadata| names(metadata, ["name", "namespace"]));
    entries.extend(metadata.map(|names| ("metadata".into(), Tree::Map(names))));
    Object::new(Tree::Map(entries), LACKED)
}

type Entry = (Text, Tree);

/// A difference that no merge can say: what holds the part is then replaced whole.
struct Unsayable;

/// On its way down an object, with what it has found so far.
struct Differ<'a> {
    /// Whether the kind has lists that are merged item by item.
    keyed: bool,
    wanted: &'a Origins,
    /// The place in the wanted object, the same in the patch, and for people.
    from: TreePath,
    to: TreePath,
    label: String,
    origins: Origins,
    changes: Vec<String>,
    orders: bool,
}

impl Differ<'_> {
    /// What to merge into a map; the whole of it where merging cannot say it.
    fn map(&mut self, base: &[Entry], wanted: &[Entry]) -> Tree {
        let (rows, changes) = (self.origins.rows.len(), self.changes.len());
        match self.entries(base, wanted) {
            Ok(entries) => Tree::Map(entries),
            Err(Unsayable) => {
                self.origins.rows.truncate(rows);
                self.changes.truncate(changes);
                self.change();
                self.trace();
                Tree::Map([directive("replace")].into_iter().chain(wanted.iter().cloned()).collect())
            }
        }
    }

    fn entries(&mut self, base: &[Entry], wanted: &[Entry]) -> Result<Vec<Entry>, Unsayable> {
        let mut patch = Vec::new();
        for (key, new) in wanted {
            let old = value_of(base, key);
            let same = old.is_some_and(|old| same(old, new));
            if same && self.identifies(key) {
                patch.push((key.clone(), new.clone()));
            } else if !same || self.holds_identity(key) {
                let new = self.below(key, |differ| differ.value(key, old, new))?;
                patch.push((key.clone(), new));
            }
        }
        for (key, _) in base.iter().filter(|(key, _)| value_of(wanted, key).is_none()) {
            self.below(key, Differ::lack);
            patch.push((key.clone(), Tree::Null));
        }
        Ok(patch)
    }

    /// Whether a key is part of what names the object, which a patch always bears.
    fn identifies(&self, key: &str) -> bool {
        match self.from.0.as_slice() {
            [] => matches!(key, "apiVersion" | "kind"),
            [Step::Key(metadata)] if metadata == "metadata" => matches!(key, "name" | "namespace"),
            _ => false,
        }
    }

    fn holds_identity(&self, key: &str) -> bool {
        self.from.0.is_empty() && key == "metadata"
    }

    fn value(&mut self, key: &str, old: Option<&Tree>, new: &Tree) -> Result<Tree, Unsayable> {
        match (old, new) {
            (Some(Tree::Map(old)), Tree::Map(new)) => Ok(self.map(old, new)),
            (Some(Tree::Seq(old)), Tree::Seq(new)) => self.list(key, old, new),
            (Some(Tree::Map(_) | Tree::Seq(_)), _) | (Some(_), Tree::Map(_) | Tree::Seq(_)) => Err(Unsayable),
            // Kustomize would keep the quotes of the text (`FieldSetter` in `kyaml/yaml/fns.go`).
            (Some(Tree::Str(_)), Tree::Bool(_) | Tree::Int(_) | Tree::Float(_)) => Err(Unsayable),
            _ => Ok(self.whole(new)),
        }
    }

    fn list(&mut self, key: &str, old: &[Tree], new: &[Tree]) -> Result<Tree, Unsayable> {
        if METADATA_LISTS.contains(&key) {
            return Err(Unsayable);
        }
        let all_have = |key: &str| old.iter().chain(new).all(|item| item.get(key).is_some());
        match merge_keys(&self.from.0, all_have).filter(|_| self.keyed) {
            None => Ok(self.whole(&Tree::Seq(new.to_vec()))),
            Some([key]) if tellable(key, old) && tellable(key, new) => Ok(self.items(key, old, new)),
            Some(_) => Ok(self.replaced_list(new)),
        }
    }

    /// What to merge into a list whose items are told apart by a key.
    fn items(&mut self, key: &str, base: &[Tree], wanted: &[Tree]) -> Tree {
        let kept = base.iter().rev().filter(|old| find(key, wanted, old).is_some());
        let settled = kept.zip(wanted.iter().rev()).take_while(|(old, new)| same(old, new)).count();
        let mut patch = Vec::new();
        for (at, new) in wanted.iter().enumerate().take(wanted.len() - settled) {
            let item = self.at(&label(key, new), at, patch.len(), |differ| differ.item(key, find(key, base, new), new));
            patch.push(item);
        }
        for old in base.iter().filter(|old| find(key, wanted, old).is_none()) {
            self.at(&label(key, old), 0, patch.len(), Differ::lack);
            patch.push(Tree::Map(named(key, old).chain([directive("delete")]).collect()));
        }
        Tree::Seq(patch)
    }

    fn item(&mut self, key: &str, old: Option<&Tree>, new: &Tree) -> Tree {
        let (Some(Tree::Map(old)), Tree::Map(entries)) = (old, new) else { return self.whole(new) };
        self.trace_itself();
        match self.map(old, entries) {
            Tree::Map(entries) if value_of(&entries, DIRECTIVE).is_none() => {
                self.orders |= entries.is_empty();
                Tree::Map(named(key, new).chain(entries).collect())
            }
            replaced => replaced,
        }
    }

    /// A list that is replaced, though it could be merged.
    fn replaced_list(&mut self, wanted: &[Tree]) -> Tree {
        self.change();
        self.trace_itself();
        for at in 0..wanted.len() {
            self.at("", at, at + 1, |differ| differ.trace());
        }
        let directive = Tree::Map(vec![directive("replace")]);
        Tree::Seq([directive].into_iter().chain(wanted.iter().cloned()).collect())
    }

    /// A part that the base has not, or has otherwise.
    fn whole(&mut self, wanted: &Tree) -> Tree {
        self.change();
        self.trace();
        wanted.clone()
    }

    /// A part that the base has and the environment has not.
    fn lack(&mut self) {
        self.change();
        self.origins.add(self.to.clone(), LACKED);
    }

    /// Does something one key further down.
    fn below<T>(&mut self, key: &Text, work: impl FnOnce(&mut Self) -> T) -> T {
        let dot = if self.label.is_empty() { "" } else { "." };
        let step = Step::from(key.clone());
        self.step(&format!("{dot}{key}"), step.clone(), step, work)
    }

    /// Does something at an item, which stands elsewhere in the patch than in the object.
    fn at<T>(&mut self, label: &str, from: usize, to: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let step = |at: usize| Step::Index(u32::try_from(at).unwrap_or(u32::MAX));
        self.step(label, step(from), step(to), work)
    }

    fn step<T>(&mut self, label: &str, from: Step, to: Step, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.label.len();
        self.label.push_str(label);
        self.from.0.push(from);
        self.to.0.push(to);
        let done = work(self);
        self.to.0.pop();
        self.from.0.pop();
        self.label.truncate(length);
        done
    }

    fn change(&mut self) {
        self.changes.push(self.label.clone());
    }

    /// Takes over where the part came from.
    fn trace_itself(&mut self) {
        self.origins.add(self.to.clone(), self.wanted.lookup(&self.from));
    }

    /// Takes over where the part and all that lies in it came from.
    fn trace(&mut self) {
        self.trace_itself();
        let depth = self.from.0.len();
        let inner = self.wanted.rows.iter().filter(|(path, _)| path.0.len() > depth && self.from.is_prefix_of(path));
        let moved = |(path, origin): &(TreePath, Origin)| {
            (self.to.0.iter().chain(&path.0[depth..]).cloned().collect::<TreePath>(), *origin)
        };
        self.origins.rows.extend(inner.map(moved));
    }
}

/// Lists of the metadata that are merged item by item in some kinds and replaced in others.
const METADATA_LISTS: [&str; 2] = ["finalizers", "ownerReferences"];

fn directive(what: &'static str) -> Entry {
    (DIRECTIVE.into(), what.into())
}

fn value_of<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Tree> {
    entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// The key of an item with its value.
fn named(key: &str, item: &Tree) -> impl Iterator<Item = Entry> {
    item.get(key).map(|value| (key.to_owned().into(), value.clone())).into_iter()
}

/// The item of a list that has the same key.
fn find<'a>(key: &str, items: &'a [Tree], item: &Tree) -> Option<&'a Tree> {
    items.iter().find(|other| other.get(key) == item.get(key))
}

/// Whether each item has the key, and no other item the same.
fn tellable(key: &str, items: &[Tree]) -> bool {
    items.iter().enumerate().all(|(at, item)| item.get(key).is_some() && find(key, &items[..at], item).is_none())
}

/// An item for people.
fn label(key: &str, item: &Tree) -> String {
    format!("[{}]", item.get(key).and_then(Tree::as_str).unwrap_or_default())
}

/// Whether two trees are equal but for the order of keys.
fn same(one: &Tree, other: &Tree) -> bool {
    match (one, other) {
        (Tree::Map(ones), Tree::Map(others)) => {
            ones.len() == others.len()
                && ones.iter().all(|(key, value)| value_of(others, key).is_some_and(|other| same(value, other)))
        }
        (Tree::Seq(ones), Tree::Seq(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| same(one, other))
        }
        _ => one == other,
    }
}
