//! The values of a chart: `values.yaml` with the values of the first environment and a comment on each, and for every
//! environment a file with its name and what differs there.

mod lifts;
mod schema;

use crate::base::{Origin, Tree};
use crate::text::yaml;

use super::lift::Lifted;
use crate::text::lines::Lines;

pub(super) use lifts::lifts;
pub(super) use schema::schema;

/// A key of the values, with what lies below it.
#[derive(Debug)]
pub(super) struct Branch<'a> {
    pub key: &'a str,
    pub content: Content<'a>,
}

#[derive(Debug)]
pub(super) enum Content<'a> {
    Value(&'a Lifted),
    Group(Vec<Branch<'a>>),
}

/// A group of values with what introduces it.
#[derive(Debug)]
pub(super) struct Heading {
    pub key: String,
    /// What the group is, behind its key.
    pub comment: String,
    /// The component, after which its schema is named.
    pub component: String,
}

const HEAD: Origin = Origin::Rule("the head of every generated file");
const GROUP: Origin = Origin::Rule("values are grouped by workload");
const CHOICE: Origin =
    Origin::Rule("each environment has a file with its name, without which the chart installs nothing");

/// The values by their keys, in their order.
pub(super) fn branches(lifted: &[Lifted]) -> Vec<Branch<'_>> {
    let mut branches = Vec::new();
    lifted.iter().for_each(|one| insert(&mut branches, &one.path.0, one));
    branches
}

fn insert<'a>(branches: &mut Vec<Branch<'a>>, path: &'a [String], lifted: &'a Lifted) {
    let Some((key, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        return branches.push(Branch { key, content: Content::Value(lifted) });
    }
    let at = branches.iter().position(|branch| branch.key == key).unwrap_or_else(|| {
        branches.push(Branch { key, content: Content::Group(Vec::new()) });
        branches.len() - 1
    });
    if let Some(Branch { content: Content::Group(below), .. }) = branches.get_mut(at) {
        insert(below, rest, lifted);
    }
}

impl Lifted {
    /// What `values.yaml` has: the value of the first environment that has the part.
    pub fn default(&self) -> &Tree {
        self.values.iter().flatten().next().unwrap_or(&Tree::Null)
    }

    /// What it is and where it counts.
    pub fn told(&self, environments: &[&str]) -> String {
        let having = environments.iter().zip(&self.values).filter(|(_, value)| value.is_some()).map(|(name, _)| *name);
        let having: Vec<&str> = having.collect();
        match having.len() == environments.len() {
            true => self.comment.clone(),
            false => format!("{} Only in {}.", self.comment, having.join(" and ")),
        }
    }
}

/// `values.yaml`.
pub(super) fn defaults(
    head: &str,
    branches: &[Branch],
    headings: &[Heading],
    environments: &[&str],
    traced: bool,
) -> Lines {
    let mut writer = Writer { lines: Lines::new(traced), environments };
    writer.lines.lines(head, HEAD);
    for branch in branches {
        writer.lines.line("", GROUP);
        for heading in headings.iter().filter(|heading| heading.key == branch.key) {
            writer.lines.line(format_args!("# {} {}", heading.key, heading.comment), GROUP);
        }
        writer.branch(branch, 0, true, &|lifted| Some(lifted.default()).filter(|value| **value != Tree::Null));
    }
    writer.lines
}

/// `values-<environment>.yaml`.
pub(super) fn differences(
    head: &str,
    branches: &[Branch],
    environments: &[&str],
    environment: usize,
    traced: bool,
) -> Lines {
    let mut writer = Writer { lines: Lines::new(traced), environments };
    writer.lines.lines(head, HEAD);
    let name = environments.get(environment).copied().unwrap_or_default().to_owned();
    writer.lines.line(format_args!("environment: {}", yaml::inline(&Tree::from(name))), CHOICE);
    for branch in branches {
        writer.branch(branch, 0, false, &|lifted| {
            lifted.values.get(environment)?.as_ref().filter(|value| *value != lifted.default())
        });
    }
    writer.lines
}

struct Writer<'c> {
    lines: Lines,
    environments: &'c [&'c str],
}

/// The value of a file, if it has one.
type Chosen<'c> = dyn for<'a> Fn(&'a Lifted) -> Option<&'a Tree> + 'c;

impl Writer<'_> {
    fn branch(&mut self, branch: &Branch, indent: usize, commented: bool, chosen: &Chosen) {
        let (pad, key) = (" ".repeat(indent), yaml::key(branch.key));
        match &branch.content {
            Content::Value(lifted) => {
                let Some(value) = chosen(lifted) else { return };
                if commented {
                    let comment = lifted.told(self.environments);
                    self.lines.line(format_args!("{pad}# {} {comment}", branch.key), lifted.origin);
                }
                self.lines.line(format_args!("{pad}{key}: {}", yaml::inline(value)), lifted.origin);
            }
            Content::Group(below) => {
                if !below.iter().any(|branch| branch.has(chosen)) {
                    return;
                }
                self.lines.line(format_args!("{pad}{key}:"), GROUP);
                below.iter().for_each(|branch| self.branch(branch, indent + 2, commented, chosen));
            }
        }
    }
}

impl Branch<'_> {
    fn has(&self, chosen: &Chosen) -> bool {
        match &self.content {
            Content::Value(lifted) => chosen(lifted).is_some(),
            Content::Group(below) => below.iter().any(|branch| branch.has(chosen)),
        }
    }
}
