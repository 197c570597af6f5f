//! What akcgen has to say about its input: one value, many renderers. Knows only `base`.

pub mod code;
pub mod render;
pub mod suggest;

use std::collections::BTreeSet;

use crate::base::{Origin, Span};
pub use code::Code;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is accepted, but someone should look at it.
    Warning,
    /// Told for information.
    Note,
}

impl Severity {
    /// The word that reports show.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One finding: what is wrong, where, and how to mend it. Orders by file and position; findings without a place first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The place that is marked.
    pub span: Option<Span>,
    /// The kind of finding.
    pub code: Code,
    /// What is wrong, one phrase in lower case without a full stop.
    pub message: String,
    /// A few words beside the mark.
    pub label: String,
    /// Other places that matter, each with a few words.
    pub related: Vec<(Span, String)>,
    /// What to do, one sentence each.
    pub help: Vec<String>,
    /// A change to the text that mends it.
    pub suggestion: Option<Suggestion>,
    /// The organization that it concerns, where it concerns one: an acceptance may hold for one alone.
    pub organization: Option<String>,
}

/// A change to an input text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suggestion {
    /// What to replace; an empty span inserts.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

impl Diagnostic {
    /// A finding without a place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Diagnostic {
            span: None,
            code,
            message: message.into(),
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
            suggestion: None,
            organization: None,
        }
    }

    /// Marks a place, with a few words beside the mark (or none).
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.span = Some(span);
        self.label = label.into();
        self
    }

    /// Marks a place where somebody wrote what is meant; no place, where nobody did.
    pub fn at_origin(self, origin: Origin, label: impl Into<String>) -> Self {
        match origin.span() {
            Some(span) => self.at(span, label),
            None => self,
        }
    }

    /// Marks the first of two places that somebody wrote, and shows the other, with a few words beside it, where both are
    /// written.
    pub fn at_first(self, one: Origin, other: Origin, label: &str) -> Self {
        match (one.span(), other.span()) {
            (Some(span), Some(also)) if span != also && !label.is_empty() => self.at(span, "").related(also, label),
            (Some(span), _) | (None, Some(span)) => self.at(span, ""),
            (None, None) => self,
        }
    }

    /// Shows another place that matters.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Says what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Says which organization it concerns.
    pub fn about(mut self, organization: &str) -> Self {
        self.organization = Some(organization.to_owned());
        self
    }

    /// Offers a change to the text.
    pub fn suggest(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion { span, replacement: replacement.into() });
        self
    }

    /// Offers the valid name nearest to the one that was seen, in place of the marked text, and lists what is valid:
    /// `.nearest("raff", "consensus", ["bft", "kafka", "raft"])`.
    pub fn nearest<'a>(self, seen: &str, what: &str, valid: impl IntoIterator<Item = &'a str>) -> Self {
        /// A longer list hides the message.
        const SHOWN: usize = 20;
        let valid: BTreeSet<&str> = valid.into_iter().collect();
        let near = suggest::nearest(seen, valid.iter().copied());
        let list = valid.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = valid.len().saturating_sub(SHOWN);
        let help = match (valid.len(), more) {
            (0, _) => format!("there are no {what} here"),
            (_, 0) => format!("valid {what}: {list}"),
            _ => format!("valid {what}: {list} and {more} more"),
        };
        match (near, self.span) {
            (Some(name), Some(span)) => self.suggest(span, name).help(help),
            (Some(name), None) => self.help(format!("did you mean `{name}`?")).help(help),
            (None, _) => self.help(help),
        }
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// A text from the input as messages show it: in backquotes, on one line, and never longer than a line.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut letters = text.chars();
    let start: String = letters
        .by_ref()
        .take(LONGEST)
        .flat_map(|letter| {
            let escaped = letter.is_control() || letter == '\u{FEFF}';
            let plain = (!escaped).then_some(letter);
            plain.into_iter().chain(escaped.then(|| letter.escape_default()).into_iter().flatten())
        })
        .collect();
    let rest = if letters.next().is_some() { "…" } else { "" };
    format!("`{start}{rest}`")
}

/// The findings of one run: sorted by file and position, none twice, and never more than a screen can bear in memory.
#[derive(Debug, Default)]
pub struct Diagnostics {
    kept: BTreeSet<Diagnostic>,
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Diagnostics {
    /// Of each severity this many findings are kept; further ones are only counted. Hostile input can cause millions.
    pub const KEPT: usize = 5_000;

    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding; one that is there already is not counted again.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.kept.contains(&diagnostic) {
            return;
        }
        let count = match diagnostic.severity() {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        };
        *count += 1;
        if *count <= Self::KEPT {
            self.kept.insert(diagnostic);
        }
    }

    /// The findings kept, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter()
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// How many findings there are, notes included.
    pub fn total(&self) -> usize {
        self.errors + self.warnings + self.notes
    }

    /// Whether the input is refused.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether the input is refused whatever the blueprint accepts.
    pub fn has_refusals(&self) -> bool {
        self.iter().any(|finding| finding.severity() == Severity::Error && !finding.code.is_acceptable())
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Replaces the change that findings of a code offer at a place, for a stage that knows better what is meant there.
    pub fn suggest_instead(&mut self, span: Span, code: Code, suggestion: Option<Suggestion>) {
        let there: Vec<Diagnostic> =
            self.kept.iter().filter(|one| one.span == Some(span) && one.code == code).cloned().collect();
        for one in there {
            self.kept.remove(&one);
            self.kept.insert(Diagnostic { suggestion: suggestion.clone(), ..one });
        }
    }

    /// Whether an error marks exactly this place already, so that a later stage need not complain about the same text.
    pub fn has_error_at(&self, span: Span) -> bool {
        self.kept.iter().any(|one| one.span == Some(span) && one.severity() == Severity::Error)
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, findings: I) {
        findings.into_iter().for_each(|one| self.push(one));
    }
}
