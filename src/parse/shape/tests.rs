#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;

use super::*;
use crate::parse::normalise::normalise;
use crate::parse::{schema, toy};

/// The findings as `code line:column message (label)`, each followed by its help and change.
fn told(text: &str) -> Vec<String> {
    told_by(toy::schema(), text)
}

fn told_by(schema: Json, text: &str) -> Vec<String> {
    let shape = Shape::new(schema).unwrap();
    let sources = toy::sources(text);
    let mut node = toy::read(text);
    normalise(&mut node, shape.schema());
    let mut diagnostics = Diagnostics::new();
    shape.check(&node, &sources, &mut diagnostics);
    let line = |one: &crate::diag::Diagnostic| {
        let place = sources.position(one.span.unwrap());
        let change = one.suggestion.as_ref().map(|change| format!(" => {}", change.replacement)).unwrap_or_default();
        let (code, help) = (one.code, one.help.join("; "));
        format!("{code} {}:{} {} ({}) {help}{change}", place.line, place.column, one.message, one.label)
    };
    diagnostics.iter().map(line).collect()
}

#[test]
fn what_is_right_is_not_told() {
    let text = "peers: 2\ngroups: {a: {peers: }}\nreach: [web]\nmode: cluster\nvalue: true\nfree: [1, {a: ~}]\ntarget: eks\n\
                eks: {region: x}\nenvironments: {staging: {hosts: {a: {port: 1}}}}\n";
    assert_eq!(told(text), [] as [&str; 0]);
}

#[test]
fn all_at_once() {
    let text = "peers: {cuont: 1, database: oracle}\ngroups:\n  Bad_Name: {}\n  a: {peers: 99}\nhosts:\n  b:\n    address: x\nmode: clustre\n";
    assert_eq!(
        told(text),
        [
            "AKC0110 1:9 unknown key `cuont` (not a key of `peers`) valid keys: `count`, `database` => count",
            "AKC0113 1:29 `oracle` is no choice for `database` (none of the choices) valid choices: `couchdb`, `leveldb`",
            "AKC0114 3:3 `Bad_Name` cannot be a key of `groups` (expected a lower-case name of at most 40 letters, digits and hyphens that starts with a letter) ",
            "AKC0115 4:14 `count` must be at most 25 (too large) ",
            "AKC0111 6:3 `b` lacks the key `port` (`port` is missing) ",
            "AKC0113 8:7 `clustre` is no choice for `mode` (none of the choices) valid choices: `cluster`, `organization` => cluster",
        ]
    );
}

#[test]
fn types_are_told_in_words_with_a_remedy() {
    for (text, expected) in [
        ("peers: three\n", "AKC0112 1:8 `peers` must be an integer or a map (this is text) "),
        ("peers: '3'\n", "AKC0112 1:8 `peers` must be an integer or a map (this is text) "),
        (
            "peers: {count: '3'}\n",
            "AKC0112 1:16 `count` must be an integer (this is text) numbers are written without quotes => 3",
        ),
        (
            "list: 5\n",
            "AKC0112 1:7 `list` must be a list (this is an integer) a list of one item is written in brackets => [5]",
        ),
        ("list: [x]\n", "AKC0112 1:8 an item of `list` must be an integer or a map (this is text) "),
        ("mode: 5\n", "AKC0112 1:7 `mode` must be `cluster` or `organization` (this is an integer) "),
        ("value: [1]\n", "AKC0112 1:8 `value` must be text, an integer or true or false (this is a list) "),
        ("groups: [a]\n", "AKC0112 1:9 `groups` must be a map (this is a list) "),
        ("reach: 5\n", "AKC0112 1:8 `reach` must be a list, `cluster`, `organization` or a map (this is an integer) "),
        (
            "hosts: {a: {address: 2.5, port: 1}}\n",
            "AKC0112 1:22 `address` must be text (this is a number) put text that looks like a number or a truth value in quotes => \"2.5\"",
        ),
        (
            "target:\n",
            "AKC0112 1:1 `target` has no value (expected `eks`) write a value or leave the key out; what an \
          environment should not have is named under `without`",
        ),
        ("x\n", "AKC0112 1:1 the file must be a map (this is text) "),
    ] {
        assert_eq!(told(text), [expected], "{text}");
    }
}

