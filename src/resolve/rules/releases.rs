//! Fabric's release lines: what each of them has (release notes of 2.5 and 3.x).

use std::collections::BTreeMap;

use super::Scene;
use crate::base::Origin;
use crate::diag::{Diagnostics, code};
use crate::parse::blueprint::{Consensus, FabricRelease, ServiceKind};
use crate::resolve::problem::{Also, problem, written};
use crate::resolve::references::listed;
use crate::resolve::{OrgIx, Organization};

/// Kafka ended with 2.5; BFT's capability V3_0 is known to 3.x alone.
pub(super) fn consensus(scene: &Scene, diagnostics: &mut Diagnostics) {
    let consensus = scene.consortium.ordering.consensus;
    let (needed, why) = match consensus.value {
        Consensus::Kafka => (FabricRelease::V2_5, "Kafka ordering ended with Fabric 2.5"),
        Consensus::Bft => (FabricRelease::V3_1, "BFT needs Fabric 3.1 everywhere"),
        Consensus::Raft => return,
    };
    // Several organizations may have their release from one line.
    let mut wrong: BTreeMap<Origin, Vec<&Organization>> = BTreeMap::new();
    for organization in scene.consortium.organizations.iter().filter(|one| one.release.value != needed) {
        wrong.entry(written(organization.release.origin, consensus.origin)).or_default().push(organization);
    }
    for (origin, organizations) in wrong {
        let names: Vec<&str> = organizations.iter().map(|organization| organization.name.value.as_str()).collect();
        let runs = if names.len() == 1 { "runs" } else { "run" };
        let release = organizations.first().map_or("another", |organization| organization.release.value.as_str());
        let message = format!("{why}, but {} {runs} {release}", listed(&names));
        let refused = problem(code::KAFKA_RELEASE, origin, message, "here").also(consensus.origin, "the consensus");
        let help = format!("write `fabric: \"{}\"`, or `consensus: raft`, which both lines have", needed.as_str());
        diagnostics.push(refused.help(help));
    }
}

/// Explorer knows nothing newer than 2.5.
pub(super) fn explorer(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let release = standing.organization.release;
        if standing.service.kind == Some(ServiceKind::Explorer) && release.value > FabricRelease::V2_5 {
            let message = format!("Explorer does not know Fabric {}", release.value.as_str());
            let wrong = problem(code::EXPLORER_RELEASE, standing.service.name.origin, message, "Explorer");
            let wrong = wrong.also(release.origin, "the release");
            diagnostics
                .push(wrong.help(
                    "take Explorer away, or stay with Fabric 2.5; Data Sync keeps a copy that any tool can read",
                ));
        }
    }
}

/// A channel's capabilities follow its oldest member.
pub(super) fn mixed(scene: &Scene, diagnostics: &mut Diagnostics) {
    for channel in &scene.consortium.channels {
        let members = channel.members.iter().map(|member| member.organization.value);
        let orderers = channel.orderers.iter().map(|(at, _)| *at);
        let all: Vec<&Organization> =
            members.chain(orderers).map(|at: OrgIx| scene.consortium.organization(at)).collect();
        let oldest = all.iter().min_by_key(|organization| organization.release.value);
        let newest = all.iter().max_by_key(|organization| organization.release.value);
        if let (Some(old), Some(new)) = (oldest, newest)
            && old.release.value != new.release.value
        {
            let message = format!(
                "the channel `{}` joins Fabric {} of `{}` with {} of `{}`",
                channel.name.value,
                old.release.value.as_str(),
                old.name.value,
                new.release.value.as_str(),
                new.name.value
            );
            let mixed = problem(code::MIXED_RELEASES, channel.name.origin, message, "this channel");
            let mixed = mixed.also(new.release.origin, "the newer release").also(old.release.origin, "the older one");
            diagnostics.push(mixed.help(
                "its capabilities stay those of the older one: upgrade the others, or \
                accept it while the upgrade lasts",
            ));
        }
    }
}
