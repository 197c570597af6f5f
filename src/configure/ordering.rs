//! Orderers, Kafka brokers and ZooKeeper nodes.

use super::nodes::{KEEPALIVE, WRITTEN_OUT, fabric};
use super::parts::Parts;
use super::site::{Place, Site};
use crate::base::{Origin, quantity};
use crate::expand::{Component, Container, Program};
use crate::fabric::environment::*;
use crate::fabric::{kafka, orderer, paths, zookeeper};
use crate::parse::blueprint::Consensus;

/// The secret of the system channel's genesis block, with Kafka alone.
const SYSTEM_CHANNEL: &str = "system-channel";
const KEPT: Origin =
    Origin::Rule("Kafka and ZooKeeper as Fabric needs them: over TLS, nothing deleted, nothing lost with one node");
const LARGEST: Origin = Origin::Rule("a message holds the largest block of any channel, and a little more");
const HOW_JAVA_RUNS: Origin = Origin::Rule("how Java shares its container's memory and where it logs");

pub(super) fn orderer(site: &Site, place: Place, parts: &mut Parts) {
    let ordering = &site.consortium().ordering;
    let kafka = ordering.consensus.value == Consensus::Kafka;
    // At its start an orderer prints its whole configuration, with Kafka's TLS key in it.
    fabric(parts, if kafka { "info:orderer.common.server=warn" } else { "info" });
    site.identity(place, parts);
    site.tls(place, parts);
    if site.secret(place, SYSTEM_CHANNEL).is_some() {
        parts.secret_file(paths::SYSTEM_CHANNEL, SYSTEM_CHANNEL, "genesis.block");
    }
    let settings = orderer::Settings {
        release: site.own.release.value,
        consensus: ordering.consensus.value,
        msp_id: site.own.msp_id.value.to_string(),
        replication: ordering.kafka.as_ref().map(|kafka| kafka.replication.value),
    };
    let path = format!("{}/orderer.yaml", paths::FABRIC_CONFIG);
    let consensus = ordering.consensus.origin;
    let said = [
        ("General/Keepalive", KEEPALIVE),
        ("General/BootstrapMethod", consensus),
        ("General/BootstrapFile", consensus),
        ("General/LocalMSPID", site.own.msp_id.origin),
        ("General/Cluster", consensus),
        ("Kafka", consensus),
        ("Kafka/Topic", ordering.kafka.as_ref().map_or(consensus, |kafka| kafka.replication.origin)),
        ("Consensus", consensus),
        ("ChannelParticipation", consensus),
    ];
    parts.yaml_of(&path, &orderer::OrdererYaml::new(&settings), place.workload.origin, &said, WRITTEN_OUT);
}

pub(super) fn broker(site: &Site, place: Place, index: u32, parts: &mut Parts) {
    let Some(settings) = &site.consortium().ordering.kafka else { return };
    // Half of the container's memory: Kafka leaves the other half to the system's cache of files.
    parts.set(KAFKA_HEAP_OPTS, "-XX:InitialRAMPercentage=50 -XX:MaxRAMPercentage=50", HOW_JAVA_RUNS);
    parts.set(KAFKA_LOG4J_OPTS, format!("-Dlog4j.configuration=file:{}", paths::KAFKA_LOGGING), HOW_JAVA_RUNS);
    parts.set(LOG_DIR, "/tmp", HOW_JAVA_RUNS);
    site.tls(place, parts);
    let rack = site.organization.rack(place.id, place.workload.cluster, index);
    let properties = kafka::properties(&kafka::Settings {
        id: index,
        host: site.host_of(place.workload),
        rack: rack.map(str::to_owned),
        zookeepers: zookeepers(site),
        replication: settings.replication.value,
        minimum_in_sync: settings.minimum_in_sync.value,
        largest_transaction: site.largest_transaction(),
    });
    let count = settings.brokers.origin;
    let said = [
        ("broker.id", count),
        ("broker.rack", count),
        ("advertised.listeners", count),
        ("zookeeper.connect", settings.zookeepers.origin),
        ("default.replication.factor", settings.replication.origin),
        ("offsets.topic.replication.factor", settings.replication.origin),
        ("transaction.state.log.replication.factor", settings.replication.origin),
        ("min.insync.replicas", settings.minimum_in_sync.origin),
        ("transaction.state.log.min.isr", settings.minimum_in_sync.origin),
        ("message.max.bytes", LARGEST),
        ("replica.fetch.max.bytes", LARGEST),
    ];
    parts.text_of(paths::KAFKA_CONFIG, properties, count, &said, KEPT);
    parts.text(paths::KAFKA_LOGGING, kafka::LOGGING, HOW_JAVA_RUNS);
}

pub(super) fn zookeeper(site: &Site, place: Place, container: &Container, index: u32, parts: &mut Parts) {
    parts.set(ZOO_MY_ID, zookeeper::number(index).to_string(), place.workload.origin);
    let memory = &container.resources.memory_limit;
    if let Some(bytes) = quantity::bytes(&memory.value) {
        parts.set(ZK_SERVER_HEAP, (bytes / quantity::MEBIBYTE / 2).max(1).to_string(), memory.origin);
    }
    parts.set(JMXDISABLE, "true", HOW_JAVA_RUNS);
    let (configuration, origin) = (zookeeper::configuration(&zookeepers(site)), place.workload.origin);
    parts.text_of(paths::ZOOKEEPER_CONFIG, configuration, origin, &[("server.", origin)], KEPT);
}

/// The hosts of all ZooKeeper nodes, in the order of their numbers.
fn zookeepers(site: &Site) -> Vec<String> {
    let mut nodes: Vec<(u32, String)> = site
        .of(Component::ZooKeeper)
        .filter_map(|place| match place.workload.containers.first()?.program {
            Program::ZooKeeper { index } => Some((index, site.host_of(place.workload))),
            _ => None,
        })
        .collect();
    nodes.sort();
    nodes.into_iter().map(|(_, host)| host).collect()
}
