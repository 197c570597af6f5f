//! Cards: what others say of themselves is dialled, let in and trusted here, so that it keeps to the same rules.

use std::collections::BTreeSet;

use super::Scene;
use crate::base::name::{Domain, Label};
use crate::base::{Origin, Traced};
use crate::diag::{Code, Diagnostic, Diagnostics, code};
use crate::parse::public_certificates;
use crate::resolve::organizations::is_stand_in;
use crate::resolve::problem::problem;
use crate::resolve::rules::{addresses, hosts};
use crate::resolve::{Card, Certificates, RunBy};

/// Every card that was read, with its place.
fn cards<'a>(scene: &Scene<'a>) -> impl Iterator<Item = (&'a Card, Origin)> {
    scene.consortium.organizations.iter().filter_map(|organization| match &organization.run_by {
        RunBy::Others(card) if !is_stand_in(card) => Some((card.as_ref(), organization.domain.origin)),
        _ => None,
    })
}

fn told(code: Code, card: &Card, origin: Origin, message: &str) -> Diagnostic {
    let message = format!("the card of `{}` {message}", card.organization);
    problem(code, origin, message, "this card").help(format!("ask `{}` for a new card", card.organization))
}

/// Everything that a card has a host for: its nodes and services, by name.
fn hosted(card: &Card) -> impl Iterator<Item = (&Label, &Domain)> {
    let nodes = card.peers.iter().chain(&card.orderers).map(|node| (&node.name, &node.host));
    nodes.chain(card.services.iter().map(|service| (&service.name, &service.host)))
}

/// Hosts are the organization's own, and each leads to one place: whoever is dialled by the name of another could answer
/// in its stead.
pub(super) fn hosts(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (card, origin) in cards(scene) {
        let (mut names, mut known) = (BTreeSet::new(), BTreeSet::new());
        for (name, host) in hosted(card) {
            if !hosts::is_below(host, &card.domain) {
                let message = format!("gives `{name}` the host `{host}`, outside its domain `{}`", card.domain);
                diagnostics.push(told(code::HOST_OUTSIDE, card, origin, &message));
            }
            if !known.insert(host) {
                diagnostics.push(told(code::HOST_TAKEN, card, origin, &format!("gives the host `{host}` twice")));
            }
            if !names.insert(name) {
                diagnostics.push(told(code::NAMES_COLLIDE, card, origin, &format!("gives the name `{name}` twice")));
            }
        }
    }
}

/// The ranges that a card's clusters call from are ranges: network policies name them.
pub(super) fn ranges(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (card, origin) in cards(scene) {
        let misfits = card.addresses.iter().filter_map(|range| addresses::misfit(&Traced::new(range.clone(), origin)));
        // The place is the whole card, which no change can replace.
        diagnostics.extend(misfits.map(|misfit| Diagnostic { suggestion: None, ..misfit }));
    }
}

/// The authority above a card's own is that of another organization.
pub(super) fn authorities(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (card, origin) in cards(scene) {
        let Some(parent) = &card.parent_authority else { continue };
        if *parent == card.organization {
            diagnostics.push(told(code::AUTHORITY, card, origin, "sets its authority above itself"));
        } else if scene.consortium.find(parent).is_none() {
            let message = format!("sets the authority of `{parent}` above its own, which is no organization here");
            diagnostics.push(told(code::UNKNOWN_ORGANIZATION, card, origin, &message));
        }
    }
}

/// What a card gives as certificates is nothing else.
pub(super) fn certificates(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (card, origin) in cards(scene) {
        let Certificates { ca, intermediate_ca, tls_ca } = &card.certificates;
        let orderers = card.orderers.iter().flat_map(|node| [&node.tls_certificate, &node.certificate]);
        for text in [ca, intermediate_ca, tls_ca].into_iter().chain(orderers).flatten() {
            if let Err((code, wrong, _)) = public_certificates(text) {
                diagnostics.push(told(code, card, origin, &format!("{wrong}, among its certificates")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::tests::Folder;
    use crate::resolve::tests::resolve_all;

    const OPERATOR: &str = "blueprint: v1
name: trade
organizations:
  buyer: {domain: buyer.example, target: eks}
  seller: {card: seller.yaml}
ordering: {orderers: {buyer: 3}}
channels: {trade: [buyer, seller]}
";

    /// The codes of what is said of a card with two peers and more, in their order.
    fn told(more: &str) -> Vec<String> {
        let card = format!(
            "card: v1
environments:
  production:
    organization: seller
    title: Seller
    mspId: SellerMSP
    domain: seller.example
    fabric: \"2.5\"
    stateDatabase: couchdb
    peers: [{{name: peer0, host: peer0.seller.example, port: 7051}}, {{name: peer1, host: peer1.seller.example, port: 7061}}]
    {more}
"
        );
        let folder = Folder::new(&[("a.yaml", OPERATOR), ("seller.yaml", &card)]);
        let (_, told) = resolve_all(&folder.path("a.yaml"));
        let code = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
        told.lines().filter_map(code).collect()
    }

    #[test]
    fn cards_keep_to_the_rules_of_descriptions() {
        for (more, expected) in [
            ("addresses: [198.51.100.0/24]", &[][..]),
            ("services: [{name: ca, host: ca.seller.example, port: 7054}]", &[]),
            ("parentAuthority: buyer", &[]),
            ("orderers: [{name: orderer0, host: evil.example, port: 7050}]", &["AKC0227"]),
            ("services: [{name: ca, host: ca.notseller.example, port: 7054}]", &["AKC0227"]),
            ("services: [{name: ca, host: peer0.seller.example, port: 7054}]", &["AKC0226"]),
            ("services: [{name: peer0, host: ca.seller.example, port: 7054}]", &["AKC0225"]),
            ("addresses: [999.1.1.1/3]", &["AKC0290"]),
            ("addresses: [198.51.100.7/24]", &["AKC0290"]),
            ("parentAuthority: seller", &["AKC0236"]),
            ("parentAuthority: nobody", &["AKC0201"]),
            (
                "certificates: {ca: \"-----BEGIN CERTIFICATE-----\\nMIIBszCCAVqgAwIBAgIQ\\nAA==\\n-----END CERTIFICATE-----\\n\"}",
                &[],
            ),
            ("certificates: {ca: hello}", &["AKC0235"]),
        ] {
            assert_eq!(told(more), expected, "{more}");
        }
    }
}
