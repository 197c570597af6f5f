//! The JSON Schema of an input file: made from the Rust types, completed with what only targets know, and read here
//! by the shape check, the normaliser and the merge. Published in another form, with the short forms people may write.
//!
//! Extension keywords, all of them annotations that other validators ignore:
//!
//! | keyword | on | meaning |
//! |---|---|---|
//! | `x-expected` | a string with a `pattern` | what the text has to be, for messages |
//! | `x-short` | an object | the property that another value stands for: `"count"`, or by JSON type `{"array": "members"}` |
//! | `x-merge` | a property, a type | `"replace"`: what is merged over a map replaces it; `"append"`: a list stands behind the other |
//! | `x-targets` | an object | it takes a target's name under `target`, and each target's parameters under its name |
//! | `x-overlay` | an object | what stands in it are changes: nothing is required there |

mod look;

use std::collections::{BTreeMap, BTreeSet};

use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value as Json, json};

use crate::base::name::{TEXT_SHAPES, TextShape};
pub(super) use look::{accepts, alternative, alternatives, expected, property, resolve, short_property, types};

/// The schema of a Rust type, before anything is composed into it.
pub fn of<T: JsonSchema>() -> Json {
    schemars::SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}

/// The schema that input is checked against once short forms are written out: the Rust types' schema without nulls (a key
/// without a value says nothing), with every target's parameter schema where `x-targets` stands, and with nothing
/// required below `x-overlay`.
pub fn compose(root: Json, targets: &[(String, Json)]) -> Json {
    let Ok(mut schema) = Schema::try_from(root) else { return Json::Bool(true) };
    without_null(&mut schema);
    name_keys(&mut schema);
    hoist_targets(&mut schema, targets);
    take_targets(&mut schema, targets);
    relax_overlays(&mut schema);
    schema.to_value()
}

/// The schema for editors: `compose`d, with short forms beside long ones, and a key without a value where an empty map
/// would do.
pub fn published(composed: Json) -> Json {
    let Ok(mut schema) = Schema::try_from(composed) else { return Json::Bool(true) };
    short_forms(&mut schema);
    schema.to_value()
}

/// Takes `null` away wherever something else may stand as well.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Json::Array(names)) = object.get_mut("type") {
        names.retain(|name| name != "null");
        if let [name] = names.as_slice() {
            let name = name.clone();
            object.insert("type".into(), name);
        }
    }
    if let Some(Json::Array(options)) =
        object.get_mut("enum").filter(|options| options.as_array().is_some_and(|all| all.len() > 1))
    {
        options.retain(|option| !option.is_null());
    }
    if object.get("default").is_some_and(Json::is_null) {
        object.remove("default");
    }
    for keyword in ["anyOf", "oneOf"] {
        let Some(Json::Array(alternatives)) = object.get_mut(keyword) else { continue };
        alternatives.retain(|one| one.get("type").is_none_or(|name| name != "null"));
        if let [Json::Object(only)] = alternatives.as_slice() {
            let only = only.clone();
            object.remove(keyword);
            only.into_iter().for_each(|(key, value)| {
                object.entry(key).or_insert(value);
            });
        }
    }
    transform_subschemas(&mut without_null, schema);
}

/// Says of a map's keys all that is known of the text they are, of which schemars keeps the pattern alone. Values under
/// keys of another shape are then checked as well.
fn name_keys(schema: &mut Schema) {
    transform_subschemas(&mut name_keys, schema);
    let Some(object) = schema.as_object_mut() else { return };
    let only = |patterns: &Json| -> Option<(TextShape, Json)> {
        let mut patterns = patterns.as_object()?.iter();
        let (Some((pattern, value)), None) = (patterns.next(), patterns.next()) else { return None };
        Some((*TEXT_SHAPES.iter().find(|shape| shape.pattern == pattern)?, value.clone()))
    };
    let closed = object.get("additionalProperties") == Some(&Json::Bool(false)) && !object.contains_key("properties");
    if let Some((TextShape { pattern, longest, expected }, value)) =
        object.get("patternProperties").filter(|_| closed).and_then(only)
    {
        object.remove("patternProperties");
        object.insert("additionalProperties".into(), value);
        object
            .insert("propertyNames".into(), json!({"pattern": pattern, "maxLength": longest, "x-expected": expected}));
    }
}

