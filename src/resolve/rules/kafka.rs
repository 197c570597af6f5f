//! Kafka under the orderers: Fabric's own numbers (Fabric 1.4, docs/source/kafka.rst).

use super::Scene;
use crate::base::Origin;
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::{Also, counted, problem, written};

/// 1 < M < N < K, K ≥ 4, Z odd: 3, 5 or 7.
pub(super) fn numbers(scene: &Scene, diagnostics: &mut Diagnostics) {
    let Some(kafka) = &scene.consortium.ordering.kafka else { return };
    let (brokers, copies, in_sync) = (kafka.brokers, kafka.replication, kafka.minimum_in_sync);
    let mut refuse = |origin: Origin, message: String, help: &str| {
        let wrong = problem(code::KAFKA_NUMBERS, origin, message, "here");
        diagnostics.push(wrong.also(scene.consortium.ordering.consensus.origin, "the consensus").help(help));
    };
    if brokers.value < 4 {
        let message =
            format!("with {} no channel can be made while one is down", counted(brokers.value as usize, "broker"));
        refuse(brokers.origin, message, "run at least four brokers (K ≥ 4)");
    }
    if in_sync.value < 2 {
        let message = format!("with {} in step the loss of one broker loses transactions", copies_of(in_sync.value));
        refuse(in_sync.origin, message, "keep at least two copies in step (M > 1)");
    }
    if copies.value <= in_sync.value {
        let message =
            format!("{}, of which {} must be in step, survive no loss", copies_of(copies.value), in_sync.value);
        let origin = written(copies.origin, in_sync.origin);
        refuse(origin, message, "keep more copies than must be in step (M < N)");
    }
    if brokers.value <= copies.value && (brokers.value >= 4 || copies.origin.span().is_some()) {
        let message = format!(
            "{} cannot hold {} while one is down",
            counted(brokers.value as usize, "broker"),
            copies_of(copies.value)
        );
        let origin = written(copies.origin, brokers.origin);
        refuse(origin, message, "run more brokers than there are copies (N < K)");
    }
    if !matches!(kafka.zookeepers.value, 3 | 5 | 7) {
        let message = format!("ZooKeeper runs on 3, 5 or 7 nodes, not {}", kafka.zookeepers.value);
        refuse(
            kafka.zookeepers.origin,
            message,
            "an even number survives no more than one less; more than seven are slow",
        );
    }
}

fn copies_of(number: u32) -> String {
    if number == 1 { "1 copy".to_owned() } else { format!("{number} copies") }
}

/// Brokers are never reached from outside, so that every orderer stands beside them.
pub(super) fn one_organization(scene: &Scene, diagnostics: &mut Diagnostics) {
    let ordering = &scene.consortium.ordering;
    let Some(kafka) = &ordering.kafka else { return };
    let brokers = &scene.consortium.organization(kafka.organization).name.value;
    for group in ordering.groups.iter().filter(|group| group.organization != kafka.organization) {
        let name = &scene.consortium.organization(group.organization).name.value;
        let message = format!("orderers of `{name}` cannot reach the Kafka brokers of `{brokers}`");
        let apart = problem(code::ORDERER_GROUPS, group.count.origin, message, "orderers apart from the brokers");
        let apart = apart.also(kafka.brokers.origin, "the brokers");
        diagnostics.push(apart.help("brokers are never public: let one organization run all orderers, or use Raft"));
    }
}
