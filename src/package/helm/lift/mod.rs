//! Parts of objects that become values.

mod hosts;
mod shape;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::base::image::parts_of;
use crate::base::{Object, Origin, Text, Tree, TreePath};
use crate::package::names::camel_case;
use crate::package::{Versions, weave};

use super::node::{Action, Entry, Map, Node, Piece, Seq, ValuePath};
use super::path::Path;

pub(super) use hosts::Hosts;
pub(super) use shape::{ADDED, Shape};
use table::{IMAGE, RESOURCES, Row, Style, TABLE};

/// A value of a chart.
#[derive(Debug, Clone)]
pub(super) struct Lifted {
    pub path: ValuePath,
    pub shape: Shape,
    /// What it is, behind its name.
    pub comment: String,
    /// In each environment that has it; null where it is left out there.
    pub values: Vec<Option<Tree>>,
    /// Keys of a map that the template sets itself; of a host, names that others dial.
    pub refused: BTreeSet<String>,
    /// What changes with it.
    pub changes: Vec<Change>,
    pub origin: Origin,
    /// Its place among all: the template, the container, the row and the part of it.
    order: (usize, usize, usize, usize),
}

impl Lifted {
    /// A valid value that no environment has.
    pub fn example(&self) -> Tree {
        let new = |example: &Tree| !self.values.iter().flatten().any(|value| value == example);
        self.shape.examples(&self.path.to_string(), self.default()).find(new).unwrap_or(Tree::Null)
    }
}

/// A part of an object in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub environment: usize,
    pub api_version: Text,
    pub kind: Text,
    pub namespace: Option<Text>,
    pub name: Text,
    pub pointer: TreePath,
}

/// The workload whose values a template has.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Its key in the values.
    pub key: String,
    /// The name of the object that runs its pods.
    pub runner: String,
    /// The containers of its pods by name, each with its key where there are several.
    pub containers: Vec<(String, Option<String>)>,
}

/// The values of one template, while it is made.
#[derive(Debug)]
pub(super) struct Lifts<'c> {
    hosts: &'c Hosts,
    group: Option<&'c Group>,
    /// The place of the template among those of the chart.
    template: usize,
    values: Values,
}

/// Values as they are met, each once.
#[derive(Debug, Default)]
struct Values {
    lifted: Vec<Lifted>,
    places: BTreeMap<ValuePath, usize>,
}

/// The rows of the table for one kind of object.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// By the number of steps to the part.
    by_depth: Vec<Vec<Pattern>>,
    /// The rows that add to what is there, by the number of steps to the map that holds it.
    added: Vec<Vec<Pattern>>,
}

/// A path of a row.
#[derive(Debug)]
struct Pattern {
    names: Vec<String>,
    row: &'static Row,
    rank: usize,
}

impl Patterns {
    /// Those of a kind.
    pub fn of(kind: Option<&str>) -> &'static Patterns {
        static ALL: LazyLock<BTreeMap<&'static str, Patterns>> = LazyLock::new(Patterns::all);
        static NONE: Patterns = Patterns { by_depth: Vec::new(), added: Vec::new() };
        kind.and_then(|kind| ALL.get(kind)).unwrap_or(&NONE)
    }

    fn all() -> BTreeMap<&'static str, Patterns> {
        let mut all: BTreeMap<&'static str, Patterns> = BTreeMap::new();
        for (rank, row) in TABLE.iter().enumerate() {
            for (kind, path) in row.kinds.iter().flat_map(|kind| row.paths.iter().map(move |path| (*kind, *path))) {
                let names: Vec<String> = TreePath::from(path).0.iter().map(|step| step.key().to_string()).collect();
                let patterns = all.entry(kind).or_default();
                let (list, depth) = match row.style {
                    Style::Added => (&mut patterns.added, names.len().saturating_sub(1)),
                    _ => (&mut patterns.by_depth, names.len()),
                };
                if list.len() <= depth {
                    list.resize_with(depth + 1, Vec::new);
                }
                list[depth].push(Pattern { names, row, rank });
            }
        }
        all
    }

    /// The row at a part.
    fn find<'p>(&self, path: &Path<'p>) -> Option<Found<'p>> {
        let pattern = self.by_depth.get(path.depth)?.iter().find(|pattern| path.fits(&pattern.names))?;
        let item = pattern.names.iter().zip(path.names()).find(|(name, _)| *name == "*").and_then(|(_, name)| name);
        Some(Found { row: pattern.row, rank: pattern.rank, item })
    }

    /// The rows that add to an entry of a map.
    fn added(&'static self, path: &Path) -> impl Iterator<Item = (&'static Pattern, &'static str)> {
        let here = self.added.get(path.depth).map_or(&[][..], Vec::as_slice).iter();
        here.filter_map(|pattern| {
            let (entry, holder) = pattern.names.split_last()?;
            path.fits(holder).then_some((pattern, entry.as_str()))
        })
    }
}

