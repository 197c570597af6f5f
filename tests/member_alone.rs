//! A member that builds from its own blueprint and the consortium's card gets for itself, and for what all share, the
//! bytes of the operator's build of all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use akcgen::base::Sources;
use akcgen::bind::Plan;
use akcgen::compile::{self, Options};
use akcgen::diag::Diagnostics;
use akcgen::diag::render::{Format, render};
use akcgen::package;
use akcgen::text::yaml;
use serde_json::{Value as Json, json};
use support::{compile, first_difference, read, repository};

/// The consortium's card as the operator exports it.
fn consortium_card(blueprint: &Path) -> String {
    let options = Options { blueprint: blueprint.to_owned(), ..Options::default() };
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let plans = compile::plan(&options, &mut sources, &mut diagnostics);
    let plans = plans.unwrap_or_else(|| panic!("{}", render(Format::Human, &diagnostics, &sources, false)));
    let plans: Vec<&Plan> = plans.environments.iter().map(|bound| &bound.plan).collect();
    let mut text = String::new();
    yaml::write(&package::consortium_card(&plans).unwrap(), &mut text);
    text
}

/// What a member writes who takes everything else from the consortium's card.
fn alone(whole: &Json, member: &str) -> Json {
    let mut own = whole.clone();
    let root = own.as_object_mut().unwrap();
    root.remove("ordering");
    root.remove("channels");
    root.insert("consortium".into(), json!("consortium.yaml"));
    only(root.get_mut("organizations"), member);
    for environment in
        root.get_mut("environments").and_then(Json::as_object_mut).into_iter().flat_map(|all| all.values_mut())
    {
        only(environment.get_mut("organizations"), member);
        if let Some(without) = environment.get_mut("without").and_then(Json::as_object_mut) {
            without.remove("channels");
            only(without.get_mut("organizations"), member);
        }
    }
    own
}

fn only(organizations: Option<&mut Json>, member: &str) {
    if let Some(all) = organizations.and_then(Json::as_object_mut) {
        all.retain(|name, _| name == member);
    }
}

/// Everything that a card has to tell and the shipped blueprints leave at its default.
const UNUSUAL: &str = r#"
blueprint: v1
name: ports
defaults: {target: eks, blockchain: {peers: {database: leveldb}}}
organizations:
  carrier:
    domain: carrier.example
    eks: {account: "111122223333", region: eu-central-1, cidr: 10.16.0.0/16}
    blockchain: {peers: {count: 4, endpoints: each, storage: 80Gi}, services: {ca: }}
  customs:
    mspId: Customs.MSP
    domain: customs.example
    eks: {account: "222233334444", region: eu-west-1, cidr: 10.32.0.0/16}
    addresses: [198.51.100.16/29]
    blockchain: {services: {ca: {authority: {role: intermediate, parent: carrier}}}}
  port:
    title: The Port
    domain: port.example
    eks: {account: "333344445555", region: eu-west-1, cidr: 10.48.0.0/16}
ordering:
  orderers:
    carrier: {count: 3, endpoints: each, storage: 40Gi, resources: {cpu: "1", memory: 2Gi, memoryLimit: 3Gi}}
    port: {count: 4, storage: 10Gi}
  batch: {timeout: 1s, preferredBytes: 4Mi}
channels:
  freight:
    members: [carrier, customs]
    peers: {carrier: 2}
    anchors: {carrier: [1]}
    orderers: {port: 0}
    policies: {lifecycle: all, administration: "OR('CarrierMSP.admin', 'Customs.MSP.admin')"}
    chaincodes:
      bill-of-lading:
        version: "2.0"
        sequence: 3
        image: ports/bill:2.0.0
        endorsement: "AND('CarrierMSP.peer', 'Customs.MSP.peer')"
        resources: {cpu: 300m, cpuLimit: "2"}
        collections: {prices: {members: [carrier], requiredPeers: 1, blockToLive: 9, endorsement: any}}
  quays: {members: [carrier, customs], orderers: {carrier: 0, port: 3}, batch: {messages: 7}}
"#;

#[test]
fn every_member_gets_the_same_bytes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let unusual = folder.path().join("unusual.yaml");
    fs::write(&unusual, UNUSUAL).unwrap();
    for path in [repository("blueprints/minimal.yaml"), repository("blueprints/akachain.yaml"), unusual] {
        let name = path.display();
        let whole = read(&path);
        // In a folder of its own, without the allocations and bindings that may stand beside the shipped ones.
        let operator = folder.path().join("operator.yaml");
        fs::write(&operator, whole.to_string()).unwrap();
        let expected = compile(&operator);
        let card = consortium_card(&operator);
        for member in whole["organizations"].as_object().unwrap().keys() {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("consortium.yaml"), &card).unwrap();
            fs::write(folder.path().join("own.yaml"), alone(&whole, member).to_string()).unwrap();
            let found = compile(&folder.path().join("own.yaml"));
            let mine = |path: &&String| path.starts_with(&format!("{member}/")) || path.starts_with("consortium/");
            let compared: Vec<&String> = expected.keys().filter(mine).collect();
            assert!(compared.len() > 10);
            assert_eq!(compared, found.keys().filter(mine).collect::<Vec<_>>(), "{name}: {member}");
            for path in compared {
                let difference = first_difference(&expected[path], &found[path]);
                assert_eq!(difference, None, "{name}: {member} alone has another {path}");
            }
        }
    }
}

/// The comparison sees what differs.
#[test]
fn another_card_gives_other_bytes() {
    let path = repository("blueprints/minimal.yaml");
    let expected = compile(&path);
    let card = consortium_card(&path).replace("peer1.seller.example", "peer1.elsewhere.seller.example");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("consortium.yaml"), card).unwrap();
    fs::write(folder.path().join("own.yaml"), alone(&read(&path), "buyer").to_string()).unwrap();
    let found = compile(&folder.path().join("own.yaml"));
    assert!(found.iter().any(|(path, text)| expected.get(path).is_some_and(|expected| expected != text)));
}
