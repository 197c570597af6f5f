//! The shipped blueprints give exactly the files in `golden/`: no other bytes, no file less, no file more.
//!
//! `AKCGEN_BLESS=1 cargo test --test golden` writes what they give now; what it changed is reviewed with the change that
//! caused it. It is refused where `CI` is set. A merge that leaves conflicts in `golden/` is mended by blessing again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use support::{Files, compile, first_difference, repository};

const BLESS: &str = "AKCGEN_BLESS=1 cargo test --test golden";

#[test]
fn minimal() {
    check("minimal");
}

#[test]
fn kind() {
    check("kind");
}

#[test]
fn pks() {
    check("pks");
}

#[test]
fn plain() {
    check("plain");
}

#[test]
fn akachain() {
    check("akachain");
}

fn check(name: &str) {
    let made = compile(&repository(&format!("blueprints/{name}.yaml")));
    let folder = repository(&format!("golden/{name}"));
    if std::env::var_os("AKCGEN_BLESS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "CI compares and never blesses");
        bless(&folder, &made);
    }
    let differences = differences(&read(&folder), &made);
    assert!(differences.is_empty(), "golden/{name}: if this is meant, {BLESS}\n{}", differences.join("\n"));
}

/// What differs between the files on disk and those made now, a line a file.
fn differences(golden: &Files, made: &Files) -> Vec<String> {
    let missing = golden.keys().filter(|path| !made.contains_key(*path)).map(|path| format!("{path}: no longer made"));
    let changed = made.iter().filter_map(|(path, text)| match golden.get(path) {
        None => Some(format!("{path}: not expected")),
        Some(before) => first_difference(before, text)
            .map(|(line, golden, made)| format!("{path}:{line}: expected `{golden}`, made `{made}`"))
            .or_else(|| (before != text).then(|| format!("{path}: line ends differ"))),
    });
    missing.chain(changed).collect()
}

fn bless(folder: &Path, made: &Files) {
    let before = read(folder);
    for path in before.keys().filter(|path| !made.contains_key(*path)) {
        fs::remove_file(folder.join(path)).unwrap();
    }
    for (path, text) in made.iter().filter(|(path, text)| before.get(*path) != Some(*text)) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Every file below a folder.
fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        let Ok(entries) = fs::read_dir(&inner) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    files
}

#[test]
fn every_kind_of_difference_is_found() {
    let files =
        |rows: &[(&str, &str)]| rows.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect::<Files>();
    let golden =
        files(&[("same", "1\n"), ("gone", "1\n"), ("changed", "1\n2\n"), ("shorter", "1\n2\n"), ("ends", "1\n")]);
    let made = files(&[("same", "1\n"), ("new", "1\n"), ("changed", "1\n3\n"), ("shorter", "1\n"), ("ends", "1\r\n")]);
    let expected = [
        "gone: no longer made",
        "changed:2: expected `2`, made `3`",
        "ends: line ends differ",
        "new: not expected",
        "shorter:2: expected `2`, made `(end)`",
    ];
    assert_eq!(differences(&golden, &made), expected);
}