/// A row at a part of an object.
struct Found<'p> {
    row: &'static Row,
    rank: usize,
    /// What `*` stands for, where it has a name.
    item: Option<&'p str>,
}

/// The values of all templates in the order in which a person looks for them.
pub(super) fn joined(templates: impl IntoIterator<Item = Vec<Lifted>>) -> Vec<Lifted> {
    let mut all = Values::default();
    for lifted in templates.into_iter().flatten() {
        // Only hosts are values of several templates, and a host is the same one wherever it stands.
        all.register(lifted);
    }
    all.lifted.sort_by_key(|lifted| lifted.order);
    all.lifted
}

impl Values {
    /// Records a value, or what more changes with a known one. Whether it is the same one in all environments.
    fn register(&mut self, lifted: Lifted) -> bool {
        let Some(known) = self.places.get(&lifted.path).and_then(|at| self.lifted.get_mut(*at)) else {
            self.places.insert(lifted.path.clone(), self.lifted.len());
            self.lifted.push(lifted);
            return true;
        };
        let differ = |(one, other): (&Option<Tree>, &Option<Tree>)| matches!((one, other), (Some(one), Some(other)) if one != other);
        if known.values.iter().zip(&lifted.values).any(differ) {
            return false;
        }
        for (known, value) in known.values.iter_mut().zip(lifted.values) {
            *known = known.take().or(value);
        }
        known.refused.extend(lifted.refused);
        known.changes.extend(lifted.changes);
        true
    }
}

