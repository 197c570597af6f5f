#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

/// The tree as JSON, and each finding as `code line:column message`.
fn outcome(text: &str) -> (Option<serde_json::Value>, Vec<String>) {
    let mut sources = Sources::new();
    let file = sources.add("test.yaml".into(), text.into());
    let mut diagnostics = Diagnostics::new();
    let tree = read(&sources, file, &mut diagnostics);
    let told = diagnostics.iter().map(|one| {
        let place = sources.position(one.span.unwrap());
        format!("{} {}:{} {}", one.code, place.line, place.column, one.message)
    });
    (tree.map(|node| node.to_json()), told.collect())
}

fn tree(text: &str) -> Node {
    let mut sources = Sources::new();
    let file = sources.add("test.yaml".into(), text.into());
    let mut diagnostics = Diagnostics::new();
    let tree = read(&sources, file, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    tree.unwrap()
}

fn covered<'a>(text: &'a str, node: &Node) -> &'a str {
    &text[node.span.start as usize..node.span.end as usize]
}

#[test]
fn every_kind_of_value() {
    let text = "a: x\nb: 3\nc: 2.5\nd: true\ne:\nf: [1, 'no', \"\\u0041\"]\ng: {h: ~}\ni: |\n  one\n  two\n7051: p\n";
    let (json, told) = outcome(text);
    assert_eq!(told, [] as [&str; 0]);
    let expected = serde_json::json!({
        "a": "x", "b": 3, "c": 2.5, "d": true, "e": null, "f": [1, "no", "A"], "g": {"h": null}, "i": "one\ntwo\n", "7051": "p"
    });
    assert_eq!(json, Some(expected));
    assert_eq!(outcome("").0, Some(serde_json::Value::Null));
    assert_eq!(outcome("# nothing\n---\n").0, Some(serde_json::Value::Null));
}

#[test]
fn spans_cover_what_was_written() {
    let text = "a: 'x'\nb:\n  c: [1, 2]   # three\n  d:\n    - p\n    - q: |\n        r\n\ne: zwölf\nnone:\n";
    let root = tree(text);
    let at = |path: &'static str| covered(text, root.at(&path.into()).unwrap());
    assert_eq!(at("/a"), "'x'");
    assert_eq!(at("/b/c"), "[1, 2]");
    assert_eq!(at("/b/c/1"), "2");
    assert_eq!(at("/b/d/0"), "p");
    assert_eq!(at("/b/d/1/q"), "r");
    assert_eq!(at("/b/d"), "- p\n    - q: |\n        r");
    assert_eq!(at("/b"), "c: [1, 2]   # three\n  d:\n    - p\n    - q: |\n        r");
    assert_eq!(at("/e"), "zwölf");
    assert_eq!(at("/none"), "none", "nothing after the colon is marked at its key");
    assert_eq!(at(""), text.trim_end().trim_end_matches(':'));
    let key = root.entry("b").unwrap().key_span;
    assert_eq!(&text[key.start as usize..key.end as usize], "b");
}

#[test]
fn duplicate_keys_are_all_found() {
    let (json, told) = outcome("a: 1\nb: {c: 1, c: 2, c: 3}\na: 2\n");
    assert_eq!(json, Some(serde_json::json!({"a": 1, "b": {"c": 1}})), "the first one stays");
    assert_eq!(
        told,
        [
            "AKC0105 2:11 the key `c` is written twice",
            "AKC0105 2:17 the key `c` is written twice",
            "AKC0105 3:1 the key `a` is written twice",
        ]
    );
}

#[test]
fn ambiguous_scalars_are_refused_with_a_remedy() {
    let (_, told) = outcome("a: no\nb: 0777\nc: 1_000\nd: 12:30:45\non: x\ne: 'no'\nf: |\n  no\n2.5: x\ntrue: x\n");
    assert_eq!(
        told,
        [
            "AKC0107 1:4 YAML readers disagree about `no`",
            "AKC0107 2:4 YAML readers disagree about `0777`",
            "AKC0107 3:4 YAML readers disagree about `1_000`",
            "AKC0107 4:4 YAML readers disagree about `12:30:45`",
            "AKC0107 5:1 YAML readers disagree about the key `on`",
            "AKC0109 9:1 the key `2.5` is not text",
            "AKC0109 10:1 the key `true` is not text",
        ]
    );
}

