//! An organization that somebody else runs, known by its card, is the same to the others as one described beside them.
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

/// The card of an organization.
fn card(blueprint: &Path, organization: &str) -> String {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let options = Options { blueprint: blueprint.to_owned(), ..Options::default() };
    let plans = compile::plan(&options, &mut sources, &mut diagnostics).unwrap();
    let all: Vec<_> = plans.environments.iter().map(|bound| &bound.plan).collect();
    written(&package::organization_card(&all, organization).unwrap().unwrap())
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

#[test]
fn an_organization_known_by_its_card_changes_nothing_for_the_others() {
    let described = repository("blueprints/akachain.yaml");
    let whole = compile(&described);
    let card = card(&described, "member-two");
    let mut known = tree(&described);
    assert!(known.set(&"organizations/member-two".into(), Tree::map([("card", "cards/member-two.yaml")])));
    known.remove(&"environments/staging/organizations/member-two".into()).unwrap();
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("cards")).unwrap();
    fs::write(place.path().join("cards/member-two.yaml"), &card).unwrap();
    fs::copy(repository("blueprints/allocations.yaml"), place.path().join("allocations.yaml")).unwrap();
    fs::write(place.path().join("own.yaml"), written(&known)).unwrap();
    let made = compile(&place.path().join("own.yaml"));
    assert_eq!(below(&made, "member-two"), Files::new());
    for other in ["akachain", "member-one", "consortium"] {
        same(&below(&whole, other), &below(&made, other));
    }
    fs::write(place.path().join("cards/member-two.yaml"), card.replace("7061", "7161")).unwrap();
    let other_port = compile(&place.path().join("own.yaml"));
    assert_ne!(below(&made, "akachain"), below(&other_port, "akachain"), "the others read the card");
}
