//! Merged trees say in each environment what that environment's object says, and say it as a person would write it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::evaluate::Evaluator;
use super::facts::Facts;
use super::labels::Labels;
use super::lift::{self, Group, Hosts, Lifts};
use super::merge::Merge;
use super::template::Source;
use super::values;
use super::variations::Variations;
use crate::base::{Object, Origin, Tree};
use crate::package::Versions;

const ENVIRONMENTS: [&str; 3] = ["production", "staging", "test"];

pub(super) fn facts(count: usize) -> Facts<'static> {
    let mut facts = Facts::new(ENVIRONMENTS[..count].to_vec());
    let domain = |environment: &&str| match *environment {
        "production" => "a.example".to_owned(),
        other => format!("{other}.a.example"),
    };
    facts.text(&["domain"], ENVIRONMENTS[..count].iter().map(domain).collect());
    let ranges = (0..count).map(|at| (0..=at).map(|row| format!("10.{at}.{row}.0/24")).collect()).collect();
    facts.list("public", ranges);
    facts
}

/// An object from JSON.
pub(super) fn object(value: serde_json::Value) -> Object {
    Object::new(Tree::try_from(value).unwrap(), Origin::Rule("test"))
}

/// A template of one object, and what each environment reads from it.
pub(super) struct Merged {
    pub text: String,
    pub read: Vec<Option<serde_json::Value>>,
    pub values: Vec<super::lift::Lifted>,
    /// The file of each environment.
    pub variations: Vec<Option<String>>,
}

pub(super) fn merged(objects: &[Option<Object>], group: Option<Group>, hosts: Hosts) -> Merged {
    let facts = facts(objects.len());
    let labels = Labels::of(&[], "blockchain");
    let versions = Versions(objects.iter().map(Option::as_ref).collect());
    let source = Source {
        chart: "chart",
        facts: &facts,
        traced: true,
        stem: "test".to_owned(),
        comment: "A test.".to_owned(),
        folder: "test".to_owned(),
        labels: labels.clone(),
        objects: vec![versions.clone()],
        group,
        config: None,
        image: None,
    };
    let mut lifts = Lifts::of(&hosts, source.group.as_ref(), 0);
    let mut variations = Variations::default();
    let map = Merge::of(&source, &versions, &mut lifts, &mut variations).object();
    let mut template = source.template(&hosts, 0);
    assert_eq!(template.file.text.lines().count(), template.file.lines.len());
    let values = lift::joined([std::mem::take(&mut template.lifted)]);
    let read = (0..objects.len()).map(|at| {
        objects[at].as_ref()?;
        Some(Evaluator::new(&facts, &labels, &variations, &values, at).map(&map).to_json())
    });
    let read = read.collect();
    let told = |at: usize| variations.tree(at).map(|tree| tree.to_json().to_string());
    Merged { text: template.file.text, read, variations: (0..objects.len()).map(told).collect(), values }
}

fn of(objects: &[serde_json::Value]) -> Merged {
    let objects: Vec<Option<Object>> = objects.iter().map(|value| Some(object(value.clone()))).collect();
    merged(&objects, None, Hosts::default())
}

/// The template without its head.
fn body(merged: &Merged) -> &str {
    merged
        .text
        .rsplit_once("}}\napiVersion")
        .map_or(merged.text.as_str(), |(_, body)| body.trim_start_matches(": v1\n"))
}

fn config(data: serde_json::Value) -> serde_json::Value {
    serde_json::json!({"apiVersion": "v1", "kind": "Thing", "data": data})
}

#[test]
fn what_is_the_same_everywhere_is_written_as_it_is() {
    let value =
        config(serde_json::json!({"a": "on", "b": [1, true, null], "c": {}, "d": "x\ny\n", "e": "{{ .Values }}"}));
    let merged = of(&[value.clone(), value]);
    let expected = "kind: Thing\ndata:\n  a: \"on\"\n  b:\n  - 1\n  - true\n  - null\n  c: {}\n  d: |\n    x\n    y\n  \
                    e: \"{{ \"{{\" }} .Values }}\"\n";
    assert_eq!(body(&merged), expected);
}

#[test]
fn names_of_environments_and_facts_of_them_are_named() {
    let value = |environment: &str, domain: &str| {
        config(
            serde_json::json!({"key": format!("x/{environment}/y"), "host": format!("peer.{domain}:1"), "group": domain.replace('.', "-")}),
        )
    };
    let merged = of(&[value("production", "a.example"), value("staging", "staging.a.example")]);
    let expected = "kind: Thing\ndata:\n  key: x/{{ .Values.environment }}/y\n  host: peer.{{ $environment.domain }}:1\n  \
                    group: {{ $environment.domain | replace \".\" \"-\" }}\n";
    assert_eq!(body(&merged), expected);
    assert!(merged.text.contains("{{- $environment := include \"chart.environment\" . | fromYaml }}\n"));
}

