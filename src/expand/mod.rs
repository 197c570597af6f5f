//! Stage 3: [`Consortium`] to one [`OrganizationGraph`] for each organization described here.
//!
//! Infallible: what could be wrong was refused by `resolve`. An organization's graph depends on itself and on how many
//! nodes the others have, never on how others run them.

mod builder;
mod chaincodes;
mod databases;
mod graph;
mod links;
mod nodes;
mod ordering;
mod services;

pub use chaincodes::server_name;
pub use databases::{add_server, engine_name, secret_name};
pub use graph::*;
pub use nodes::add_administrators;

use crate::parse::blueprint::Consensus;
use crate::resolve::{Consortium, Description, OrgIx, RunBy};
use builder::{Builder, SecretNeed};

/// The graphs of all organizations described here, in order of names.
pub fn expand(consortium: &Consortium) -> Vec<OrganizationGraph> {
    consortium.described().map(|(at, ..)| organization(consortium, at)).collect()
}

/// The graph of one organization; empty where somebody else runs it.
pub fn organization(consortium: &Consortium, at: OrgIx) -> OrganizationGraph {
    let mut builder = Builder::new(consortium, at);
    if let Some(description) = consortium.organization(at).description() {
        nodes::peers(&mut builder, description);
        ordering::orderers(&mut builder);
        ordering::kafka(&mut builder);
        chaincodes::servers(&mut builder);
        services::blockchain(&mut builder, description);
        services::application(&mut builder, description);
        databases::schemas(&mut builder, description);
        links::connect(&mut builder, description);
        pull_secrets(&mut builder, description);
    }
    builder.finish()
}

/// What nodes pull from the organization's registry with, wherever a pod of its stands.
fn pull_secrets(builder: &mut Builder, description: &Description) {
    let (Some(name), Some(registry)) = (&description.pull_secret, &description.registry) else { return };
    let ids: Vec<WorkloadId> = builder.workloads().map(|(id, _)| id).collect();
    for id in ids {
        let need = SecretNeed {
            name: name.value.to_string(),
            keys: &[DOCKER_CONFIGURATION],
            purpose: format!("credentials of {} as Docker keeps them, for pulling alone", registry.value),
            store_name: Some(format!("registry/{}", name.value)),
            origin: name.origin,
        };
        builder.secret(id, need);
    }
}

/// How many peers an organization has.
pub fn peer_count(consortium: &Consortium, at: OrgIx) -> usize {
    match &consortium.organization(at).run_by {
        RunBy::Us(description) => description.peers.count.value as usize,
        RunBy::Others(card) => card.peers.len(),
    }
}

/// How many orderers an organization has.
pub fn orderer_count(consortium: &Consortium, at: OrgIx) -> usize {
    match &consortium.organization(at).run_by {
        RunBy::Us(_) => {
            let group = consortium.ordering.groups.iter().find(|group| group.organization == at);
            group.map_or(0, |group| group.count.value as usize)
        }
        RunBy::Others(card) => card.orderers.len(),
    }
}

/// Whether orderers talk to each other, as Raft's and BFT's do and Kafka's do not.
pub fn orderers_talk(consortium: &Consortium) -> bool {
    consortium.ordering.consensus.value != Consensus::Kafka
}
