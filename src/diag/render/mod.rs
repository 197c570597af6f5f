//! One report, five forms. Nothing here prints: the command line does.

mod github;
mod human;
mod json;
mod sarif;
mod short;

use super::{Diagnostic, Diagnostics, Severity};
use crate::base::{Position, Sources, Span};

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the lines of the source, for people.
    Human,
    /// One line a finding, as compilers print it and editors read it.
    Short,
    /// One JSON object a line.
    Json,
    /// Workflow commands that GitHub shows beside the changed lines.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

impl Format {
    /// Every form with the name that the command line takes.
    pub const ALL: [(&'static str, Format); 5] = [
        ("human", Format::Human),
        ("short", Format::Short),
        ("json", Format::Json),
        ("github", Format::Github),
        ("sarif", Format::Sarif),
    ];
}

/// Findings shown to people; the rest is counted.
const SHOWN: usize = 100;

/// The report on a run. `colour` adds terminal colours to the human form. Ends with a line break unless it is empty.
pub fn render(format: Format, diagnostics: &Diagnostics, sources: &Sources, colour: bool) -> String {
    match format {
        Format::Human => human::render(diagnostics, sources, colour),
        Format::Short => short::render(diagnostics, sources),
        Format::Json => json::render(diagnostics, sources),
        Format::Github => github::render(diagnostics, sources),
        Format::Sarif => sarif::render(diagnostics, sources),
    }
}

/// The JSON Schema of one line of [`Format::Json`].
pub fn json_schema() -> serde_json::Value {
    json::schema()
}

/// How many errors and warnings there are: `2 errors, 1 warning`. Empty if there are none.
pub fn summary(diagnostics: &Diagnostics) -> String {
    let counted = [(diagnostics.errors(), "error"), (diagnostics.warnings(), "warning")];
    let told = counted.iter().filter(|(count, _)| *count > 0);
    let told = told.map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" }));
    told.collect::<Vec<_>>().join(", ")
}

/// The findings that people are shown: errors before warnings before notes if not all, in any case sorted by place.
fn shown(diagnostics: &Diagnostics) -> Vec<&Diagnostic> {
    let mut room = SHOWN;
    let mut least = Severity::Note;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let count = diagnostics.iter().filter(|one| one.severity() == severity).count();
        least = severity;
        if count >= room {
            break;
        }
        room -= count;
    }
    let within = |one: &&Diagnostic| one.severity() <= least;
    let mut last = room;
    diagnostics.iter().filter(within).filter(|one| one.severity() < least || take(&mut last)).collect()
}

fn take(room: &mut usize) -> bool {
    let left = *room > 0;
    *room = room.saturating_sub(1);
    left
}

/// `… and 12 more` if not all findings are shown, then the summary.
fn closing(diagnostics: &Diagnostics, shown: usize) -> String {
    let hidden = diagnostics.total().saturating_sub(shown);
    let more = if hidden > 0 { format!("… and {hidden} more\n") } else { String::new() };
    match summary(diagnostics) {
        told if told.is_empty() => more,
        told => format!("{more}{told}\n"),
    }
}

/// A span as the machine-readable forms tell it.
struct Place<'a> {
    file: &'a str,
    start: Position,
    end: Position,
}

impl<'a> Place<'a> {
    fn new(span: Span, sources: &'a Sources) -> Self {
        let file = sources.file(span.file);
        Place { file: &file.name, start: file.position(span.start), end: file.position(span.end) }
    }
}

#[cfg(test)]
mod tests;
