//! Orderers, Kafka brokers and ZooKeeper nodes.

use crate::base::Origin;
use crate::fabric::{commands, images, paths, ports, users};
use crate::parse::blueprint::{Consensus, Protocol};

use super::builder::{Builder, SecretNeed, identity, tls};
use super::graph::*;
use super::nodes::{Known, answers, health, node, volume};

pub(super) fn orderers(builder: &mut Builder) {
    let release = builder.organization().release.value;
    let Some(group) = builder.consortium.ordering.groups.iter().find(|group| group.organization == builder.at) else {
        return;
    };
    let origin = group.count.origin;
    let kafka = builder.consortium.ordering.consensus.value == Consensus::Kafka;
    for index in 0..group.count.value {
        let name = format!("orderer{index}");
        let orderer = Known {
            name: "orderer",
            program: Program::Orderer { index },
            image: images::orderer(release),
            command: commands::ORDERER,
            user: users::ORDERER,
            scratch: paths::ORDERER_SCRATCH,
            ports: &[
                ("grpc", ports::ORDERER_GRPC, Protocol::Grpc),
                ("admin", ports::ORDERER_ADMIN, Protocol::Tcp),
                ("operations", ports::ORDERER_OPERATIONS, Protocol::Http),
            ],
            check: if kafka { answers("operations") } else { health("operations") },
        };
        let mut orderer = orderer.container(&group.resources, origin);
        orderer.mounts = vec![(0, paths::ORDERER_DATA.to_owned())];
        let volumes = vec![volume("ledger", &group.storage, Content::Ledger)];
        let id = node(builder, Component::Orderer, &name, origin, vec![orderer], volumes);
        let msp = identity(builder, &name, origin);
        builder.secret(id, msp);
        if kafka {
            builder.secret(id, system_channel(origin));
        }
        builder.secret(id, tls(&name, origin));
        builder.entry(Entry {
            workload: id,
            port: "grpc".to_owned(),
            kind: EntryKind::Grpc { node: NodeRole::Orderer, index, endpoints: group.endpoints.value },
            host: format!("{name}.{}", builder.organization().domain.value),
            origin,
        });
    }
}

/// What an orderer with Kafka starts from. Public, but made outside the compiler and as large as its certificates are
/// many, so that it goes the way of what is mounted.
fn system_channel(origin: Origin) -> SecretNeed {
    SecretNeed {
        name: "system-channel".to_owned(),
        keys: &["genesis.block"],
        purpose: "genesis block of the system channel, made once with configtxgen for all orderers".to_owned(),
        store_name: Some("system-channel".to_owned()),
        origin,
    }
}

pub(super) fn kafka(builder: &mut Builder) {
    let Some(kafka) = builder.consortium.ordering.kafka.as_ref().filter(|kafka| kafka.organization == builder.at)
    else {
        return;
    };
    for index in 0..kafka.brokers.value {
        let name = format!("kafka{index}");
        let origin = kafka.brokers.origin;
        let broker = Known {
            name: "kafka",
            program: Program::KafkaBroker { index },
            image: images::kafka(),
            command: commands::KAFKA,
            user: users::KAFKA,
            scratch: paths::KAFKA_SCRATCH,
            ports: &[("kafka", ports::KAFKA, Protocol::Tcp)],
            check: Check::Tcp { port: "kafka".to_owned() },
        };
        let mut broker = broker.container(&kafka.broker_resources, origin);
        broker.mounts = vec![(0, paths::KAFKA_DATA.to_owned())];
        let volumes = vec![volume("log", &kafka.broker_storage, Content::Ledger)];
        let id = node(builder, Component::Kafka, &name, origin, vec![broker], volumes);
        builder.secret(id, tls(&name, origin));
    }
    for index in 0..kafka.zookeepers.value {
        let name = format!("zookeeper{index}");
        let origin = kafka.zookeepers.origin;
        let keeper = Known {
            name: "zookeeper",
            program: Program::ZooKeeper { index },
            image: images::zookeeper(),
            command: commands::ZOOKEEPER,
            user: users::ZOOKEEPER,
            scratch: paths::ZOOKEEPER_SCRATCH,
            ports: &[
                ("client", ports::ZOOKEEPER_CLIENT, Protocol::Tcp),
                ("peer", ports::ZOOKEEPER_PEER, Protocol::Tcp),
                ("election", ports::ZOOKEEPER_ELECTION, Protocol::Tcp),
            ],
            check: Check::Tcp { port: "client".to_owned() },
        };
        let mut keeper = keeper.container(&kafka.zookeeper_resources, origin);
        keeper.mounts = vec![(0, paths::ZOOKEEPER_DATA.to_owned())];
        let volumes = vec![volume("data", &kafka.zookeeper_storage, Content::Ledger)];
        node(builder, Component::ZooKeeper, &name, origin, vec![keeper], volumes);
    }
}
