//! Organizations: those described here, and those known by their cards.

use super::context::Context;
use super::problem::{Also, problem};
use super::{Description, Organization, RunBy, defaults, description};
use crate::base::name::{Domain, Label, Line, MspId, OrganizationName};
use crate::base::{Origin, Traced};
use crate::diag::code;
use crate::parse::blueprint::{self, FabricRelease, StateDatabase};
use crate::parse::card::{Card, Certificates};

/// Every organization, in the order of [`Context::organizations`].
pub(super) fn resolve(context: &mut Context) -> Vec<Organization> {
    let names = context.organizations.clone();
    names.into_iter().map(|name| organization(context, name)).collect()
}

fn organization(context: &mut Context, name: Traced<OrganizationName>) -> Organization {
    let blueprint = context.blueprint;
    let Some(written) = blueprint.organizations.get(&name) else {
        let card = context.held_card(&name.value).cloned();
        return known_by_card(context, name, card);
    };
    let Some(path) = &written.card else {
        let domain = domain(context, &name, written);
        let described = described(context, &name, written, domain);
        return described;
    };
    let card = card_at(context, path, &name);
    known_by_card(context, name, card)
}

/// The section of a card's file for this environment. What the file itself lacks was reported when it was read.
fn card_at(
    context: &mut Context,
    path: &Traced<crate::base::name::RelativePath>,
    name: &Traced<OrganizationName>,
) -> Option<Traced<Card>> {
    let file = context.files.cards.get(path.value.as_str())?;
    let environment = context.environment;
    let Some(card) = super::context::get(&file.environments, &environment.value) else {
        let known: Vec<&str> = file.environments.keys().map(|known| known.value.as_str()).collect();
        let missing = problem(
            code::CARD_WITHOUT_ENVIRONMENT,
            path.origin,
            format!("the card of `{}` has no section `{}`", name.value, environment.value),
            "read from here",
        );
        let missing = missing.also(environment.origin, "the environment").help(format!("it has: {}", known.join(", ")));
        context
            .push(missing.help(format!("ask `{}` for a card that has it: `akcgen card {}`", name.value, name.value)));
        return None;
    };
    if card.value.organization != name.value {
        let wrong = problem(
            code::CARD_CONTRADICTED,
            name.origin,
            format!("`{}` names a card of `{}`", name.value, card.value.organization),
            "this organization",
        );
        context
            .push(wrong.also(card.origin, "the card").help("write the organization under the name that its card has"));
    }
    Some(card.clone())
}

fn known_by_card(context: &mut Context, name: Traced<OrganizationName>, card: Option<Traced<Card>>) -> Organization {
    let card = card.unwrap_or_else(|| Traced::new(unknown_card(&name.value), name.origin));
    if let Some(held) = context.held_card(&name.value) {
        contradiction(context, &card, held);
    }
    let Traced { value: card, origin } = card;
    Organization {
        name,
        title: card.title.clone(),
        msp_id: Traced::new(card.msp_id.clone(), origin),
        domain: Traced::new(card.domain.clone(), origin),
        release: Traced::new(card.fabric, origin),
        run_by: RunBy::Others(Box::new(card)),
    }
}

/// Whether this stands in for a card that could not be read, so that nothing more need be said of it.
pub(super) fn is_stand_in(card: &Card) -> bool {
    card.domain == stand_in(&card.organization)
}

/// Stands in for a card that could not be read, so that the rest can still be checked.
fn unknown_card(name: &OrganizationName) -> Card {
    Card {
        organization: name.clone(),
        title: Line::trusted(name.as_str()),
        msp_id: MspId::trusted(default_msp_id(name)),
        domain: stand_in(name),
        fabric: FabricRelease::V2_5,
        state_database: StateDatabase::Couchdb,
        peers: Vec::new(),
        orderers: Vec::new(),
        addresses: Vec::new(),
        parent_authority: None,
        services: Vec::new(),
        certificates: Certificates::default(),
    }
}

/// An organization's own card and the consortium's must say the same.
fn contradiction(context: &mut Context, card: &Traced<Card>, held: &Traced<Card>) {
    if card.value != held.value {
        let differ = problem(
            code::CARD_CONTRADICTED,
            card.origin,
            format!("the card of `{}` differs from the one in the consortium's card", card.value.organization),
            "this card",
        );
        let differ = differ.also(held.origin, "the consortium's");
        context.push(
            differ.help("keep the newer one: leave the organization out here, or ask the operator for a new card"),
        );
    }
}

