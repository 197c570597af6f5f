//! What every part of this stage looks things up in, and says what it misses.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use super::OrgIx;
use super::problem::problem;
use crate::base::name::{ChannelName, Label, OrganizationName};
use crate::base::{Origin, Traced};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::parse::Files;
use crate::parse::blueprint::{Blueprint, Map};
use crate::parse::card::{Card, ConsortiumSection};

pub(super) struct Context<'a> {
    pub blueprint: &'a Blueprint,
    pub files: &'a Files,
    pub environment: &'a Traced<Label>,
    /// Every organization, sorted by name; [`OrgIx`] counts in this list.
    pub organizations: Vec<Traced<OrganizationName>>,
    /// Every channel, sorted by name.
    pub channels: Vec<&'a Traced<ChannelName>>,
    /// The channels of each member, as indices.
    memberships: BTreeMap<&'a str, Vec<usize>>,
    pub diagnostics: &'a mut Diagnostics,
}

impl<'a> Context<'a> {
    pub fn new(
        blueprint: &'a Blueprint,
        environment: &'a Traced<Label>,
        files: &'a Files,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let mut organizations: Vec<_> = blueprint.organizations.keys().cloned().collect();
        if let Some(section) = files.consortium_in(environment) {
            let named = |name: &Traced<OrganizationName>| blueprint.organizations.contains_key(name);
            organizations.extend(section.organizations.keys().filter(|name| !named(name)).cloned());
            organizations.sort();
        }
        let mut memberships: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, channel) in blueprint.channels.values().enumerate() {
            let members: BTreeSet<&str> = channel.members.iter().map(|member| member.value.as_str()).collect();
            members.into_iter().for_each(|member| memberships.entry(member).or_default().push(at));
        }
        let channels = blueprint.channels.keys().collect();
        Context { blueprint, files, environment, organizations, channels, memberships, diagnostics }
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The index of an organization that something names.
    pub fn organization(&mut self, name: &Traced<OrganizationName>) -> Option<OrgIx> {
        let found = self.organizations.binary_search_by(|known| known.value.cmp(&name.value)).ok().map(OrgIx);
        if found.is_none() {
            let names = self.organizations.iter().map(|known| known.value.as_str());
            let unknown = problem(
                code::UNKNOWN_ORGANIZATION,
                name.origin,
                format!("there is no organization `{}`", name.value),
                "not described under `organizations`",
            );
            self.diagnostics.push(unknown.nearest(&name.value, "organizations", names));
        }
        found
    }

    /// Whether an organization is a member of any channel.
    pub fn is_member(&self, name: &str) -> bool {
        self.memberships.contains_key(name)
    }

    /// The channels of an organization, by index.
    pub fn channels_of(&self, name: &str) -> &[usize] {
        self.memberships.get(name).map_or(&[], Vec::as_slice)
    }

    /// The consortium's card in this environment, where this blueprint builds one member alone.
    pub fn section(&self) -> Option<&'a ConsortiumSection> {
        self.files.consortium_in(self.environment)
    }

    /// The card of an organization that the consortium's own card holds.
    pub fn held_card(&self, name: &str) -> Option<&'a Traced<Card>> {
        self.section().and_then(|section| get(&section.organizations, name))
    }

    /// A value that has no default and was not written.
    pub fn missing(&mut self, origin: Origin, what: &str, help: &str) {
        self.push(problem(code::INCOMPLETE, origin, what, "here").help(help));
    }
}

/// The value of a key, whatever its place.
pub(super) fn get<'m, K: Deref<Target = str>, V>(map: &'m Map<K, V>, name: &str) -> Option<&'m V> {
    map.iter().find(|(key, _)| &*key.value == name).map(|(_, value)| value)
}
