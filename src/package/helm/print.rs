//! Writes templates: YAML as `text::yaml` writes it, with the actions of Helm in it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::base::{Origin, Tree};
use crate::render::helm_literal;
use crate::text::yaml;

use super::facts::{FactIx, Facts};
use super::labels::Identity;
use super::node::{Action, Entry, Item, Map, Node, Piece, Seq, ValuePath, When};
use crate::text::lines::Lines;

/// Writes one template.
pub(super) struct Printer<'c> {
    chart: &'c str,
    facts: &'c Facts<'c>,
    /// What `$workload` stands for.
    workload: Option<&'c Identity>,
    lines: Lines,
    /// The dashes that wait for the first line of an item, and the indent of the first.
    lead: Option<Lead>,
    /// How many ranges it is in; there the dot is something else.
    ranges: usize,
    pub used: Used,
}

struct Lead {
    indent: usize,
    dashes: usize,
}

/// What a template refers to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Used {
    pub facts: BTreeSet<FactIx>,
    pub workload: bool,
    pub files: bool,
    pub variation: bool,
}

const INDENT: usize = 2;

const END: &[&str] = &["{{- end }}"];

impl<'c> Printer<'c> {
    pub fn new(chart: &'c str, facts: &'c Facts<'c>, workload: Option<&'c Identity>, traced: bool) -> Printer<'c> {
        let lines = Lines::new(traced);
        Printer { chart, facts, workload, lines, lead: None, ranges: 0, used: Used::default() }
    }

    pub fn finish(self) -> (Lines, Used) {
        (self.lines, self.used)
    }

    /// Documents one after the other, those of the same environments under one condition.
    pub fn documents(&mut self, documents: &[(Map, When, Origin)]) {
        let mut separator = false;
        for group in documents.chunk_by(|(_, one, _), (_, other, _)| one == other) {
            let Some((_, when, origin)) = group.first() else { continue };
            self.conditional(when, 0, *origin, |printer| {
                for (map, _, origin) in group {
                    if separator || when.is_some() {
                        printer.line(0, &["---"], *origin);
                    }
                    separator = true;
                    printer.map(map, 0);
                }
            });
        }
    }

    /// One line of a template.
    pub fn line(&mut self, indent: usize, parts: &[&str], origin: Origin) {
        let Lead { indent, dashes } = self.lead.take().unwrap_or(Lead { indent, dashes: 0 });
        self.lines.indented(indent, dashes, parts, origin);
    }

    /// What only some environments have.
    fn conditional(&mut self, when: &When, indent: usize, origin: Origin, content: impl FnOnce(&mut Self)) {
        match when {
            None => content(self),
            Some(having) => {
                let condition = self.condition(having);
                self.line(indent, &["{{- if ", &condition, " }}"], origin);
                content(self);
                self.line(indent, END, origin);
            }
        }
    }

    /// Whether the environment is one of those.
    pub fn condition(&self, having: &[usize]) -> String {
        let names: Vec<String> =
            having.iter().filter_map(|at| self.facts.environments.get(*at)).map(|name| format!("\"{name}\"")).collect();
        let environment = self.rooted(".Values.environment");
        match names.as_slice() {
            [name] => format!("eq {environment} {name}"),
            _ => format!("has {environment} (list {})", names.join(" ")),
        }
    }

    pub fn map(&mut self, map: &Map, indent: usize) {
        if let Some(included) = &map.included {
            let origin = map.entries.first().map_or(INCLUDED, |entry| entry.origin);
            self.block(included, indent, origin);
        }
        let together = |one: &&Entry, other: &&Entry| {
            one.when == other.when && (one.when.is_none() || (added(one).is_none() && added(other).is_none()))
        };
        for group in in_print_order(map, self.lead.is_some()).chunk_by(together) {
            let Some(first) = group.first() else { continue };
            if let (Some(having), Some(added)) = (&first.when, added(first)) {
                self.partly(first, having, added, indent);
                continue;
            }
            // An item cannot start with a condition on the line of its dash.
            if first.when.is_some() {
                self.end_lead(first.origin);
            }
            self.conditional(&first.when, indent, first.origin, |printer| {
                group.iter().for_each(|entry| printer.entry(entry, indent));
            });
        }
    }

    /// An entry that only some environments have, and others where a value adds to it.
    fn partly(&mut self, entry: &Entry, having: &[usize], added: &ValuePath, indent: usize) {
        let key = yaml::key(&entry.key);
        let key = helm_literal(&key);
        let inner = if matches!(entry.node, Node::Map(_)) { indent + INDENT } else { indent };
        let (condition, value) = (self.condition(having), self.value_of(added));
        self.line(indent, &["{{- if or (", &condition, ") ", &value, " }}"], entry.origin);
        self.line(indent, &[&key, ":"], entry.origin);
        self.conditional(&entry.when, inner, entry.origin, |printer| printer.inner(&entry.node, inner));
        self.added_lines(added, inner);
        self.line(indent, END, entry.origin);
    }

    /// Leaves the dash of an item alone on its line.
    fn end_lead(&mut self, origin: Origin) {
        if let Some(Lead { indent, dashes }) = self.lead.take() {
            self.lines.indented(indent, dashes - 1, &["-"], origin);
        }
    }

    fn entry(&mut self, entry: &Entry, indent: usize) {
        let key = yaml::key(&entry.key);
        let key = helm_literal(&key);
        let (inner, empty) = match &entry.node {
            Node::Map(map) => (indent + INDENT, map.entries.is_empty() && map.included.is_none()),
            Node::Seq(seq) => (indent, seq.items.is_empty()),
            _ => return self.value(&key, &entry.node, indent + INDENT, entry.origin),
        };
        match added(entry) {
            Some(added) if empty => {
                self.line(indent, &["{{- with ", &self.value_of(added), " }}"], entry.origin);
                self.line(indent, &[&key, ":"], entry.origin);
                self.line(inner, &["{{- toYaml . | nindent ", &inner.to_string(), " }}"], entry.origin);
                self.line(indent, END, entry.origin);
            }
            added => {
                self.line(indent, &[&key, ":"], entry.origin);
                self.inner(&entry.node, inner);
                added.iter().for_each(|added| self.added_lines(added, inner));
            }
        }
    }

    fn added_lines(&mut self, added: &ValuePath, indent: usize) {
        self.line(indent, &["{{- with ", &self.value_of(added), " }}"], ADDITIONS);
        self.line(indent, &["{{- toYaml . | nindent ", &indent.to_string(), " }}"], ADDITIONS);
        self.line(indent, END, ADDITIONS);
    }

    fn inner(&mut self, node: &Node, indent: usize) {
        match node {
            Node::Map(map) => self.map(map, indent),
            Node::Seq(seq) => self.seq(seq, indent),
            Node::Literal(_) | Node::Text { .. } | Node::Scalar(_) | Node::Block(_) => {}
        }
    }

    /// A value that stands on the line of its key, or a block below it.
    fn value(&mut self, key: &str, node: &Node, indent: usize, origin: Origin) {
        let outer = indent - INDENT;
        match node {
            Node::Block(action) => {
                self.line(outer, &[key, ":"], origin);
                self.block(action, indent, origin);
            }
            node => match literal(node) {
                Some((indicator, lines)) => {
                    self.line(outer, &[key, ": ", indicator], origin);
                    self.literal(lines, indent, origin);
                }
                None => {
                    let value = self.scalar(node);
                    self.line(outer, &[key, ": ", &value], origin);
                }
            },
        }
    }

    fn literal(&mut self, lines: std::str::Split<'_, char>, indent: usize, origin: Origin) {
        for line in lines {
            let indent = if line.is_empty() { 0 } else { indent };
            self.line(indent, &[&helm_literal(line)], origin);
        }
    }

    fn block(&mut self, action: &Action, indent: usize, origin: Origin) {
        let expression = self.expression(action);
        self.line(indent, &["{{- ", &expression, " | nindent ", &indent.to_string(), " }}"], origin);
    }

    /// What stands on one line.
    fn scalar<'n>(&mut self, node: &'n Node) -> Cow<'n, str> {
        match node {
            Node::Literal(tree) => match yaml::inline(tree) {
                Cow::Borrowed(text) => helm_literal(text),
                Cow::Owned(text) => helm_literal(&text).into_owned().into(),
            },
            Node::Text { pieces, quoted } => self.text(pieces, *quoted).into(),
            Node::Scalar(action) => ["{{ ", &self.expression(action), " }}"].concat().into(),
            Node::Block(_) | Node::Map(_) | Node::Seq(_) => Cow::default(),
        }
    }

    fn text(&mut self, pieces: &[Piece], quoted: bool) -> String {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(literal) if quoted => text.push_str(&helm_literal(&yaml::within_quotes(literal))),
                Piece::Text(literal) => text.push_str(&helm_literal(literal)),
                action => {
                    // A brace before an action would be taken for its beginning.
                    if text.ends_with('{') {
                        text.pop();
                        text.push_str("{{ \"{\" }}");
                    }
                    let expression = self.piece(action);
                    text.push_str(&format!("{{{{ {expression} }}}}"));
                }
            }
        }
        if quoted { format!("\"{text}\"") } else { text }
    }

    fn piece(&mut self, piece: &Piece) -> String {
        match piece {
            Piece::Text(_) => String::new(),
            Piece::Environment => self.rooted(".Values.environment"),
            Piece::Row => ".".to_owned(),
            Piece::Value(path) => self.value_of(path),
            Piece::Fact { at, hyphens } => {
                let name = self.fact(*at);
                if *hyphens { format!("{name} | replace \".\" \"-\"") } else { name }
            }
        }
    }

    fn fact(&mut self, at: FactIx) -> String {
        self.used.facts.insert(at);
        self.facts.name(at)
    }

    fn expression(&mut self, action: &Action) -> String {
        let chart = self.chart;
        match action {
            Action::Bare(path) => self.value_of(path),
            Action::Quoted(path) => format!("{} | quote", self.value_of(path)),
            Action::Image(path) => format!("include \"{chart}.image\" {}", self.value_of(path)),
            Action::Lines(path) => format!("toYaml {}", self.value_of(path)),
            Action::Variation { key, quoted } => {
                self.used.variation = true;
                format!("$variation.{key}{}", if *quoted { " | quote" } else { "" })
            }
            Action::Labels { of, identity } => {
                let own = self.workload == Some(identity);
                self.used.workload |= own;
                let Identity { name, component } = identity;
                let subject = match own {
                    true => "$workload".to_owned(),
                    false => format!("(dict \"name\" \"{name}\" \"component\" \"{component}\" \"context\" $)"),
                };
                format!("include \"{chart}.{}\" {subject}", of.helper())
            }
            Action::ReleaseLabels => format!("include \"{chart}.releaseLabels\" $"),
            Action::File(path) => format!("{} \"{path}\" | quote", self.rooted(".Files.Get")),
            Action::Files => {
                self.used.files = true;
                "toYaml $files".to_owned()
            }
            Action::Checksum => {
                self.used.files = true;
                format!("include \"{chart}.checksum\" $files")
            }
        }
    }

    fn value_of(&self, path: &ValuePath) -> String {
        self.rooted(&format!(".Values.{path}"))
    }

    /// A name of the chart's root, wherever the dot points.
    fn rooted(&self, name: &str) -> String {
        if self.ranges > 0 { format!("${name}") } else { name.to_owned() }
    }

    fn seq(&mut self, seq: &Seq, indent: usize) {
        for group in seq.items.chunk_by(|one, other| one.when == other.when) {
            let Some(first) = group.first() else { continue };
            if first.when.is_some() || first.each.is_some() {
                self.end_lead(first.origin);
            }
            self.conditional(&first.when, indent, first.origin, |printer| {
                group.iter().for_each(|item| printer.item(item, indent));
            });
        }
    }

    fn item(&mut self, item: &Item, indent: usize) {
        let Some(each) = item.each else { return self.dash(item, indent) };
        let name = self.fact(each);
        self.line(indent, &["{{- range ", &name, " }}"], item.origin);
        self.ranges += 1;
        self.dash(item, indent);
        self.ranges -= 1;
        self.line(indent, END, item.origin);
    }

    fn dash(&mut self, item: &Item, indent: usize) {
        let Lead { indent: start, dashes } = self.lead.take().unwrap_or(Lead { indent, dashes: 0 });
        self.lead = Some(Lead { indent: start, dashes: dashes + 1 });
        let inner = indent + INDENT;
        match &item.node {
            Node::Map(map) => {
                if map.included.is_some() {
                    self.end_lead(item.origin);
                }
                self.map(map, inner);
            }
            Node::Seq(seq) => self.seq(seq, inner),
            Node::Block(action) => {
                self.end_lead(item.origin);
                self.block(action, inner, item.origin);
            }
            node => match literal(node) {
                Some((indicator, lines)) => {
                    self.line(indent, &[indicator], item.origin);
                    self.literal(lines, inner, item.origin);
                }
                None => {
                    let value = self.scalar(node);
                    self.line(indent, &[&value], item.origin);
                }
            },
        }
    }
}

const ADDITIONS: Origin = Origin::Rule("what an operator may add by values; nothing unless they do");
const INCLUDED: Origin = Origin::Rule("labels that all objects of the chart have");

/// The value that adds to an entry.
fn added(entry: &Entry) -> Option<&ValuePath> {
    match &entry.node {
        Node::Map(map) => map.added.as_ref(),
        Node::Seq(seq) => seq.added.as_ref(),
        _ => None,
    }
}

/// The entries of a map; of an item, one that is there in every environment first, since it stands behind the dash.
fn in_print_order(map: &Map, item: bool) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = map.entries.iter().collect();
    if item && let Some(at) = entries.iter().position(|entry| entry.when.is_none() && added(entry).is_none()) {
        let first = entries.remove(at);
        entries.insert(0, first);
    }
    entries
}

/// The indicator and the lines of a text that stands as a literal block.
fn literal(node: &Node) -> Option<(&'static str, std::str::Split<'_, char>)> {
    match node {
        Node::Literal(Tree::Str(text)) => yaml::literal(text),
        _ => None,
    }
}
