//! The NodeJS daemon: one active pruner for each channel and chaincode.

use super::Scene;
use crate::base::Traced;
use crate::diag::{Diagnostics, code};
use crate::parse::blueprint::{ServiceKind, StateDatabase};
use crate::resolve::problem::problem;
use crate::resolve::{Channel, Description, OrgIx};

/// Every pruner that is described here: the channel's index, the channel, the organization.
fn pruners<'a>(scene: &Scene<'a>) -> Vec<(usize, &'a Channel, Traced<OrgIx>, &'a Description)> {
    let consortium = scene.consortium;
    let channels = consortium.channels.iter().enumerate();
    let pruners = channels.flat_map(|(at, channel)| {
        channel.chaincodes.iter().filter_map(move |chaincode| Some((at, channel, chaincode.pruner?)))
    });
    pruners
        .filter_map(|(at, channel, pruner)| {
            Some((at, channel, pruner, consortium.organization(pruner.value).description()?))
        })
        .collect()
}

/// A pruner runs a daemon that works on the channel.
pub(super) fn daemons(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (at, channel, pruner, description) in pruners(scene) {
        // One that is no member was told already.
        if channel.member(pruner.value).is_none() {
            continue;
        }
        let name = &scene.consortium.organization(pruner.value).name.value;
        let daemon = description.blockchain.iter().find(|service| service.kind == Some(ServiceKind::Daemon));
        let message = match daemon {
            None => format!("`{name}` prunes a chaincode and has no daemon"),
            Some(daemon) if !daemon.channels.contains(&at) => {
                format!("the daemon of `{name}` does not work on the channel `{}`", channel.name.value)
            }
            Some(_) => continue,
        };
        let help = "add the service `daemon` with its image to the organization's `blockchain.services`, with \
            this channel, or take `pruner` away";
        diagnostics.push(problem(code::NO_DAEMON, pruner.origin, message, "the pruner").help(help));
    }
}

/// Waiting rows are found by rich queries.
pub(super) fn state_database(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, pruner, description) in pruners(scene) {
        if description.peers.database.value == StateDatabase::Leveldb {
            let name = &scene.consortium.organization(pruner.value).name.value;
            let message = format!("`{name}` prunes a chaincode, but its peers have no CouchDB to query");
            let wrong = problem(code::PRUNING_WITHOUT_COUCHDB, pruner.origin, message, "the pruner").about(name);
            diagnostics.push(wrong.help("use CouchDB for the peers of this channel"));
        }
    }
}
