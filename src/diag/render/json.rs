//! One JSON object a line, for programs that read reports.

use schemars::JsonSchema;
use serde::Serialize;

use super::Place;
use crate::base::{Position, Sources, Span};
use crate::diag::{Diagnostic, Diagnostics};

/// One finding. A report has one on each line.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    /// The kind of finding, such as `AKC0110`.
    code: &'a str,
    /// `error`, `warning` or `note`.
    severity: &'a str,
    /// What findings of this kind are about.
    title: &'a str,
    /// What is wrong.
    message: &'a str,
    /// The place that is marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Where<'a>>,
    /// A few words beside the mark.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    label: &'a str,
    /// Other places that matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'a>>,
    /// What to do, one sentence each.
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    help: &'a [String],
    /// A change to the text that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<Change<'a>>,
}

/// Lines and columns count from 1, columns in Unicode characters; bytes count from 0, the end is one past the last.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Where<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    start_byte: u32,
    end_byte: u32,
}

/// Another place that matters.
#[derive(Serialize, JsonSchema)]
struct Related<'a> {
    place: Where<'a>,
    /// A few words beside it.
    label: &'a str,
}

/// A change to a text.
#[derive(Serialize, JsonSchema)]
struct Change<'a> {
    place: Where<'a>,
    /// What to put in the place.
    replacement: &'a str,
}

/// The JSON Schema of a line.
pub(super) fn schema() -> serde_json::Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<Line<'static>>().to_value()
}

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources) -> String {
    diagnostics
        .iter()
        .filter_map(|one| serde_json::to_string(&line(one, sources)).ok())
        .map(|line| line + "\n")
        .collect()
}

fn line<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Line<'a> {
    let related = diagnostic.related.iter().map(|(span, label)| Related { place: place(*span, sources), label });
    let suggestion = diagnostic.suggestion.as_ref();
    Line {
        code: diagnostic.code.id(),
        severity: diagnostic.severity().word(),
        title: diagnostic.code.title(),
        message: &diagnostic.message,
        place: diagnostic.span.map(|span| place(span, sources)),
        label: &diagnostic.label,
        related: related.collect(),
        help: &diagnostic.help,
        suggestion: suggestion
            .map(|change| Change { place: place(change.span, sources), replacement: &change.replacement }),
    }
}

fn place(span: Span, sources: &Sources) -> Where<'_> {
    let Place { file, start: Position { line, column }, end } = Place::new(span, sources);
    let (start_byte, end_byte) = (span.start, span.end);
    Where { file, line, column, end_line: end.line, end_column: end.column, start_byte, end_byte }
}
