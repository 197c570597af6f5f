//! Ranges of IPv4 addresses as blueprints and targets write them.

use ipnet::Ipv4Net;

/// Everybody, in CIDR notation: also where a host is known by name only.
pub const EVERYBODY: &str = "0.0.0.0/0";

/// Whether ranges in CIDR notation hold every address together, as `0.0.0.0/1` and `128.0.0.0/1` do. What is no range
/// is passed over.
pub fn is_everybody<'a>(ranges: impl IntoIterator<Item = &'a str>) -> bool {
    let ranges: Vec<Ipv4Net> = ranges.into_iter().filter_map(|range| range.parse().ok()).collect();
    Ipv4Net::aggregate(&ranges).iter().any(|range| range.prefix_len() == 0)
}

#[cfg(test)]
mod tests {
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
}
