//! What a service of the user's own is told: its own configuration, files and secrets, and where everything answers
//! that it calls. See the module above for the names of the variables.

#[cfg(test)]
mod tests;

use super::VariableValue;
use super::parts::{Parts, of_secret};
use super::site::{Place, Site};
use crate::base::{Origin, Traced};
use crate::expand::{Entry, EntryKind, Port, WorkloadId};
use crate::parse::blueprint::Protocol;
use crate::resolve::{Call, Service, System};

/// What the blueprint itself says to the service; it holds over all that akcgen says.
pub(super) fn own(service: &Service, parts: &mut Parts) {
    for (name, value) in &service.configuration {
        parts.variable(name.as_str(), VariableValue::Plain(value.value.clone()), value.origin);
    }
    for (name, secret) in &service.secrets {
        parts.variable(name.as_str(), of_secret(&secret.value, "value"), secret.origin);
    }
    for (path, text) in &service.files {
        parts.text(path, text.value.as_str(), text.origin);
    }
}

/// Where the services and systems answer that it calls.
pub(super) fn calls(site: &Site, place: Place, service: &Service, parts: &mut Parts) {
    for call in &service.calls {
        match call {
            Call::Service(name) => called_service(site, place, name, parts),
            Call::System(at) => called_system(&site.description.systems[at.value], at.origin, parts),
        }
    }
}

/// The beginning of the variables about something: its name in capital letters, hyphens as underscores.
pub(super) fn prefix(name: &str) -> String {
    name.to_ascii_uppercase().replace(['-', '.'], "_")
}

fn called_service(site: &Site, from: Place, name: &Traced<crate::base::name::Label>, parts: &mut Parts) {
    let Some((id, container)) = find(site, &name.value) else { return };
    let called = &site.graph().workloads[id.0];
    let prefix = prefix(&name.value);
    for (at, port) in called.containers[container].ports.iter().enumerate() {
        let (host, number) = answer(site, from, id, container, port);
        let scheme = match port.protocol {
            Protocol::Http => "http",
            Protocol::Grpc => "grpc",
            Protocol::Tcp => "tcp",
        };
        if at == 0 {
            answers(parts, &prefix, scheme, &host, number, name.origin);
        }
        if called.containers[container].ports.len() > 1 {
            let prefix = format!("{prefix}_{}", self::prefix(&port.name));
            answers(parts, &prefix, scheme, &host, number, name.origin);
        }
    }
}

/// The container that runs a service.
fn find(site: &Site, name: &str) -> Option<(WorkloadId, usize)> {
    site.graph().workloads.iter().enumerate().find_map(|(at, workload)| {
        let runs = |container: &crate::expand::Container| container.service.as_deref() == Some(name);
        Some((WorkloadId(at), workload.containers.iter().position(runs)?))
    })
}

/// The host and port under which a container's port answers to a caller: the pod itself, its Service, or the balancer
/// between the two clusters, which several services may share. On hosts the containers of one workload have names, too.
fn answer(site: &Site, from: Place, id: WorkloadId, container: usize, port: &Port) -> (String, u16) {
    let called = &site.graph().workloads[id.0];
    let is_beside = from.id == id;
    if is_beside && site.organization.site.is_none() {
        return ("localhost".to_owned(), port.port);
    }
    if from.workload.cluster != called.cluster {
        let mut entries = site.graph().entries.iter().zip(&site.organization.outer_ports);
        let private =
            |entry: &Entry| entry.workload == id && entry.port == port.name && entry.kind == EntryKind::Private;
        if let Some((between, outer)) = entries.find(|(entry, _)| private(entry)) {
            return (between.host.clone(), *outer);
        }
    }
    let number = if is_beside { port.port } else { site.organization.port(id, &port.name) };
    (site.host(called.address_of(container), called.cluster, &called.namespace), number)
}

fn called_system(system: &System, origin: Origin, parts: &mut Parts) {
    let scheme = match system.port.value {
        443 | 8443 => "https",
        80 | 8080 => "http",
        _ => "tcp",
    };
    answers(parts, &prefix(&system.name.value), scheme, &system.address.value, system.port.value, origin);
}

fn answers(parts: &mut Parts, prefix: &str, scheme: &str, host: &str, port: u16, origin: Origin) {
    let mut set = |name: &str, value: String| {
        parts.variable(format!("{prefix}_{name}"), VariableValue::Plain(value), origin);
    };
    set("HOST", host.to_owned());
    set("PORT", port.to_string());
    set("URL", format!("{scheme}://{host}:{port}"));
}
