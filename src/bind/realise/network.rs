//! Addresses: the organization's range, and what must not overlap it.

use ipnet::Ipv4Net;
use sha2::{Digest, Sha256};

use super::allocated::{Allocated, Row};
use super::context::Context;
use crate::base::name::OrganizationName;
use crate::base::{Origin, Span, Traced};
use crate::diag::{Diagnostic, code};
use crate::resolve::Description;
use crate::target::cidr;

/// A range with the words for it.
pub(super) struct Named {
    pub what: String,
    pub range: Ipv4Net,
    pub origin: Origin,
}

/// The range of the organization's network: as its parameters say, as it is allocated, or computed. None where the target
/// knows none. A computed one depends on the name and the other ranges of the network's owner alone, so that no other
/// organization disturbs it, and whoever lives within computes the same.
pub(super) fn range(context: &mut Context, home: &str, allocated: &mut Vec<Allocated>) -> Option<Traced<String>> {
    let definition = &context.target.definition.network;
    let scope = context.scope.clone();
    let given = definition.range.as_ref().and_then(|range| context.data::<String>(range, &scope));
    if given.is_some() {
        return given;
    }
    let allocate = definition.allocate.as_ref()?;
    let environment = context.consortium.environment.value.as_str();
    // A range belongs to the network, so that whoever lives within another's has the other's.
    let row = context.allocations.cidr(environment, home);
    let range = match row {
        Some(row) => row.as_ref().map(|range| range.to_string()),
        None => {
            let owner = context.consortium.organization(context.owner).description()?;
            let others = outside(owner).into_iter().chain(services(context));
            let others: Vec<Ipv4Net> = others.map(|named| named.range).collect();
            let name = format!("{environment}/{home}");
            let range = free(&allocate.from.value, allocate.prefix.value, &name, &others)?;
            Traced::new(range, Origin::Rule("a range of its own, computed from the organization's name"))
        }
    };
    if context.owns_clusters() {
        let organization = OrganizationName::trusted(home);
        allocated.push(Allocated { organization, row: Row::Cidr(range.value.clone()), kept: row.is_some() });
    }
    Some(range)
}

/// The part of a range that a name points to, or the next one that overlaps none of the others.
fn free(from: &str, prefix: u8, name: &str, others: &[Ipv4Net]) -> Option<String> {
    let bits = prefix.checked_sub(cidr::parse(from).ok()?.prefix_len())?;
    let count = 1_u32.checked_shl(bits.into())?;
    let digest = Sha256::digest(name.as_bytes());
    let start = digest.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    (0..count).find_map(|step| {
        let part = cidr::subnet(from, bits, start.wrapping_add(step) % count).ok()?;
        let range = cidr::parse(&part).ok()?;
        others.iter().all(|other| !cidr::overlap(&range, other)).then_some(part)
    })
}

/// Ranges outside of an organization's network that its workloads must be able to tell from it: its VPNs and systems.
pub(super) fn outside(description: &Description) -> Vec<Named> {
    let mut ranges = Vec::new();
    for vpn in &description.vpns {
        for range in &vpn.ranges {
            ranges.extend(named(format!("the VPN `{}`", vpn.name.value), &range.value, range.origin));
        }
    }
    for system in &description.systems {
        ranges.extend(named(
            format!("the system `{}`", system.name.value),
            &format!("{}/32", system.address.value),
            system.address.origin,
        ));
    }
    ranges
}

/// The range of the Services of the clusters that the organization stands in, where the target knows one.
fn services(context: &mut Context) -> Option<Named> {
    let template = context.target.definition.network.services.as_ref()?;
    let scope = context.scope.clone();
    let services = context.data::<String>(template, &scope)?;
    named("the clusters' Services".to_owned(), &services.value, services.origin)
}

pub(super) fn named(what: String, range: &str, origin: Origin) -> Option<Named> {
    Some(Named { what, range: cidr::parse(range).ok()?, origin })
}

