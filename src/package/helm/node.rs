//! A part of an object as a template has it, over all environments.

use crate::base::{Origin, Text, Tree};

use super::facts::FactIx;
use super::labels::Identity;

/// The environments that have a part, by their places in the union, where only some of those have it that have what
/// holds it.
pub(super) type When = Option<Vec<usize>>;

/// A part of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// A scalar that no environment has otherwise, or an empty map or list.
    Literal(Tree),
    /// A string that is put together; quoted where one of its forms must be.
    Text {
        pieces: Vec<Piece>,
        quoted: bool,
    },
    /// What an action gives, on the line of its key.
    Scalar(Action),
    /// The lines that an action gives, below its key.
    Block(Action),
    Map(Map),
    Seq(Seq),
}

/// A map of which at least one entry, the included lines or the additions are there wherever it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Map {
    /// Entries that a helper gives, before the others.
    pub included: Option<Action>,
    pub entries: Vec<Entry>,
    /// The value that holds further entries.
    pub added: Option<ValuePath>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub key: Text,
    pub node: Node,
    pub when: When,
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Seq {
    pub items: Vec<Item>,
    /// The value that holds further items.
    pub added: Option<ValuePath>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub node: Node,
    /// The fact with whose every row the item stands there once.
    pub each: Option<FactIx>,
    pub when: When,
    pub origin: Origin,
}

/// A piece of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// The environment's name.
    Environment,
    /// A fact of the environment that is one text; with hyphens in place of its dots, where so.
    Fact {
        at: FactIx,
        hyphens: bool,
    },
    /// The row of the fact that the item stands for.
    Row,
    /// A value of the operator's.
    Value(ValuePath),
}

/// The keys that lead to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ValuePath(pub Vec<String>);

impl ValuePath {
    pub fn join(&self, key: &str) -> ValuePath {
        ValuePath(self.0.iter().cloned().chain([key.to_owned()]).collect())
    }
}

impl std::fmt::Display for ValuePath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(&self.0.join("."))
    }
}

/// What stands between braces.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// A value as it is: a number, or a text that no reader takes for anything else.
    Bare(ValuePath),
    /// A value in quotes.
    Quoted(ValuePath),
    /// An image, put together by a helper.
    Image(ValuePath),
    /// A value of any shape as lines of YAML.
    Lines(ValuePath),
    /// What the blueprint decides for each environment, under a key of the template's own file; in quotes where one of
    /// its forms needs them.
    Variation {
        key: String,
        quoted: bool,
    },
    /// The labels of an object, of a pod or of a selector.
    Labels {
        of: Labelled,
        identity: Identity,
    },
    /// The labels that tell the release alone.
    ReleaseLabels,
    /// A file of the chart, in quotes.
    File(&'static str),
    /// The files of the ConfigMap, and their checksum.
    Files,
    Checksum,
}

/// What labels are put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Labelled {
    Object,
    Pod,
    Selector,
}

impl Labelled {
    /// The name of the helper behind the chart's.
    pub fn helper(self) -> &'static str {
        match self {
            Labelled::Object => "labels",
            Labelled::Pod => "podLabels",
            Labelled::Selector => "selectorLabels",
        }
    }
}