impl<'c> Lifts<'c> {
    /// For the template at a place of the chart, with the workload whose values it has.
    pub fn of(hosts: &'c Hosts, group: Option<&'c Group>, template: usize) -> Lifts<'c> {
        Lifts { hosts, group, template, values: Values::default() }
    }

    pub fn finish(self) -> Vec<Lifted> {
        self.values.lifted
    }

    /// The action for a part that is a value; then the value is recorded.
    pub fn lift(
        &mut self,
        patterns: &Patterns,
        versions: &Versions,
        parts: &[Option<&Tree>],
        path: &Path,
        origin: Origin,
    ) -> Option<Node> {
        let found = patterns.find(path)?;
        let key = self.key(&found, versions, parts)?;
        let part = PartOf { versions, parts, path, origin };
        match found.row.style {
            Style::Bare => self.scalar(&part, &found, key).map(|key| Node::Scalar(Action::Bare(key))),
            Style::Quoted | Style::Host => self.scalar(&part, &found, key).map(|key| Node::Scalar(Action::Quoted(key))),
            Style::Image => self.image(&part, &found, key),
            Style::Level => self.level(&part, &found, key),
            Style::Block => self.block(&part, &found, key),
            Style::Added => None,
        }
    }

    /// Adds to a map what values may add to its entries.
    pub fn add(
        &mut self,
        patterns: &'static Patterns,
        versions: &Versions,
        parts: &[Option<&Tree>],
        path: &Path,
        map: &mut Map,
    ) {
        for (Pattern { row, rank, .. }, entry) in patterns.added(path) {
            let found = Found { row, rank: *rank, item: None };
            if let Some(value) = self.key(&found, versions, parts) {
                self.added(versions, parts, path, &found, entry, value, map);
            }
        }
    }

    #[expect(clippy::too_many_arguments)]
    fn added(
        &mut self,
        versions: &Versions,
        parts: &[Option<&Tree>],
        path: &Path,
        found: &Found,
        entry: &str,
        value: ValuePath,
        map: &mut Map,
    ) {
        let is_list = found.row.shape == Shape::Tolerations;
        let mut entries = map.entries.iter_mut().filter(|one| one.key == entry);
        match (entries.next(), entries.next()) {
            (Some(Entry { node: Node::Map(map), .. }), None) if !is_list => map.added = Some(value.clone()),
            (Some(Entry { node: Node::Seq(seq), .. }), None) if is_list => seq.added = Some(value.clone()),
            (None, _) => {
                let node = match is_list {
                    true => Node::Seq(Seq { items: Vec::new(), added: Some(value.clone()) }),
                    false => Node::Map(Map { added: Some(value.clone()), ..Map::default() }),
                };
                let at = place_of(entry, map);
                map.entries.insert(at, Entry { key: Text::from(entry), node, when: None, origin: ADDITION });
            }
            _ => return,
        }
        let below: Vec<Option<&Tree>> = parts.iter().map(|part| part.and_then(|part| part.get(entry))).collect();
        let known = |part: &Tree| part.as_map().unwrap_or_default().iter().map(|(key, _)| key.to_string()).collect();
        let refused: Vec<BTreeSet<String>> = below.iter().flatten().map(|part| known(part)).collect();
        let empty = if is_list { Tree::Seq(Vec::new()) } else { Tree::Map(Vec::new()) };
        let path = path.key(entry);
        let part = PartOf { versions, parts, path: &path, origin: ADDITION };
        // A list, and a map that was not there, change as a whole.
        let is_there = |environment: usize| below.get(environment).is_some_and(Option::is_some);
        let changes = part.changes(|environment, pointer| match is_there(environment) && !is_list {
            true => pointer.join(ADDED),
            false => pointer,
        });
        let values = parts.iter().map(|part| part.map(|_| empty.clone())).collect();
        let order = self.order(found, 0);
        self.values.register(Lifted {
            path: value,
            shape: found.row.shape,
            comment: found.row.comment.to_owned(),
            values,
            refused: refused.into_iter().flatten().collect(),
            changes,
            origin: ADDITION,
            order,
        });
    }

    /// The key of a row's value for a part. None where the object has none of these values.
    fn key(&self, found: &Found, versions: &Versions, parts: &[Option<&Tree>]) -> Option<ValuePath> {
        let group = self.group?;
        let object = versions.first();
        let runs = matches!(object.kind(), Some("Deployment" | "StatefulSet"));
        let all_hold = versions.0.iter().flatten().all(|object| (found.row.holds)(&object.tree));
        if !all_hold || (runs && object.name() != Some(&group.runner)) {
            return None;
        }
        let mut path = if found.row.style == Style::Host { Vec::new() } else { vec![group.key.clone()] };
        for name in found.row.key.split('.') {
            match name {
                "{container}" => {
                    let (_, key) = group.containers.iter().find(|(name, _)| Some(name.as_str()) == found.item)?;
                    path.extend(key.iter().flat_map(|key| ["containers".to_owned(), key.clone()]));
                }
                "{volume}" => path.push(volume(object, &group.runner)),
                "{host}" => path.push(self.hosts.name(parts)?.to_owned()),
                name => path.push(name.to_owned()),
            }
        }
        Some(ValuePath(path))
    }

    fn order(&self, found: &Found, part: usize) -> (usize, usize, usize, usize) {
        let mut containers = self.group.iter().flat_map(|group| &group.containers);
        let container = containers.position(|(name, _)| Some(name.as_str()) == found.item);
        match found.row.style {
            Style::Host => (0, 0, 0, 0),
            // What belongs to no container stands behind all of them.
            _ if !found.row.key.starts_with("{container}") => (self.template + 1, usize::MAX, found.rank, part),
            _ => (self.template + 1, container.unwrap_or(0), found.rank, part),
        }
    }

    fn scalar(&mut self, part: &PartOf, found: &Found, path: ValuePath) -> Option<ValuePath> {
        let values: Vec<Option<Tree>> = part.parts.iter().map(|part| part.cloned()).collect();
        let host = if found.row.style == Style::Host { format!(" {}.", self.hosts.told(&path)) } else { String::new() };
        let comment = format!("{}{host}", found.row.comment);
        let shape = found.row.shape;
        self.value(part, found, (path.clone(), 0), shape, &comment, values).then_some(path)
    }

    /// Records one value of a part. Whether it can be one.
    fn value(
        &mut self,
        part: &PartOf,
        found: &Found,
        (path, at): (ValuePath, usize),
        shape: Shape,
        comment: &str,
        values: Vec<Option<Tree>>,
    ) -> bool {
        values.iter().flatten().all(|value| shape.accepts(value))
            && self.values.register(Lifted {
                path,
                shape,
                comment: comment.to_owned(),
                values,
                refused: if shape == Shape::Host { self.hosts.dialled().clone() } else { BTreeSet::new() },
                changes: part.changes(|_, pointer| pointer),
                origin: part.origin,
                order: self.order(found, at),
            })
    }

    fn image(&mut self, part: &PartOf, found: &Found, path: ValuePath) -> Option<Node> {
        let split = |part: &Tree| {
            let (repository, tag, digest) = parts_of(part.as_str()?);
            Some([repository, tag.unwrap_or_default(), digest.unwrap_or_default()].map(str::to_owned))
        };
        let images: Vec<Option<[String; 3]>> = part.parts.iter().map(|part| part.and_then(split)).collect();
        let lifted = IMAGE.iter().enumerate().all(|(at, one)| {
            let value = |image: &Option<[String; 3]>| image.as_ref().map(|image| Tree::from(image[at].clone()));
            let values = images.iter().map(value).collect();
            self.value(part, found, (path.join(one.key), at), one.shape, one.comment, values)
        });
        lifted.then_some(Node::Scalar(Action::Image(path)))
    }

    fn level(&mut self, part: &PartOf, found: &Found, path: ValuePath) -> Option<Node> {
        let split = |part: &'_ Tree| -> Option<(String, String)> {
            let text = part.as_str()?;
            let end = text.find(':').unwrap_or(text.len());
            Some((text.get(..end)?.to_owned(), text.get(end..)?.to_owned()))
        };
        let levels: Vec<Option<(String, String)>> = part.parts.iter().map(|part| part.and_then(split)).collect();
        let kept = levels.iter().flatten().map(|(_, kept)| kept.clone()).next()?;
        if levels.iter().flatten().any(|(_, other)| *other != kept) {
            return None;
        }
        let values = levels.into_iter().map(|level| level.map(|(level, _)| Tree::from(level))).collect();
        let shape = found.row.shape;
        let lifted = self.value(part, found, (path.clone(), 0), shape, found.row.comment, values);
        let pieces = vec![Piece::Value(path.clone()), Piece::Text(kept.clone())];
        let node = match kept.is_empty() {
            true => Node::Scalar(Action::Bare(path)),
            false => Node::Text { pieces, quoted: false },
        };
        lifted.then_some(node)
    }

    fn block(&mut self, part: &PartOf, found: &Found, path: ValuePath) -> Option<Node> {
        let mut leaves: Vec<(&'static table::Part, String)> = Vec::new();
        for one in &RESOURCES {
            let keys = |part: &&Tree| -> Option<Vec<String>> {
                let entries = part.get(one.key).map_or(Some(&[][..]), Tree::as_map)?;
                Some(entries.iter().map(|(key, _)| key.to_string()).collect())
            };
            let lists: Option<Vec<Vec<String>>> = part.parts.iter().flatten().map(keys).collect();
            leaves.extend(weave(&lists?).into_iter().map(|key| (one, key)));
        }
        let known = |part: &&Tree| {
            part.as_map()
                .is_some_and(|entries| entries.iter().all(|(key, _)| RESOURCES.iter().any(|one| key == one.key)))
        };
        if leaves.is_empty() || !part.parts.iter().flatten().all(known) {
            return None;
        }
        let value =
            |one: &table::Part, key: &str, part: &Tree| part.get(one.key).and_then(|part| part.get(key)).cloned();
        let all = |accepts: &dyn Fn(&Tree) -> bool| {
            leaves.iter().all(|(one, key)| {
                part.parts.iter().flatten().filter_map(|part| value(one, key, part)).all(|value| accepts(&value))
            })
        };
        if !all(&|value| Shape::Quantity.accepts(value)) {
            return None;
        }
        for (at, (one, key)) in leaves.iter().enumerate() {
            let values =
                part.parts.iter().map(|part| part.map(|part| value(one, key, part).unwrap_or(Tree::Null))).collect();
            let order = self.order(found, at);
            self.values.register(Lifted {
                path: path.join(one.key).join(key),
                shape: one.shape,
                comment: one.comment.to_owned(),
                values,
                refused: BTreeSet::new(),
                changes: part.changes(|_, pointer| pointer.join(one.key).join(key.clone())),
                origin: part.origin,
                order,
            });
        }
        Some(Node::Block(Action::Lines(path)))
    }
}

