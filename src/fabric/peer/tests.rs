#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::base::{Tree, to_tree};
use crate::fabric::keepalive::{BALANCER_IDLE, FOREIGN_MINIMUM};
use crate::text::yaml;

fn settings() -> Settings {
    Settings {
        release: FabricRelease::V2_5,
        id: "peer0.akachain.example".to_owned(),
        network: "akachain".to_owned(),
        msp_id: "AkachainMSP".to_owned(),
        address: "peer0.akachain-blockchain.svc.cluster.local:7051".to_owned(),
        external_address: "peer0.akachain.example:7051".to_owned(),
        bootstrap: vec!["peer1.example:7051".to_owned(), "peer2.example:7051".to_owned()],
        siblings: 3,
        state: StateDatabase::Couchdb,
        couchdb: "127.0.0.1".to_owned(),
    }
}

fn at(tree: &Tree, path: &'static str) -> Option<Tree> {
    tree.at(&path.into()).cloned()
}

#[test]
fn pings_are_seldom_enough_for_every_receiver_and_frequent_enough_for_every_balancer() {
    let keepalive = Core::new(&settings()).peer.keepalive;
    for sender in [keepalive.client.interval, keepalive.delivery_client.interval] {
        assert!(keepalive.min_interval <= sender && FOREIGN_MINIMUM <= sender && sender < BALANCER_IDLE);
    }
    assert!(keepalive.interval < BALANCER_IDLE);
}

#[test]
fn docker_is_nowhere_and_chaincode_is_a_service() {
    let tree = to_tree(&Core::new(&settings())).unwrap();
    assert_eq!(at(&tree, "vm/endpoint"), Some(Tree::from("")));
    assert_eq!(at(&tree, "chaincode/externalBuilders/0/path"), Some(Tree::from("/opt/hyperledger/ccaas_builder")));
    assert_eq!(at(&tree, "peer/chaincodeListenAddress"), Some(Tree::from("127.0.0.1:7052")));
}

#[test]
fn gossip_knows_its_own_and_is_known_to_others() {
    let tree = to_tree(&Core::new(&settings())).unwrap();
    let gossip = at(&tree, "peer/gossip").unwrap();
    assert_eq!(gossip.get("bootstrap"), Some(&Tree::from("peer1.example:7051 peer2.example:7051")));
    assert_eq!(gossip.get("externalEndpoint"), Some(&Tree::from("peer0.akachain.example:7051")));
    assert_eq!(
        (gossip.get("useLeaderElection"), gossip.get("orgLeader")),
        (Some(&Tree::Bool(false)), Some(&Tree::Bool(true)))
    );
    let policy = at(&gossip, "pvtData/implicitCollectionDisseminationPolicy/maxPeerCount");
    assert_eq!(policy, Some(Tree::Int(2)));
    let alone = to_tree(&Core::new(&Settings { siblings: 1, ..settings() })).unwrap();
    let policy = at(&alone, "peer/gossip/pvtData/implicitCollectionDisseminationPolicy/maxPeerCount");
    assert_eq!(policy, Some(Tree::Int(0)));
}

#[test]
fn the_state_database_decides_and_its_password_is_nowhere() {
    let couchdb = to_tree(&Core::new(&settings())).unwrap();
    assert_eq!(at(&couchdb, "ledger/state/stateDatabase"), Some(Tree::from("CouchDB")));
    assert_eq!(at(&couchdb, "ledger/state/couchDBConfig/couchDBAddress"), Some(Tree::from("127.0.0.1:5984")));
    assert_eq!(at(&couchdb, "ledger/state/couchDBConfig/password"), None);
    let leveldb = to_tree(&Core::new(&Settings { state: StateDatabase::Leveldb, ..settings() })).unwrap();
    assert_eq!(at(&leveldb, "ledger/state/stateDatabase"), Some(Tree::from("goleveldb")));
    assert_eq!(at(&leveldb, "ledger/state/couchDBConfig"), None);
}

#[test]
fn a_release_has_the_keys_that_it_knows() {
    let new = to_tree(&Core::new(&Settings { release: FabricRelease::V3_1, ..settings() })).unwrap();
    let old = to_tree(&Core::new(&settings())).unwrap();
    for path in ["peer/deliveryclient/policy", "peer/handlers/authFilters/2", "chaincode/runtimeParams/useWriteBatch"] {
        assert!(at(&new, path).is_some() && at(&old, path).is_none(), "{path}");
    }
    for tree in [&new, &old] {
        assert_eq!(at(tree, "peer/deliveryclient/blockGossipEnabled"), Some(Tree::Bool(false)));
        assert_eq!(at(tree, "peer/gossip/state/enabled"), Some(Tree::Bool(false)));
        assert_eq!(at(tree, "peer/gossip/pvtData/transientstoreMaxBlockRetention"), Some(Tree::Int(20_000)));
    }
}

#[test]
fn the_beginning_reads_as_people_know_it() {
    let mut text = String::new();
    yaml::write(&to_tree(&Core::new(&settings())).unwrap(), &mut text);
    let expected = "\
peer:
  id: peer0.akachain.example
  networkId: akachain
  listenAddress: \"0.0.0.0:7051\"
  chaincodeListenAddress: \"127.0.0.1:7052\"
  chaincodeAddress: \"127.0.0.1:7052\"
  address: peer0.akachain-blockchain.svc.cluster.local:7051
  addressAutoDetect: false
  gateway:
    enabled: true
    endorsementTimeout: 30s
    broadcastTimeout: 30s
    dialTimeout: 2m
  keepalive:
    interval: 120s
    timeout: 20s
    minInterval: 30s
";
    assert!(text.starts_with(expected), "{text}");
}
