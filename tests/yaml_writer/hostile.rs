//! Strings and trees that YAML writers get wrong.

use akcgen::base::Tree;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What went wrong somewhere before: in other writers, in other readers, or in an earlier version of ours.
#[rustfmt::skip]
pub const TRAPS: &[&str] = &[
    "", " ", "  ", "\t", "\n", "\n\n", " a", "a ", "\ta", "a\t", "a\tb",
    "y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "oN", "yEs",
    "true", "True", "TRUE", "tRue", "false", "False", "FALSE", "null", "Null", "NULL", "nUll", "~", "=", "<<", "none",
    "0", "1", "-1", "+1", "-0", "00", "01", "0777", "0o7", "0o17", "0x1F", "0XAB", "-0x1F", "+0x_", "0b1", "0B01", "0b2",
    "1_000", "_1", "1_", "_", "1,000", "1e3", "1E3", "1e", "1e+", "1e-07", "1.e+3", "1.5", ".5", "-.5", "+.5", "5.", "1.2.3",
    "10.0.0.1", "1e3x", "0x", "0xg", "0o", "0o8", "0b", ".", "..", "...", "... a", "....", "._", "-", "+", "- ", "+-1", "--1",
    ".inf", ".Inf", ".INF", "-.inf", "+.inf", ".nan", ".NaN", ".NAN", "inf", "nan", "Infinity",
    "12:30", "12:30:45", "1:2", "190:20:30.15", "-1:30", "8080:80", "08:00", "22:22", "1:60",
    "2001-01-01", "2001-1-1", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "2001-12-15 2:59:43.10", "2001-13-99-x",
    "20010101", "1-2-3", "12345-1-1",
    "- a", "-a", "--a", "---", "--- a", "---a", "? a", "?a", "?", ": a", ":a", ":", "a:", "a: b", "a:b", "a :b", "a : b", "a:\tb",
    ",a", "[a", "]a", "{a", "}a", "[]", "{}", "{a: b}", "[a]", "#a", "a#", "a #b", "a# b", "&a", "*a", "!a", "!!str a", "|", "|-", ">", ">-", "%a",
    "@a", "`a", "'", "''", "'a'", "\"", "\"a\"", "a\"b", "a'b", "\\", "\\n", "a\\b", "a\\", "%YAML 1.1",
    "a\nb", "a\nb\n", "a\nb\n\n", "a\n\n\nb\n", "\na", "\n\na\n", " a\nb", "a\n b\n", "\n a\n", "a \nb", "a\n \nb", "a\n\tb\n", "\ta\nb", "a\nb\t\n",
    "a\n", "a\n\n", "a\n ", "a\n\t", "a\r\nb", "a\rb", "\r", "a\r", "---\na\n", "a\n---\nb\n", "a\n...\nb\n", "#a\n#b\n", "a\n# b\n", "- a\n- b\n",
    "a: b\nc: d\n", "a\n\u{85}b\n", "a\n\u{2028}b\n", "a\n\u{FEFF}b\n", "a\n\0", "#!/bin/sh\nset -e\n\tcat <<-EOF\n\t\tx\n\tEOF\n", "%\n%\n", "|\n|\n",
    "\0", "\u{1}", "\u{7}", "\u{8}", "\u{B}", "\u{C}", "\u{1B}", "\u{1F}", "\u{7F}", "\u{80}", "\u{85}", "a\u{85}b", "\u{9F}", "\u{A0}", "\u{AD}",
    "\u{200B}", "\u{200D}", "\u{202E}abc", "\u{2028}", "\u{2029}", "a\u{2028}b", "\u{2066}", "\u{FEFF}", "\u{FEFF}a", "a\u{FEFF}", "\u{FFFD}", "\u{FFFE}", "\u{FFFF}",
    "é", "日本", "Ünï", "😀", "a😀b", "\u{10000}", "\u{1FFFE}", "\u{1FFFF}", "\u{E0001}", "\u{10FFFF}", "\u{E000}", "\u{F0000}", "\u{D7FF}", "\u{300}a",
    "<$ a $>", "{{ .Values.a }}", "$(POD_NAME)", "akachain/dapp:1.4.0", "OR('Org1MSP.peer')", "sha256:0123", "0123abc", "1234567e8", "0e0", "3f2a",
];

/// Pieces from which hostile strings are put together.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "\n", "\n", "\n", " ", " ", "\t", ":", "#", "-", "?", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "\\", "%", "@", "`",
    "0", "1", "9", "_", ".", "e", "E", "+", "x", "o", "b", "a", "T", "Z", "y", "on", "no", "null", "true", "~", "<<", "=", "---", "...", "inf", "nan", "2001-01-01",
    "\r", "\0", "\u{7f}", "\u{85}", "\u{a0}", "\u{2028}", "\u{feff}", "\u{fffe}", "é", "日", "😀", "\u{e0001}",
];

/// Any string, with a preference for those that break writers.
pub fn string() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 0..10).prop_map(|pieces| pieces.concat());
    let lines = proptest::collection::vec("[ \ta#:-]{0,3}[a-z]{0,3}[ \t:]?", 1..6).prop_map(|lines| lines.join("\n"));
    prop_oneof![
        4 => pieces,
        2 => lines,
        2 => "[-+]?[0-9._:,xobXOB-]{1,8}([eE][-+]?[0-9_]{0,3})?",
        1 => "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.]{1,8}(Z| ?[-+][0-9]{1,2})?)?",
        1 => "(?i)(y|n|yes|no|on|off|true|false|null|[.]inf|[.]nan)",
        1 => proptest::sample::select(TRAPS).prop_map(str::to_owned),
        2 => any::<String>(),
        1 => "[ -~]{0,12}",
    ]
}

/// Any tree, with hostile strings for keys and values.
pub fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        6 => string().prop_map(Tree::from),
        1 => Just(Tree::Null),
        1 => any::<bool>().prop_map(Tree::Bool),
        1 => any::<i64>().prop_map(Tree::Int),
        1 => proptest::num::f64::NORMAL.prop_map(Tree::Float),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Tree::Seq),
            proptest::collection::vec((string(), inner), 0..6).prop_map(distinct),
        ]
    })
}

/// A map in which the first of equal keys stays.
fn distinct(entries: Vec<(String, Tree)>) -> Tree {
    let mut seen = BTreeMap::new();
    Tree::map(entries.into_iter().filter(|(key, _)| seen.insert(key.clone(), ()).is_none()))
}
