#![allow(clippy::unwrap_used)]

use super::*;

fn settings(consensus: Consensus) -> Settings {
    let identity = |name: &str| Identity { msp_id: format!("{name}MSP"), folder: format!("../{name}/msp") };
    let consenter = |name: &str| Consenter {
        host: format!("{name}.example"),
        port: 7050,
        id: consenter_id("org", name),
        tls_certificate: format!("{name}/tls.crt"),
        certificate: format!("{name}/sign.crt"),
    };
    let nodes = (0..4).map(|index| consenter(&format!("orderer{index}"))).collect();
    Settings {
        consortium: "trade".to_owned(),
        consensus,
        orderers: vec![OrderingOrganization { identity: identity("Org"), consenters: nodes }],
        brokers: vec!["kafka0.example:9093".to_owned()],
        batch: Batch { timeout: 2000, messages: 500, absolute: 10 << 20, preferred: 2 << 20 },
        members: vec![Member { identity: identity("Org"), anchors: vec![("peer0.example".to_owned(), 7051)] }],
        administration: Rule::Majority,
        endorsement: Rule::Expression("OutOf(1, 'OrgMSP.peer')".to_owned()),
        lifecycle: Rule::All,
    }
}

fn json(file: &ConfigtxYaml, profile: &str) -> serde_json::Value {
    serde_json::to_value(file).unwrap()["Profiles"][profile].take()
}

#[test]
fn each_consensus_is_told_of_its_nodes_in_its_own_words() {
    let raft = json(&ConfigtxYaml::channel(&settings(Consensus::Raft)), CHANNEL);
    assert_eq!(raft["Orderer"]["OrdererType"], "etcdraft");
    assert_eq!(raft["Orderer"]["EtcdRaft"]["Consenters"][3]["ServerTLSCert"], "orderer3/tls.crt");
    assert_eq!(raft["Capabilities"], serde_json::json!({"V2_0": true}));
    let bft = json(&ConfigtxYaml::channel(&settings(Consensus::Bft)), CHANNEL);
    assert_eq!(bft["Orderer"]["OrdererType"], "BFT");
    assert_eq!(bft["Orderer"]["ConsenterMapping"][0]["Identity"], "orderer0/sign.crt");
    assert_eq!(bft["Capabilities"], serde_json::json!({"V3_0": true}));
    let channel = json(&ConfigtxYaml::channel(&settings(Consensus::Kafka)), CHANNEL);
    assert_eq!((&channel["Consortium"], &channel["Orderer"]), (&"trade".into(), &serde_json::Value::Null));
    let system = json(&ConfigtxYaml::system_channel(&settings(Consensus::Kafka)), SYSTEM_CHANNEL);
    assert_eq!(system["Orderer"]["Kafka"]["Brokers"][0], "kafka0.example:9093");
    assert_eq!(system["Consortiums"]["trade"]["Organizations"][0]["AnchorPeers"], serde_json::Value::Null);
}

#[test]
fn rules_become_policies_of_their_kind() {
    let file = json(&ConfigtxYaml::channel(&settings(Consensus::Raft)), CHANNEL);
    let policies = &file["Application"]["Policies"];
    assert_eq!(policies["Endorsement"], serde_json::json!({"Type": "Signature", "Rule": "OutOf(1, 'OrgMSP.peer')"}));
    assert_eq!(policies["LifecycleEndorsement"]["Rule"], "ALL Endorsement");
    assert_eq!(
        file["Orderer"]["Organizations"][0]["Policies"]["Writers"]["Rule"],
        "OR('OrgMSP.admin', 'OrgMSP.orderer')"
    );
}

#[test]
fn numbers_of_consenters_hang_on_their_names_alone() {
    assert_eq!(consenter_id("harbour", "orderer0"), consenter_id("harbour", "orderer0"));
    let all: std::collections::BTreeSet<u32> =
        (0..500).map(|at| consenter_id("harbour", &format!("orderer{at}"))).collect();
    assert_eq!(all.len(), 500);
    assert!(all.iter().all(|id| *id > 0 && *id < 1 << 31));
}
