//! Finding one's way in a schema: what stands at a place, and what is expected there in words.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// The schema that a reference leads to; a schema without one is itself.
pub(in crate::parse) fn resolve<'s>(root: &'s Json, schema: &'s Json) -> &'s Json {
    /// References lead to definitions, not to further references; a longer chain is a circle.
    const LONGEST_CHAIN: usize = 8;
    let mut resolved = schema;
    for _ in 0..LONGEST_CHAIN {
        match resolved.get("$ref").and_then(Json::as_str).and_then(|target| referred(root, target)) {
            Some(target) => resolved = target,
            None => break,
        }
    }
    resolved
}

fn referred<'s>(root: &'s Json, target: &str) -> Option<&'s Json> {
    match target.strip_prefix("#/$defs/") {
        // Nearly every reference: without the allocations of a JSON pointer.
        Some(name) if !name.contains(['/', '~']) => root.get("$defs")?.get(name),
        _ => root.pointer(target.strip_prefix('#')?),
    }
}

/// The alternatives of a schema, or the schema alone; references resolved.
pub(in crate::parse) fn alternatives<'s>(root: &'s Json, schema: &'s Json) -> impl Iterator<Item = &'s Json> {
    let schema = resolve(root, schema);
    let listed = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Json::as_array);
    let alone = listed.is_none().then_some(schema);
    alone.into_iter().chain(listed.into_iter().flatten().map(|one| resolve(root, one)))
}

/// The alternative that describes a value of this JSON type, if the schema says what types it takes.
pub(in crate::parse) fn alternative<'s>(root: &'s Json, schema: &'s Json, kind: &str) -> Option<&'s Json> {
    alternatives(root, schema).find(|one| types(one).any(|name| fits(name, kind)))
}

/// Whether a value of this JSON type can stand here, as far as types tell.
pub(in crate::parse) fn accepts(root: &Json, schema: &Json, kind: &str) -> bool {
    alternatives(root, schema).any(|one| {
        let words = one.get("const").into_iter().chain(one.get("enum").and_then(Json::as_array).into_iter().flatten());
        let mut named = types(one).chain(words.map(|word| -> &str { json_type(word) })).peekable();
        named.peek().is_none() || named.any(|name| fits(name, kind))
    })
}

/// What a schema expects, in words: `an integer or a map`, `one of …`.
pub(in crate::parse) fn expected(root: &Json, schema: &Json) -> String {
    let phrases = phrases(root, schema);
    match phrases.split_last() {
        None => "something else".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// Short forms go before the map that they stand for.
fn phrases(root: &Json, schema: &Json) -> Vec<String> {
    let mut phrases: Vec<String> = Vec::new();
    for one in alternatives(root, schema) {
        let kinds = ["string", "integer", "boolean", "array"].iter();
        let short: BTreeSet<&str> = kinds.filter_map(|kind| short_property(one, kind)).collect();
        let short = short.into_iter().filter_map(|name| property(one, name));
        for phrase in short.flat_map(|schema| self::phrases(root, schema)).chain(own_phrases(one)) {
            if !phrases.contains(&phrase) {
                phrases.push(phrase);
            }
        }
    }
    phrases
}

fn own_phrases(schema: &Json) -> Vec<String> {
    if let Some(expected) = schema.get("x-expected").and_then(Json::as_str) {
        return vec![expected.to_owned()];
    }
    let words: Vec<String> = schema
        .get("const")
        .into_iter()
        .chain(schema.get("enum").and_then(Json::as_array).into_iter().flatten())
        .map(|word| word.as_str().map_or_else(|| format!("`{word}`"), |text| format!("`{text}`")))
        .collect();
    if !words.is_empty() {
        return words;
    }
    let phrase = |name| match name {
        "boolean" => "true or false",
        "integer" => "an integer",
        "number" => "a number",
        "string" => "text",
        "array" => "a list",
        "object" => "a map",
        _ => "nothing",
    };
    types(schema).map(|name| phrase(name).to_owned()).collect()
}

fn fits(name: &str, kind: &str) -> bool {
    name == kind || (name == "number" && kind == "integer")
}

fn json_type(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// The JSON types that a schema names.
pub(in crate::parse) fn types(schema: &Json) -> impl Iterator<Item = &str> {
    let (one, many) = match schema.get("type") {
        Some(Json::String(name)) => (Some(name.as_str()), None),
        Some(Json::Array(names)) => (None, Some(names)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Json::as_str))
}

/// The schema of a key's value in an object. A map with names for keys has one pattern, so the pattern is not asked.
pub(in crate::parse) fn property<'s>(object: &'s Json, key: &str) -> Option<&'s Json> {
    let patterns = || object.get("patternProperties").and_then(Json::as_object).and_then(|all| all.values().next());
    let others = || object.get("additionalProperties").filter(|schema| schema.is_object());
    object.get("properties").and_then(|all| all.get(key)).or_else(patterns).or_else(others)
}

/// The property that a value of this JSON type is short for.
pub(in crate::parse) fn short_property<'s>(object: &'s Json, kind: &str) -> Option<&'s str> {
    match object.get("x-short")? {
        Json::String(name) => Some(name),
        by_type => by_type.get(kind).or_else(|| by_type.get("number").filter(|_| kind == "integer"))?.as_str(),
    }
}
