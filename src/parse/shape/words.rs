//! What the shape check says about each kind of fault.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use super::{Fault, Place, Shape, What};
use crate::base::plain::{Plain, meaning};
use crate::base::{Sources, Span};
use crate::diag::suggest::nearest;
use crate::diag::{Diagnostic, Diagnostics, code, shown};
use crate::parse::schema::{resolve, types};
use crate::source::{Node, Value};

/// Adds what there is to say about a fault.
pub(super) fn tell(shape: &Shape, fault: &Fault, place: &Place, sources: &Sources, out: &mut Vec<Diagnostic>) {
    match &fault.what {
        What::Type(expected, schema) => out.push(wrong_type(place, expected, schema, sources)),
        What::Choice(choices) => out.push(no_choice(place, choices)),
        What::Keys(unknown, known) => keys(known, place, &unknown.iter().copied().collect(), out),
        What::OneKey(known) => out.push(not_one_key(place, known)),
        What::Other(error, schema) => other(shape, error, schema, place, out),
    }
}

fn other(shape: &Shape, error: &ValidationError, schema: &Json, place: &Place, out: &mut Vec<Diagnostic>) {
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            keys(&known_keys(schema), place, &unexpected.iter().map(String::as_str).collect(), out);
        }
        Kind::Required { property } => out.extend(missing(shape, schema, place, property.as_str().unwrap_or_default())),
        Kind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or_default();
            let expected = shape.owner(error).and_then(|schema| schema.get("x-expected")).and_then(Json::as_str);
            out.extend(place.node.entry(name).map(|entry| bad_key(place, &entry.key, entry.key_span, expected)));
        }
        Kind::UniqueItems => twice(place, out),
        Kind::Pattern { .. } | Kind::Format { .. } => out.push(bad_format(error, schema, place)),
        kind => out.push(match bounds(kind) {
            Some((bound, label)) => out_of_range(place, schema, &bound, label),
            None => misfit(error, place),
        }),
    }
}

impl Place<'_> {
    /// What the node is called: the key, an item of the key's list, or the whole.
    fn name(&self) -> String {
        match self.entry {
            Some(entry) if self.is_item => format!("an item of {}", shown(&entry.key)),
            Some(entry) => shown(&entry.key),
            None if self.is_item => "an item".to_owned(),
            None => "the file".to_owned(),
        }
    }

    /// Where something about a map as a whole is marked: its key, not its many lines.
    fn head(&self) -> Span {
        match self.entry {
            Some(entry) if !self.is_item => entry.key_span,
            _ => Span { end: self.node.span.start, ..self.node.span },
        }
    }
}

fn wrong_type(place: &Place, expected: &str, schema: &Json, sources: &Sources) -> Diagnostic {
    let (name, node) = (place.name(), place.node);
    if node.value == Value::Null {
        return Diagnostic::new(code::WRONG_TYPE, format!("{name} has no value"))
            .at(node.span, format!("expected {expected}"))
            .help("write a value or leave the key out; what an environment should not have is named under `without`");
    }
    let diagnostic = Diagnostic::new(code::WRONG_TYPE, format!("{name} must be {expected}"))
        .at(node.span, format!("this is {}", node.value.kind()));
    match remedy(node, schema, sources.text(node.span)) {
        Some((help, replacement)) => diagnostic.help(help).suggest(node.span, replacement),
        None => diagnostic,
    }
}

