//! The rooms of `src/` import one way, and what could spoil a build stays in the room that answers for it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

/// The rooms in the order of the pipeline; each imports only from itself and from those before it.
const ORDER: &[&str] = &[
    "base",
    "diag",
    "source",
    "text",
    "parse",
    "fabric",
    "resolve",
    "expand",
    "target",
    "place",
    "bind",
    "configure",
    "lower",
    "hosts",
    "render",
    "package",
    "administer",
    "emit",
    "review",
    "compile",
    "cli",
];

/// Text that only some places may hold, with the reason.
const KEPT_IN: &[(&[&str], &[&str], &str)] = &[
    (&["k8s_openapi"], &["src/lower/"], "Kubernetes types are known to lowering alone"),
    (&["minijinja"], &["src/target/", "src/render/"], "templates are the targets' and the renderer's"),
    (&["granit_parser"], &["src/source/"], "the YAML parser stands behind the reader"),
    (&["annotate_snippets"], &["src/diag/render/"], "the renderer stands behind the reports"),
    (
        &["jsonschema"],
        &["src/parse/", "src/target/"],
        "the validator stands behind the shape check and that of targets",
    ),
    (&["clap", "anstream"], &["src/cli/", "src/main.rs"], "the terminal is the command line's"),
    (
        &[
            "std::fs",
            "fs::",
            "File::open",
            "rustix",
            "tempfile",
            ".is_file()",
            ".is_dir()",
            ".exists()",
            ".canonicalize()",
            ".read_dir()",
        ],
        &["src/source/", "src/target/load.rs", "src/emit/"],
        "files are read by source and target loading and written by the bundle writer",
    ),
    (
        &["std::env", "env::var", "env::args", "std::process"],
        &["src/cli/", "src/main.rs", "src/emit/"],
        "the environment never reaches the output",
    ),
    (&["SystemTime", "Instant::now", "std::time"], &["src/cli/"], "no clock reaches the output"),
    (&["HashMap", "HashSet", "RandomState"], &[], "the order of maps reaches the output: use BTreeMap and BTreeSet"),
];

/// What is wrong in one file, given by its path from the root of the repository.
fn faults(path: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let mut faults = Vec::new();
    let room = path.strip_prefix("src/").unwrap_or(path).split('/').next().unwrap_or("").trim_end_matches(".rs");
    let crate_root = matches!(room, "lib" | "main");
    let rank = ORDER.iter().position(|name| *name == room);
    if rank.is_none() && !crate_root {
        faults.push(format!("{path}: the room `{room}` has no place in the order"));
    }
    for name in imports(&code) {
        match (ORDER.iter().position(|known| *known == name), rank) {
            (None, _) => faults.push(format!("{path}: imports `crate::{name}`, which has no place in the order")),
            (Some(other), Some(own)) if other > own => {
                faults.push(format!("{path}: `{room}` stands before `{name}` and may not import from it"));
            }
            _ => {}
        }
    }
    for (texts, places, reason) in KEPT_IN {
        let allowed = places.iter().any(|place| path.starts_with(place));
        for found in texts.iter().filter(|text| !allowed && code.contains(**text)) {
            faults.push(format!("{path}: `{found}`: {reason}"));
        }
    }
    faults
}

/// The text without comments and without what only tests compile.
fn code(text: &str) -> String {
    let text = text.split_once("#[cfg(test)]\nmod tests {").map_or(text, |(before, _)| before);
    let line = |line: &str| line.split_once("//").map_or(line, |(before, _)| before).to_owned() + "\n";
    text.lines().map(line).collect()
}

/// The rooms that paths starting with `crate::` name, also in `use crate::{a::…, b::…}`.
fn imports(code: &str) -> Vec<String> {
    let word =
        |text: &str| text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect::<String>();
    let mut names = Vec::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            None => names.push(word(after)),
            Some(list) => {
                let (mut depth, mut start) = (1, true);
                for (at, letter) in list.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => start = true,
                        _ if start && !letter.is_whitespace() => {
                            names.push(word(&list[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            sources(&path, found);
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "toy.rs" {
            let below = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().to_owned();
            found.push((below, fs::read_to_string(&path).unwrap()));
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    found
}

#[test]
fn imports_go_one_way() {
    let files = all_sources();
    assert!(files.len() > 20, "the sources were found");
    let faults: Vec<String> = files.iter().flat_map(|(path, text)| faults(path, text)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn lib_declares_the_rooms_in_order() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let ordered: Vec<&str> = ORDER.iter().copied().filter(|room| declared.contains(room)).collect();
    assert_eq!(declared, ordered);
}

#[test]
fn what_breaks_the_rules_is_found() {
    for (path, text, fault) in [
        ("src/base/x.rs", "use crate::diag::Code;", "may not import from it"),
        ("src/diag/x.rs", "use crate::{base::Span, source::{Node, read}};", "`diag` stands before `source`"),
        ("src/parse/x.rs", "fn f() { crate::bind::plan(); }", "`parse` stands before `bind`"),
        ("src/extra/x.rs", "", "no place in the order"),
        ("src/parse/x.rs", "use crate::extra::X;", "no place in the order"),
        ("src/parse/x.rs", "use k8s_openapi::api;", "Kubernetes types"),
        ("src/lower/x.rs", "let text = std::fs::read_to_string(path);", "files are read by source"),
        ("src/resolve/x.rs", "if path.exists() {}", "files are read by source"),
        ("src/render/x.rs", "use std::collections::HashMap;", "use BTreeMap"),
        ("src/emit/x.rs", "let now = std::time::SystemTime::now();", "no clock"),
    ] {
        let found = faults(path, text);
        assert!(found.iter().any(|one| one.contains(fault)), "{path} {text:?}: {found:?}");
    }
    for (path, text) in [
        ("src/diag/x.rs", "//! See [`crate::source::Sources`].\nuse crate::base::Span;\nuse crate::diag::Code;"),
        ("src/diag/x.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::source::read;\n    use std::fs;\n}\n"),
        ("src/cli/x.rs", "use crate::{base::{FileId, Span}, emit};\nuse clap::Parser;"),
        ("src/main.rs", "use akcgen::cli;"),
    ] {
        assert_eq!(faults(path, text), [] as [&str; 0], "{text:?}");
    }
}