fn described(
    context: &mut Context,
    name: &Traced<OrganizationName>,
    written: &blueprint::Organization,
    domain: Traced<Domain>,
) -> Organization {
    let by_name = || Traced::new(MspId::trusted(default_msp_id(&name.value)), Origin::Default("organizations.mspId"));
    let msp_id = written.msp_id.clone().unwrap_or_else(by_name);
    let release = written.fabric.or(context.blueprint.fabric).unwrap_or_else(|| defaults::FABRIC.value());
    let description: Description = description::resolve(context, name, written, &domain.value);
    let organization = Organization {
        name: name.clone(),
        title: written.title.as_ref().map_or_else(|| Line::trusted(name.value.as_str()), |title| title.value.clone()),
        msp_id,
        domain,
        release,
        run_by: RunBy::Us(Box::new(description)),
    };
    if let Some(held) = context.held_card(&name.value) {
        agrees_with_card(context, &organization, held);
    }
    organization
}

/// What the others believe of the organization that this blueprint describes.
fn agrees_with_card(context: &mut Context, organization: &Organization, held: &Traced<Card>) {
    let card = &held.value;
    let peers = organization.description().map_or(0, |description| description.peers.count.value as usize);
    let told = [
        (organization.msp_id.value.to_string(), card.msp_id.to_string(), organization.msp_id.origin, "MSP id"),
        (organization.domain.value.to_string(), card.domain.to_string(), organization.domain.origin, "domain"),
        (peers.to_string(), card.peers.len().to_string(), organization.name.origin, "number of peers"),
    ];
    for (here, there, origin, what) in told.into_iter().filter(|(here, there, ..)| here != there) {
        let differ = problem(
            code::CARD_CONTRADICTED,
            origin,
            format!(
                "the consortium's card knows `{there}` as the {what} of `{}`, not `{here}`",
                organization.name.value
            ),
            "here",
        );
        let help = format!(
            "export a new card (`akcgen card {}`) for the operator, who exports a new one of the consortium",
            organization.name.value
        );
        context.push(differ.also(held.origin, "the consortium's card").help(help));
    }
}

fn domain(context: &mut Context, name: &Traced<OrganizationName>, written: &blueprint::Organization) -> Traced<Domain> {
    written.domain.clone().unwrap_or_else(|| {
        context.missing(
            name.origin,
            &format!("the organization `{}` has no domain", name.value),
            "every host name of the organization ends in its domain: write `domain: <name>.example`",
        );
        Traced::new(stand_in(&name.value), name.origin)
    })
}

/// A domain that no other organization has, for one that lacks it.
fn stand_in(name: &OrganizationName) -> Domain {
    Domain::trusted(format!("{name}.invalid"))
}

/// `member-one` becomes `MemberOneMSP`.
pub(super) fn default_msp_id(name: &str) -> String {
    let mut id: String = name.split('-').flat_map(capitalized).collect();
    id.push_str("MSP");
    id
}

fn capitalized(word: &str) -> impl Iterator<Item = char> {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
}

/// The target of an organization: its own, or that of the organization it lives within.
pub(super) fn target(
    context: &mut Context,
    name: &Traced<OrganizationName>,
    written: &blueprint::Organization,
) -> Traced<Label> {
    let host = written.within.as_ref().and_then(|host| context.blueprint.organizations.get(host));
    let found = host.and_then(|host| host.target.clone()).or_else(|| written.target.clone());
    found.unwrap_or_else(|| {
        if written.within.is_none() {
            context.missing(
                name.origin,
                &format!("the organization `{}` has no target", name.value),
                "say which platform it runs on, such as `target: eks`, here or under `defaults`",
            );
        }
        Traced::new(Label::trusted("unknown"), name.origin)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn msp_ids_follow_names() {
        assert_eq!(super::default_msp_id("akachain"), "AkachainMSP");
        assert_eq!(super::default_msp_id("member-one"), "MemberOneMSP");
        assert_eq!(super::default_msp_id("a--b-2"), "AB2MSP");
    }
}
