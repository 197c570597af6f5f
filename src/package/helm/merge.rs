//! The versions of one object in all environments as one tree, each part with what tells its versions apart.
//!
//! What an operator may change becomes a value (`lift`). Of the rest, maps are merged key by key and lists item by item;
//! a part that only some environments have is conditional; a string whose versions differ by the environment's name or a
//! fact of it names that; every other scalar that differs is a variation, read from the template's own file of the
//! environment. Nothing is left over: reading the result in an environment gives back its version.

use std::cell::OnceCell;

use smallvec::SmallVec;

use crate::base::{Origin, Text, Tree};
use crate::lower::CHECKSUM;
use crate::package::{Versions, merge_key, weave, whole_items};
use crate::text::yaml;

use super::align::{SAME, align};
use super::facts::{FactIx, Facts};
use super::labels::told_identity;
use super::lift::{Lifts, Patterns};
use super::node::{Action, Entry, Item, Map, Node, Piece, Seq, When};
use super::path::Path;
use super::template::Source;
use super::tests;
use super::variations::Variations;

/// One part of an object in each environment.
type Parts<'t> = [Option<&'t Tree>];
/// The same, as made anew for every part: few consortia have more environments, and those pay with an allocation.
type OwnParts<'t> = SmallVec<[Option<&'t Tree>; 4]>;

/// Stands in a list's item for the row of the fact that it repeats; no object holds it.
const ROW: &str = "\u{0}row";

/// Merges one object of a template.
pub(super) struct Merge<'m, 'a, 'l> {
    source: &'m Source<'m, 'a>,
    versions: &'m Versions<'a>,
    kind: Option<&'a str>,
    patterns: &'static Patterns,
    lifts: &'m mut Lifts<'l>,
    variations: &'m mut Variations,
}

impl<'m, 'a, 'l> Merge<'m, 'a, 'l> {
    /// What stands ready for an object; its values and variations are recorded.
    pub fn of(
        source: &'m Source<'m, 'a>,
        versions: &'m Versions<'a>,
        lifts: &'m mut Lifts<'l>,
        variations: &'m mut Variations,
    ) -> Self {
        let kind = versions.first().kind();
        Merge { source, versions, kind, patterns: Patterns::of(kind), lifts, variations }
    }

    /// The whole object.
    pub fn object(mut self) -> Map {
        let parts: OwnParts = self.versions.0.iter().map(|one| one.map(|object| &object.tree)).collect();
        self.map(&parts, &Path::ROOT)
    }

    /// A part whose versions are of one class.
    fn node(&mut self, parts: &Parts, path: &Path) -> Node {
        if let Some(node) = self.read(path) {
            return node;
        }
        let origin = self.origin(parts, path);
        if let Some(node) = self.lifts.lift(self.patterns, self.versions, parts, path, origin) {
            return node;
        }
        match parts.iter().flatten().next().map(|part| Class::of(part)) {
            Some(Class::Map) => Node::Map(self.map(parts, path)),
            Some(Class::Seq) => Node::Seq(self.seq(parts, path)),
            _ => self.scalar(parts, path),
        }
    }

    /// What is read from elsewhere in the chart: the files of a ConfigMap, their checksum, the image of a test.
    fn read(&self, path: &Path) -> Option<Node> {
        let config = || self.source.config.filter(|config| config.of(self.versions.first()));
        match path.last()? {
            "data" if path.depth == 1 && self.kind? == "ConfigMap" => config().map(|_| Node::Block(Action::Files)),
            "image" if self.kind? == "Pod" && path.fits(&["spec", "containers", "*", "image"]) => {
                self.source.image.clone().map(|image| Node::Scalar(Action::Image(image)))
            }
            CHECKSUM if path.fits(&["spec", "template", "metadata", "annotations", CHECKSUM]) => {
                config().filter(|config| config.checked).map(|_| Node::Scalar(Action::Checksum))
            }
            _ => None,
        }
    }

    fn map(&mut self, parts: &Parts, path: &Path) -> Map {
        let (included, covered) = self.source.labels.included(parts, path).unzip();
        let covered: Vec<&str> = covered.unwrap_or_default();
        let mut map = Map { included, ..Map::default() };
        let keys = keys(parts);
        map.entries.reserve_exact(keys.len());
        for key in keys.into_iter().filter(|key| !covered.contains(&key.as_str())) {
            let values: OwnParts = parts.iter().map(|part| part.and_then(|part| part.get(key))).collect();
            let path = path.key(key);
            for values in apart(values, |part| (Class::of(part), told_identity(part, &path))) {
                let (when, origin) = (when(parts, &values), self.origin(&values, &path));
                map.entries.push(Entry { key: key.clone(), node: self.node(&values, &path), when, origin });
            }
        }
        self.lifts.add(self.patterns, self.versions, parts, path, &mut map);
        map
    }

