#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::parse::toy;

fn valid(schema: &Json, text: &str) -> bool {
    jsonschema::validator_for(schema).unwrap().is_valid(&toy::read(text).to_json())
}

#[test]
fn no_nulls_are_left() {
    let text = toy::schema().to_string();
    assert!(!text.contains("\"null\""), "{text}");
    assert!(valid(&toy::schema(), "mode: cluster\nvalue: 3\npeers: {}\n"));
    assert!(!valid(&toy::schema(), "mode:\n") && !valid(&toy::schema(), "peers:\n"));
}

#[test]
fn targets_bring_their_parameters() {
    let schema = toy::schema();
    assert!(valid(&schema, "target: eks\neks: {region: x, pool: {size: 3}}\n"));
    assert!(!valid(&schema, "target: pks\n"));
    assert!(!valid(&schema, "pks: {}\n"));
    assert!(valid(&schema, "eks: {}\n"), "the region may stand elsewhere");
    assert!(!valid(&schema, "eks: {region: x, pool: {size: big}}\n"));
}

#[test]
fn overlays_require_nothing() {
    let schema = toy::schema();
    assert!(!valid(&schema, "hosts: {a: {port: 1}}\n"));
    assert!(valid(&schema, "environments: {staging: {hosts: {a: {port: 1}}}}\n"));
    assert!(!valid(&schema, "environments: {staging: {hosts: {a: {prot: 1}}}}\n"));
    assert!(!valid(&schema, "environments: {staging: {hosts: {a: {port: x}}}}\n"));
}

#[test]
fn the_published_schema_takes_short_forms() {
    let schema = published(toy::schema());
    for text in
        ["peers: 2\n", "peers: {count: 2}\n", "peers:\n", "reach: cluster\n", "reach: [web]\n", "groups: {a: }\n"]
    {
        assert!(valid(&schema, text), "{text}");
        assert!(!valid(&toy::schema(), text) || text.contains("count"), "{text}");
    }
    assert!(!valid(&schema, "peers: two\n") && !valid(&schema, "reach: 5\n") && !valid(&schema, "peers: [2]\n"));
    assert!(!valid(&schema, "hosts: {a: }\n"), "a host without an address is no host");
}

#[test]
fn schemas_are_valid_schemas() {
    for schema in [toy::schema(), published(toy::schema())] {
        assert!(jsonschema::meta::is_valid(&schema), "{schema}");
    }
}
