//! The order of keys in a blueprint is without effect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use akcgen::base::Sources;
use akcgen::diag::Diagnostics;
use akcgen::diag::render::{Format, render};
use akcgen::{parse, resolve, source};
use serde_json::{Value as Json, json};

const BLUEPRINTS: [&str; 2] = ["minimal.yaml", "akachain.yaml"];

/// A blueprint as data.
fn read(name: &str) -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints").join(name);
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = source::read_file(&path, &mut sources, &mut diagnostics).unwrap();
    source::read(&sources, file, &mut diagnostics).unwrap().to_json()
}

/// The same data with the keys of every map in another order.
fn shuffled(value: &Json, random: &mut Random) -> Json {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<(&String, &Json)> = map.iter().collect();
            for at in (1..entries.len()).rev() {
                entries.swap(at, random.below(at + 1));
            }
            entries.into_iter().map(|(key, value)| (key.clone(), shuffled(value, random))).collect()
        }
        Json::Array(items) => items.iter().map(|item| shuffled(item, random)).collect(),
        other => other.clone(),
    }
}

/// A linear congruential generator (Knuth's MMIX), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// Every environment of a blueprint, resolved, but for the places in the text.
fn resolved(value: &Json) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blueprint.yaml");
    // JSON is YAML.
    std::fs::write(&path, serde_json::to_string_pretty(value).unwrap()).unwrap();
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let targets = vec![("eks".to_owned(), json!({"type": "object"}))];
    let parsed = parse::parse(&path, &mut sources, &targets, &mut diagnostics);
    let mut resolved = Vec::new();
    for name in parsed.as_ref().map_or_else(Vec::new, parse::Parsed::environments) {
        let blueprint = parsed.as_ref().and_then(|one| one.environment(&name.value, &sources, &mut diagnostics));
        let files = parsed.as_ref().map(|parsed| &parsed.files);
        let consortium = blueprint.zip(files);
        resolved.extend(
            consortium.and_then(|(blueprint, files)| resolve::resolve(&blueprint, &name, files, &mut diagnostics)),
        );
    }
    assert!(!diagnostics.has_errors(), "{}", render(Format::Human, &diagnostics, &sources, false));
    assert!(!resolved.is_empty());
    without_places(&format!("{resolved:#?}"))
}

/// Takes the numbers out of every `Span`.
fn without_places(text: &str) -> String {
    let places = ["FileId(", "start: ", "end: "];
    let lines = text.lines().filter(|line| !places.iter().any(|place| line.trim_start().starts_with(place)));
    let mut kept = Vec::new();
    let mut in_file = false;
    for line in lines {
        match line.trim() {
            "file: FileId(" => in_file = true,
            ")," if in_file => in_file = false,
            _ if in_file => {}
            _ => kept.push(line),
        }
    }
    kept.join("\n")
}

#[test]
fn another_order_of_keys_gives_the_same_consortium() {
    for name in BLUEPRINTS {
        let written = read(name);
        let expected = resolved(&written);
        for seed in 0..8 {
            let other = shuffled(&written, &mut Random(seed));
            assert_eq!(other, written, "the same data");
            assert_ne!(other.to_string(), written.to_string(), "in another order");
            assert!(resolved(&other) == expected, "{name} with seed {seed}");
        }
    }
}

/// The comparison sees what differs.
#[test]
fn another_value_gives_another_consortium() {
    let mut changed = read("minimal.yaml");
    let expected = resolved(&changed);
    changed["ordering"]["orderers"]["buyer"] = json!(5);
    assert!(resolved(&changed) != expected);
}