    fn seq(&mut self, parts: &Parts, path: &Path) -> Seq {
        let list = path.last().unwrap_or_default();
        let lists: Vec<&[Tree]> = parts.iter().map(|part| part.and_then(Tree::as_seq).unwrap_or_default()).collect();
        let mut present = lists.iter().filter(|items| !items.is_empty());
        let key = present.next().and_then(|items| merge_key(list, items));
        let key = key.filter(|key| present.all(|items| merge_key(list, items) == Some(key)));
        let likeness = Likeness { facts: self.source.facts, key, whole: whole_items(list) };
        let items: Vec<Vec<ListItem>> =
            lists.iter().enumerate().map(|(at, items)| list_items(self.source.facts, items, at)).collect();
        let columns: Vec<&[ListItem]> = items.iter().map(Vec::as_slice).collect();
        let rows = align(&columns, |one, other| likeness.of(one, other));
        let items = rows.iter().map(|row| {
            let row: SmallVec<[Option<&ListItem>; 4]> =
                row.iter().zip(&items).map(|(at, items)| at.and_then(|at| items.get(at))).collect();
            self.item(parts, &row, key, path)
        });
        Seq { items: items.collect(), added: None }
    }

    fn item(&mut self, parts: &Parts, row: &[Option<&ListItem>], key: Option<&str>, path: &Path) -> Item {
        let values: OwnParts = row.iter().map(|item| item.map(ListItem::tree)).collect();
        let places: SmallVec<[Option<usize>; 4]> = row.iter().map(|item| item.map(|item| item.place)).collect();
        let first = values.iter().flatten().next();
        let name = key.and_then(|key| first?.get(key)?.as_str());
        let path = path.item(name, &places);
        Item {
            node: self.node(&values, &path),
            each: row.iter().flatten().find_map(|item| item.each),
            when: when(parts, &values),
            origin: self.origin(&values, &path),
        }
    }

    fn scalar(&mut self, parts: &Parts, path: &Path) -> Node {
        let mut present = parts.iter().enumerate().filter_map(|(at, part)| Some((at, (*part)?)));
        let Some((at, first)) = present.next() else { return Node::Literal(Tree::Null) };
        let others: SmallVec<[(usize, &Tree); 4]> = present.collect();
        if others.iter().all(|(_, part)| *part == first) {
            return match first.as_str() {
                Some(tests::NODES) => Node::Scalar(Action::File(tests::NODES_FILE)),
                Some(ROW) => Node::Text { pieces: vec![Piece::Row], quoted: self.source.facts.quoted_rows() },
                Some(text) if others.is_empty() && self.source.facts.has_texts() => {
                    self.text(&[(at, text)], false).unwrap_or(Node::Literal(first.clone()))
                }
                _ => Node::Literal(first.clone()),
            };
        }
        let all = std::iter::once((at, first)).chain(others);
        let texts: Option<Vec<(usize, &str)>> = all.map(|(at, part)| Some((at, part.as_str()?))).collect();
        texts.and_then(|texts| self.text(&texts, true)).unwrap_or_else(|| self.variation(parts, path))
    }

    /// A string whose versions differ by what their environments are.
    fn text(&self, versions: &[(usize, &str)], named: bool) -> Option<Node> {
        let mut all = versions.iter().map(|(at, text)| self.source.facts.pieces(text, *at, named));
        let pieces = all.next()?;
        let telling = pieces.iter().any(|piece| !matches!(piece, Piece::Text(_)));
        (telling && all.all(|other| other == pieces)).then(|| {
            let quoted = versions.iter().any(|(_, text)| !yaml::is_plain(text));
            Node::Text { pieces, quoted }
        })
    }

    fn variation(&mut self, parts: &Parts, path: &Path) -> Node {
        let all_texts = parts.iter().flatten().all(|part| part.as_str().is_some());
        let quoted =
            all_texts && parts.iter().flatten().filter_map(|part| part.as_str()).any(|text| !yaml::is_plain(text));
        // A number would come back from the file as one of another kind, so that it is kept as it is to be written.
        let kept = |part: &Tree| if all_texts { part.clone() } else { Tree::from(yaml::inline(part).into_owned()) };
        let values = parts.iter().map(|part| part.map(kept)).collect();
        let key = self.variations.key(self.kind.unwrap_or_default(), path, values);
        Node::Scalar(Action::Variation { key, quoted })
    }

