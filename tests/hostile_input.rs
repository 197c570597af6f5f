//! What is meant to hurt ends in a clear error, soon, within bounded memory, and never in a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use akcgen::base::Sources;
use akcgen::diag::{Code, Diagnostics, code};
use akcgen::source::read::MOST_NODES;
use akcgen::source::{Node, admit, read, read_file};
use proptest::prelude::*;

/// The processor time for one input, in a debug build; a release build takes a tenth.
const LONGEST: Duration = Duration::from_secs(10);
/// For the whole test program, its inputs of up to 100 MB included, in KiB.
const MOST_MEMORY: u64 = 500 * 1024;

fn load(bytes: Vec<u8>) -> (Option<Node>, Diagnostics) {
    let mut sources = Sources::new();
    let mut diagnostics = Diagnostics::new();
    let file = admit("hostile.yaml".into(), bytes, &mut sources, &mut diagnostics);
    let tree = file.and_then(|file| read(&sources, file, &mut diagnostics));
    assert!(tree.is_some() || diagnostics.has_errors(), "no tree without an error");
    (tree, diagnostics)
}

fn laughs() -> String {
    let levels = (1..10).map(|level| {
        let aliases = vec![format!("*l{}", level - 1); 10].join(", ");
        format!("l{level}: &l{level} [{aliases}]\n")
    });
    std::iter::once("l0: &l0 lol\n".to_owned()).chain(levels).collect()
}

fn inputs() -> Vec<(&'static str, Code, Vec<u8>)> {
    let million = "x".repeat(1_000_000);
    let text = |text: String| text.into_bytes();
    vec![
        ("200,000 brackets", code::TOO_DEEP, text("[".repeat(200_000))),
        ("200,000 braces", code::TOO_DEEP, text("{a: ".repeat(200_000))),
        ("200,000 dashes", code::TOO_DEEP, text("- ".repeat(200_000))),
        ("200,000 question marks", code::TOO_DEEP, text("? ".repeat(200_000))),
        ("200,000 mixed openers", code::TOO_DEEP, text("[{a: ".repeat(200_000))),
        (
            "a deep block map",
            code::TOO_DEEP,
            text((0..2_000).map(|deep| format!("{}a:\n", " ".repeat(deep))).collect()),
        ),
        ("a laugh bomb", code::REFUSED_YAML, text(laughs())),
        (
            "a large scalar aliased 20,000 times",
            code::REFUSED_YAML,
            text(format!("a: &a {million}\nb: [{}]\n", "*a, ".repeat(20_000))),
        ),
        ("100 MB", code::TOO_LARGE, vec![b'a'; 100_000_000]),
        ("more values than any blueprint has", code::TOO_LARGE, text("- a\n".repeat(MOST_NODES + 1))),
        ("200,000 equal keys", code::DUPLICATE_KEY, text("a: b\n".repeat(200_000))),
        ("200,000 odd scalars", code::AMBIGUOUS_SCALAR, text("- no\n".repeat(200_000))),
        ("8 MB in one key", code::SYNTAX, text(format!("{}: b\n", "x".repeat(8_000_000)))),
        ("an open quote before 8 MB", code::SYNTAX, text(format!("a: \"{}", "x\n".repeat(4_000_000)))),
        (
            "8 MB of one plain scalar and a fault",
            code::SYNTAX,
            text(format!("a: {}\n  b: c\n", "x ".repeat(4_000_000))),
        ),
        ("invalid UTF-8", code::NOT_TEXT, b"a: 1\nb: \xC3\x28\n".to_vec()),
        ("overlong UTF-8", code::NOT_TEXT, b"a: \xC0\x80\n".to_vec()),
        ("UTF-16", code::NOT_TEXT, b"\xFF\xFEa\0:\0 \x001\0".to_vec()),
        ("NUL", code::NOT_TEXT, b"a: 1\0\nb: 2\n".to_vec()),
        ("8 MB of NUL", code::NOT_TEXT, vec![0; 8_000_000]),
        ("a tag bomb", code::REFUSED_YAML, text("- !a b\n".repeat(100_000))),
        ("endless directives", code::REFUSED_YAML, text("%TAG !e! tag:e,2000:\n".repeat(100_000))),
        ("8 MB of comments, then a fault", code::SYNTAX, text("# x\n".repeat(2_000_000) + "a: b: c\n")),
    ]
}

#[test]
fn hostile_inputs_end_in_an_error() {
    for (name, expected, bytes) in inputs() {
        let start = worked();
        let (_, diagnostics) = load(bytes);
        let took = worked() - start;
        let codes: Vec<Code> = diagnostics.iter().map(|one| one.code).collect();
        assert!(codes.contains(&expected), "{name}: expected {expected}, found {codes:?}");
        assert!(diagnostics.iter().all(|one| one.message.len() < 400), "{name}: a message of readable length");
        assert!(took < LONGEST, "{name}: took {took:?}");
    }
    if let Some(peak) = peak_memory() {
        assert!(peak < MOST_MEMORY, "{peak} KiB were in use at the peak");
    }
}

#[test]
fn files_that_are_too_large_or_no_files_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.yaml");
    std::fs::File::create(&path).unwrap().set_len(100_000_000_000).unwrap();
    let outcome = |path: &std::path::Path| {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        assert_eq!(read_file(path, &mut sources, &mut diagnostics), None);
        diagnostics.iter().map(|one| (one.code, one.message.clone())).collect::<Vec<_>>()
    };
    assert_eq!(outcome(&path)[0].0, code::TOO_LARGE);
    assert_eq!(outcome(folder.path())[0].0, code::UNREADABLE);
    assert_eq!(outcome(std::path::Path::new("/dev/zero"))[0].0, code::UNREADABLE);
    let missing = outcome(std::path::Path::new("no/such.yaml"));
    assert_eq!(missing, [(code::UNREADABLE, "cannot read `no/such.yaml`: there is no such file".to_owned())]);
}

/// The processor time that this thread has used, so that other programs on the machine do not count (proc(5)).
fn worked() -> Duration {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(statistics.split_whitespace().next().unwrap().parse().unwrap())
}

/// The highest resident memory of this process in KiB, where the system tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        load(bytes);
    }

    #[test]
    fn random_yaml_never_panics(pieces in proptest::collection::vec(
        prop::sample::select(vec![
            "a", "b", ": ", ":", "- ", "[", "]", "{", "}", ",", "\n", "\n  ", "\n    ", "'", "\"", "|", ">", "#", " #", "&a ", "*a",
            "!t ", "? ", "no", "1", "0x1", "~", "---\n", "...\n", "%", "\t", "\r\n", "ü", "\u{feff}", "<<", "\\", "@", "`", "\u{2028}",
        ]), 0..40)
    ) {
        let text = pieces.concat();
        let (tree, diagnostics) = load(text.clone().into_bytes());
        for one in diagnostics.iter() {
            let span = one.span.unwrap();
            prop_assert!(span.start <= span.end && span.end as usize <= text.len());
            prop_assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize));
        }
        if let Some(tree) = tree {
            spans_nest(&tree, &text);
        }
    }
}

fn spans_nest(node: &Node, text: &str) {
    assert!(text.get(node.span.start as usize..node.span.end as usize).is_some(), "{:?} in {text:?}", node.span);
    for child in node.items().iter().chain(node.entries().iter().map(|entry| &entry.value)) {
        assert!(node.span.start <= child.span.start && child.span.end <= node.span.end, "{node:?} in {text:?}");
        spans_nest(child, text);
    }
}
