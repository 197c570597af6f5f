//! Private data collections (Fabric, core/chaincode/lifecycle/scc.go).

use super::Scene;
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::{Also, counted, problem, written};
use crate::resolve::{Channel, Collection};

/// What must have reached peers can be sent to them, and they exist.
pub(super) fn collections(scene: &Scene, diagnostics: &mut Diagnostics) {
    for channel in &scene.consortium.channels {
        for collection in channel.chaincodes.iter().flat_map(|chaincode| &chaincode.collections) {
            check(channel, collection, diagnostics);
        }
    }
}

fn check(channel: &Channel, collection: &Collection, diagnostics: &mut Diagnostics) {
    let (required, maximum) = (collection.required_peers, collection.maximum_peers);
    let name = &collection.name.value;
    if required.value > maximum.value {
        let message = format!(
            "`{name}` requires {} to hold the data but sends it to {}",
            counted(required.value as usize, "peer"),
            maximum.value
        );
        let origin = written(required.origin, maximum.origin);
        let wrong = problem(code::COLLECTION, origin, message, "required").also(maximum.origin, "sent to");
        diagnostics.push(wrong.help("keep `requiredPeers` at or below `maximumPeers`"));
        return;
    }
    let peers: u32 = collection.members.iter().filter_map(|at| channel.member(*at)).map(|member| member.peers).sum();
    // The endorsing peer itself has the data already.
    let others = peers.saturating_sub(1);
    if required.value > others {
        let message = format!(
            "`{name}` requires {} beside the endorsing one, its members have {others}",
            counted(required.value as usize, "peer")
        );
        let wrong = problem(code::COLLECTION, required.origin, message, "more than there are");
        diagnostics.push(wrong.help("nothing could be endorsed: lower `requiredPeers`"));
    }
}
