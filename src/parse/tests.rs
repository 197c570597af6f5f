#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use serde_json::json;

use super::*;
use crate::diag::render::{Format, render};

/// Files in a folder of their own, gone with the value.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Folder(folder)
    }
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }
}

/// A target whose parameters are what is needed here.
pub(crate) fn targets() -> Vec<(String, Json)> {
    let parameters = json!({
        "type": "object",
        "properties": {"region": {"$ref": "#/$defs/Region"}, "account": {"type": "string"}},
        "additionalProperties": false,
        "$defs": {"Region": {"type": "string", "pattern": "^[a-z-]+-[0-9]$"}},
    });
    vec![("eks".to_owned(), parameters)]
}

/// What is said of a blueprint in one environment, in the short form; the blueprint if nothing.
pub(crate) fn read_environment(entry: &Path, name: &str) -> Result<(Blueprint, Files), String> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let parsed = parse(entry, &mut sources, &targets(), &mut diagnostics);
    let found = parsed.and_then(|parsed| {
        let blueprint = parsed.environment(name, &sources, &mut diagnostics)?;
        Some((blueprint, parsed.files))
    });
    found.filter(|_| diagnostics.is_empty()).ok_or_else(|| render(Format::Short, &diagnostics, &sources, false))
}

fn shipped(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("blueprints").join(name)
}

const SMALL: &str = "
blueprint: v1
name: small
organizations:
  buyer: {domain: buyer.example, target: eks}
ordering: {orderers: {buyer: 3}}
channels: {trade: [buyer]}
";

fn small(more: &str) -> Folder {
    Folder::new(&[("a.yaml", &format!("{SMALL}{more}"))])
}

fn blueprint(folder: &Folder, environment: &str) -> Blueprint {
    read_environment(&folder.path("a.yaml"), environment).unwrap_or_else(|told| panic!("{told}")).0
}

fn told(folder: &Folder, environment: &str) -> String {
    read_environment(&folder.path("a.yaml"), environment).map(|_| ()).unwrap_err()
}

#[test]
fn shipped_blueprints_are_read() {
    for (name, environment) in
        [("minimal.yaml", "production"), ("akachain.yaml", "production"), ("akachain.yaml", "staging")]
    {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let any = ["eks", "kubernetes", "pks", "plain"].map(|name| (name.to_owned(), json!({"type": "object"})));
        let parsed = parse(&shipped(name), &mut sources, &any, &mut diagnostics);
        let read = parsed.and_then(|parsed| parsed.environment(environment, &sources, &mut diagnostics));
        assert!(read.is_some(), "{}", render(Format::Human, &diagnostics, &sources, false));
    }
}

#[test]
fn a_blueprint_without_environments_has_one() {
    let folder = small("");
    let names = environments(&folder);
    assert_eq!(names, ["production"]);
    assert!(blueprint(&folder, "production").environments.is_empty());
    assert_eq!(environments(&small("environments: {b: , a: {}}\n")), ["a", "b"]);
}

fn environments(folder: &Folder) -> Vec<String> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let parsed = parse(&folder.path("a.yaml"), &mut sources, &targets(), &mut diagnostics).unwrap();
    parsed.environments().iter().map(|name| name.value.to_string()).collect()
}

