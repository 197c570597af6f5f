//! From a text to its tree. YAML 1.2 without what makes it surprising: no anchors, aliases, tags, merge keys or
//! directives, one document a file, every key once, and no scalar that readers of YAML disagree about.
//!
//! `granit_parser` is known to this file and to `trouble`, its words, alone.

use granit_parser::{Event, Parser, ScalarStyle, ScanError};

use super::file::{LARGEST_FILE, too_large};
use super::node::{Entry, Node, Value};
use super::trouble;
use crate::base::plain::{Plain, meaning};
use crate::base::{FileId, Sources, Span};
use crate::diag::{Diagnostic, Diagnostics};

/// How deep lists and maps may be nested; real blueprints stay below 12.
pub const DEEPEST: usize = 64;
/// How many keys, values and items a file may hold; a blueprint of 500 organizations has about 100,000.
pub const MOST_NODES: usize = 500_000;

/// Reads the tree of a text. `None` if no tree could be made, then an error is recorded; where the rest of the text can
/// still be read, the tree is returned beside the errors, so that the next check can find more. A text without content
/// is a null.
pub fn read(sources: &Sources, file: FileId, diagnostics: &mut Diagnostics) -> Option<Node> {
    let source = sources.file(file);
    if source.text.len() > LARGEST_FILE {
        diagnostics.push(too_large(&source.name));
        return None;
    }
    let unprintable = trouble::unprintable(&source.text, file);
    let refused = !unprintable.is_empty();
    diagnostics.extend(unprintable);
    if refused {
        return None;
    }
    let mut reader = Reader { file, text: &source.text, nodes: 0, open: Vec::new(), root: None, diagnostics };
    reader.run().then(|| {
        let whole = Span { file, start: 0, end: 0 };
        reader.root.take().unwrap_or(Node::new(Value::Null, whole))
    })
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    nodes: usize,
    open: Vec<Open>,
    root: Option<Node>,
    diagnostics: &'a mut Diagnostics,
}

/// A list or map whose end has not been seen.
enum Open {
    Seq { start: Span, items: Vec<Node> },
    Map { start: Span, entries: Vec<Entry>, key: Key },
}

/// What a map waits for.
enum Key {
    /// A key.
    Awaited,
    /// The value of this key.
    Read(String, Span),
    /// A value that has no place, since its key was refused.
    Refused,
}