const ADDITION: Origin = Origin::Rule("what an operator may add by values; nothing unless they do");

/// A part of an object with what is known of it.
struct PartOf<'c> {
    versions: &'c Versions<'c>,
    parts: &'c [Option<&'c Tree>],
    path: &'c Path<'c>,
    origin: Origin,
}

impl PartOf<'_> {
    /// What changes in each environment that has the part.
    fn changes(&self, pointer: impl Fn(usize, TreePath) -> TreePath) -> Vec<Change> {
        let object = self.versions.first();
        let having = self.parts.iter().enumerate().filter(|(_, part)| part.is_some()).map(|(at, _)| at);
        let change = |environment: usize, pointer: TreePath| Change {
            environment,
            api_version: Text::new(object.tree.get("apiVersion").and_then(Tree::as_str).unwrap_or_default()),
            kind: Text::new(object.kind().unwrap_or_default()),
            namespace: object.namespace().map(Text::new),
            name: Text::new(object.name().unwrap_or_default()),
            pointer,
        };
        having.map(|at| change(at, pointer(at, self.path.pointer(at)))).collect()
    }
}

/// Where an entry that is new in a map of a Kubernetes object belongs.
fn place_of(entry: &str, map: &Map) -> usize {
    if entry == "annotations" {
        let head = |one: &Entry| ["name", "namespace", "labels"].contains(&one.key.as_ref());
        return map.entries.iter().rposition(head).map_or(0, |at| at + 1);
    }
    map.entries.iter().position(|one| one.key.as_str() > entry).unwrap_or(map.entries.len())
}

/// The key of a claim's values: its name without its workload's.
fn volume(claim: &Object, workload: &str) -> String {
    let name = claim.name().unwrap_or_default();
    camel_case(name.strip_prefix(workload).filter(|rest| rest.starts_with('.')).unwrap_or(name))
}