/// Ranges that must not share an address: the network itself, its Services, VPNs and systems. `None` where the network's
/// is no range at all, of which nothing can be computed.
pub(super) fn check(context: &mut Context, range: &Traced<String>) -> Option<()> {
    let Ok(own) = cidr::parse(&range.value) else {
        let message = format!("`{}` is no IPv4 range", range.value);
        let help = "four numbers up to 255 and a prefix up to 32, such as `10.16.0.0/16`";
        context.cluster_problem(code::ADDRESS, range.origin, message, help);
        return None;
    };
    if own.network() != own.addr() {
        let message = format!("`{}` is no range: its first address is {}", range.value, own.trunc());
        context.cluster_problem(code::ADDRESS, range.origin, message, "write the range with its first address");
        return None;
    }
    of_allocated_size(context, own, range.origin)?;
    let what = format!("the network of `{}`", context.consortium.organization(context.owner).name.value);
    let network = Named { what, range: own, origin: range.origin };
    let services = services(context);
    if let Some(services) = services.as_ref().filter(|_| context.owns_clusters()) {
        apart(context, &network, services);
    }
    for other in outside(context.description) {
        apart(context, &network, &other);
        if let Some(services) = &services {
            apart(context, &other, services);
        }
    }
    Some(())
}

/// A row has the size that the target gives its networks, from which it cuts their parts.
fn of_allocated_size(context: &mut Context, range: Ipv4Net, origin: Origin) -> Option<()> {
    let owner = context.consortium.organization(context.owner);
    let row = context.allocations.cidr(&context.consortium.environment.value, &owner.name.value);
    let Some(allocate) = &context.target.definition.network.allocate else { return Some(()) };
    let prefix = allocate.prefix.value;
    if row.is_some_and(|row| row.origin == origin) && range.prefix_len() != prefix {
        let message = format!("`{range}` is no /{prefix}, as `{}` gives its networks", context.target.name);
        let help = "write a range of that size, or give another one as a parameter of the target";
        context.cluster_problem(code::BAD_ALLOCATION, origin, message, help);
        return None;
    }
    Some(())
}

/// Refuses two ranges that share an address.
pub(super) fn apart(context: &mut Context, one: &Named, other: &Named) {
    if cidr::overlap(&one.range, &other.range) {
        let otherwise = context.organization.name.origin.span();
        context.finding(overlapping(
            (&one.what, one.range, one.origin),
            (&other.what, other.range, other.origin),
            otherwise,
        ));
    }
}

/// Two ranges share an address. Marked at the one that somebody wrote, else at `otherwise`.
pub fn overlapping(
    one: (&str, Ipv4Net, Origin),
    other: (&str, Ipv4Net, Origin),
    otherwise: Option<Span>,
) -> Diagnostic {
    let message = format!("{} ({}) and {} ({}) share addresses", one.0, one.1, other.0, other.1);
    let finding = Diagnostic::new(code::NETWORK_OVERLAP, message);
    let finding = match (one.2.span(), other.2.span()) {
        (Some(span), Some(also)) => finding.at(span, "").related(also, "the other"),
        (Some(span), None) | (None, Some(span)) => finding.at(span, ""),
        (None, None) => match otherwise {
            Some(span) => finding.at(span, ""),
            None => finding,
        },
    };
    finding.help("packets to a shared address can go one way only: give one of them another range")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_computed_range_avoids_the_others_and_stays_for_its_name() {
        let first = free("10.0.0.0/8", 16, "production/akachain", &[]).unwrap();
        assert_eq!(free("10.0.0.0/8", 16, "production/akachain", &[]).unwrap(), first);
        assert_ne!(free("10.0.0.0/8", 16, "staging/akachain", &[]).unwrap(), first);
        let taken = cidr::parse(&first).unwrap();
        let next = free("10.0.0.0/8", 16, "production/akachain", &[taken]).unwrap();
        assert!(!cidr::overlap(&cidr::parse(&next).unwrap(), &taken));
        assert_eq!(free("10.0.0.0/16", 16, "x", &[cidr::parse("10.0.0.0/8").unwrap()]), None);
        assert_eq!(free("10.0.0.0/16", 8, "x", &[]), None);
    }
}
