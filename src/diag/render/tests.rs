#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::base::FileId;
use crate::diag::code;

const TEXT: &str =
    "name: akachain\norganizations:\n  akachain:\n    cuont: 3\n    target: eks\n  ümlaut:\n    target: eks\n";

fn sources() -> (Sources, FileId) {
    let mut sources = Sources::new();
    let file = sources.add("blueprints/a b.yaml".into(), TEXT.into());
    (sources, file)
}

fn mark(file: FileId, text: &str) -> Span {
    let start = u32::try_from(TEXT.find(text).unwrap()).unwrap();
    Span { file, start, end: start + u32::try_from(text.len()).unwrap() }
}

fn findings(file: FileId) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(
        Diagnostic::new(code::UNKNOWN_KEY, "unknown key `cuont`").at(mark(file, "cuont"), "not known here").nearest(
            "cuont",
            "keys",
            ["count", "database"],
        ),
    );
    diagnostics.push(
        Diagnostic::new(code::DUPLICATE_KEY, "the key `ümlaut` is written twice")
            .at(mark(file, "ümlaut"), "written again here")
            .related(mark(file, "akachain:"), "first written here")
            .help("keep one of the two"),
    );
    diagnostics.push(Diagnostic::new(code::UNREADABLE, "cannot read `x.yaml`: there is no such file"));
    diagnostics
}

fn report(format: Format) -> String {
    let (sources, file) = sources();
    render(format, &findings(file), &sources, false)
}

#[test]
fn human() {
    let expected = "\
error[AKC0501]: cannot read `x.yaml`: there is no such file
 |
 = for more: akcgen explain AKC0501

error[AKC0110]: unknown key `cuont`
 --> blueprints/a b.yaml:4:5
  |
4 |     cuont: 3
  |     ^^^^^ not known here
  |
  = help: valid keys: `count`, `database`
help: write `count` here
  |
4 -     cuont: 3
4 +     count: 3
  |
  = for more: akcgen explain AKC0110

error[AKC0105]: the key `ümlaut` is written twice
 --> blueprints/a b.yaml:6:3
  |
3 |   akachain:
  |   --------- first written here
...
6 |   ümlaut:
  |   ^^^^^^ written again here
  |
  = help: keep one of the two
  = for more: akcgen explain AKC0105

3 errors
";
    assert_eq!(report(Format::Human), expected);
    let (sources, file) = sources();
    let coloured = render(Format::Human, &findings(file), &sources, true);
    assert!(coloured.contains("\u{1b}[") && !expected.contains('\u{1b}'));
}

#[test]
fn short() {
    let expected = "\
error[AKC0501]: cannot read `x.yaml`: there is no such file
blueprints/a b.yaml:4:5: error[AKC0110]: unknown key `cuont`
blueprints/a b.yaml:6:3: error[AKC0105]: the key `ümlaut` is written twice
3 errors
";
    assert_eq!(report(Format::Short), expected);
}

#[test]
fn github() {
    let expected = "\
::error title=AKC0501::cannot read `x.yaml`: there is no such file%0Afor more: akcgen explain AKC0501
::error file=blueprints/a b.yaml,line=4,endLine=4,col=5,endColumn=10,title=AKC0110::unknown key `cuont`%0Avalid keys: \
`count`, `database`%0Afor more: akcgen explain AKC0110
::error file=blueprints/a b.yaml,line=6,endLine=6,col=3,endColumn=9,title=AKC0105::the key `ümlaut` is written \
twice%0Akeep one of the two%0Afor more: akcgen explain AKC0105
";
    assert_eq!(report(Format::Github), expected);
}

