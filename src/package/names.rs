//! Names made of other names.

use std::collections::BTreeSet;

/// A name in lower camel case that templates can use without brackets: `trade-asset` is `tradeAsset`, `LOG_LEVEL` is
/// `logLevel`. What would start with a digit starts with an underscore.
pub(super) fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    for word in name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let shouted = !word.chars().any(|letter| letter.is_ascii_lowercase());
        let word = if shouted { word.to_ascii_lowercase() } else { word.to_owned() };
        let (first, rest) = word.split_at(1);
        let first = if camel.is_empty() { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
        camel.push_str(&first);
        camel.push_str(rest);
    }
    if camel.starts_with(|letter: char| letter.is_ascii_digit()) { format!("_{camel}") } else { camel }
}

/// The name, or the name and the first number from 2 on with which it is not taken yet; then it is taken.
pub(super) fn unique(taken: &mut BTreeSet<String>, name: &str) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers() {
        for (name, expected) in [
            ("peer0", "peer0"),
            ("daemon-trade-asset", "daemonTradeAsset"),
            ("akachain-api.orders", "akachainApiOrders"),
            ("FABRIC_CHANNELS", "fabricChannels"),
            ("targetGroupName", "targetGroupName"),
            ("Job-LOG_LEVEL", "jobLogLevel"),
            ("external-dns.alpha.kubernetes.io/hostname", "externalDnsAlphaKubernetesIoHostname"),
            ("7-eleven", "_7Eleven"),
            ("StatefulSet-x", "statefulSetX"),
        ] {
            assert_eq!(camel_case(name), expected);
        }
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut taken = BTreeSet::from(["a2".to_owned()]);
        assert_eq!([unique(&mut taken, "a"), unique(&mut taken, "a"), unique(&mut taken, "a2")], ["a", "a3", "a22"]);
    }
}
