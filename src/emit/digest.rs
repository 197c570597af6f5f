//! SHA-256 sums, as the lock and `sha256sum` write them.

use std::fmt;

use crate::base::bounded::hex;

/// The SHA-256 sum of some bytes. Shown as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The sum of these bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        use sha2::Digest as _;
        Digest(sha2::Sha256::digest(bytes).into())
    }

    /// The sum of several texts, each with its name: the same only where all names and all bytes are. The order counts.
    pub fn of_named<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Digest {
        let lines = parts.into_iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes)));
        Digest::of(lines.collect::<String>().as_bytes())
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Digest> {
        let digits = text.as_bytes();
        let mut sum = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in sum.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hexadecimal(pair[0])? << 4 | hexadecimal(pair[1])?;
        }
        Some(Digest(sum))
    }
}

fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shown_and_read_as_sha256sum_does() {
        let text = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
        assert_eq!(Digest::of(b"hello world").to_string(), text);
        assert_eq!(Digest::parse(text), Some(Digest::of(b"hello world")));
        assert_eq!(Digest::parse(&text.to_uppercase()), None);
        assert_eq!(Digest::parse(&text[1..]), None);
        assert_eq!(Digest::parse(&text.replace('b', "g")), None);
        assert_eq!(Digest::parse(&"ä".repeat(32)), None);
    }

    #[test]
    fn a_sum_of_parts_heeds_names_bytes_and_borders() {
        let of = |parts: &[(&str, &str)]| Digest::of_named(parts.iter().map(|(name, text)| (*name, text.as_bytes())));
        let all = [of(&[("a", "1"), ("b", "2")]), of(&[("a", "12"), ("b", "")]), of(&[("a", "1")]), of(&[("b", "1")])];
        assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])));
    }
}
