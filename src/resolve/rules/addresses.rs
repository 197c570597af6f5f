//! Addresses and address ranges.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::Scene;
use crate::base::Traced;
use crate::base::name::{Address, Cidr};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::resolve::Description;
use crate::resolve::problem::{Also, problem};

/// Lists of ranges in which no two may overlap.
fn lists(description: &Description) -> Vec<Vec<&Traced<Cidr>>> {
    let frontends = description.frontends.iter().map(|frontend| frontend.ranges.iter().collect());
    let services = description.services().map(|(_, _, service)| service.exposure.internet.iter().collect());
    let vpns = description.vpns.iter().flat_map(|vpn| &vpn.ranges).collect();
    frontends.chain(services).chain([description.addresses.iter().collect(), vpns]).collect()
}

/// Every range is one, and has no bits beyond its prefix.
pub(super) fn ranges(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, description) in scene.consortium.described() {
        lists(description).into_iter().flatten().for_each(|range| diagnostics.extend(misfit(range)));
    }
}

pub(super) fn misfit(range: &Traced<Cidr>) -> Option<Diagnostic> {
    let text = range.value.as_str();
    let Ok(net) = text.parse::<Ipv4Net>() else {
        let wrong = problem(code::ADDRESS, range.origin, format!("`{text}` is no IPv4 range"), "here");
        return Some(wrong.help("four numbers up to 255 and a prefix up to 32, such as `203.0.113.0/24`"));
    };
    (net.trunc() != net).then(|| {
        let message = format!("`{text}` has bits beyond its prefix");
        let wrong = problem(code::ADDRESS, range.origin, message, format!("the range is `{}`", net.trunc()));
        let wrong =
            wrong.help(format!("write `{}` for the range, `{}/32` for the one address", net.trunc(), net.addr()));
        match range.origin.span() {
            Some(span) => wrong.suggest(span, net.trunc().to_string()),
            None => wrong,
        }
    })
}

/// No two ranges of a list overlap, nor do those behind an organization's VPNs.
pub(super) fn overlaps(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, description) in scene.consortium.described() {
        for list in lists(description) {
            let nets = list.iter().filter_map(|range| Some((range.value.parse::<Ipv4Net>().ok()?, *range)));
            let mut nets: Vec<(Ipv4Net, &Traced<Cidr>)> = nets.collect();
            // The larger range first: then a range overlaps if an earlier one contains it.
            nets.sort_by_key(|(net, _)| (net.network(), net.prefix_len()));
            let mut widest: Option<(Ipv4Net, &Traced<Cidr>)> = None;
            for (net, range) in nets {
                match widest {
                    Some((wide, other)) if wide.contains(&net) => {
                        let message = format!("`{}` lies within `{}`", range.value, other.value);
                        let within = problem(code::RANGES_OVERLAP, range.origin, message, "this range");
                        diagnostics.push(within.also(other.origin, "within this one").help("keep one of the two"));
                    }
                    _ => widest = Some((net, range)),
                }
            }
        }
    }
}

/// What looks like an address, and is none.
fn is_broken(address: &Address) -> bool {
    address.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && address.parse::<Ipv4Addr>().is_err()
}

/// Gateways and systems have host names or addresses.
pub(super) fn hosts(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, _, description) in scene.consortium.described() {
        let systems = description.systems.iter().map(|system| &system.address);
        for address in
            systems.chain(description.vpns.iter().map(|vpn| &vpn.gateway)).filter(|address| is_broken(address))
        {
            let wrong =
                problem(code::ADDRESS, address.origin, format!("`{}` is no IPv4 address", address.value), "here");
            diagnostics.push(wrong.help("four numbers from 0 to 255, such as `198.51.100.7`, or a host name"));
        }
    }
}

/// A system's address is reached the way that is written.
pub(super) fn systems(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, organization, description) in scene.consortium.described() {
        for system in &description.systems {
            let Ok(address) = system.address.value.parse::<Ipv4Addr>() else { continue };
            let written = scene.written(organization).and_then(|written| written.systems.get(&system.name));
            let (message, help) = match system.through.and_then(|at| description.vpns.get(at)) {
                Some(vpn) => {
                    let mut nets = vpn.ranges.iter().filter_map(|range| range.value.parse::<Ipv4Net>().ok());
                    if nets.any(|net| net.contains(&address)) {
                        continue;
                    }
                    let message = format!("`{address}` does not lie behind the VPN `{}`", vpn.name.value);
                    (message, "add its range to the VPN's `ranges`, or say the right `through`")
                }
                // A way that does not exist was told already.
                None if written.is_some_and(|written| {
                    written.through.as_ref().is_some_and(|way| way.value.as_str() != "internet")
                }) =>
                {
                    continue;
                }
                None if is_private(address) => (
                    format!("the private address `{address}` is not reached through the internet"),
                    "describe the way under `vpn` and say `through`",
                ),
                None => continue,
            };
            let wrong = problem(code::UNREACHABLE_SYSTEM, system.address.origin, message, "this address");
            diagnostics.push(wrong.also(system.name.origin, "the system").help(help));
        }
    }
}

/// Addresses that no router of the internet forwards (RFC 1918, 6598, 3927, 1122).
fn is_private(address: Ipv4Addr) -> bool {
    let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
    address.is_private() || address.is_loopback() || address.is_link_local() || address.is_unspecified() || shared
}