#[test]
fn what_makes_yaml_surprising_is_refused() {
    let (json, told) =
        outcome("a: &x 1\nb: *x\nc: *y\nd: !!str 5\n<<: {e: 1}\nf: !own {g: 1}\n? [h]\n: 1\n{i: 1}: 2\n: 3\n");
    assert_eq!(json, Some(serde_json::json!({"a": 1, "b": null, "c": null, "d": "5", "f": {"g": 1}})));
    assert_eq!(
        told,
        [
            "AKC0106 1:4 anchors are not part of the blueprint language",
            "AKC0106 2:4 aliases are not part of the blueprint language",
            "AKC0106 3:4 aliases are not part of the blueprint language",
            "AKC0106 4:4 tags are not part of the blueprint language",
            "AKC0106 5:1 merge keys are not part of the blueprint language",
            "AKC0106 6:4 tags are not part of the blueprint language",
            "AKC0109 7:3 a list or a map cannot be a key",
            "AKC0109 9:1 a list or a map cannot be a key",
            "AKC0109 10:1 a key is missing before the colon",
        ]
    );
    assert_eq!(outcome("%YAML 1.1\n---\na: 1\n").1, ["AKC0106 1:1 directives are not part of the blueprint language"]);
    let (second, told) = outcome("a: 1\n---\nb: 2\n");
    assert_eq!((second, told), (None, vec!["AKC0108 2:1 a second document begins here".to_owned()]));
}

#[test]
fn syntax_errors_tell_their_place() {
    for (text, start) in [
        ("a: [1, 2\nb: 3\n", "AKC0101 "),
        ("a: b: c\n", "AKC0101 1:5 "),
        ("a:\n\tb: 1\n", "AKC0101 2:2 "),
        ("a: 'x\n", "AKC0101 "),
        ("a: 1\n  b: 2\n", "AKC0101 2:"),
        ("a: @x\n", "AKC0101 1:4 "),
    ] {
        let (json, told) = outcome(text);
        assert!(json.is_none() && told.len() == 1 && told[0].starts_with(start), "{text:?}: {told:?}");
    }
}

#[test]
fn text_that_screens_do_not_show_is_refused() {
    assert_eq!(outcome("a: x\0y\n").1, ["AKC0102 1:5 the text holds a NUL character (U+0000)"]);
    assert_eq!(outcome("\u{FEFF}a: 1\n").1, ["AKC0102 1:1 the text holds a byte order mark (U+FEFF)"]);
    assert_eq!(outcome("a: \u{1b}[31m\n").1, ["AKC0102 1:4 the text holds a control character (U+001B)"]);
    let hidden = outcome("a: \u{202e}x\n").1;
    assert_eq!(hidden, ["AKC0102 1:4 the text holds a character that reorders text on the screen (U+202E)"]);
    assert_eq!(outcome("a: \"\\u202E\"\n").1, [] as [&str; 0]);
}

#[test]
fn an_escape_of_nul_is_refused_where_it_stands() {
    for (text, place) in [
        ("a: \"x\\0y\"\n", "1:6"),
        ("a: \"\\\\0 é\\x00\"\n", "1:10"),
        ("a: [\"\\u0000\"]\n", "1:6"),
        ("a:\n  \"one\n  \\U00000000\"\n", "3:3"),
        ("\"k\\0\": 1\n", "1:3"),
    ] {
        assert_eq!(outcome(text).1, [format!("AKC0123 {place} no text can hold a NUL character")], "{text}");
    }
    assert_eq!(outcome("a: \"\\\\0\"\nb: '\\0'\nc: \"\\x01\"\n").1, [] as [&str; 0]);
}

#[test]
fn the_nesting_limit_counts_lists_and_maps_together() {
    let nested = |depth: usize| format!("{}{}", "{a: [".repeat(depth / 2), "]}".repeat(depth / 2));
    assert_eq!(outcome(&nested(DEEPEST)).1, [] as [&str; 0]);
    let (json, told) = outcome(&nested(DEEPEST + 2));
    assert!(json.is_none() && told.len() == 1 && told[0].starts_with("AKC0104 1:"), "{told:?}");
}
