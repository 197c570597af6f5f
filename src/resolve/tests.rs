#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use super::*;
use crate::base::{Origin, Sources};
use crate::diag::render::{Format, render};
use crate::parse::{self, tests::Folder};

/// Everything that is said of a blueprint, in the short form, and its environments as far as they were accepted.
pub(crate) fn resolve_all(entry: &Path) -> (Vec<Consortium>, String) {
    let any = vec![("eks".to_owned(), serde_json::json!({"type": "object"}))];
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let mut resolved = Vec::new();
    if let Some(parsed) = parse::parse(entry, &mut sources, &any, &mut diagnostics) {
        for name in parsed.environments() {
            let blueprint = parsed.environment(&name.value, &sources, &mut diagnostics);
            resolved
                .extend(blueprint.and_then(|blueprint| resolve(&blueprint, &name, &parsed.files, &mut diagnostics)));
        }
        compare(&resolved, &mut diagnostics);
    }
    (resolved, render(Format::Short, &diagnostics, &sources, false))
}

fn shipped(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("blueprints").join(name)
}

/// The one environment of a blueprint that nothing is said about.
fn accepted(text: &str) -> Consortium {
    let folder = Folder::new(&[("a.yaml", text)]);
    let (mut all, told) = resolve_all(&folder.path("a.yaml"));
    assert_eq!(told, "");
    all.remove(0)
}

#[test]
fn the_minimal_blueprint_has_every_default() {
    let (all, told) = resolve_all(&shipped("minimal.yaml"));
    assert_eq!(told, "");
    let consortium = &all[0];
    let buyer = consortium.organization(consortium.find("buyer").unwrap());
    let description = buyer.description().unwrap();
    assert_eq!((buyer.msp_id.value.as_str(), buyer.release.value), ("BuyerMSP", parse::blueprint::FabricRelease::V2_5));
    assert_eq!(description.peers.count.value, 3);
    assert_eq!(description.peers.count.origin, Origin::Default("blockchain.peers.count"));
    assert_eq!(description.peers.resources.cpu_limit.value.as_str(), "2");
    assert!(description.groups.is_empty() && description.application_pools.is_empty());
    let trade = &consortium.channels[0];
    assert_eq!(
        trade.members.iter().map(|member| (member.peers, member.anchors.clone())).collect::<Vec<_>>(),
        [(3, vec![0, 1]), (3, vec![0, 1])]
    );
    assert_eq!(trade.orderers, [(OrgIx(0), 3)]);
    assert_eq!(trade.policies.endorsement.value, Policy::Majority);
}

#[test]
fn the_seed_is_resolved_in_both_environments() {
    let (all, told) = resolve_all(&shipped("akachain.yaml"));
    assert_eq!(all.len(), 2, "{told}");
    let staging = &all[1];
    assert_eq!(staging.channels.len(), 1);
    let akachain = staging.organization(staging.find("akachain").unwrap());
    assert_eq!(akachain.domain.value.as_str(), "staging.akachain.example");
    assert_eq!(akachain.description().unwrap().peers.count.value, 1);
}
