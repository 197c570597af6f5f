//! zoo.cfg of a ZooKeeper node under Kafka.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{lines, paths, ports};

/// The number of a node: ZooKeeper counts from 1.
pub fn number(index: u32) -> u32 {
    index.saturating_add(1)
}

/// The text of the file, the same for every node; the hosts stand in the order of their numbers.
pub fn configuration(hosts: &[String]) -> String {
    let server = |(host, number): (&String, u32)| {
        let address = format!("{host}:{}:{}", ports::ZOOKEEPER_PEER, ports::ZOOKEEPER_ELECTION);
        (format!("server.{number}"), address)
    };
    lines::properties(&Configuration {
        tick_time: 2000,
        init_limit: 10,
        sync_limit: 5,
        data_dir: paths::ZOOKEEPER_DATA,
        client_port: ports::ZOOKEEPER_CLIENT,
        // A node's own name leads to its Service, whose address is no interface of the pod.
        quorum_listens_everywhere: true,
        admin_server: false,
        commands: "srvr,ruok,mntr",
        snapshots_kept: 3,
        purge_hours: 24,
        servers: hosts.iter().zip(1..).map(server).collect(),
    })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    /// Milliseconds; limits count in ticks.
    tick_time: u32,
    init_limit: u32,
    sync_limit: u32,
    data_dir: &'static str,
    client_port: u16,
    #[serde(rename = "quorumListenOnAllIPs")]
    quorum_listens_everywhere: bool,
    #[serde(rename = "admin.enableServer")]
    admin_server: bool,
    #[serde(rename = "4lw.commands.whitelist")]
    commands: &'static str,
    #[serde(rename = "autopurge.snapRetainCount")]
    snapshots_kept: u32,
    #[serde(rename = "autopurge.purgeInterval")]
    purge_hours: u32,
    #[serde(flatten)]
    servers: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_is_named_with_both_of_its_ports() {
        let hosts = ["a.example", "b.example", "c.example"].map(str::to_owned);
        let file = configuration(&hosts);
        for (at, host) in (0..).zip(&hosts) {
            assert!(file.contains(&format!("\nserver.{}={host}:2888:3888\n", number(at))), "{file}");
        }
        assert!(file.contains("\nquorumListenOnAllIPs=true\n") && file.contains("\nadmin.enableServer=false\n"));
    }
}
