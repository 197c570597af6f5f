//! SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Only the parts that viewers use.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Place;
use crate::base::{Sources, Span};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Suggestion};

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'a str,
    results: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text<'a>,
    help: Help<'a>,
    default_configuration: Configuration<'a>,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration<'a> {
    level: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    level: &'a str,
    message: Text<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    artifact_changes: [Change<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: [Replacement<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<'a>,
}

pub(super) fn render(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|one| one.code).collect();
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver { name: "akcgen", rules: codes.into_iter().map(rule).collect() } },
            column_kind: "unicodeCodePoints",
            results: diagnostics.iter().map(|one| finding(one, sources)).collect(),
        }],
    };
    serde_json::to_string_pretty(&log).map(|text| text + "\n").unwrap_or_default()
}

fn rule<'a>(code: Code) -> Rule<'a> {
    Rule {
        id: code.id(),
        short_description: Text { text: code.title().into() },
        help: Help { text: code.explanation(), markdown: code.explanation() },
        default_configuration: Configuration { level: level(code.severity()) },
    }
}

fn finding<'a>(diagnostic: &'a Diagnostic, sources: &Sources) -> Finding<'a> {
    let help: String = diagnostic.help.iter().map(|help| format!("\n{help}")).collect();
    let related = diagnostic.related.iter().map(|(span, label)| Location {
        physical_location: physical(*span, sources),
        message: Some(Text { text: label.into() }),
    });
    Finding {
        rule_id: diagnostic.code.id(),
        level: level(diagnostic.severity()),
        message: Text { text: (diagnostic.message.clone() + &help).into() },
        locations: diagnostic
            .span
            .map(|span| Location { physical_location: physical(span, sources), message: None })
            .into_iter()
            .collect(),
        related_locations: related.collect(),
        fixes: diagnostic.suggestion.iter().map(|suggestion| fix(suggestion, sources)).collect(),
    }
}

fn fix<'a>(suggestion: &'a Suggestion, sources: &Sources) -> Fix<'a> {
    let Physical { artifact_location, region } = physical(suggestion.span, sources);
    let inserted_content = Text { text: (&suggestion.replacement).into() };
    let replacements = [Replacement { deleted_region: region, inserted_content }];
    Fix { artifact_changes: [Change { artifact_location, replacements }] }
}

fn level<'a>(severity: Severity) -> &'a str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn physical(span: Span, sources: &Sources) -> Physical {
    let Place { file, start, end } = Place::new(span, sources);
    Physical {
        artifact_location: Artifact { uri: uri(file) },
        region: Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        },
    }
}

/// A path as a URI reference (RFC 3986): what is neither unreserved nor a slash is percent-encoded.
fn uri(path: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(encode).collect()
}
