//! The published schemas are those of the Rust types and of the targets' parameters, and explain every field.
//!
//! `AKCGEN_BLESS=1 cargo test --test schemas` writes them anew; read the difference before you commit it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use akcgen::base::Sources;
use akcgen::bind::allocations::AllocationsFile;
use akcgen::diag::Diagnostics;
use akcgen::parse::{self, schema};
use akcgen::target::{self, Shelf};
use serde_json::Value as Json;

fn shelf() -> Shelf {
    Shelf::load(&[], &mut Sources::new(), &mut Diagnostics::new())
}

fn published() -> [(&'static str, Json); 3] {
    [
        ("allocations", schema::of::<AllocationsFile>()),
        ("blueprint", schema::published(parse::blueprint_schema(&shelf().schemas()))),
        ("target", target::schema()),
    ]
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (name, schema) in published() {
        let path = format!("schemas/{name}.schema.json");
        let text = format!("{schema:#}\n");
        if std::env::var_os("AKCGEN_BLESS").is_some() {
            assert!(std::env::var_os("CI").is_none(), "expectations are never written where CI runs");
            fs::create_dir_all("schemas").unwrap();
            fs::write(&path, &text).unwrap();
        }
        let committed = fs::read_to_string(Path::new(&path)).unwrap_or_default();
        assert!(committed == text, "{path} is stale: AKCGEN_BLESS=1 cargo test --test schemas");
    }
}

#[test]
fn every_field_and_every_parameter_is_explained() {
    let mut unexplained = Vec::new();
    for (name, schema) in published() {
        properties(&schema, name, &mut unexplained);
    }
    for (name, schema) in shelf().schemas() {
        properties(&schema, &name, &mut unexplained);
    }
    assert!(unexplained.is_empty(), "without description or example:\n{}", unexplained.join("\n"));
}

/// Every property below a schema that has no description or no example.
fn properties(schema: &Json, path: &str, unexplained: &mut Vec<String>) {
    match schema {
        Json::Object(keys) => {
            // A variant's key is explained by the variant.
            let own = keys.get("properties").and_then(Json::as_object).filter(|_| !path.ends_with(".oneOf"));
            for (name, property) in own.into_iter().flatten() {
                let has = |key: &str| property.get(key).is_some();
                if !(has("description") && (has("examples") || has("example"))) {
                    unexplained.push(format!("{path}.{name}"));
                }
            }
            keys.iter().for_each(|(key, inner)| properties(inner, &format!("{path}.{key}"), unexplained));
        }
        Json::Array(items) => items.iter().for_each(|inner| properties(inner, path, unexplained)),
        _ => {}
    }
}
