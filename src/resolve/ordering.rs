//! The ordering service.

use super::context::Context;
use super::problem::problem;
use super::{Batch, Kafka, OrdererGroup, Ordering, OrgIx, Organization, defaults, quantities};
use crate::base::{Origin, Traced};
use crate::diag::code;
use crate::parse::blueprint::{self, Consensus};

pub(super) fn resolve(context: &mut Context, organizations: &[Organization]) -> Ordering {
    let nothing = blueprint::Ordering::default();
    let written = context.blueprint.ordering.as_ref().unwrap_or(&nothing);
    let consensus = defaults::CONSENSUS.or(written.consensus.as_ref());
    let groups = groups(context, written, consensus.value, organizations);
    let kafka = (consensus.value == Consensus::Kafka).then(|| kafka(context, written, &groups)).flatten();
    if consensus.value != Consensus::Kafka {
        without_kafka(context, written, consensus);
    }
    Ordering { consensus, groups, kafka, batch: batch(written.batch.as_ref(), None) }
}

/// When blocks are cut: as written here, else as the more general setting says, else by default.
pub(super) fn batch(written: Option<&blueprint::Batch>, general: Option<&Batch>) -> Batch {
    let general = general.cloned().unwrap_or_else(|| Batch {
        timeout: defaults::BATCH_TIMEOUT.value(),
        messages: defaults::BATCH_MESSAGES.value(),
        absolute_bytes: defaults::BATCH_ABSOLUTE.value(),
        preferred_bytes: defaults::BATCH_PREFERRED.value(),
    });
    let Some(written) = written else { return general };
    Batch {
        timeout: written.timeout.clone().unwrap_or(general.timeout),
        messages: written.messages.unwrap_or(general.messages),
        absolute_bytes: written.absolute_bytes.clone().unwrap_or(general.absolute_bytes),
        preferred_bytes: written.preferred_bytes.clone().unwrap_or(general.preferred_bytes),
    }
}

fn groups(
    context: &mut Context,
    written: &blueprint::Ordering,
    consensus: Consensus,
    organizations: &[Organization],
) -> Vec<OrdererGroup> {
    let usual = if consensus == Consensus::Bft { defaults::ORDERERS_BFT } else { defaults::ORDERERS };
    if !written.orderers.is_empty() {
        let mut groups = Vec::new();
        for (name, orderers) in &written.orderers {
            if let Some(at) = context.organization(name) {
                groups.push(group(at, usual.or(orderers.count.as_ref()), orderers));
            }
        }
        return groups;
    }
    let first = organizations.iter().position(|organization| organization.description().is_some());
    match first {
        Some(at) => vec![group(OrgIx(at), usual.value(), &blueprint::Orderers::default())],
        None => {
            context.missing(
                context.blueprint.name.origin,
                "nobody runs orderers",
                "write who does, such as `ordering: {orderers: {akachain: 3}}`",
            );
            Vec::new()
        }
    }
}

fn group(organization: OrgIx, count: Traced<u32>, written: &blueprint::Orderers) -> OrdererGroup {
    OrdererGroup {
        organization,
        count,
        endpoints: defaults::ENDPOINTS.or(written.endpoints.as_ref()),
        storage: defaults::ORDERER_STORAGE.or(written.storage.as_ref()),
        resources: quantities::resources(written.resources.as_ref(), &defaults::ORDERER_CPU, &defaults::ORDERER_MEMORY),
    }
}

fn kafka(context: &mut Context, written: &blueprint::Ordering, groups: &[OrdererGroup]) -> Option<Kafka> {
    let brokers = written.brokers.clone().unwrap_or_default();
    let zookeepers = written.zookeepers.clone().unwrap_or_default();
    // Of equally large groups the first by name.
    let largest = groups.iter().rev().max_by_key(|group| group.count.value).map(|group| group.organization);
    let organization = match &brokers.organization {
        Some(name) => context.organization(name),
        None => largest,
    };
    Some(Kafka {
        organization: organization?,
        brokers: defaults::BROKERS.or(brokers.count.as_ref()),
        replication: defaults::REPLICATION.or(brokers.replication.as_ref()),
        minimum_in_sync: defaults::MINIMUM_IN_SYNC.or(brokers.minimum_in_sync.as_ref()),
        broker_storage: defaults::BROKER_STORAGE.or(brokers.storage.as_ref()),
        broker_resources: quantities::resources(
            brokers.resources.as_ref(),
            &defaults::BROKER_CPU,
            &defaults::BROKER_MEMORY,
        ),
        zookeepers: defaults::ZOOKEEPERS.or(zookeepers.count.as_ref()),
        zookeeper_storage: defaults::ZOOKEEPER_STORAGE.or(zookeepers.storage.as_ref()),
        zookeeper_resources: quantities::resources(
            zookeepers.resources.as_ref(),
            &defaults::ZOOKEEPER_CPU,
            &defaults::ZOOKEEPER_MEMORY,
        ),
    })
}

/// Brokers and ZooKeeper nodes belong to Kafka alone.
fn without_kafka(context: &mut Context, written: &blueprint::Ordering, consensus: Traced<Consensus>) {
    let brokers = written.brokers.as_ref().map(|brokers| ("brokers", brokers.count));
    let zookeepers = written.zookeepers.as_ref().map(|zookeepers| ("zookeepers", zookeepers.count));
    for (what, count) in brokers.into_iter().chain(zookeepers) {
        let origin = count.map_or(context.blueprint.name.origin, |count: Traced<u32>| count.origin);
        let idle = problem(
            code::KAFKA_ONLY,
            origin,
            format!("`{what}` belong to Kafka, but the orderers agree by {}", consensus_name(consensus.value)),
            "without effect",
        );
        let idle = super::problem::Also::also(idle, consensus.origin, "the consensus");
        context.push(idle.help("take them away, or write `consensus: kafka`"));
    }
}

/// The name of a consensus in texts.
pub(super) fn consensus_name(consensus: Consensus) -> &'static str {
    match consensus {
        Consensus::Raft => "Raft",
        Consensus::Bft => "BFT",
        Consensus::Kafka => "Kafka",
    }
}

/// Where the number of all orderers was written: at the group where most stand.
pub(super) fn count_origin(ordering: &Ordering) -> Origin {
    let largest = ordering.groups.iter().rev().max_by_key(|group| group.count.value);
    largest.map_or(ordering.consensus.origin, |group| group.count.origin)
}