#[test]
fn a_number_for_an_amount_gets_the_unit_of_the_example() {
    let amount =
        json!({"type": "string", "pattern": "^[1-9][0-9]*(Mi|Gi)$", "examples": ["256Mi"], "x-expected": "an amount"});
    let schema =
        json!({"type": "object", "properties": {"memory": amount, "name": {"type": "string", "examples": ["a"]}}});
    let unit = "write the number with its unit";
    for (text, expected) in [
        ("memory: 512\n", format!("AKC0112 1:9 `memory` must be an amount (this is an integer) {unit} => 512Mi")),
        ("memory: '512'\n", format!("AKC0114 1:9 `512` cannot be `memory` (expected an amount) {unit} => 512Mi")),
        ("memory: 536870912\n", "AKC0112 1:9 `memory` must be an amount (this is an integer) ".to_owned()),
        ("memory: 0.5\n", "AKC0112 1:9 `memory` must be an amount (this is a number) ".to_owned()),
        ("memory: true\n", "AKC0112 1:9 `memory` must be an amount (this is true or false) ".to_owned()),
        ("memory: ''\n", "AKC0114 1:9 `` cannot be `memory` (expected an amount) ".to_owned()),
        ("memory: 512MB\n", "AKC0114 1:9 `512MB` cannot be `memory` (expected an amount) ".to_owned()),
    ] {
        assert_eq!(told_by(schema.clone(), text), [expected], "{text}");
    }
    assert!(told_by(schema, "name: 5\n")[0].ends_with("in quotes => \"5\""));
}

#[test]
fn what_readers_disagree_about_is_mended_as_its_place_asks() {
    let schema = json!({"type": "object", "properties": {
        "title": {"type": "string"}, "flag": {"type": "boolean"}, "count": {"type": "integer"},
        "any": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
    }});
    let text = "title: yes\nflag: yes\ncount: 0x10\nany: off\nother: on\n";
    let sources = toy::sources(text);
    let file = sources.iter().next().unwrap().0;
    let mut diagnostics = Diagnostics::new();
    let node = crate::source::read(&sources, file, &mut diagnostics).unwrap();
    Shape::new(schema).unwrap().check(&node, &sources, &mut diagnostics);
    let changes: Vec<_> =
        diagnostics.iter().map(|one| one.suggestion.as_ref().map(|one| one.replacement.as_str())).collect();
    assert_eq!(changes, [Some("\"yes\""), Some("true"), None, Some("\"off\""), Some("\"on\"")]);
    assert!(diagnostics.iter().all(|one| one.code == crate::diag::code::AMBIGUOUS_SCALAR));
}

#[test]
fn the_alternative_of_the_same_type_is_meant() {
    assert_eq!(
        told("peers: {database: {other: {url: 5}}}\n"),
        [
            "AKC0112 1:33 `url` must be text (this is an integer) put text that looks like a number or a truth value in quotes => \"5\"",
        ]
    );
    assert_eq!(
        told("peers: {database: {othr: {url: x}}}\n"),
        ["AKC0110 1:20 unknown key `othr` (not a key of `database`) valid keys: `other` => other",]
    );
    assert_eq!(
        told("peers: {database: 5}\n"),
        ["AKC0112 1:19 `database` must be `couchdb`, `leveldb` or a map (this is an integer) "]
    );
}

