//! A member that builds alone, from its own blueprint and the operator's cards, gets the same bytes for itself as the
//! operator's build of all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use akcgen::base::{Sources, Tree};
use akcgen::compile::{self, Options};
use akcgen::diag::Diagnostics;
use akcgen::{package, source, text};
use support::{Files, compile, first_difference, repository};

fn tree(blueprint: &Path) -> Tree {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = source::read_file(blueprint, &mut sources, &mut diagnostics).unwrap();
    Tree::try_from(source::read(&sources, file, &mut diagnostics).unwrap().to_json()).unwrap()
}

fn written(tree: &Tree) -> String {
    let mut text = String::new();
    text::yaml::write(tree, &mut text);
    text
}

/// The consortium's card, and that of each organization named.
fn cards(blueprint: &Path, organizations: &[&str]) -> (String, Vec<String>) {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let options = Options { blueprint: blueprint.to_owned(), ..Options::default() };
    let plans = compile::plan(&options, &mut sources, &mut diagnostics).unwrap();
    let all: Vec<_> = plans.environments.iter().map(|bound| &bound.plan).collect();
    let card = |name: &&str| written(&package::organization_card(&all, name).unwrap().unwrap());
    (written(&package::consortium_card(&all).unwrap()), organizations.iter().map(card).collect())
}

fn below(files: &Files, organization: &str) -> Files {
    let folder = format!("{organization}/");
    files
        .iter()
        .filter(|(path, _)| path.starts_with(&folder))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect()
}

fn same(expected: &Files, made: &Files) {
    assert!(!expected.is_empty());
    assert_eq!(expected.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (path, text) in expected {
        assert_eq!(first_difference(text, &made[path]), None, "{path}");
    }
}

/// Leaves only one entry of a map.
fn keep_only(tree: &mut Tree, path: &str, key: &str) {
    if let Some(Tree::Map(entries)) = tree.at_mut(&path.to_owned().into()) {
        entries.retain(|(name, _)| name == key);
    }
}

#[test]
fn a_member_that_builds_alone_gets_the_same_bytes() {
    let operator = repository("blueprints/akachain.yaml");
    let whole = compile(&operator);
    let (card, _) = cards(&operator, &[]);
    for member in ["member-one", "member-two"] {
        let mut own = tree(&operator);
        keep_only(&mut own, "organizations", member);
        keep_only(&mut own, "environments/staging/organizations", member);
        for common in ["ordering", "channels", "environments/staging/without", "environments/staging/accept"] {
            own.remove(&common.into());
        }
        assert!(own.insert("consortium", "cards/consortium.yaml"));
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("cards")).unwrap();
        fs::write(place.path().join("cards/consortium.yaml"), &card).unwrap();
        fs::write(place.path().join("own.yaml"), written(&own)).unwrap();
        same(&below(&whole, member), &below(&compile(&place.path().join("own.yaml")), member));
    }
}

#[test]
fn an_organization_known_by_its_card_changes_nothing_for_the_others() {
    let described = repository("blueprints/akachain.yaml");
    let whole = compile(&described);
    let (_, card) = cards(&described, &["member-two"]);
    let mut known = tree(&described);
    assert!(known.set(&"organizations/member-two".into(), Tree::map([("card", "cards/member-two.yaml")])));
    known.remove(&"environments/staging/organizations/member-two".into()).unwrap();
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("cards")).unwrap();
    fs::write(place.path().join("cards/member-two.yaml"), &card[0]).unwrap();
    fs::write(place.path().join("own.yaml"), written(&known)).unwrap();
    let made = compile(&place.path().join("own.yaml"));
    assert_eq!(below(&made, "member-two"), Files::new());
    for other in ["akachain", "member-one", "consortium"] {
        same(&below(&whole, other), &below(&made, other));
    }
    fs::write(place.path().join("cards/member-two.yaml"), card[0].replace("7061", "7161")).unwrap();
    let other_port = compile(&place.path().join("own.yaml"));
    assert_ne!(below(&made, "akachain"), below(&other_port, "akachain"), "the others read the card");
}
