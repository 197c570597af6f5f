#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::base::{Tree, to_tree};
use crate::fabric::keepalive::{BALANCER_IDLE, CLIENT_INTERVAL};
use crate::text::yaml;

fn settings(consensus: Consensus) -> Settings {
    let release = if consensus == Consensus::Bft { FabricRelease::V3_1 } else { FabricRelease::V2_5 };
    Settings { release, consensus, msp_id: "AkachainMSP".to_owned(), replication: Some(3) }
}

fn at(consensus: Consensus, path: &'static str) -> Option<Tree> {
    to_tree(&OrdererYaml::new(&settings(consensus))).unwrap().at(&path.into()).cloned()
}

#[test]
fn pings_of_all_clients_are_taken_and_outlast_no_balancer() {
    let keepalive = OrdererYaml::new(&settings(Consensus::Raft)).general.keepalive;
    assert!(keepalive.server_min_interval <= CLIENT_INTERVAL && keepalive.server_interval < BALANCER_IDLE);
}

#[test]
fn administration_asks_for_certificates() {
    for consensus in [Consensus::Raft, Consensus::Bft, Consensus::Kafka] {
        assert_eq!(at(consensus, "Admin/TLS/Enabled"), Some(Tree::Bool(true)));
        assert_eq!(at(consensus, "Admin/TLS/ClientAuthRequired"), Some(Tree::Bool(true)));
        assert_eq!(at(consensus, "Admin/TLS/ClientRootCAs/0"), Some(Tree::from("/etc/hyperledger/tls/ca.crt")));
    }
}

#[test]
fn channels_come_by_participation_or_by_the_system_channel() {
    assert_eq!(at(Consensus::Raft, "General/BootstrapMethod"), Some(Tree::from("none")));
    assert_eq!(at(Consensus::Raft, "ChannelParticipation/Enabled"), Some(Tree::Bool(true)));
    assert_eq!(at(Consensus::Raft, "Kafka"), None);
    assert_eq!(at(Consensus::Bft, "General/BootstrapMethod"), None, "Fabric 3 knows no system channel");
    assert_eq!(at(Consensus::Bft, "General/Cluster/ReplicationPolicy"), Some(Tree::from("consensus")));
    assert_eq!(at(Consensus::Kafka, "General/BootstrapMethod"), Some(Tree::from("file")));
    assert_eq!(at(Consensus::Kafka, "General/BootstrapFile"), Some(Tree::from(paths::SYSTEM_CHANNEL)));
    assert_eq!(at(Consensus::Kafka, "ChannelParticipation/Enabled"), Some(Tree::Bool(false)));
    assert_eq!(at(Consensus::Kafka, "Kafka/TLS/PrivateKey/File"), Some(Tree::from(paths::TLS_KEY)));
    assert_eq!(at(Consensus::Kafka, "Kafka/Topic/ReplicationFactor"), Some(Tree::Int(3)));
}

#[test]
fn logs_of_consensus_lie_on_the_volume_apart_from_each_other() {
    let (wal, snapshots) = (at(Consensus::Raft, "Consensus/WALDir"), at(Consensus::Raft, "Consensus/SnapDir"));
    assert_ne!(wal, snapshots);
    for path in [wal, snapshots, at(Consensus::Raft, "FileLedger/Location")] {
        assert!(path.unwrap().as_str().unwrap().starts_with(&format!("{}/", paths::ORDERER_DATA)));
    }
}

#[test]
fn the_beginning_reads_as_people_know_it() {
    let mut text = String::new();
    yaml::write(&to_tree(&OrdererYaml::new(&settings(Consensus::Raft))).unwrap(), &mut text);
    let expected = "\
General:
  ListenAddress: \"0.0.0.0\"
  ListenPort: 7050
  TLS:
    Enabled: true
    PrivateKey: /etc/hyperledger/tls/tls.key
    Certificate: /etc/hyperledger/tls/tls.crt
    RootCAs:
    - /etc/hyperledger/tls/ca.crt
    ClientAuthRequired: false
    ClientRootCAs:
    - /etc/hyperledger/tls/ca.crt
  Keepalive:
    ServerMinInterval: 30s
    ServerInterval: 120s
    ServerTimeout: 20s
";
    assert!(text.starts_with(expected), "{text}");
}