/// Moves the targets' schemas and their definitions into the root's definitions, under the target's name.
fn hoist_targets(root: &mut Schema, targets: &[(String, Json)]) {
    let mut moved = Map::new();
    for (name, parameters) in targets {
        let Ok(mut parameters) = Schema::try_from(parameters.clone()) else { continue };
        without_null(&mut parameters);
        require_nothing(&mut parameters);
        prefix_references(&mut parameters, name);
        parameters.remove("$schema");
        if let Some(Json::Object(definitions)) = parameters.remove("$defs") {
            moved.extend(definitions.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)));
        }
        moved.insert(name.clone(), parameters.to_value());
    }
    if let (Some(object), false) = (root.as_object_mut(), moved.is_empty()) {
        let definitions = object.entry("$defs").or_insert_with(|| json!({}));
        definitions.as_object_mut().into_iter().for_each(|all| all.extend(std::mem::take(&mut moved)));
    }
}

/// A block of parameters may be written in parts, under `defaults`, in the organization and in an environment: what it
/// must have is asked of the whole alone, by the target.
fn require_nothing(schema: &mut Schema) {
    schema.remove("required");
    transform_subschemas(&mut require_nothing, schema);
}

fn prefix_references(schema: &mut Schema, prefix: &str) {
    if let Some(Json::String(reference)) = schema.get_mut("$ref")
        && let Some(name) = reference.strip_prefix("#/$defs/")
    {
        *reference = format!("#/$defs/{prefix}.{name}");
    }
    transform_subschemas(&mut |inner: &mut Schema| prefix_references(inner, prefix), schema);
}

/// A block to begin with, the nth of its kind: that example of the whole, the first if there are fewer, and what the schema
/// requires beside it, each with its own first example.
pub fn sample(parameters: &Json, nth: usize) -> Map<String, Json> {
    let examples = &parameters["examples"];
    let mut block = examples.get(nth).unwrap_or(&examples[0]).as_object().cloned().unwrap_or_default();
    let required = parameters["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
    let missing: Vec<&str> = required.filter(|name| block.get(*name).is_none()).collect();
    for name in missing {
        let example = resolve(parameters, &parameters["properties"][name])["examples"].get(0).cloned();
        block.extend(example.map(|example| (name.to_owned(), example)));
    }
    block
}

/// Where `x-targets` stands: `target` is one of the names, and each name is a key with that target's parameters.
fn take_targets(schema: &mut Schema, targets: &[(String, Json)]) {
    if schema.get("x-targets").is_some()
        && let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut)
    {
        let names: Vec<&str> = targets.iter().map(|(name, _)| name.as_str()).collect();
        if let Some(Json::Object(target)) = properties.get_mut("target") {
            ["pattern", "maxLength", "x-expected"].iter().for_each(|keyword| drop(target.remove(*keyword)));
            target.insert("enum".into(), json!(names));
        }
        for (name, parameters) in targets {
            let about = parameters
                .get("description")
                .cloned()
                .unwrap_or_else(|| format!("Parameters of the target `{name}`.").into());
            let own = json!({
                "$ref": format!("#/$defs/{name}"), "description": about, "examples": [sample(parameters, 0)],
            });
            properties.insert(name.clone(), own);
        }
    }
    transform_subschemas(&mut |inner: &mut Schema| take_targets(inner, targets), schema);
}

