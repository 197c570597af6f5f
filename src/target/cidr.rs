//! Arithmetic of IPv4 ranges.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::base::range::is_special;

/// The range of a text in CIDR notation.
///
/// # Errors
/// A text that is no range.
pub fn parse(range: &str) -> Result<Ipv4Net, String> {
    range.parse().map_err(|_| format!("`{range}` is no address range"))
}

/// One of the equal parts of a range, numbered from 0: `bits` longer prefix, as `cidrsubnet` of Terraform counts.
///
/// # Errors
/// A range with too few addresses, or without a part of that number.
pub fn subnet(range: &str, bits: u8, number: u32) -> Result<String, String> {
    let whole = parse(range)?;
    let prefix = whole.prefix_len().saturating_add(bits);
    if prefix > 32 || bits > 31 || u64::from(number) >= 1_u64 << bits {
        return Err(format!("`{range}` has no part number {number} of 2^{bits}"));
    }
    let size = 1_u64 << (32 - u32::from(prefix));
    let start = u64::from(u32::from(whole.network())) + u64::from(number) * size;
    let start = u32::try_from(start).map_err(|_| format!("`{range}` ends before its part number {number}"))?;
    Ok(format!("{}/{prefix}", Ipv4Addr::from(start)))
}

/// Whether a range holds an address or another range.
///
/// # Errors
/// A text that is no range or address.
pub fn contains(range: &str, other: &str) -> Result<bool, String> {
    let other = if other.contains('/') { parse(other)? } else { parse(&format!("{other}/32"))? };
    Ok(parse(range)?.contains(&other))
}

/// Whether a range holds an address that no machine has.
///
/// # Errors
/// A text that is no range.
pub fn special(range: &str) -> Result<bool, String> {
    Ok(is_special(&parse(range)?))
}

/// How many addresses ranges hold together, of which none holds another.
///
/// # Errors
/// A text that is no range.
pub fn addresses(ranges: &[String]) -> Result<u64, String> {
    ranges.iter().map(|range| Ok(1_u64 << (32 - u32::from(parse(range)?.prefix_len())))).sum()
}

/// Whether two ranges share an address.
pub fn overlap(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(other) || other.contains(one)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parts_of_a_range() {
        assert_eq!(subnet("10.16.0.0/16", 3, 0).unwrap(), "10.16.0.0/19");
        assert_eq!(subnet("10.16.0.0/16", 3, 7).unwrap(), "10.16.224.0/19");
        assert_eq!(subnet("10.16.0.5/16", 6, 63).unwrap(), "10.16.252.0/22");
        assert_eq!(subnet("255.255.255.0/24", 8, 255).unwrap(), "255.255.255.255/32");
        for (range, bits, number) in
            [("10.16.0.0/16", 3, 8), ("10.16.0.0/24", 9, 0), ("x", 1, 0), ("10.0.0.0/0", 32, 1)]
        {
            assert!(subnet(range, bits, number).is_err(), "{range} {bits} {number}");
        }
    }

    #[test]
    fn addresses_of_ranges() {
        let count = |ranges: &[&str]| addresses(&ranges.iter().map(|range| (*range).to_owned()).collect::<Vec<_>>());
        assert_eq!(count(&[]), Ok(0));
        assert_eq!(count(&["10.0.0.0/27", "10.0.1.7/32", "0.0.0.0/0"]), Ok(32 + 1 + (1 << 32)));
        assert!(count(&["10.0.0.0"]).is_err());
    }

    #[test]
    fn ranges_hold_and_share_addresses() {
        assert!(contains("10.9.0.0/16", "10.9.0.8").unwrap() && contains("10.9.0.0/16", "10.9.4.0/24").unwrap());
        assert!(!contains("10.9.0.0/16", "10.8.0.0/13").unwrap() && contains("10.9.0.0/16", "erp.example").is_err());
        let range = |text: &str| parse(text).unwrap();
        assert!(overlap(&range("10.8.0.0/13"), &range("10.9.0.0/16")));
        assert!(overlap(&range("10.9.0.0/16"), &range("10.8.0.0/13")));
        assert!(!overlap(&range("10.9.0.0/16"), &range("10.10.0.0/16")));
    }
}
