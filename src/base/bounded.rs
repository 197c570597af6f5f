//! Names that must not exceed a length, cut without two of them ever meeting.

use sha2::{Digest, Sha256};

/// Number of hexadecimal digits that tell cut names apart.
const MARK: usize = 6;

/// The text itself where it is short enough; otherwise its beginning, a separator, and six hexadecimal digits of the
/// SHA-256 of the whole, `longest` bytes in all. The text must be ASCII and `longest` at least 8.
pub fn bounded(text: &str, longest: usize, separator: char) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let kept = text[..longest - MARK - 1].trim_end_matches(['-', '_', '.']);
    format!("{kept}{separator}{}", &hex(&Sha256::digest(text.as_bytes()))[..MARK])
}

/// The text itself where it is free; otherwise with a separator and the first number from 2 on that makes it so.
pub fn numbered(text: &str, separator: char, mut is_free: impl FnMut(&str) -> bool) -> String {
    let others = (2_u32..).map(|number| format!("{text}{separator}{number}"));
    let free = std::iter::once(text.to_owned()).chain(others).find(|name| is_free(name));
    free.unwrap_or_else(|| text.to_owned())
}

/// Lower-case hexadecimal digits of bytes.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// A DNS label from any name: lower case, everything that is no letter or digit a hyphen, at most `longest` bytes.
pub fn label(text: &str, longest: usize) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .collect();
    bounded(plain.trim_matches('-'), longest, '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stay() {
        assert_eq!(bounded("trade-asset-peer0", 52, '-'), "trade-asset-peer0");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (one, two) = ("a".repeat(60) + "x", "a".repeat(60) + "y");
        assert_eq!(bounded(&one, 52, '-').len(), 52);
        assert_ne!(bounded(&one, 52, '-'), bounded(&two, 52, '-'));
    }

    #[test]
    fn taken_names_have_numbers() {
        assert_eq!(numbered("orders", '-', |_| true), "orders");
        assert_eq!(numbered("orders", '.', |name| !["orders", "orders.2"].contains(&name)), "orders.3");
    }

    #[test]
    fn labels_hold_only_what_dns_takes() {
        assert_eq!(label("My_Asset.v2", 52), "my-asset-v2");
    }
}