/// Lets definitions marked `x-overlay` refer to copies of the others in which nothing is required.
fn relax_overlays(root: &mut Schema) {
    let Some(Json::Object(definitions)) = root.get("$defs").cloned() else { return };
    let mut relaxed = BTreeMap::new();
    let mut wanted = BTreeSet::new();
    for (name, definition) in definitions.iter().filter(|(_, one)| one.get("x-overlay").is_some()) {
        relaxed.insert(name.clone(), relax(definition.clone(), &mut wanted));
    }
    relax_all(&definitions, wanted, &mut relaxed);
    if let Some(Json::Object(all)) = root.get_mut("$defs") {
        all.extend(relaxed);
    }
}

/// Adds to the relaxed definitions those that they refer to. What is replaced whole requires what it always does.
fn relax_all(definitions: &Map<String, Json>, mut wanted: BTreeSet<String>, relaxed: &mut BTreeMap<String, Json>) {
    while let Some(name) = wanted.iter().find(|name| !relaxed.contains_key(&changes_to(name))).cloned() {
        let definition = definitions.get(&name).cloned().unwrap_or(Json::Bool(true));
        let changes = if definition.get("x-merge").is_some_and(|how| how == "replace") {
            json!({"$ref": format!("#/$defs/{name}")})
        } else {
            relax(definition, &mut wanted)
        };
        relaxed.insert(changes_to(&name), changes);
    }
}

/// The schema of something that is whole in itself, or where it bears a key consists of changes to another, which
/// requires nothing but what is replaced whole.
pub fn whole_or_changes(mut whole: Json, key: &str) -> Json {
    let Some(object) = whole.as_object_mut() else { return whole };
    let Some(Json::Object(mut definitions)) = object.remove("$defs") else { return whole };
    let (mut relaxed, mut wanted) = (BTreeMap::new(), BTreeSet::new());
    let changes = relax(whole.clone(), &mut wanted);
    relax_all(&definitions, wanted, &mut relaxed);
    definitions.extend(relaxed);
    let language = whole.get("$schema").cloned();
    let title = whole.get("title").cloned();
    json!({"$schema": language, "title": title, "if": {"required": [key]}, "then": changes, "else": whole, "$defs": definitions})
}

fn changes_to(name: &str) -> String {
    format!("{name}Changes")
}

fn relax(definition: Json, wanted: &mut BTreeSet<String>) -> Json {
    fn walk(schema: &mut Schema, wanted: &mut BTreeSet<String>) {
        schema.remove("required");
        schema.remove("minProperties");
        if let Some(Json::String(reference)) = schema.get_mut("$ref")
            && let Some(name) = reference.strip_prefix("#/$defs/").map(str::to_owned)
        {
            *reference = format!("#/$defs/{}", changes_to(&name));
            wanted.insert(name);
        }
        transform_subschemas(&mut |inner: &mut Schema| walk(inner, wanted), schema);
    }
    match Schema::try_from(definition) {
        Ok(mut schema) => {
            walk(&mut schema, wanted);
            schema.to_value()
        }
        Err(_) => Json::Bool(true),
    }
}

/// A transform for schemars: adds to each object with `x-short` the schema of what is short for it, and to each object that
/// requires nothing a key without a value.
pub fn short_forms(schema: &mut Schema) {
    transform_subschemas(&mut short_forms, schema);
    let Some(object) = schema.as_object_mut() else { return };
    if object.get("type").is_some_and(|name| name == "object") && !object.contains_key("required") {
        object.insert("type".into(), json!(["object", "null"]));
    }
    let names: BTreeSet<String> = match object.get("x-short") {
        Some(Json::String(name)) => BTreeSet::from([name.clone()]),
        Some(Json::Object(by_type)) => by_type.values().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => return,
    };
    let about = object.remove("description");
    let mut alternatives = vec![Json::Object(object.clone())];
    alternatives.extend(names.iter().filter_map(|name| object.get("properties")?.get(name).cloned()));
    let about = about.into_iter().map(|text| ("description".to_owned(), text));
    *object = about.chain([("anyOf".to_owned(), Json::Array(alternatives))]).collect();
}

#[cfg(test)]
mod tests;