    /// Where a part came from: that of the first environment that has it.
    fn origin(&self, parts: &Parts, path: &Path) -> Origin {
        let first = parts.iter().position(Option::is_some).filter(|_| self.source.traced);
        let object = first.and_then(|at| Some((at, self.versions.0.get(at).copied().flatten()?)));
        object.map_or(UNTRACED, |(at, object)| object.origins.lookup(&path.pointer(at)))
    }
}

const UNTRACED: Origin = Origin::Rule("origins are not kept");

/// What a part is, as far as its writing is concerned. Versions of several classes are as many parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Map,
    Seq,
    /// Empty maps and lists apart, which are written on the line of their key.
    EmptyMap,
    EmptySeq,
    Scalar,
}

impl Class {
    fn of(tree: &Tree) -> Class {
        match tree {
            Tree::Map(entries) if entries.is_empty() => Class::EmptyMap,
            Tree::Map(_) => Class::Map,
            Tree::Seq(items) if items.is_empty() => Class::EmptySeq,
            Tree::Seq(_) => Class::Seq,
            _ => Class::Scalar,
        }
    }
}

/// The parts by what they are, each time with nothing in the place of the others.
fn apart<'t, K: PartialEq>(parts: OwnParts<'t>, kind: impl Fn(&Tree) -> K) -> SmallVec<[OwnParts<'t>; 1]> {
    let mut present = parts.iter().flatten().copied();
    let (first, second) = (present.next(), present.next());
    // Most objects have one version, or equal ones.
    let mut alike = |first, second| {
        let kinds = kind(first);
        kind(second) == kinds && present.all(|part| kind(part) == kinds)
    };
    match (first, second) {
        (None, _) => return SmallVec::new(),
        (Some(_), None) => return SmallVec::from_iter([parts]),
        (Some(first), Some(second)) if alike(first, second) => return SmallVec::from_iter([parts]),
        _ => {}
    }
    let kinds: Vec<Option<K>> = parts.iter().map(|part| part.map(&kind)).collect();
    let mut found: Vec<&K> = Vec::new();
    for kind in kinds.iter().flatten() {
        if !found.contains(&kind) {
            found.push(kind);
        }
    }
    let of = |kind| parts.iter().zip(&kinds).map(|(part, own)| part.filter(|_| own.as_ref() == Some(kind))).collect();
    found.into_iter().map(of).collect()
}

/// The keys of maps, those of the first in its order.
fn keys<'t>(parts: &[Option<&'t Tree>]) -> Vec<&'t Text> {
    let keys = |part: &'t Tree| part.as_map().unwrap_or_default().iter().map(|(key, _)| key);
    let mut maps = parts.iter().flatten().copied();
    let Some(first) = maps.next() else { return Vec::new() };
    if maps.all(|other| keys(other).eq(keys(first))) {
        return keys(first).collect();
    }
    weave(&parts.iter().flatten().map(|part| keys(part).collect()).collect::<Vec<_>>())
}

/// Which of the environments that have the whole have the part.
fn when(whole: &Parts, part: &Parts) -> When {
    let having = || part.iter().enumerate().filter(|(_, part)| part.is_some()).map(|(at, _)| at);
    let all = whole.iter().zip(part).all(|(whole, part)| whole.is_some() == part.is_some());
    (!all).then(|| having().collect())
}

/// An item of a list in one environment, or several that repeat one for every row of a fact.
struct ListItem<'t> {
    environment: usize,
    /// Its place, or that of the first.
    place: usize,
    tree: &'t Tree,
    /// The fact, and the item with a mark in place of its row.
    each: Option<FactIx>,
    marked: Option<Tree>,
    words: OnceCell<Vec<String>>,
}

impl ListItem<'_> {
    fn tree(&self) -> &Tree {
        self.marked.as_ref().unwrap_or(self.tree)
    }
}

/// The items of an environment's list; those that stand there once for every row of a fact are one.
fn list_items<'t>(facts: &Facts, items: &'t [Tree], environment: usize) -> Vec<ListItem<'t>> {
    let mut found = Vec::with_capacity(items.len());
    let mut place = 0;
    while let Some(tree) = items.get(place) {
        let rest = items.get(place..).unwrap_or_default();
        let repeated = facts.has_lists().then(|| repeated(facts, rest, environment)).flatten();
        let count = repeated.as_ref().map_or(1, |(at, _)| facts.rows(*at, environment).len());
        let (each, marked) = repeated.unzip();
        found.push(ListItem { environment, place, tree, each, marked, words: OnceCell::new() });
        place += count.max(1);
    }
    found
}

