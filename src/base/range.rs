//! Ranges of IPv4 addresses as blueprints and targets write them.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// Everybody, in CIDR notation: also where a host is known by name only.
pub const EVERYBODY: &str = "0.0.0.0/0";

/// Whether ranges in CIDR notation hold every address together, as `0.0.0.0/1` and `128.0.0.0/1` do. What is no range
/// is passed over.
pub fn is_everybody<'a>(ranges: impl IntoIterator<Item = &'a str>) -> bool {
    let ranges: Vec<Ipv4Net> = ranges.into_iter().filter_map(|range| range.parse().ok()).collect();
    Ipv4Net::aggregate(&ranges).iter().any(|range| range.prefix_len() == 0)
}

/// Ranges with addresses that no machine has: this host, loopback, its own link, multicast and what is reserved (RFC 6890).
const SPECIAL: [Ipv4Net; 4] = [
    Ipv4Net::new_assert(Ipv4Addr::new(0, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Whether a range holds an address that no machine has.
pub fn is_special(range: &Ipv4Net) -> bool {
    SPECIAL.iter().any(|special| special.contains(range) || range.contains(special))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn halves_are_a_whole() {
        for all in
            [vec!["0.0.0.0/0"], vec!["128.0.0.0/1", "0.0.0.0/1"], vec!["0.0.0.0/1", "192.0.0.0/2", "128.0.0.0/2"]]
        {
            assert!(is_everybody(all.iter().copied()), "{all:?}");
        }
        for some in [vec![], vec!["0.0.0.0/1"], vec!["0.0.0.0/1", "128.0.0.0/2"], vec!["everybody"]] {
            assert!(!is_everybody(some.iter().copied()), "{some:?}");
        }
    }

    #[test]
    fn some_addresses_are_special() {
        let special = |range: &str| is_special(&range.parse().unwrap());
        for taken in ["0.0.0.0/0", "0.0.0.0/32", "127.0.0.1/32", "169.254.4.0/24", "224.0.0.1/32", "255.255.255.255/32"]
        {
            assert!(special(taken), "{taken}");
        }
        for free in ["10.0.0.0/8", "172.30.0.0/16", "192.168.0.1/32", "223.255.255.255/32", "169.0.0.0/16"] {
            assert!(!special(free), "{free}");
        }
    }
}