impl<'a> Reader<'a> {
    /// Whether the text was read to its end.
    fn run(&mut self) -> bool {
        let options = granit_parser::options! {
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            emit_comments: false,
            disallow_directives: true,
            flow_nesting_limit: DEEPEST,
            block_nesting_limit: DEEPEST,
        };
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let fatal = match event {
                Ok((Event::DocumentStart(..), span)) => {
                    documents += 1;
                    (documents > 1).then(|| trouble::several_documents(self.span(span)))
                }
                Ok((event, span)) => self.event(event, span),
                Err(error) => Some(self.syntax(&error)),
            };
            if let Some(diagnostic) = fatal {
                self.diagnostics.push(diagnostic);
                return false;
            }
        }
        true
    }

    /// Takes one event; what it returns ends the reading.
    fn event(&mut self, event: Event<'a>, place: granit_parser::Span) -> Option<Diagnostic> {
        let span = self.span(place);
        if event.is_node() {
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                return Some(trouble::too_many_nodes(span, MOST_NODES));
            }
            if let Some(tag) = place.tag_span() {
                self.diagnostics.push(trouble::tag(self.span(tag), self.text));
            }
        }
        match event {
            Event::Scalar(text, style, _, tag) => self.scalar(&text, style, tag.is_some(), span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                // The value of a merge key has been told of with its key.
                if !matches!(self.open.last(), Some(Open::Map { key: Key::Refused, .. })) {
                    self.diagnostics.push(trouble::alias(span));
                }
                self.value(Node::new(Value::Null, span));
            }
            Event::Anchor(..) => self.diagnostics.push(trouble::anchor(span)),
            Event::SequenceStart(..) => return self.enter(span, Open::Seq { start: span, items: Vec::new() }),
            Event::MappingStart(..) => {
                return self.enter(span, Open::Map { start: span, entries: Vec::new(), key: Key::Awaited });
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(span),
            _ => {}
        }
        None
    }

    fn enter(&mut self, start: Span, collection: Open) -> Option<Diagnostic> {
        if self.open.len() >= DEEPEST {
            return Some(trouble::too_deep(start, DEEPEST));
        }
        self.open.push(collection);
        None
    }

    fn leave(&mut self, end: Span) {
        let (value, start, last) = match self.open.pop() {
            Some(Open::Seq { start, items }) => {
                let last = items.last().map(|item| item.span.end);
                (Value::Seq(items), start, last)
            }
            Some(Open::Map { start, entries, .. }) => {
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end));
                (Value::Map(self.unique(entries)), start, last)
            }
            None => return,
        };
        // A block ends where the next token begins, lines later; a flow collection at its bracket.
        let bracket = matches!(self.text.as_bytes().get(start.start as usize), Some(b'[' | b'{'));
        let end = if bracket { end.end } else { last.unwrap_or(start.end) };
        self.value(Node::new(value, Span { end: end.max(start.start), ..start }));
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tagged: bool, span: Span) {
        let span = if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) { self.trimmed(span) } else { span };
        let without_nul;
        let text = if text.contains('\0') {
            self.diagnostics.push(trouble::nul(self.text, span));
            without_nul = text.replace('\0', "");
            &without_nul
        } else {
            text
        };
        let plain = if style == ScalarStyle::Plain && !tagged { meaning(text) } else { Plain::Text };
        match self.open.last_mut() {
            Some(Open::Map { key: key @ Key::Awaited, .. }) => match trouble::key(text, plain, span) {
                None => *key = Key::Read(text.to_owned(), span),
                Some(diagnostic) => {
                    *key = Key::Refused;
                    self.diagnostics.push(diagnostic);
                }
            },
            parent => {
                let key_span = match parent {
                    Some(Open::Map { key: Key::Read(_, key_span), .. }) => Some(*key_span),
                    _ => None,
                };
                let value = match plain {
                    Plain::Null => Value::Null,
                    Plain::Bool(value) => Value::Bool(value),
                    Plain::Int(value) => Value::Int(value),
                    Plain::Float(value) => Value::Float(value),
                    Plain::Text => Value::Str(text.to_owned()),
                    Plain::Ambiguous(other) => {
                        self.diagnostics.push(trouble::ambiguous(text, other, span));
                        Value::Str(text.to_owned())
                    }
                };
                // Nothing after the colon cannot be marked, its key can.
                let nothing = span.start == span.end && value == Value::Null;
                let span = if nothing { key_span.unwrap_or(span) } else { span };
                self.value(Node::new(value, span));
            }
        }
    }

    /// Puts a finished node where it belongs.
    fn value(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Seq { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match std::mem::replace(key, Key::Awaited) {
                Key::Read(key, key_span) => entries.push(Entry { key, key_span, value: node }),
                Key::Refused => {}
                Key::Awaited => {
                    *key = Key::Refused;
                    self.diagnostics.push(trouble::key_is_no_scalar(node.span));
                }
            },
        }
    }

    /// Keeps the first of equal keys and reports the others.
    fn unique(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by(|left, right| entries[*left].key.cmp(&entries[*right].key));
        let mut twice = vec![false; entries.len()];
        for group in order.chunk_by(|left, right| entries[*left].key == entries[*right].key) {
            let Some((first, others)) = group.split_first() else { continue };
            for other in others {
                twice[*other] = true;
                let (first, other) = (&entries[*first], &entries[*other]);
                self.diagnostics.push(trouble::duplicate(&first.key, first.key_span, other.key_span));
            }
        }
        let mut twice = twice.into_iter();
        entries.retain(|_| !twice.next().unwrap_or(false));
        entries
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let byte = error.marker().byte_offset().unwrap_or(self.text.len());
        trouble::syntax(error.kind(), self.text, byte, self.file)
    }

    fn span(&self, place: granit_parser::Span) -> Span {
        let range = place.byte_range().unwrap_or(0..0);
        let byte = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { file: self.file, start: byte(range.start), end: byte(range.end.max(range.start)) }
    }

    /// A block scalar's span without the line breaks at its end.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
        let kept = u32::try_from(text.trim_end().len()).unwrap_or(0);
        Span { end: span.start + kept, ..span }
    }
}

#[cfg(test)]
mod tests;