/// The same value, written so that it is what the schema expects.
fn remedy(node: &Node, schema: &Json, written: &str) -> Option<(&'static str, String)> {
    let wanted: BTreeSet<&str> = types(schema).collect();
    match &node.value {
        Value::Int(_) | Value::Float(_) | Value::Bool(_) if wanted.contains("string") => {
            let quoted = ("put text that looks like a number or a truth value in quotes", format!("\"{written}\""));
            if fits(schema, written) { Some(quoted) } else { with_unit(schema, written) }
        }
        Value::Str(text) if wanted.contains("integer") && matches!(meaning(text), Plain::Int(_)) => {
            Some(("numbers are written without quotes", text.clone()))
        }
        Value::Str(text) if wanted.contains("boolean") => {
            let word = match meaning(text) {
                Plain::Bool(value) => value.to_string(),
                Plain::Ambiguous(word @ ("true" | "false")) => word.to_owned(),
                _ => return None,
            };
            Some(("true and false are written without quotes", word))
        }
        Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Str(_) if wanted.contains("array") => {
            (!written.contains('\n')).then(|| ("a list of one item is written in brackets", format!("[{written}]")))
        }
        _ => None,
    }
}

/// Whether a schema that refers to no other takes a text.
fn fits(schema: &Json, text: &str) -> bool {
    jsonschema::validator_for(schema).is_ok_and(|validator| validator.is_valid(&text.into()))
}

/// A number with the unit of the schema's example, where that makes it what is expected.
fn with_unit(schema: &Json, number: &str) -> Option<(&'static str, String)> {
    /// A longer number counts something smaller than the example's unit.
    const LONGEST: usize = 5;
    let example = schema.get("examples")?.get(0)?.as_str()?;
    let unit = example.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let amount = format!("{number}{unit}");
    let is_number = (1..=LONGEST).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !unit.is_empty() && fits(schema, &amount)).then_some(("write the number with its unit", amount))
}

fn no_choice(place: &Place, choices: &[&Json]) -> Diagnostic {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let seen = text(&place.node.to_json());
    let choices: Vec<String> = choices.iter().map(|choice| text(choice)).collect();
    Diagnostic::new(code::NOT_A_CHOICE, format!("{} is no choice for {}", shown(&seen), place.name()))
        .at(place.node.span, "none of the choices")
        .nearest(&seen, "choices", choices.iter().map(String::as_str))
}

/// Keys that an object does not have.
fn keys(known: &[&str], place: &Place, unexpected: &BTreeSet<&str>, out: &mut Vec<Diagnostic>) {
    let owner = if place.entry.is_none() {
        "not a key of this file".to_owned()
    } else {
        format!("not a key of {}", place.name())
    };
    let entries = place.node.entries().iter().filter(|entry| unexpected.contains(entry.key.as_str()));
    for entry in entries.take(Diagnostics::KEPT) {
        out.push(
            Diagnostic::new(code::UNKNOWN_KEY, format!("unknown key {}", shown(&entry.key)))
                .at(entry.key_span, owner.clone())
                .nearest(&entry.key, "keys", known.iter().copied()),
        );
    }
}

/// Alternatives are told apart by one key each, and there is none of them, or more than one.
fn not_one_key(place: &Place, known: &[&str]) -> Diagnostic {
    let list = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let (code, label) = match place.node.entries() {
        [] => (code::MISSING_KEY, "one of them is missing"),
        _ => (code::MISFIT, "more than one of them"),
    };
    Diagnostic::new(code, format!("{} must have exactly one of the keys {list}", place.name())).at(place.head(), label)
}

fn known_keys(schema: &Json) -> Vec<&str> {
    let properties = schema.get("properties").and_then(Json::as_object);
    properties.into_iter().flat_map(|all| all.keys()).map(String::as_str).collect()
}

fn bad_key(place: &Place, key: &str, span: Span, expected: Option<&str>) -> Diagnostic {
    let expected = expected.map_or("a name of another form".to_owned(), str::to_owned);
    Diagnostic::new(code::BAD_FORMAT, format!("{} cannot be a key of {}", shown(key), place.name()))
        .at(span, format!("expected {expected}"))
}

