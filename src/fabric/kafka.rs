//! server.properties of a Kafka broker that stands with ZooKeeper under Fabric's orderers.
//!
//! Rules of Fabric 1.4, docs/source/kafka.rst, and of runs with Kafka 3.9.1: nothing that was acknowledged may be lost
//! or expire, since an orderer with an empty ledger reads it all again; and a message must hold a whole transaction.

use serde::Serialize;

use super::{lines, paths, ports};

/// What differs from broker to broker.
#[derive(Debug, Clone)]
pub struct Settings {
    /// From 0; never changes for a broker that has data.
    pub id: u32,
    /// The host by which brokers and orderers dial it; its certificate names it.
    pub host: String,
    /// The zone it stands in: replicas of a topic are kept in different ones.
    pub rack: Option<String>,
    /// The hosts of all ZooKeeper nodes.
    pub zookeepers: Vec<String>,
    pub replication: u32,
    pub minimum_in_sync: u32,
    /// The largest transaction of any channel, in bytes (`AbsoluteMaxBytes`).
    pub largest_transaction: u64,
}

/// The least that Kafka takes as one request: its own default.
const LEAST_REQUEST: u64 = 100 << 20;

/// The largest message, in bytes, that a broker must take for transactions of a size: a MiB more, for the envelope.
pub fn message_bytes(largest_transaction: u64) -> u64 {
    largest_transaction.saturating_add(1 << 20)
}

/// The text of the file.
pub fn properties(settings: &Settings) -> String {
    lines::properties(&Properties::new(settings))
}

/// How a broker logs: to the console alone.
pub const LOGGING: &str = "\
log4j.rootLogger=INFO, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=[%d] %p %m (%c)%n
";

#[derive(Debug, Serialize)]
struct Properties {
    #[serde(rename = "broker.id")]
    id: u32,
    #[serde(rename = "broker.rack", skip_serializing_if = "Option::is_none")]
    rack: Option<String>,
    listeners: String,
    #[serde(rename = "advertised.listeners")]
    advertised_listeners: String,
    #[serde(rename = "security.inter.broker.protocol")]
    inter_broker_protocol: &'static str,
    #[serde(flatten)]
    tls: Tls,
    #[serde(rename = "zookeeper.connect")]
    zookeeper_connect: String,
    /// How long a dead broker keeps its partitions from the others: less than Kafka's 18 seconds.
    #[serde(rename = "zookeeper.session.timeout.ms")]
    zookeeper_session: u32,
    #[serde(rename = "log.dirs")]
    log_dirs: &'static str,
    #[serde(rename = "log.retention.ms")]
    retention_ms: i32,
    #[serde(rename = "log.retention.bytes")]
    retention_bytes: i32,
    #[serde(rename = "delete.topic.enable")]
    topics_can_be_deleted: bool,
    /// Orderers make their own topics.
    #[serde(rename = "auto.create.topics.enable")]
    topics_come_by_themselves: bool,
    #[serde(rename = "default.replication.factor")]
    replication: u32,
    #[serde(rename = "min.insync.replicas")]
    minimum_in_sync: u32,
    #[serde(rename = "offsets.topic.replication.factor")]
    offsets_replication: u32,
    #[serde(rename = "transaction.state.log.replication.factor")]
    transactions_replication: u32,
    #[serde(rename = "transaction.state.log.min.isr")]
    transactions_in_sync: u32,
    #[serde(rename = "unclean.leader.election.enable")]
    unclean_leaders: bool,
    #[serde(rename = "message.max.bytes")]
    message_bytes: u64,
    #[serde(rename = "replica.fetch.max.bytes")]
    fetch_bytes: u64,
    #[serde(rename = "socket.request.max.bytes")]
    request_bytes: u64,
}