#[test]
fn an_environment_changes_the_rest() {
    let folder = small(
        "defaults: {blockchain: {peers: 3}, eks: {region: eu-west-1}}
environments:
  staging:
    domains: \"staging.{domain}\"
    defaults: {blockchain: {peers: 1}}
    organizations: {buyer: {eks: {account: \"1\"}, blockchain: {services: {explorer: }}}}
    without: {channels: [trade]}
",
    );
    let staging = blueprint(&folder, "staging");
    let buyer = staging.organizations.values().next().unwrap();
    assert_eq!(buyer.domain.as_ref().unwrap().value.as_str(), "staging.buyer.example");
    // In no channel any more, so that the defaults give it no peers.
    assert!(buyer.blockchain.as_ref().unwrap().peers.as_ref().unwrap().count.is_none());
    assert_eq!(buyer.parameters["eks"].to_json(), json!({"region": "eu-west-1", "account": "1"}));
    assert!(staging.channels.is_empty());
}

#[test]
fn defaults_stand_under_what_is_described_and_what_is_written_wins() {
    let folder = Folder::new(&[
        (
            "a.yaml",
            "
blueprint: v1
name: small
defaults:
  target: eks
  tags: {project: trade, team: platform}
  blockchain: {peers: {count: 2, database: leveldb}, nodePools: {general: {minimum: 3}}, services: {explorer: }}
organizations:
  buyer: {domain: buyer.example, tags: {team: buyers}, blockchain: {peers: 3}}
  seller: {card: seller.yaml}
  guest: {domain: guest.example, within: buyer}
channels: {trade: [buyer, seller, guest]}
environments: {production: {without: {organizations: {guest: {blockchain: {services: [explorer]}}}}}}
",
        ),
        ("seller.yaml", CARD),
    ]);
    let (read, files) = read_environment(&folder.path("a.yaml"), "production").unwrap_or_else(|told| panic!("{told}"));
    let of = |name: &str| read.organizations.iter().find(|(key, _)| key.value.as_str() == name).unwrap().1;
    let peers = |name: &str| of(name).blockchain.as_ref().unwrap().peers.as_ref().unwrap();
    assert_eq!(peers("buyer").count.unwrap().value, 3);
    assert_eq!(peers("buyer").database.unwrap().value, blueprint::StateDatabase::Leveldb);
    let tags = of("buyer").tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    assert_eq!(tags.collect::<Vec<_>>(), [("project", "trade"), ("team", "buyers")]);
    assert_eq!(peers("guest").count.unwrap().value, 2);
    assert!(of("guest").target.is_none(), "a guest has its host's target");
    assert!(of("guest").blockchain.as_ref().unwrap().node_pools.is_empty());
    assert!(of("guest").blockchain.as_ref().unwrap().services.is_empty());
    assert!(of("seller").blockchain.is_none() && of("seller").target.is_none(), "defaults are never put under cards");
    assert_eq!(files.cards["seller.yaml"].environments.len(), 1);
}

const CARD: &str = "
card: v1
environments:
  production:
    organization: seller
    title: Seller
    mspId: SellerMSP
    domain: seller.example
    fabric: \"2.5\"
    stateDatabase: couchdb
    peers: [{name: peer0, host: peer0.seller.example, port: 7051}]
";

#[test]
fn hosts_below_the_domain_follow_it() {
    let folder = Folder::new(&[(
        "a.yaml",
        "
blueprint: v1
name: small
organizations:
  buyer:
    domain: buyer.example
    target: eks
    frontends: {portal: {ranges: [203.0.113.0/24], host: www.buyer.example}, mobile: [203.0.113.0/24]}
environments:
  staging:
    domains: \"staging.{domain}\"
    organizations: {buyer: {frontends: {mobile: {host: app.staging.buyer.example}}}}
",
    )]);
    let staging = blueprint(&folder, "staging");
    let buyer = staging.organizations.values().next().unwrap();
    let hosts: Vec<&str> =
        buyer.frontends.values().map(|frontend| frontend.host.as_ref().unwrap().value.as_str()).collect();
    assert_eq!(hosts, ["app.staging.buyer.example", "www.staging.buyer.example"]);
}

#[test]
fn a_folder_is_one_blueprint() {
    let buyer = "domain: buyer.example\ntarget: eks\n";
    let folder = Folder::new(&[
        ("a.yaml/consortium.yaml", "blueprint: v1\nname: small\nchannels: {trade: [buyer]}\n"),
        ("a.yaml/organizations/buyer.yaml", buyer),
        ("a.yaml/organizations/notes.txt", "no blueprint"),
    ]);
    let read = blueprint(&folder, "production");
    assert_eq!(read.organizations.keys().map(|name| name.value.as_str()).collect::<Vec<_>>(), ["buyer"]);
    let both = Folder::new(&[
        (
            "a.yaml/consortium.yaml",
            &format!("blueprint: v1\nname: small\norganizations:\n  buyer: {{{}}}\n", "target: eks"),
        ),
        ("a.yaml/organizations/buyer.yaml", buyer),
    ]);
    assert!(told(&both, "production").contains("AKC0120"));
}

#[test]
fn a_member_alone_takes_from_the_consortium_card() {
    let consortium = "
consortium: v1
name: small
environments:
  production:
    fabric: \"2.5\"
    ordering: {orderers: {seller: 3}}
    channels: {trade: [buyer, seller]}
    organizations:
      seller:
        organization: seller
        title: Seller
        mspId: SellerMSP
        domain: seller.example
        fabric: \"2.5\"
        stateDatabase: couchdb
";
    let own = "blueprint: v1\nname: small\nconsortium: all.yaml\norganizations: {buyer: {domain: buyer.example, target: eks}}\n";
    let folder = Folder::new(&[("a.yaml", own), ("all.yaml", consortium)]);
    let read = blueprint(&folder, "production");
    assert_eq!(read.channels.values().next().unwrap().members.len(), 2);
    assert_eq!(read.ordering.unwrap().orderers.len(), 1);
    let wrong = format!("{}channels: {{trade: [buyer]}}\n", own.replace("small", "large"));
    let folder = Folder::new(&[("a.yaml", &wrong), ("all.yaml", consortium)]);
    let told = told(&folder, "production");
    assert_eq!(told.matches("AKC0232").count(), 2, "{told}");
}

#[test]
fn every_structural_error_is_told_at_once_environments_included() {
    let folder = small(
        "environments: {staging: {chanels: {}, organizations: {buyer: {peers: 1}}, ordering: {tls: true}}}\nvpn: 1\n",
    );
    let told = told(&folder, "production");
    for expected in ["`chanels`", "`peers`", "`vpn`", "AKC0181"] {
        assert!(told.contains(expected), "{expected} in\n{told}");
    }
    assert_eq!(told.matches("error").count() - told.matches("errors").count(), 4, "{told}");
}

/// Every key that a person can write is explained, in the editor too.
#[test]
fn every_field_has_a_description_and_an_example() {
    let schemas = [blueprint_schema(&[]), schema::of::<card::CardFile>(), schema::of::<card::ConsortiumCard>()];
    let mut bare = Vec::new();
    for root in &schemas {
        let definitions = root["$defs"].as_object().unwrap().iter();
        let named = definitions.map(|(name, one)| (name.as_str(), one)).chain([("the root", root)]);
        for (name, object) in named {
            for (key, property) in object["properties"].as_object().into_iter().flatten() {
                let has = |keyword: &str| property.get(keyword).is_some();
                if !has("description") || !(has("examples") || has("example")) {
                    bare.push(format!("{name}.{key}"));
                }
            }
        }
    }
    assert_eq!(bare, [""; 0], "fields without a description or an example");
}