/// `None` if the key seems to be there, misspelt: then that is told.
fn missing(shape: &Shape, schema: &Json, place: &Place, key: &str) -> Option<Diagnostic> {
    /// A longer example is no example.
    const LONGEST_EXAMPLE: usize = 60;
    let known = known_keys(schema);
    let unknown = place.node.entries().iter().map(|entry| entry.key.as_str()).filter(|name| !known.contains(name));
    if unknown.take(Diagnostics::KEPT).any(|name| nearest(name, known.iter().copied()) == Some(key)) {
        return None;
    }
    let diagnostic = Diagnostic::new(code::MISSING_KEY, format!("{} lacks the key {}", place.name(), shown(key)))
        .at(place.head(), format!("{} is missing", shown(key)));
    let property = schema.get("properties").and_then(|all| all.get(key));
    let examples = |schema: &Json| schema.get("examples")?.as_array()?.first().map(Json::to_string);
    let example = property.and_then(|own| examples(own).or_else(|| examples(resolve(&shape.schema, own))));
    Some(match example.filter(|example| example.len() <= LONGEST_EXAMPLE) {
        Some(example) => diagnostic.help(format!("for example `{key}: {example}`")),
        None => diagnostic,
    })
}

fn twice(place: &Place, out: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for item in place.node.items() {
        if let Some(first) = seen.insert(item.to_json().to_string(), item.span) {
            out.push(
                Diagnostic::new(code::DUPLICATE_ITEM, format!("{} lists an item twice", place.name()))
                    .at(item.span, "listed again here")
                    .related(first, "listed before here"),
            );
        }
    }
}

fn bad_format(error: &ValidationError, schema: &Json, place: &Place) -> Diagnostic {
    let seen = place.node.as_str().unwrap_or_default();
    let expected = match (schema.get("x-expected").and_then(Json::as_str), error.kind()) {
        (Some(expected), _) => expected.to_owned(),
        (None, Kind::Format { format }) => format!("text of the format `{format}`"),
        (None, Kind::Pattern { pattern }) => format!("text that matches `{pattern}`"),
        _ => "another form".to_owned(),
    };
    let diagnostic = Diagnostic::new(code::BAD_FORMAT, format!("{} cannot be {}", shown(seen), place.name()))
        .at(place.node.span, format!("expected {expected}"));
    match with_unit(schema, seen) {
        Some((help, replacement)) => diagnostic.help(help).suggest(place.node.span, replacement),
        None => diagnostic,
    }
}

/// What a bound demands, and what the marked value is instead.
fn bounds(kind: &Kind) -> Option<(String, &'static str)> {
    Some(match kind {
        Kind::Minimum { limit } => (format!("be at least {limit}"), "too small"),
        Kind::Maximum { limit } => (format!("be at most {limit}"), "too large"),
        Kind::ExclusiveMinimum { limit } => (format!("be greater than {limit}"), "too small"),
        Kind::ExclusiveMaximum { limit } => (format!("be less than {limit}"), "too large"),
        Kind::MinLength { limit: 1 } | Kind::MinItems { limit: 1 } | Kind::MinProperties { limit: 1 } => {
            ("not be empty".to_owned(), "empty")
        }
        Kind::MinLength { limit } => (format!("have at least {limit} characters"), "too short"),
        Kind::MaxLength { limit } => (format!("have at most {limit} characters"), "too long"),
        Kind::MinItems { limit } => (format!("have at least {limit} items"), "too few"),
        Kind::MaxItems { limit } => (format!("have at most {limit} items"), "too many"),
        Kind::MinProperties { limit } => (format!("have at least {limit} keys"), "too few"),
        Kind::MaxProperties { limit } => (format!("have at most {limit} keys"), "too many"),
        _ => return None,
    })
}

fn out_of_range(place: &Place, schema: &Json, bound: &str, label: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(code::OUT_OF_RANGE, format!("{} must {bound}", place.name())).at(place.node.span, label);
    match schema.get("x-expected").and_then(Json::as_str) {
        Some(expected) => diagnostic.help(format!("expected {expected}")),
        None => diagnostic,
    }
}

fn misfit(error: &ValidationError, place: &Place) -> Diagnostic {
    Diagnostic::new(code::MISFIT, format!("{} does not fit: {}", place.name(), error.masked()))
        .at(place.node.span, "does not fit")
}