#[test]
fn json() {
    let lines: Vec<serde_json::Value> =
        report(Format::Json).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let place = |line, column, end_column, start, end| {
        serde_json::json!({
            "file": "blueprints/a b.yaml", "line": line, "column": column, "endLine": line, "endColumn": end_column,
            "startByte": start, "endByte": end
        })
    };
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0].get("place"), None);
    assert_eq!(lines[1]["code"], "AKC0110");
    assert_eq!(lines[1]["place"], place(4, 5, 10, 46, 51));
    assert_eq!(lines[1]["suggestion"], serde_json::json!({"place": place(4, 5, 10, 46, 51), "replacement": "count"}));
    assert_eq!(lines[2]["related"][0]["label"], "first written here");
}

#[test]
fn sarif() {
    let log: serde_json::Value = serde_json::from_str(&report(Format::Sarif)).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(
        rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["AKC0105", "AKC0110", "AKC0501"]
    );
    let result = &run["results"][1];
    let physical = &result["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "blueprints/a%20b.yaml");
    assert_eq!(
        physical["region"],
        serde_json::json!({"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 10})
    );
    let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(change["insertedContent"]["text"], "count");
    assert_eq!(run["results"][2]["relatedLocations"][0]["message"]["text"], "first written here");
}

#[test]
fn nothing_to_say() {
    for (name, format) in Format::ALL {
        let text = render(format, &Diagnostics::new(), &Sources::new(), false);
        assert_eq!(text.is_empty(), format != Format::Sarif, "{name}");
    }
}

#[test]
fn a_flood_is_counted_and_errors_go_first() {
    let text = "x\n".repeat(10_000);
    let mut sources = Sources::new();
    let file = sources.add("many.yaml".into(), text);
    let mut diagnostics = Diagnostics::new();
    for line in 0..6_000 {
        let span = Span { file, start: line * 2, end: line * 2 + 1 };
        diagnostics.push(Diagnostic::new(code::UNKNOWN_KEY, "unknown key").at(span, ""));
        diagnostics.push(Diagnostic::new(code::UNKNOWN_KEY, "unknown key").at(span, ""));
    }
    assert_eq!(
        (diagnostics.iter().count(), diagnostics.errors()),
        (Diagnostics::KEPT, 6_000 + 1_000),
        "kept ones count once"
    );
    let short = render(Format::Short, &diagnostics, &sources, false);
    assert_eq!(short.lines().filter(|line| line.contains("unknown key")).count(), SHOWN);
    assert!(short.ends_with("… and 6900 more\n7000 errors\n"), "{}", &short[short.len() - 60..]);
}

#[test]
fn long_lines_are_told_but_not_shown() {
    let mut sources = Sources::new();
    let file = sources.add("long.yaml".into(), format!("a: {}\n", "x".repeat(1_000_000)));
    let mut diagnostics = Diagnostics::new();
    let span = Span { file, start: 500_000, end: 500_001 };
    diagnostics.push(Diagnostic::new(code::WRONG_TYPE, "wrong").at(span, "here").suggest(span, "y"));
    let text = render(Format::Human, &diagnostics, &sources, false);
    assert!(text.contains("--> long.yaml:1:500001\n") && text.len() < 200, "{text}");
}

proptest! {
    #[test]
    fn no_text_and_no_span_make_it_panic(
        text in "(?s).{0,60}", marks in proptest::collection::vec((0u32..80, 0u32..80, 0u32..2), 1..5), label in "(?s).{0,8}"
    ) {
        let mut sources = Sources::new();
        let file = sources.add("a".into(), text);
        let span = |(from, to, other): (u32, u32, u32)| Span { file: FileId(file.0 + other), start: from, end: from.max(to) };
        let mut diagnostics = Diagnostics::new();
        let mut one = Diagnostic::new(code::WRONG_TYPE, label.clone()).at(span(marks[0]), label.clone());
        for mark in &marks[1..] {
            one = one.related(span(*mark), label.clone()).suggest(span(*mark), label.clone());
        }
        diagnostics.push(one);
        for (_, format) in Format::ALL {
            render(format, &diagnostics, &sources, true);
        }
    }
}
