//! The servers that an organization's parameters name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::Deserialize;

use crate::base::name::Bytes;
use crate::base::quantity::{MEBIBYTE, bytes};
use crate::base::{Origin, Traced};
use crate::bind::realise::context::Context;
use crate::bind::{GROUPS, HostPlan};
use crate::diag::{Code, Diagnostic, code};
use crate::resolve::Cluster;
use crate::target::definition::Hosts;

/// The servers and what holds for all of them.
pub(super) struct Servers {
    /// Sorted by name; what their own systems keep is taken off.
    pub hosts: Vec<HostPlan>,
    pub balancers: Option<Balancers>,
    pub data: Traced<String>,
    pub containers: Traced<String>,
    pub user: String,
}

/// The servers that run HAProxy.
pub(super) struct Balancers {
    /// Places in [`Servers::hosts`].
    pub hosts: Vec<usize>,
    pub address: Ipv4Addr,
    pub interface: Option<String>,
    pub router: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerData {
    address: Ipv4Addr,
    cpu: u32,
    memory: Bytes,
    disk: Bytes,
    room: Option<String>,
    rack: Option<String>,
    clusters: Option<BTreeSet<Cluster>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReservedData {
    #[serde(default)]
    cpu: u32,
    memory: Option<Bytes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BalancersData {
    hosts: Option<Vec<String>>,
    address: Option<Ipv4Addr>,
    interface: Option<String>,
    router: Option<u8>,
}

impl Servers {
    /// Reads them; none after a fault.
    pub fn of(context: &mut Context, hosts: &Hosts) -> Option<Servers> {
        let scope = context.scope.clone();
        let servers = context.required::<BTreeMap<String, ServerData>>(&hosts.servers, &scope)?;
        let reserved = hosts.reserved.as_ref().and_then(|reserved| context.data::<ReservedData>(reserved, &scope));
        let reserved = reserved.map(|reserved| reserved.value).unwrap_or_default();
        let before = context.diagnostics.errors();
        let plans: Vec<HostPlan> =
            servers.value.into_iter().map(|(name, server)| plan(context, name, server, &reserved)).collect();
        if context.diagnostics.errors() > before {
            return None;
        }
        one_address_each(context, &plans);
        let balancers = hosts.balancers.as_ref().and_then(|data| context.data::<BalancersData>(data, &scope));
        let balancers = balancers.and_then(|data| balancers_of(context, &plans, data));
        let mut containers = context.text(&hosts.containers, &scope)?;
        if context.parameters.written("containers").is_none() {
            containers.origin = Origin::Rule("nobody has chosen another range");
        }
        Some(Servers {
            hosts: plans,
            balancers,
            data: context.text(&hosts.data, &scope)?,
            containers,
            user: context.text(&hosts.user, &scope)?.value,
        })
    }
}

fn plan(context: &mut Context, name: String, server: ServerData, reserved: &ReservedData) -> HostPlan {
    let origin = context.parameters.written(&format!("hosts.{name}")).unwrap_or(context.organization.name.origin);
    if GROUPS.contains(&name.as_str()) {
        let message = format!("no host can be called `{name}`: Ansible has a host or group of that name");
        context.problem(code::PLATFORM_RULE, origin, message, "call it otherwise, such as `hall-a1`");
    }
    let memory = mebibytes(context, &server.memory, &format!("hosts.{name}.memory"));
    let disk = mebibytes(context, &server.disk, &format!("hosts.{name}.disk"));
    let kept = reserved.memory.as_ref().map_or(0, |kept| mebibytes(context, kept, "reserved.memory"));
    HostPlan {
        address: server.address,
        cores: server.cpu,
        domains: server.room.into_iter().chain(server.rack).collect(),
        cpu_millis: u64::from(server.cpu.saturating_sub(reserved.cpu)) * 1000,
        memory_mib: memory.saturating_sub(kept),
        disk_mib: disk,
        clusters: server.clusters.unwrap_or_else(|| Cluster::ALL.into()),
        origin,
        name,
    }
}

/// An amount in MiB; one that no machine has is refused.
fn mebibytes(context: &mut Context, amount: &Bytes, parameter: &str) -> u64 {
    let known = bytes(amount).map(|bytes| bytes / MEBIBYTE);
    if known.is_none() {
        let origin = context.parameters.written(parameter).unwrap_or(context.organization.name.origin);
        let message = format!("`{amount}` is more than any server has");
        context.problem(code::PLATFORM_RULE, origin, message, "write what it has, such as `64Gi`");
    }
    known.unwrap_or(0)
}

fn one_address_each(context: &mut Context, hosts: &[HostPlan]) {
    let mut known: BTreeMap<Ipv4Addr, &HostPlan> = BTreeMap::new();
    for host in hosts {
        if let Some(other) = known.insert(host.address, host) {
            let message = format!("`{}` and `{}` have the same address {}", other.name, host.name, host.address);
            context.problem(code::PLATFORM_RULE, host.origin, message, "a host is one server: give each its own");
        }
    }
}

fn balancers_of(context: &mut Context, hosts: &[HostPlan], data: Traced<BalancersData>) -> Option<Balancers> {
    let origin = context.parameters.written("loadBalancers").unwrap_or(data.origin);
    let BalancersData { hosts: names, address, interface, router } = data.value;
    let names = names?;
    let moves = names.len() > 1;
    let mut places = Vec::new();
    for name in names {
        match hosts.iter().position(|host| host.name == name) {
            Some(place) => places.push(place),
            None => {
                // The place is the whole list's, which no single name may replace.
                let finding = no_host(hosts, &name, Diagnostic::new);
                context.finding(finding.at_origin(origin, ""));
            }
        }
    }
    let first = places.first().and_then(|place| hosts.get(*place))?;
    if moves && (address.is_none() || interface.is_none()) {
        let help = "for example `{hosts: [edge-1, edge-2], address: 10.20.0.5, interface: eth0}`";
        let message = "two load balancers need an address that moves between them, and the interface that it moves to";
        context.problem(code::PLATFORM_RULE, origin, message, help);
    }
    if let Some(address) = address.filter(|address| !moves && *address != first.address) {
        let message =
            format!("the one load balancer `{}` has the address {}, and not {address}", first.name, first.address);
        let help = "leave `address` out, or name a second host, so that it moves between the two";
        context.problem(code::PLATFORM_RULE, origin, message, help);
    }
    let own = hosts.iter().find(|host| Some(host.address) == address);
    if let Some(own) = own.filter(|_| moves) {
        let message = format!("the address of the load balancers is that of `{}`, which it cannot leave", own.name);
        context.problem(code::PLATFORM_RULE, origin, message, "give them an address that no server has");
    }
    let address = address.unwrap_or(first.address);
    Some(Balancers { hosts: places, address, interface, router: router.unwrap_or(51) })
}

/// A name that no server has.
pub(super) fn unknown_host(context: &mut Context, hosts: &[HostPlan], name: &Traced<String>) {
    let finding =
        no_host(hosts, &name.value, |code, message| Diagnostic::new(code, message).at_origin(name.origin, ""));
    context.finding(finding);
}

fn no_host(hosts: &[HostPlan], name: &str, finding: impl FnOnce(Code, String) -> Diagnostic) -> Diagnostic {
    let names = hosts.iter().map(|host| host.name.as_str());
    finding(code::PLATFORM_RULE, format!("there is no host `{name}`")).nearest(name, "hosts", names)
}
