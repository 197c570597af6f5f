//! What a service names of its own organization: secrets, front ends, services, systems, channels.

use std::collections::BTreeMap;

use super::context::Context;
use super::problem::problem;
use super::services::Home;
use super::{Call, kinds};
use crate::base::Traced;
use crate::base::name::{Label, Variable};
use crate::diag::{Code, Diagnostic, code};
use crate::parse::blueprint::{Organization, Service, ServiceKind};

/// Every service of an organization, with its cluster's knowledge of kinds.
fn services(organization: &Organization) -> impl Iterator<Item = (&Traced<Label>, &Service, bool)> {
    let blockchain = organization.blockchain.iter().flat_map(|cluster| &cluster.services);
    let groups = organization.application.iter().flat_map(|cluster| cluster.groups.values());
    let application = groups.flat_map(|group| &group.services).map(|(name, service)| (name, service, false));
    blockchain.map(|(name, service)| (name, service, true)).chain(application)
}

fn owns_database(name: &Label, service: &Service, known_by_kind: bool) -> bool {
    let kind = if known_by_kind { kinds::kind_of(name, service) } else { None };
    service.database.is_some() || kinds::database(kind).is_some()
}

fn unknown(code: Code, name: &Traced<Label>, what: &str, label: &str) -> Diagnostic {
    problem(code, name.origin, format!("there is no {what} `{}` in this organization", name.value), label)
}

pub(super) fn secrets(context: &mut Context, home: &Home, written: &Service) -> BTreeMap<Variable, Traced<Label>> {
    let declared = &home.written.secrets;
    for name in written.secrets.values().filter(|name| !declared.contains_key(name)) {
        let names = declared.keys().map(|known| known.value.as_str());
        let unknown = unknown(code::UNKNOWN_SECRET, name, "secret", "not declared under `secrets`");
        let help = "declare it under the organization's `secrets` with what it is for; its value is never written";
        context.push(unknown.nearest(&name.value, "secrets", names).help(help));
    }
    written.secrets.iter().map(|(variable, name)| (variable.value.clone(), name.clone())).collect()
}

/// Indices in the organization's front ends.
pub(super) fn frontends(context: &mut Context, home: &Home, named: &[Traced<Label>]) -> Vec<Traced<usize>> {
    let known = &home.written.frontends;
    let mut found = Vec::new();
    for name in named {
        match known.keys().position(|frontend| frontend.value == name.value) {
            Some(at) => found.push(Traced::new(at, name.origin)),
            None => {
                let names = known.keys().map(|frontend| frontend.value.as_str());
                let unknown = unknown(code::UNKNOWN_FRONTEND, name, "front end", "not declared under `frontends`");
                let unknown = unknown.nearest(&name.value, "front ends", names);
                context.push(match name.value.as_str() {
                    "internet" => {
                        unknown.help("the internet is let in by ranges: `exposure: {internet: [203.0.113.0/24]}`")
                    }
                    _ => unknown,
                });
            }
        }
    }
    found
}

/// Services whose databases this one reads.
pub(super) fn reads(context: &mut Context, home: &Home, own: &Traced<Label>, written: &Service) -> Vec<Traced<Label>> {
    let mut found = Vec::new();
    for name in &written.reads {
        let there = services(home.written).find(|(service, ..)| service.value == name.value);
        match there {
            None => {
                let names = services(home.written).map(|(service, ..)| service.value.as_str());
                let unknown = unknown(code::UNKNOWN_SERVICE, name, "service", "not one of its services");
                context.push(unknown.nearest(&name.value, "services", names));
            }
            Some((service, described, known_by_kind)) if owns_database(&service.value, described, known_by_kind) => {
                if name.value == own.value {
                    let itself = "a service may do anything with its own database";
                    context.push(nothing_to_read(name, &format!("`{}` reads itself", own.value)).help(itself));
                }
                found.push(name.clone());
            }
            Some((service, ..)) => {
                let owners =
                    services(home.written).filter(|(name, service, kind)| owns_database(&name.value, service, *kind));
                let owners: Vec<&str> = owners.map(|(name, ..)| name.value.as_str()).collect();
                let nothing = nothing_to_read(name, &format!("`{}` has no database to read", service.value));
                context.push(nothing.help(format!("services with a database: {}", listed(&owners))));
            }
        }
    }
    found
}

fn nothing_to_read(name: &Traced<Label>, message: &str) -> Diagnostic {
    problem(code::NOTHING_TO_READ, name.origin, message, "read here")
}

/// A list for people: names in quotes, or `none`.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// Services and systems that this service calls.
pub(super) fn calls(context: &mut Context, home: &Home, own: &Traced<Label>, written: &Service) -> Vec<Call> {
    let mut found = Vec::new();
    for name in &written.calls {
        let system = home.written.systems.keys().position(|system| system.value == name.value);
        let is_service = services(home.written).any(|(service, ..)| service.value == name.value);
        match system {
            _ if name.value == own.value => {
                let itself = problem(
                    code::UNKNOWN_SERVICE,
                    name.origin,
                    format!("`{}` calls itself", own.value),
                    "its own name",
                );
                context.push(itself.help("copies of one service reach each other without being told"));
            }
            _ if is_service => found.push(Call::Service(name.clone())),
            Some(at) => found.push(Call::System(Traced::new(at, name.origin))),
            None => {
                let systems = home.written.systems.keys().map(|system| system.value.as_str());
                let names = services(home.written).map(|(service, ..)| service.value.as_str()).chain(systems);
                let unknown = unknown(code::UNKNOWN_SERVICE, name, "service or system", "neither service nor system");
                context.push(unknown.nearest(&name.value, "services and systems", names));
            }
        }
    }
    found
}

/// The channels that a service works on: those written, or all of the organization's.
pub(super) fn channels(context: &mut Context, home: &Home, kind: Option<ServiceKind>, written: &Service) -> Vec<usize> {
    if !kinds::works_on_channels(kind) {
        return Vec::new();
    }
    let own = context.channels_of(&home.name.value).to_vec();
    let Some(named) = &written.channels else { return own };
    let mut found = Vec::new();
    for name in named {
        match context.channels.iter().position(|channel| channel.value == name.value) {
            Some(at) if own.contains(&at) => found.push(at),
            Some(_) => {
                let outside = problem(
                    code::NOT_A_MEMBER,
                    name.origin,
                    format!("`{}` is no member of the channel `{}`", home.name.value, name.value),
                    "named here",
                );
                context.push(outside.help(format!(
                    "add `{}` to the channel's members, or take the channel away here",
                    home.name.value
                )));
            }
            None => {
                let names: Vec<&str> = context.channels.iter().map(|channel| channel.value.as_str()).collect();
                let unknown = problem(
                    code::UNKNOWN_CHANNEL,
                    name.origin,
                    format!("there is no channel `{}`", name.value),
                    "not described under `channels`",
                );
                context.push(unknown.nearest(&name.value, "channels", names));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
