#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::base::{Origin, Origins, Sources, Span, TreePath};
use crate::diag::Diagnostics;
use crate::source;

/// The template of a text, or what is wrong with it.
fn template(text: &str) -> Result<Template, String> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = sources.add("t.yaml".into(), text.into());
    let node = source::read(&sources, file, &mut diagnostics).expect("the text is YAML");
    source::decode(&node).map_err(|error| format!("{}: {}", line(&sources, error.span.unwrap()), error.message))
}

fn line(sources: &Sources, span: Span) -> u32 {
    sources.position(span).line
}

fn scope() -> Scope {
    let mut scope = Scope::default();
    scope.set("name", &"peer0");
    scope.set("count", &3);
    scope.set("zones", &["a", "b"]);
    scope.set("labels", &serde_json::json!({"x": "1", "kept": "lost"}));
    scope.set("parameters", &serde_json::json!({"region": "r", "nothing": null}));
    scope
}

fn json(text: &str) -> String {
    let object = Evaluator::default().object(&template(text).unwrap(), &scope()).unwrap();
    object.map_or("left out".to_owned(), |object| object.tree.to_json().to_string())
}

fn fault(text: &str) -> String {
    Evaluator::default().object(&template(text).unwrap(), &scope()).unwrap_err().message
}

#[test]
fn a_leaf_that_is_one_expression_keeps_its_type_and_any_other_is_text() {
    assert_eq!(json("a: <$ count $>"), r#"{"a":3}"#);
    assert_eq!(json("a: <$ count $>/<$ name $>"), r#"{"a":"3/peer0"}"#);
    assert_eq!(json("a: \" <$ count $>\""), r#"{"a":" 3"}"#);
    assert_eq!(json("a: <$ zones $>"), r#"{"a":["a","b"]}"#);
    assert_eq!(json("a: <$ parameters.nothing $>"), r#"{"a":null}"#);
    assert_eq!(json("a: \"{{ .Values.x }} ${X} [[ y ]]\""), r#"{"a":"{{ .Values.x }} ${X} [[ y ]]"}"#);
}

#[test]
fn a_condition_drops_its_node_from_what_is_around_it() {
    assert_eq!(json("a: {$if: <$ count > 3 $>, b: 1}\nc: 2"), r#"{"c":2}"#);
    assert_eq!(json("a: {$if: <$ count == 3 $>, b: 1}\nc: 2"), r#"{"a":{"b":1},"c":2}"#);
    assert_eq!(json("- {$if: false, b: 1}\n- 2"), "[2]");
    assert_eq!(json("a: {$if: <$ count > 3 $>, $then: yes-it-is, $else: [1]}"), r#"{"a":[1]}"#);
    assert_eq!(json("a: {$if: <$ zones $>, $then: text}"), r#"{"a":"text"}"#);
    assert_eq!(json("$if: false\na: 1"), "left out");
}

#[test]
fn a_repetition_is_a_list_and_joins_the_list_around_it() {
    let each = "{$for: zone, $in: <$ zones $>, $each: {z: <$ zone $>, i: <$ index $>}}";
    assert_eq!(json(&format!("a: {each}")), r#"{"a":[{"z":"a","i":0},{"z":"b","i":1}]}"#);
    assert_eq!(json(&format!("- first\n- {each}\n- last")), r#"["first",{"z":"a","i":0},{"z":"b","i":1},"last"]"#);
    let some = "{$for: zone, $in: <$ zones $>, $each: {$if: <$ zone != 'a' $>, $then: <$ zone $>}}";
    assert_eq!(json(some), r#"["b"]"#);
    let nested = "{$for: z, $in: <$ zones $>, $each: {$for: y, $in: <$ zones $>, $each: <$ z ~ y $>}}";
    assert_eq!(json(nested), r#"["aa","ab","ba","bb"]"#);
}

#[test]
fn merged_entries_stand_behind_written_ones() {
    assert_eq!(json("a: {kept: mine, $merge: <$ labels $>}"), r#"{"a":{"kept":"mine","x":"1"}}"#);
    assert_eq!(json("a: {$merge: <$ labels $>, kept: mine}"), r#"{"a":{"x":"1","kept":"mine"}}"#);
    assert_eq!(json("a: {$merge: <$ parameters.nothing $>}"), r#"{"a":{}}"#);
}

#[test]
fn functions_of_our_own() {
    assert_eq!(json("<$ cidr_subnet('10.16.0.0/16', 3, 1) $>"), r#""10.16.32.0/19""#);
    assert_eq!(json("<$ 'Some_Name'|label(20) $>"), r#""some-name""#);
    assert_eq!(json("<$ ('x' * 50)|bounded(32)|length $>"), "32");
    assert!(fault("<$ cidr_subnet('10.16.0.0/16', 3, 9) $>").contains("no part number 9"));
    assert!(fault("<$ 'abc'|bounded(3) $>").contains("room for 8"));
}

#[test]
fn what_has_no_value_is_a_fault_at_its_line() {
    assert!(fault("a: <$ nmae $>").contains("nmae"));
    assert!(fault("a: <$ parameters.region.deeper $>").contains("parameters.region.deeper"));
    assert!(fault("a: x<$ zones $>").contains("within text"));
    assert!(fault("a: {$for: z, $in: <$ count $>, $each: 1}").contains("takes a list"));
    assert!(fault("a: {$if: text, b: 1}").contains("takes a condition"));
    assert!(fault("<$ 'x' * 100000000000 $>").len() > 10, "the work of an expression is bounded");
    assert!(fault("<$ range(100000000)|list|length $>").len() > 10, "the work of an expression is bounded");
    let template = template("a: 1\nb:\n  c: <$ count + 'x' $>").unwrap();
    let fault = Evaluator::default().object(&template, &scope()).unwrap_err();
    assert_eq!(fault.span.start, 13);
}

#[test]
fn what_cannot_be_meant_is_refused_when_it_is_read() {
    for (text, message) in [
        ("a: 1\nb: <$ name", "2: `<$` without"),
        ("a: name $>", "1: `$>` without"),
        ("a: <$ name + $>", "1: syntax error"),
        ("a: {$unless: true}", "1: unknown directive `$unless`"),
        ("a: {$then: 1}", "1: `$then` and `$else` need"),
        ("a: {$if: true, $then: 1, b: 2}", "1: other keys beside `$then`"),
        ("a: {$for: x, $in: []}", "1: a repetition is"),
        ("a: {$for: x, $in: [], $each: 1, b: 2}", "1: a repetition is"),
        ("a: {$if: true, $for: x, $in: [], $each: 1}", "1: `$if` and `$for`"),
        ("\"<$ name $>\": 1", "1: the key"),
    ] {
        let error = template(text).unwrap_err();
        assert!(error.starts_with(message), "{text}: {error}");
    }
}

#[test]
fn origins_are_lines_of_the_template_or_of_what_is_behind_a_name() {
    let template = template("a: 1\nb:\n  - <$ parameters.region $>\n  - <$ parameters.region ~ 'x' $>").unwrap();
    let mut scope = scope();
    scope.trace("parameters", Origin::Default("parameters"));
    scope.trace("parameters.region", Origin::Rule("written there"));
    let object = Evaluator::new(true).object(&template, &scope).unwrap().unwrap();
    let at = |path: &'static str| object.origins.lookup(&path.into());
    assert_eq!(at("b/0"), Origin::Rule("written there"));
    assert_eq!(at("a").span().unwrap().start, 3);
    assert_eq!(at("b/1").span().unwrap().start, 40);
    assert_eq!(object.origins.lookup(&TreePath::ROOT).span().unwrap().start, 0);
    let untraced = Evaluator::new(false).object(&template, &scope).unwrap().unwrap();
    assert_eq!((untraced.tree, untraced.origins), (object.tree, Origins::new(object.origins.root)));
}

#[test]
fn used_bindings_are_remembered() {
    let mut scope = scope();
    scope.set("bindings", &serde_json::json!({"vpcId": "vpc-1", "keyArn": "arn"}));
    let mut evaluator = Evaluator::default();
    evaluator
        .object(&template("a: <$ bindings.vpcId $>\nb: {$if: false, c: <$ bindings.keyArn $>}").unwrap(), &scope)
        .unwrap();
    assert_eq!(evaluator.bindings().iter().collect::<Vec<_>>(), ["vpcId"]);
}

#[test]
fn documents_of_a_list_are_apart() {
    let template = template("- {kind: A, x: 1}\n- $if: false\n  kind: B\n- kind: C\n  x:\n    z: 2").unwrap();
    let documents = Evaluator::new(true).documents(&template, &scope()).unwrap();
    assert_eq!(documents.iter().filter_map(|object| object.kind()).collect::<Vec<_>>(), ["A", "C"]);
    assert_eq!(documents[1].origins.lookup(&"x/z".into()).span().unwrap().start, 63);
    assert!(
        Evaluator::default()
            .documents(&super::tests::template("$if: false\na: 1").unwrap(), &scope())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn targets_of_our_own_have_no_fault() {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let shelf = Shelf::load(&[], &mut sources, &mut diagnostics);
    assert_eq!(crate::diag::render::render(crate::diag::render::Format::Human, &diagnostics, &sources, false), "");
    assert!(shelf.get("eks").is_some());
}
