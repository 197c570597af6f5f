//! Organizations: those within others' clusters, and how many peers a member has.

use super::Scene;
use crate::base::Origin;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::resolve::problem::{Also, problem};
use crate::resolve::{Organization, RunBy};

fn refused(origin: Origin, message: String, host: Origin) -> Diagnostic {
    problem(code::WITHIN, origin, message, "here").also(host, "the host")
}

/// An organization within another's clusters brings neither target nor nodes.
pub(super) fn within(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (at, organization, description) in scene.consortium.described() {
        let (Some(within), Some(written)) = (description.within, scene.written(organization)) else { continue };
        let host = scene.consortium.organization(within.value);
        let (name, host_name) = (&organization.name.value, &host.name.value);
        let told = match &host.run_by {
            _ if within.value == at => Some(format!("`{name}` cannot live within itself")),
            RunBy::Others(_) => {
                Some(format!("`{host_name}` is run by somebody else, so that its clusters are not described here"))
            }
            RunBy::Us(host) if host.within.is_some() => {
                Some(format!("`{host_name}` has no clusters of its own to live in"))
            }
            RunBy::Us(_) => None,
        };
        if let Some(message) = told {
            let help = "name an organization that is described here and has clusters of its own";
            diagnostics.push(refused(within.origin, message, host.name.origin).help(help));
            continue;
        }
        if let Some(target) = written.target.as_ref().filter(|target| target.value != description.target.value) {
            let message = format!("`{name}` lives on the target of `{host_name}`, `{}`", description.target.value);
            let help = "take `target` away: an organization within another's clusters has theirs";
            diagnostics.push(refused(target.origin, message, within.origin).help(help));
        }
        let blockchain = written.blockchain.iter().flat_map(|cluster| cluster.node_pools.keys());
        let application = written.application.iter().flat_map(|cluster| cluster.node_pools.keys());
        for pool in blockchain.chain(application) {
            let message = format!("`{name}` has no nodes of its own for the pool `{}`", pool.value);
            let help = format!("write the pool at `{host_name}`, whose nodes both use");
            diagnostics.push(refused(pool.origin, message, within.origin).help(help));
        }
    }
}

/// A member with one peer stands still while that is restarted.
pub(super) fn peers(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (at, organization, description) in scene.consortium.described() {
        if scene.consortium.channels_of(at).next().is_some() && description.peers.count.value == 1 {
            diagnostics.push(single(organization, description.peers.count.origin, ""));
            continue;
        }
        for channel in scene.consortium.channels_of(at) {
            let Some(member) = channel.member(at).filter(|member| member.peers == 1) else { continue };
            diagnostics.push(single(
                organization,
                member.organization.origin,
                &format!(" in the channel `{}`", channel.name.value),
            ));
        }
    }
}

fn single(organization: &Organization, origin: Origin, place: &str) -> Diagnostic {
    let name = &organization.name.value;
    problem(code::SINGLE_PEER, origin, format!("`{name}` has a single peer{place}"), "one peer")
        .help("while it is restarted, the organization can neither read nor endorse: give it two or three")
        .about(name)
}
