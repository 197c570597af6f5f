//! Addresses of a site that nobody else may have, or nobody at all.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::servers::{Balancers, Servers};
use crate::base::range;
use crate::base::{Origin, Traced};
use crate::bind::realise::context::Context;
use crate::bind::realise::network::{Named, apart, named, outside};
use crate::bind::{End, HostPlan, Network};
use crate::diag::code;

/// The smallest range of containers, by its prefix: half of it is the bridge's, and each private network
/// has the 256th part.
const CONTAINERS: u8 = 18;

/// Checks the addresses of servers, load balancers and containers, and those from which databases answer.
pub(super) fn check(context: &mut Context, servers: &Servers, network: &Network) {
    let hosts: Vec<Named> = hosts(context, servers);
    for host in &hosts {
        if range::is_special(&host.range) {
            let message = format!("{} cannot be at {}: no machine has that address", host.what, host.range.addr());
            context.problem(code::PLATFORM_RULE, host.origin, message, "give it the address at which others reach it");
        }
    }
    let Some(containers) = containers(context, &servers.containers) else { return };
    let databases: Vec<Named> = databases(context, network);
    for other in hosts.into_iter().chain(outside(context.description)).chain(databases) {
        apart(context, &containers, &other);
    }
}

fn hosts(context: &Context, servers: &Servers) -> Vec<Named> {
    let own = context.organization.name.origin;
    let named = |what: String, address: Ipv4Addr, parameter: &str| {
        let origin = context.parameters.written(parameter).unwrap_or(own);
        Named { what, range: Ipv4Net::from(address), origin }
    };
    let of = |host: &HostPlan| {
        named(format!("the host `{}`", host.name), host.address, &format!("hosts.{}.address", host.name))
    };
    let is_a_hosts = |address| servers.hosts.iter().any(|host| host.address == address);
    let moving = servers.balancers.iter().filter(|balancers| !is_a_hosts(balancers.address));
    let of_balancers =
        |balancers: &Balancers| named("the load balancers".to_owned(), balancers.address, "loadBalancers.address");
    servers.hosts.iter().map(of).chain(moving.map(of_balancers)).collect()
}

/// The range of the containers; none where it is refused as such.
fn containers(context: &mut Context, range: &Traced<String>) -> Option<Named> {
    let named = named("the range `containers`".to_owned(), &range.value, range.origin)?;
    if range::is_special(&named.range) {
        let help = "take one that nothing else of the site has, such as `172.30.0.0/16`";
        let message = format!("`{}` holds addresses that no container can have", range.value);
        context.problem(code::PLATFORM_RULE, range.origin, message, help);
        return None;
    }
    if named.range.prefix_len() > CONTAINERS {
        let message = format!("`{}` has too few addresses for the containers of a server", range.value);
        context.problem(code::SUBNET_TOO_SMALL, range.origin, message, "a /18 or a larger range, such as a /16");
        return None;
    }
    Some(named)
}

/// From where databases answer, where that is known.
fn databases(context: &Context, network: &Network) -> Vec<Named> {
    let ends = network.databases.values().chain(&network.streams);
    let known = ends.filter_map(|end| match end {
        End::Ranges { what, ranges } if !range::is_everybody(ranges.iter().map(String::as_str)) => Some((what, ranges)),
        _ => None,
    });
    let origin: Origin = context.organization.name.origin;
    let of = |(what, ranges): (&String, &Vec<String>)| -> Vec<Named> {
        ranges.iter().filter_map(|range| named(format!("the range of {what}"), range, origin)).collect()
    };
    known.flat_map(of).collect()
}
