//! Channels: their members' peers and their chaincodes' names.

use super::Scene;
use crate::diag::{Diagnostics, code};
use crate::parse::blueprint::StateDatabase;
use crate::resolve::problem::{Also, problem};
use crate::resolve::{Organization, RunBy, channels};

/// A member holds the ledger, and only peers do.
pub(super) fn members_have_peers(scene: &Scene, diagnostics: &mut Diagnostics) {
    for channel in &scene.consortium.channels {
        for member in &channel.members {
            let organization = scene.consortium.organization(member.organization.value);
            if channels::peer_count(organization) == 0 {
                let (name, channel) = (&organization.name.value, &channel.name.value);
                let message = format!("`{name}` is a member of the channel `{channel}` and has no peers");
                let none = problem(code::MEMBER_WITHOUT_PEERS, member.organization.origin, message, "a member");
                let number = organization.description().map(|description| description.peers.count.origin);
                let none = number.into_iter().fold(none, |none, origin| none.also(origin, "the number of its peers"));
                diagnostics
                    .push(none.help("give it peers, or take it out of the channel; orderers need no membership"));
            }
        }
    }
}

fn state_database(organization: &Organization) -> StateDatabase {
    match &organization.run_by {
        RunBy::Us(description) => description.peers.database.value,
        RunBy::Others(card) => card.state_database,
    }
}

/// All peers of a channel use one type of state database.
pub(super) fn one_state_database(scene: &Scene, diagnostics: &mut Diagnostics) {
    for channel in &scene.consortium.channels {
        let of = |wanted: StateDatabase| {
            let mut members =
                channel.members.iter().map(|member| scene.consortium.organization(member.organization.value));
            members.find(|organization| state_database(organization) == wanted)
        };
        let (Some(couchdb), Some(leveldb)) = (of(StateDatabase::Couchdb), of(StateDatabase::Leveldb)) else { continue };
        let message = format!(
            "in the channel `{}` peers of `{}` use CouchDB and those of `{}` LevelDB",
            channel.name.value, couchdb.name.value, leveldb.name.value
        );
        let origin = |organization: &Organization| {
            organization
                .description()
                .map_or(organization.msp_id.origin, |description| description.peers.database.origin)
        };
        let mixed = problem(code::STATE_DATABASES, channel.name.origin, message, "this channel");
        let mixed = mixed.also(origin(leveldb), "LevelDB").also(origin(couchdb), "CouchDB");
        diagnostics.push(mixed.help("choose one for all, best under `defaults: {blockchain: {peers: {database: …}}}`"));
    }
}

/// Names of Fabric's own chaincodes (core/scc of Fabric).
const SYSTEM: [&str; 5] = ["cscc", "escc", "lscc", "qscc", "vscc"];

pub(super) fn system_chaincodes(scene: &Scene, diagnostics: &mut Diagnostics) {
    let chaincodes = scene.consortium.channels.iter().flat_map(|channel| &channel.chaincodes);
    for chaincode in chaincodes.filter(|chaincode| SYSTEM.contains(&chaincode.name.value.as_str())) {
        let message = format!("`{}` is a chaincode of Fabric itself", chaincode.name.value);
        let taken = problem(code::SYSTEM_CHAINCODE, chaincode.name.origin, message, "taken");
        diagnostics.push(taken.help("choose another name"));
    }
}