#[test]
fn rows_of_a_fact_are_a_range_however_many_there_are() {
    let rules = |rows: &[&str]| {
        let from: Vec<_> = rows.iter().map(|row| serde_json::json!({"ipBlock": {"cidr": row}})).collect();
        config(serde_json::json!([{"from": from, "port": 7051}, {"from": from, "port": 9443}]))
    };
    let merged = of(&[rules(&["10.0.0.0/24"]), rules(&["10.1.0.0/24", "10.1.1.0/24"])]);
    let range = "  {{- range $environment.networks.public }}\n  - ipBlock:\n      cidr: {{ . }}\n  {{- end }}\n";
    let rule = |port: u16| format!("- from:\n{range}  port: {port}\n");
    assert_eq!(body(&merged), format!("kind: Thing\ndata:\n{}{}", rule(7051), rule(9443)));
}

#[test]
fn what_only_some_environments_have_is_conditional() {
    let merged = of(&[
        config(serde_json::json!({"a": "1x", "b": "2x", "list": ["p", "q"]})),
        config(serde_json::json!({"a": "1x", "list": ["q"]})),
        config(serde_json::json!({"a": "1x", "c": [], "b": "2x", "list": ["q", "r"]})),
    ]);
    let expected = "kind: Thing\ndata:\n  a: 1x\n  {{- if eq .Values.environment \"test\" }}\n  c: []\n  {{- end }}\n  \
                    {{- if has .Values.environment (list \"production\" \"test\") }}\n  b: 2x\n  {{- end }}\n  list:\n  \
                    {{- if eq .Values.environment \"production\" }}\n  - p\n  {{- end }}\n  - q\n  \
                    {{- if eq .Values.environment \"test\" }}\n  - r\n  {{- end }}\n";
    assert_eq!(body(&merged), expected);
}

#[test]
fn every_other_difference_is_a_variation() {
    let merged = of(&[
        config(serde_json::json!({"CHANNELS": "a,b", "count": 3, "port": "http", "flag": "on"})),
        config(serde_json::json!({"CHANNELS": "a", "count": 1, "port": 80, "flag": "off"})),
    ]);
    let expected = "kind: Thing\ndata:\n  CHANNELS: {{ $variation.channels }}\n  count: {{ $variation.count }}\n  \
                    port: {{ $variation.port }}\n  flag: {{ $variation.flag | quote }}\n";
    assert_eq!(body(&merged), expected);
    let staging = r#"{"channels":"a","count":"1","port":"80","flag":"off"}"#;
    assert_eq!(merged.variations[1].as_deref(), Some(staging));
    assert!(merged.text.contains("(printf \"files/environments/%s/test.yaml\" .Values.environment)"));
}

#[test]
fn an_item_without_a_certain_first_line_leaves_its_dash_alone() {
    let merged = of(&[
        config(serde_json::json!([{"a": 1, "x": 1, "y": 2}])),
        config(serde_json::json!([{"b": 1, "x": 1, "y": 2}])),
    ]);
    assert!(body(&merged).contains("data:\n- x: 1\n  {{- if eq"), "{}", merged.text);
    let merged = of(&[config(serde_json::json!([[1, 5, 6, 7]])), config(serde_json::json!([[2, 5, 6, 7]]))]);
    assert!(body(&merged).contains("data:\n-\n  {{- if eq"), "{}", merged.text);
}

#[test]
fn braces_before_an_action_do_not_join_it() {
    let merged = of(&[config(serde_json::json!({"a": "{production}"})), config(serde_json::json!({"a": "{staging}"}))]);
    assert!(body(&merged).contains("a: \"{{ \"{\" }}{{ .Values.environment }}}\"\n"), "{}", merged.text);
}

/// Small trees of a few words, so that versions have much in common.
fn tree() -> impl Strategy<Value = serde_json::Value> {
    let words = [
        "x",
        "y",
        "on",
        "production",
        "staging",
        "p.a.example",
        "p.staging.a.example",
        "10.0.0.0/24",
        "10.1.0.0/24",
        "10.1.1.0/24",
        "1",
    ];
    let leaf = prop_oneof![
        proptest::sample::select(words.to_vec()).prop_map(serde_json::Value::from),
        (0..3_i64).prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            proptest::collection::btree_map("[a-d]", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(5), failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn each_environment_reads_its_own_object(trees in proptest::collection::vec(proptest::option::weighted(0.9, tree()), 1..=3)) {
        prop_assume!(trees.iter().any(Option::is_some));
        let objects: Vec<Option<Object>> = trees.iter().map(|tree| tree.clone().map(|tree| object(config(tree)))).collect();
        let merged = merged(&objects, None, Hosts::default());
        for (object, read) in objects.iter().zip(&merged.read) {
            prop_assert_eq!(object.as_ref().map(|object| object.tree.to_json()), read.clone());
        }
    }
}

#[test]
fn nothing_of_a_job_is_a_value() {
    let job = object(
        serde_json::json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "setup", "namespace": "n"},
        "spec": {"template": {"spec": {"containers": [{"name": "setup", "image": "a:1", "imagePullPolicy": "Always"}]}}}}),
    );
    let versions = [Versions(vec![Some(&job)])];
    assert!(super::template::group(&versions, "setup".to_owned()).is_none());
    let merged = merged(&[Some(job.clone())], None, Hosts::default());
    assert!(
        values::branches(&merged.values).is_empty() && merged.text.contains("image: \"a:1\"\n")
            || merged.text.contains("image: a:1\n")
    );
}