/// The fact whose rows the first items repeat, and the item with a mark in place of the row.
fn repeated(facts: &Facts, items: &[Tree], environment: usize) -> Option<(FactIx, Tree)> {
    let mut texts = Vec::new();
    let first = items.first()?;
    strings(first, &mut texts);
    // Within an item that stands for a row already, the dot means that one.
    if texts.contains(&ROW) {
        return None;
    }
    let candidates = texts.iter().flat_map(|text| facts.starting(text, environment).iter().map(move |at| (*text, *at)));
    candidates.into_iter().find_map(|(row, at)| {
        let marked = replaced(first, row, ROW);
        let rows = facts.rows(at, environment);
        let repeats =
            rows.iter().enumerate().all(|(place, row)| items.get(place) == Some(&replaced(&marked, ROW, row)));
        repeats.then_some((at, marked))
    })
}

/// The strings of an item but for those of lists in it, whose items may stand for rows themselves.
fn strings<'t>(tree: &'t Tree, found: &mut Vec<&'t str>) {
    match tree {
        Tree::Str(text) => found.push(text),
        Tree::Map(entries) => entries.iter().for_each(|(_, value)| strings(value, found)),
        _ => {}
    }
}

/// The item with one of these strings in the place of another.
fn replaced(tree: &Tree, old: &str, new: &str) -> Tree {
    match tree {
        Tree::Str(text) if text == old => Tree::from(new.to_owned()),
        Tree::Map(entries) => {
            Tree::Map(entries.iter().map(|(key, value)| (key.clone(), replaced(value, old, new))).collect())
        }
        other => other.clone(),
    }
}

/// How alike the items of a list are.
struct Likeness<'c, 'a> {
    facts: &'c Facts<'a>,
    /// The key that tells the items apart.
    key: Option<&'static str>,
    /// Whether items are the same only if all of them is.
    whole: bool,
}

impl Likeness<'_, '_> {
    fn of(&self, one: &ListItem, other: &ListItem) -> u32 {
        if one.each != other.each || Class::of(one.tree()) != Class::of(other.tree()) {
            return 0;
        }
        if let Some(key) = self.key {
            return if one.tree.get(key) == other.tree.get(key) { SAME } else { 0 };
        }
        if one.tree() == other.tree() {
            return SAME;
        }
        let (ones, others) = (self.words(one), self.words(other));
        match share(ones, others) {
            SAME => SAME,
            share if self.whole || share <= SAME / 2 => 0,
            share => share,
        }
    }

    /// The scalars of an item, each behind the keys that lead to it, with the facts of its environment named; sorted.
    fn words<'i>(&self, item: &'i ListItem) -> &'i [String] {
        item.words.get_or_init(|| {
            let mut words = Vec::new();
            self.collect(item.tree(), "", item.environment, &mut words);
            words.sort_unstable();
            words
        })
    }

    fn collect(&self, tree: &Tree, path: &str, environment: usize, words: &mut Vec<String>) {
        match tree {
            Tree::Seq(items) if !items.is_empty() => {
                for item in list_items(self.facts, items, environment) {
                    let each = item.each.map(|FactIx(at)| at.to_string()).unwrap_or_default();
                    self.collect(item.tree(), &format!("{path}-{each}"), environment, words);
                }
            }
            Tree::Map(entries) if !entries.is_empty() => {
                entries
                    .iter()
                    .for_each(|(key, value)| self.collect(value, &format!("{path}/{key}"), environment, words));
            }
            Tree::Str(text) => words.push(format!("{path}={:?}", self.facts.pieces(text, environment, true))),
            scalar => words.push(format!("{path}:{}", yaml::inline(scalar))),
        }
    }
}

/// The share of two sorted lists that both have, of [`SAME`]; less than it unless they are equal.
fn share(ones: &[String], others: &[String]) -> u32 {
    let (mut one, mut other, mut common) = (0, 0, 0_usize);
    while let (Some(left), Some(right)) = (ones.get(one), others.get(other)) {
        match left.cmp(right) {
            std::cmp::Ordering::Equal => {
                (one, other, common) = (one + 1, other + 1, common + 1);
            }
            std::cmp::Ordering::Less => one += 1,
            std::cmp::Ordering::Greater => other += 1,
        }
    }
    let all = ones.len() + others.len();
    if 2 * common == all {
        return SAME;
    }
    let share = 2 * common * SAME as usize / all.max(1);
    u32::try_from(share).unwrap_or(SAME).min(SAME - 1)
}