#[test]
fn alternatives_that_keys_tell_apart() {
    for (text, expected) in [
        (
            "need: {workload: {adress: 1, port: x, more: x, other: z}}\n",
            vec![
                "AKC0110 1:19 unknown key `adress` (not a key of `workload`) valid keys: `address`, `port` => address",
                "AKC0112 1:36 `port` must be an integer (this is text) ",
                "AKC0110 1:39 unknown key `more` (not a key of `workload`) valid keys: `address`, `port`",
                "AKC0110 1:48 unknown key `other` (not a key of `workload`) valid keys: `address`, `port`",
            ],
        ),
        (
            "need: {managd: {address: x, port: 1}}\n",
            vec![
                "AKC0110 1:8 unknown key `managd` (not a key of `need`) valid keys: `managed`, `omit`, `workload` => managed",
            ],
        ),
        (
            "need: {omit: why, workload: {address: x, port: 1}}\n",
            vec![
                "AKC0116 1:1 `need` must have exactly one of the keys `managed`, `omit`, `workload` (more than one of them) ",
            ],
        ),
        (
            "need: {}\n",
            vec![
                "AKC0111 1:1 `need` must have exactly one of the keys `managed`, `omit`, `workload` (one of them is missing) ",
            ],
        ),
        ("need: omit\n", vec!["AKC0112 1:7 `need` must be a map (this is text) "]),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn short_and_long_forms_are_told_apart_by_the_published_schema_too() {
    let schema = schema::published(toy::schema());
    let raw = |text: &str| {
        let shape = Shape::new(schema.clone()).unwrap();
        let mut diagnostics = Diagnostics::new();
        shape.check(&toy::read(text), &toy::sources(text), &mut diagnostics);
        diagnostics.iter().map(|one| format!("{} {}", one.code, one.message)).collect::<Vec<_>>()
    };
    assert_eq!(raw("peers: 99\n"), ["AKC0115 `peers` must be at most 25"]);
    assert_eq!(raw("peers: {count: 99, x: 1}\n"), ["AKC0115 `count` must be at most 25", "AKC0110 unknown key `x`"]);
    assert_eq!(raw("reach: clustre\n"), ["AKC0113 `clustre` is no choice for `reach`"]);
    assert_eq!(raw("peers:\n"), [] as [&str; 0]);
}

#[test]
fn bounds_patterns_and_lists() {
    for (text, expected) in [
        ("words: []\n", "AKC0115 1:8 `words` must not be empty (empty) "),
        ("words: [a, b, c, d]\n", "AKC0115 1:8 `words` must have at most 3 items (too many) "),
        ("words: [a, b, a]\n", "AKC0117 1:15 `words` lists an item twice (listed again here) "),
        (
            "reach: {frontends: [Web]}\n",
            "AKC0114 1:21 `Web` cannot be an item of `frontends` (expected a lower-case name of at most 40 letters, digits and hyphens that starts with a letter) ",
        ),
        (
            "reach: {frontends: [abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz]}\n",
            "AKC0114 1:21 `abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz` cannot be an item of `frontends` (expected a \
             lower-case name of at most 40 letters, digits and hyphens that starts with a letter) ",
        ),
        (
            "eks: {region: x, pool: {sise: 1}}\n",
            "AKC0110 1:25 unknown key `sise` (not a key of `pool`) valid keys: `size` => size",
        ),
        (
            "target: esk\n",
            "AKC0113 1:9 `esk` is no choice for `target` (none of the choices) valid choices: `eks` => eks",
        ),
        ("peers: {count: -1}\n", "AKC0115 1:16 `count` must be at least 0 (too small) "),
    ] {
        assert_eq!(told(text), [expected], "{text}");
    }
}

#[test]
fn what_stands_under_a_bad_name_is_checked_too() {
    let expected = "(expected a lower-case name of at most 40 letters, digits and hyphens that starts with a letter) ";
    let long = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    assert_eq!(
        told(&format!("groups: {{Big: {{peers: 99}}, {long}: {{}}}}\n")),
        [
            format!("AKC0114 1:10 `Big` cannot be a key of `groups` {expected}"),
            "AKC0115 1:23 `count` must be at most 25 (too large) ".to_owned(),
            format!("AKC0114 1:28 `{long}` cannot be a key of `groups` {expected}"),
        ]
    );
}

#[test]
fn keywords_without_words_of_their_own() {
    let schema = serde_json::json!({
        "type": "object",
        "propertyNames": {"pattern": "^[a-z]+$", "x-expected": "letters"},
        "properties": {"even": {"multipleOf": 2}, "never": false, "ip": {"type": "string", "format": "ipv4"}, "not": {"not": {"const": 1}}},
        "patternProperties": {"^x": {"type": "string"}}
    });
    let told = told_by(schema, "even: 3\nnever: 1\nip: x\nnot: 1\nBad: 1\n");
    assert_eq!(
        told,
        [
            "AKC0116 1:7 `even` does not fit: value is not a multiple of 2 (does not fit) ",
            "AKC0116 2:8 `never` does not fit: False schema does not allow value (does not fit) ",
            "AKC0114 3:5 `x` cannot be `ip` (expected text of the format `ipv4`) ",
            "AKC0116 4:6 `not` does not fit: {\"const\":1} is not allowed for value (does not fit) ",
            "AKC0114 5:1 `Bad` cannot be a key of the file (expected letters) ",
        ]
    );
}

#[test]
fn a_place_that_bears_an_error_is_not_blamed_twice() {
    let text = "mode: no\npeers: *x\n";
    let sources = toy::sources(text);
    let mut diagnostics = Diagnostics::new();
    let (file, _) = sources.iter().next().unwrap();
    let mut node = crate::source::read(&sources, file, &mut diagnostics).unwrap();
    let before = diagnostics.errors();
    let shape = Shape::new(toy::schema()).unwrap();
    normalise(&mut node, shape.schema());
    shape.check(&node, &sources, &mut diagnostics);
    assert_eq!((before, diagnostics.errors()), (2, 2), "{diagnostics:?}");
}

#[test]
fn a_flood_ends_soon() {
    let text: String = (0..100_000).map(|key| format!("key-{key}: 1\n")).collect();
    let shape = Shape::new(toy::schema()).unwrap();
    let mut diagnostics = Diagnostics::new();
    shape.check(&toy::read(&text), &toy::sources(&text), &mut diagnostics);
    assert_eq!(diagnostics.iter().count(), Diagnostics::KEPT);
}

#[test]
fn a_schema_that_is_none_is_refused() {
    assert!(Shape::new(serde_json::json!({"type": 5})).is_err());
    assert!(Shape::new(serde_json::json!({"$ref": "#/$defs/Absent"})).is_err());
}
