#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

use std::path::PathBuf;

use serde_json::json;

use super::*;
use crate::diag::render::{Format, render};

/// Files in a folder of their own, gone with the value.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Folder(folder)
    }
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }
}

/// A target whose parameters are what is needed here.
pub(crate) fn targets() -> Vec<(String, Json)> {
    let parameters = json!({
        "type": "object",
        "properties": {"region": {"$ref": "#/$defs/Region"}, "account": {"type": "string"}},
        "additionalProperties": false,
        "$defs": {"Region": {"type": "string", "pattern": "^[a-z-]+-[0-9]$"}},
    });
    vec![("eks".to_owned(), parameters)]
}

/// What is said of a blueprint in one environment, in the short form; the blueprint if nothing.
pub(crate) fn read_environment(entry: &Path, name: &str) -> Result<(Blueprint, Files), String> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let parsed = parse(entry, &mut sources, &targets(), &mut diagnostics);
    let found = parsed.and_then(|parsed| {
        let blueprint = parsed.environment(name, &sources, &mut diagnostics)?;
        Some((blueprint, parsed.files))
    });
    found.filter(|_| diagnostics.is_empty()).ok_or_else(|| render(Format::Short, &diagnostics, &sources, false))
}

fn shipped(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("blueprints").join(name)
}

const SMALL: &str = "
blueprint: v1
name: small
organizations:
  buyer: {domain: buyer.example, target: eks}
ordering: {orderers: {buyer: 3}}
channels: {trade: [buyer]}
";

fn small(more: &str) -> Folder {
    Folder::new(&[("a.yaml", &format!("{SMALL}{more}"))])
}

fn blueprint(folder: &Folder, environment: &str) -> Blueprint {
    read_environment(&folder.path("a.yaml"), environment).unwrap_or_else(|told| panic!("{told}")).0
}

fn told(folder: &Folder, environment: &str) -> String {
    read_environment(&folder.path("a.yaml"), environment).map(|_| ()).unwrap_err()
}

#[test]
fn shipped_blueprints_are_read() {
    for (name, environment) in
        [("minimal.yaml", "production"), ("akachain.yaml", "production"), ("akachain.yaml", "staging")]
    {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let any = vec![("eks".to_owned(), json!({"type": "object"}))];
        let parsed = parse(&shipped(name), &mut sources, &any, &mut diagnostics);
        let read = parsed.and_then(|parsed| parsed.environment(environment, &sources, &mut diagnostics));
        assert!(read.is_some(), "{}", render(Format::Human, &diagnostics, &sources, false));
    }
}
