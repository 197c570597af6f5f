//! The YAML writer's promise: whatever string or tree it is given, every reader gives the same back.
//!
//! Readers: libyaml's descendant (`serde_yaml`), granit-parser under the schemas of YAML 1.2 and YAML 1.1, akcgen's own and, with
//! the feature `outside-tools`, kubectl. Seeds are fixed, so that a run can be repeated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hostile;
#[cfg(feature = "outside-tools")]
mod kubectl;
mod readers;
mod schemas;

use akcgen::base::{Object, Origin, Span, Step, Tree, TreePath};
use akcgen::text::yaml;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20_261_123), failure_persistence: None, ..Default::default() }
}

fn written(tree: &Tree) -> String {
    let mut text = String::new();
    yaml::write(tree, &mut text);
    text
}

/// Writes the tree and reads it back with every reader.
fn round_trip(tree: &Tree) -> Result<(), String> {
    let text = written(tree);
    let unlike = |reader: &str, read: Result<Tree, String>| match read {
        Ok(read) if read == *tree => Ok(()),
        read => Err(format!("{reader} reads {read:?}\nfrom {text}meant as {tree:?}")),
    };
    unlike("libyaml", readers::libyaml(&text))?;
    unlike("granit under YAML 1.2", readers::granit(&text, schemas::yaml_1_2))?;
    unlike("granit under YAML 1.1", readers::granit(&text, schemas::yaml_1_1))
}

/// The same for akcgen's own reader, which takes no numbers but plain ones and refuses NUL in any text.
fn own_round_trip(tree: &Tree) -> Result<(), String> {
    let text = written(tree);
    match readers::akcgen(&text) {
        Ok(read) if read == tree.to_json() => Ok(()),
        Err(refusal) if refusal.contains("NUL") && holds_nul(tree) => Ok(()),
        read => Err(format!("akcgen reads {read:?}\nfrom {text}meant as {tree:?}")),
    }
}

fn holds_nul(tree: &Tree) -> bool {
    match tree {
        Tree::Str(text) => text.contains('\0'),
        Tree::Seq(items) => items.iter().any(holds_nul),
        Tree::Map(entries) => entries.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// The places in which a string can stand.
fn in_every_place(text: &str) -> Tree {
    let text = || text.to_owned();
    let inner = Tree::map([(text(), Tree::from(text())), ("z".to_owned() + &text(), Tree::seq([text(), text()]))]);
    Tree::map([
        ("value".to_owned(), Tree::from(text())),
        ("list".to_owned(), Tree::seq([Tree::from(text()), Tree::seq([text(), text()]), inner.clone()])),
        ("map".to_owned(), inner),
        ("last ".to_owned() + &text(), Tree::from(text())),
    ])
}

#[test]
fn known_traps_come_back() {
    let wrong: Vec<String> = hostile::TRAPS
        .iter()
        .flat_map(|text| [in_every_place(text), Tree::Str((*text).into())])
        .filter_map(|tree| round_trip(&tree).and_then(|()| own_round_trip(&tree)).err())
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), hostile::TRAPS.len(), wrong.join("\n"));
}

#[test]
fn keys_around_the_limit_of_a_simple_key_come_back() {
    for length in 1015..1035 {
        for key in ["k".repeat(length), "ä".repeat(length / 2), "\"".repeat(length / 2)] {
            for value in [Tree::from("v"), Tree::seq(["a"]), Tree::map([("a", "b")]), Tree::from("two\nlines\n")] {
                let tree = Tree::map([(key.clone(), value), ("next".to_owned(), Tree::Null)]);
                round_trip(&Tree::seq([tree.clone(), Tree::map([("m", tree)])])).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn hostile_strings_come_back(text in hostile::string()) {
        round_trip(&in_every_place(&text)).map_err(TestCaseError::fail)?;
        own_round_trip(&in_every_place(&text)).map_err(TestCaseError::fail)?;
        round_trip(&Tree::Str(text.into())).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn numbers_come_back_as_the_same_kind_of_number(whole in any::<i64>(), float in proptest::num::f64::NORMAL) {
        let tree = Tree::seq([Tree::Int(whole), Tree::Float(float), Tree::Float(whole as f64)]);
        round_trip(&tree).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn nested_trees_come_back(tree in hostile::tree()) {
        round_trip(&tree).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn streams_come_apart_where_they_were_joined(trees in proptest::collection::vec(hostile::tree(), 1..4)) {
        let objects: Vec<Object> = trees.iter().map(|tree| Object::new(tree.clone(), Origin::Rule("x"))).collect();
        let text = yaml::documents(&objects);
        let (traced, lines) = yaml::documents_traced(&objects);
        prop_assert_eq!(&traced, &text);
        prop_assert_eq!(lines.len(), text.matches('\n').count());
        prop_assert_eq!(readers::libyaml_stream(&text), Ok(trees.clone()), "{}", text);
        prop_assert_eq!(readers::granit_stream(&text, schemas::yaml_1_1), Ok(trees), "{}", text);
    }

    #[test]
    fn every_line_names_the_node_that_ends_on_it(tree in hostile::tree()) {
        let (mut leaves, mut object) = (Vec::new(), Object::new(tree.clone(), Origin::Rule("root")));
        collect_leaves(&tree, TreePath::ROOT, &mut leaves);
        for (number, (path, _)) in leaves.iter().enumerate() {
            object.origins.add(path.clone(), numbered(number));
        }
        let (mut text, mut lines) = (String::new(), Vec::new());
        yaml::write_traced(&object, &mut text, &mut lines);
        for (number, (_, leaf)) in leaves.iter().enumerate() {
            let found = lines.iter().filter(|line| **line == numbered(number)).count();
            let fits = if leaf.as_str().is_some() { found >= 1 } else { found == 1 };
            prop_assert!(fits, "leaf {} has {} lines in\n{}", number, found, text);
        }
        let order: Vec<&Origin> = lines.iter().filter(|line| line.span().is_some()).collect();
        prop_assert!(order.is_sorted(), "leaves out of order in\n{}", text);
    }

    #[test]
    fn a_comment_stays_a_comment(text in hostile::string()) {
        let mut out = String::new();
        yaml::comment(&mut out, &text);
        out.push_str("a: b\n");
        let tree = Tree::map([("a", "b")]);
        prop_assert_eq!(readers::libyaml(&out), Ok(tree.clone()), "{}", out);
        prop_assert_eq!(readers::granit(&out, schemas::yaml_1_2), Ok(tree), "{}", out);
    }
}

fn numbered(number: usize) -> Origin {
    let start = u32::try_from(number).unwrap();
    Origin::Source(Span { file: akcgen::base::FileId(0), start, end: start })
}

fn collect_leaves<'a>(tree: &'a Tree, path: TreePath, leaves: &mut Vec<(TreePath, &'a Tree)>) {
    match tree {
        Tree::Map(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(key, value)| collect_leaves(value, path.join(key.clone()), leaves));
        }
        Tree::Seq(items) if !items.is_empty() => {
            let indexed = (0..).map(Step::Index).zip(items);
            indexed.for_each(|(at, item)| collect_leaves(item, path.join(at), leaves));
        }
        _ => leaves.push((path, tree)),
    }
}
