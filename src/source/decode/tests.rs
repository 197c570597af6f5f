#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::base::{FileId, Origin, Traced};

fn span(start: u32, end: u32) -> Span {
    Span { file: FileId(3), start, end }
}

fn node(value: Value, start: u32, end: u32) -> Node {
    Node::new(value, span(start, end))
}

fn text(text: &str, start: u32, end: u32) -> Node {
    node(Value::Str(text.into()), start, end)
}

fn map(entries: Vec<(&str, Node)>) -> Node {
    let entries =
        entries.into_iter().map(|(key, value)| Entry { key: key.into(), key_span: span(900, 901), value }).collect();
    node(Value::Map(entries), 0, 999)
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Peers {
    count: Traced<u8>,
    database: Option<Traced<Database>>,
    #[serde(default)]
    images: BTreeMap<Traced<String>, Traced<Option<String>>>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Database {
    Couchdb,
    Leveldb,
    Other(String),
    Sized { size: u32 },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Either {
    Number(i64),
    Names(Vec<String>),
}

#[test]
fn traced_values_keep_their_place() {
    let tree = map(vec![
        ("count", node(Value::Int(3), 7, 8)),
        ("database", text("leveldb", 20, 27)),
        ("images", map(vec![("peer", node(Value::Null, 40, 40))])),
    ]);
    let peers: Peers = decode(&tree).unwrap();
    assert_eq!((peers.count.value, peers.count.origin), (3, Origin::Source(span(7, 8))));
    assert_eq!(peers.database.as_ref().unwrap().value, Database::Leveldb);
    let (name, image) = peers.images.iter().next().unwrap();
    assert_eq!((name.as_str(), name.origin), ("peer", Origin::Source(span(900, 901))));
    assert_eq!((&image.value, image.origin), (&None, Origin::Source(span(40, 40))));
}

#[test]
fn absent_and_null_options_are_none() {
    let absent: Peers = decode(&map(vec![("count", node(Value::Int(1), 1, 2))])).unwrap();
    let null: Peers =
        decode(&map(vec![("count", node(Value::Int(1), 1, 2)), ("database", node(Value::Null, 5, 5))])).unwrap();
    assert_eq!(absent, null);
    let unit: Traced<()> = decode(&node(Value::Null, 5, 5)).unwrap();
    assert_eq!(unit.origin, Origin::Source(span(5, 5)));
}

#[test]
fn enums_in_every_shape() {
    assert_eq!(decode::<Database>(&text("couchdb", 0, 7)).unwrap(), Database::Couchdb);
    assert_eq!(decode::<Database>(&map(vec![("couchdb", node(Value::Null, 0, 0))])).unwrap(), Database::Couchdb);
    assert_eq!(decode::<Database>(&map(vec![("other", text("x", 1, 2))])).unwrap(), Database::Other("x".into()));
    let sized = map(vec![("sized", map(vec![("size", node(Value::Int(5), 1, 2))]))]);
    assert_eq!(decode::<Database>(&sized).unwrap(), Database::Sized { size: 5 });
    assert_eq!(decode::<Either>(&node(Value::Int(-4), 0, 2)).unwrap(), Either::Number(-4));
    let names = node(Value::Seq(vec![text("a", 1, 2)]), 0, 3);
    assert_eq!(decode::<Either>(&names).unwrap(), Either::Names(vec!["a".into()]));
    let ports: BTreeMap<u16, String> = decode(&map(vec![("7051", text("peer", 1, 2))])).unwrap();
    assert_eq!(ports.get(&7051).map(String::as_str), Some("peer"));
}

#[test]
fn errors_carry_the_innermost_place() {
    let place = |tree: &Node| decode::<Peers>(tree).unwrap_err();
    let wrong = place(&map(vec![("count", text("three", 7, 12))]));
    assert_eq!(wrong.span, Some(span(7, 12)));
    assert_eq!(wrong.message, "expected an integer from 0 to 255, found string \"three\"");
    assert_eq!(place(&map(vec![("count", node(Value::Int(300), 7, 10))])).span, Some(span(7, 10)));
    let unknown = place(&map(vec![("cuont", node(Value::Int(3), 7, 8))]));
    assert_eq!(unknown.span, Some(span(900, 901)));
    let variant = place(&map(vec![("count", node(Value::Int(3), 7, 8)), ("database", text("oracle", 30, 36))]));
    assert_eq!(variant.span, Some(span(30, 36)));
    assert!(variant.message.contains("unknown variant `oracle`"), "{}", variant.message);
    assert_eq!(place(&map(vec![])).span, Some(span(0, 999)), "a missing key is told at its map");
    let content = decode::<Database>(&text("other", 4, 9)).unwrap_err();
    assert_eq!(content.message, "`other` needs a value: `{other: …}`");
}

/// A part that is kept as a tree has every place that reading gave it.
#[test]
fn trees_are_read_as_they_are() {
    #[derive(Deserialize)]
    struct Kept {
        kept: Node,
    }
    let (mut sources, mut diagnostics) = (crate::base::Sources::new(), crate::diag::Diagnostics::new());
    let file = sources.add("a.yaml".into(), "kept:\n  a: [1, {b: x, \"5\": 2.5}]\n  c: {d: true, e: }\n".into());
    let node = crate::source::read(&sources, file, &mut diagnostics).unwrap();
    let Kept { kept } = decode(&node).unwrap();
    assert_eq!(&kept, node.get("kept").unwrap());
    assert_eq!(kept.key_at(&"a/1/5".into()), kept.at(&"a/1".into()).unwrap().entry("5").map(|entry| entry.key_span));
    assert_eq!(kept.key_at(&"a/0".into()), kept.at(&"a/0".into()).map(|item| item.span));
    assert_eq!((kept.key_at(&"".into()), kept.key_at(&"a/2".into())), (Some(kept.span), None));
}