/// Certificates on both sides, each read from its own file of the mounted secret by a configuration provider, so that
/// no key store has to be assembled.
#[derive(Debug, Serialize)]
struct Tls {
    #[serde(rename = "config.providers")]
    providers: &'static str,
    #[serde(rename = "config.providers.secret.class")]
    provider: &'static str,
    #[serde(rename = "ssl.keystore.type")]
    keystore: &'static str,
    #[serde(rename = "ssl.keystore.key")]
    key: String,
    #[serde(rename = "ssl.keystore.certificate.chain")]
    certificate: String,
    #[serde(rename = "ssl.truststore.type")]
    truststore: &'static str,
    #[serde(rename = "ssl.truststore.certificates")]
    authority: String,
    #[serde(rename = "ssl.client.auth")]
    client_certificates: &'static str,
}

impl Tls {
    fn new() -> Tls {
        let secret = |name: &str| format!("${{secret:{}:{name}}}", paths::TLS);
        Tls {
            providers: "secret",
            provider: "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
            keystore: "PEM",
            key: secret("tls.key"),
            certificate: secret("tls.crt"),
            truststore: "PEM",
            authority: secret("ca.crt"),
            client_certificates: "required",
        }
    }
}

impl Properties {
    fn new(settings: &Settings) -> Properties {
        let message_bytes = message_bytes(settings.largest_transaction);
        let keepers = settings.zookeepers.iter().map(|host| format!("{host}:{}", ports::ZOOKEEPER_CLIENT));
        Properties {
            id: settings.id,
            rack: settings.rack.clone(),
            listeners: format!("SSL://:{}", ports::KAFKA),
            advertised_listeners: format!("SSL://{}:{}", settings.host, ports::KAFKA),
            inter_broker_protocol: "SSL",
            tls: Tls::new(),
            zookeeper_connect: keepers.collect::<Vec<_>>().join(","),
            zookeeper_session: 6000,
            log_dirs: paths::KAFKA_LOGS,
            retention_ms: -1,
            retention_bytes: -1,
            topics_can_be_deleted: false,
            topics_come_by_themselves: false,
            replication: settings.replication,
            minimum_in_sync: settings.minimum_in_sync,
            offsets_replication: settings.replication,
            transactions_replication: settings.replication,
            transactions_in_sync: settings.minimum_in_sync,
            unclean_leaders: false,
            message_bytes,
            fetch_bytes: message_bytes,
            request_bytes: message_bytes.saturating_add(1).max(LEAST_REQUEST),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn file(largest_transaction: u64) -> String {
        properties(&Settings {
            id: 2,
            host: "kafka2.example".to_owned(),
            rack: Some("zone-c".to_owned()),
            zookeepers: vec!["one.example".to_owned(), "two.example".to_owned()],
            replication: 3,
            minimum_in_sync: 2,
            largest_transaction,
        })
    }

    fn value<'a>(file: &'a str, key: &str) -> &'a str {
        file.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap()
    }

    #[test]
    fn a_message_holds_the_largest_transaction_and_a_request_holds_the_message() {
        for transaction in [512 << 10, 10 << 20, 99 << 20, 200 << 20] {
            let file = file(transaction);
            let bytes = |key: &str| value(&file, key).parse::<u64>().unwrap();
            let (message, fetch) = (bytes("message.max.bytes"), bytes("replica.fetch.max.bytes"));
            assert!(transaction < fetch && fetch <= message && message < bytes("socket.request.max.bytes"));
        }
    }

    #[test]
    fn nothing_acknowledged_is_lost() {
        let file = file(10 << 20);
        assert_eq!(value(&file, "unclean.leader.election.enable"), "false");
        assert_eq!((value(&file, "log.retention.ms"), value(&file, "log.retention.bytes")), ("-1", "-1"));
        assert_eq!((value(&file, "min.insync.replicas"), value(&file, "default.replication.factor")), ("2", "3"));
        assert_eq!(value(&file, "broker.rack"), "zone-c");
        assert_eq!(value(&file, "zookeeper.connect"), "one.example:2181,two.example:2181");
        assert_eq!(value(&file, "ssl.keystore.key"), "${secret:/etc/hyperledger/tls:tls.key}");
    }
}
