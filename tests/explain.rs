//! Every line of every emitted file has an origin that can be told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Mutex;

use akcgen::base::{Origin, Sources};
use akcgen::compile::{self, Options};
use akcgen::diag::Diagnostics;
use akcgen::package::BundleFile;
use support::{Files, compile, repository};

fn traced(sources: &mut Sources) -> Vec<(String, BundleFile)> {
    let options = Options { blueprint: repository("blueprints/akachain.yaml"), traced: true, ..Options::default() };
    let mut diagnostics = Diagnostics::new();
    let plans = compile::plan(&options, sources, &mut diagnostics).unwrap();
    let files = Mutex::new(Vec::new());
    compile::emit(&plans, &options, &|path, file| files.lock().unwrap().push((path, file)), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    files.into_inner().unwrap()
}

#[test]
fn every_line_has_an_origin_and_tracing_changes_no_byte() {
    let mut sources = Sources::new();
    let files = traced(&mut sources);
    let mut faults = Vec::new();
    for (path, file) in &files {
        if file.lines.len() != file.text.lines().count() {
            faults.push(format!("{path}: {} lines, {} origins", file.text.lines().count(), file.lines.len()));
        }
        for (at, origin) in file.lines.iter().enumerate() {
            let told = match origin {
                Origin::Source(span) => !sources.file(span.file).name.is_empty() && span.start < span.end,
                Origin::Default(row) => !row.is_empty(),
                Origin::Rule(rule) => !rule.is_empty(),
            };
            if !told {
                faults.push(format!("{path}:{}: {origin:?}", at + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{:#?}", &faults[..faults.len().min(40)]);
    let traced: Files = files.into_iter().map(|(path, file)| (path, file.text)).collect();
    assert_eq!(traced, compile(&repository("blueprints/akachain.yaml")));
}

#[test]
fn a_line_leads_to_the_line_that_caused_it() {
    let mut sources = Sources::new();
    let files = traced(&mut sources);
    let origin = |path: &str, text: &str| {
        let (_, file) = files.iter().find(|(one, _)| one == path).unwrap_or_else(|| panic!("{path}"));
        let at = file.text.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{path}: {text}"));
        match file.lines[at] {
            Origin::Source(span) => sources.file(span.file).line(sources.position(span).line).trim().to_owned(),
            Origin::Default(row) => format!("default {row}"),
            Origin::Rule(rule) => format!("rule {rule}"),
        }
    };
    let dapp = "akachain/blockchain/manifests/production/dapp.yaml";
    assert!(origin(dapp, "akachain/dapp:1.4.0").starts_with("dapp: {image: \"akachain/dapp:1.4.0\""));
    assert!(origin(dapp, "path: /healthz").starts_with("dapp: {image:"));
    assert!(origin(dapp, "maxReplicas: 6").starts_with("dapp: {image:"));
    let (peer, orderer) = (
        "akachain/blockchain/manifests/production/peer0.yaml",
        "akachain/blockchain/manifests/production/orderer0.yaml",
    );
    assert_eq!(origin(peer, "externalEndpoint:"), "domain: akachain.example");
    assert_eq!(origin(peer, "networkId:"), "name: akachain");
    assert_eq!(origin(peer, "stateDatabase:"), "default blockchain.peers.database");
    assert!(origin(peer, "executetimeout:").starts_with("rule Fabric's settings are written out"));
    assert_eq!(origin(peer, "core.yaml: |"), "peers: 3");
    assert_eq!(origin(orderer, "BootstrapMethod:"), "consensus: kafka");
    assert_eq!(origin(orderer, "ReplicationFactor:"), "default ordering.brokers.replication");
    let broker = "akachain/blockchain/manifests/production/kafka0.yaml";
    assert_eq!(origin(broker, "zookeeper.connect="), "zookeepers: 3");
    assert!(origin(broker, "unclean.leader.election").starts_with("rule Kafka and ZooKeeper as Fabric needs them"));
    let namespaces = "akachain/application/prelude/production/namespaces.yaml";
    assert_eq!(origin(namespaces, "name: akachain-application-api"), "application-api:");
    assert!(origin(namespaces, "enforce: restricted").starts_with("rule pods of a namespace keep to"));
    let card = "consortium/production/cards/akachain.yaml";
    assert_eq!(origin(card, "domain:"), "domain: akachain.example");
    assert_eq!(origin(card, "host: orderer0"), "orderers: {akachain: 3}");
    let channels = "consortium/production/channels.yaml";
    assert_eq!(origin(channels, "administration: majority"), "default channels.policies.administration");
    let images = "akachain/images.txt";
    assert!(origin(images, "akachain/dapp:1.4.0").starts_with("dapp: {image:"));
    assert!(origin(images, "autoscaling/cluster-autoscaler").contains("registry.k8s.io/autoscaling"));
    let documents = "akachain/application/manifests/production/documents.yaml";
    assert_eq!(origin(documents, "storage: 20Gi"), "storage: {files: {size: 20Gi, path: /data}}");
    let overlay = "akachain/blockchain/kustomize/overlays/staging/ca.yaml";
    assert_eq!(
        origin(overlay, "cidr: 10.17.192.0/22"),
        origin(&overlay.replace("kustomize/overlays", "manifests"), "cidr: 10.17.192.0/22")
    );
    assert_eq!(
        origin("akachain/blockchain/kustomize/base/dapp.yaml", "maxReplicas: 6"),
        origin(dapp, "maxReplicas: 6")
    );
}
