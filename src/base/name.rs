//! Names and other short texts of a blueprint, each with the shape that the programs downstream demand.
//!
//! The shape is stated once, as a JSON Schema pattern: the shape check of `parse` refuses what does not fit, so that a
//! decoded value keeps its promise.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

macro_rules! texts {
    ($($(#[$doc:meta])+ $name:ident { pattern: $pattern:literal, longest: $longest:literal, expected: $expected:literal, example: $example:literal })+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text that is known to have the shape: computed by akcgen or checked against the schema.
            pub fn trusted(text: impl Into<String>) -> Self {
                $name(text.into())
            }
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
            /// The pattern every such text matches.
            pub const PATTERN: &'static str = $pattern;
            /// The most characters such a text may have.
            pub const LONGEST: usize = $longest;
        }
        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string", "pattern": $pattern, "maxLength": $longest,
                    "x-expected": $expected, "examples": [$example]
                })
            }
        }
    )+
        /// The shape of every text of this room. No two share a pattern, so that a schema which keeps a key's pattern
        /// alone, as that of a map does, still tells which text it is.
        pub const TEXT_SHAPES: &[TextShape] = &[$(TextShape { pattern: $pattern, longest: $longest, expected: $expected }),+];
    };
}

/// What a text must look like.
#[derive(Debug, Clone, Copy)]
pub struct TextShape {
    /// The pattern it matches, a regular expression of JSON Schema.
    pub pattern: &'static str,
    /// The most characters it may have.
    pub longest: usize,
    /// What it is, for messages: `a domain name …`.
    pub expected: &'static str,
}

texts! {
    /// A DNS label (RFC 1123): what Kubernetes accepts as a name of nearly anything.
    Label { pattern: "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", longest: 40,
        expected: "a lower-case name of at most 40 letters, digits and hyphens that starts with a letter", example: "orders" }
    /// An organization's name; at most 30 characters, so that a StatefulSet's name stays within 52 (kubernetes#64023).
    OrganizationName { pattern: "^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$", longest: 30,
        expected: "a lower-case name of at most 30 letters, digits and hyphens that starts with a letter", example: "akachain" }
    /// A Fabric channel's name (Fabric 2.5, common/configtx/validator.go); shorter than Fabric's 249, since Kubernetes names contain it.
    ChannelName { pattern: "^[a-z][a-z0-9.-]*$", longest: 60,
        expected: "a channel name: a lower-case letter, then lower-case letters, digits, dots and hyphens, at most 60", example: "trade" }
    /// A chaincode's name (Fabric 2.5, core/chaincode/lifecycle/scc.go).
    ChaincodeName { pattern: "^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$", longest: 60,
        expected: "a chaincode name: letters and digits, joined by single hyphens or underscores", example: "asset" }
    /// A chaincode's version (same source).
    ChaincodeVersion { pattern: "^[A-Za-z0-9_.+-]+$", longest: 60,
        expected: "a chaincode version: letters, digits, `_`, `.`, `+`, `-`, in quotes", example: "1.0" }
    /// A private data collection's name.
    CollectionName { pattern: "^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$", longest: 60,
        expected: "a collection name: letters and digits, joined by single hyphens or underscores", example: "prices" }
    /// A membership service provider's id; no underscore, since policies cannot name such an id.
    MspId { pattern: "^[A-Za-z0-9.-]+$", longest: 100,
        expected: "an MSP id: letters, digits, dots and hyphens (an underscore cannot be named in a policy)", example: "AkachainMSP" }
    /// A domain name with at least one dot, lower case.
    Domain { pattern: "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", longest: 180,
        expected: "a domain name with at least one dot, such as `akachain.example`", example: "akachain.example" }
    /// A registry prefix: host, optional port, optional path.
    Registry { pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$", longest: 200,
        expected: "a registry: host, optional port from 1 to 65535 and path, without a scheme", example: "harbor.akachain.example/mirror" }
    /// A container image with a tag, a digest, or both. `latest` is refused by a rule of its own.
    /// The grammar is that of distribution/reference, without capitals in the registry.
    Image { pattern: "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?$", longest: 400,
        expected: "an image with its tag or digest, such as `akachain/dapp:1.4.0`", example: "akachain/dapp:1.4.0" }
    /// An IPv4 range in CIDR notation; the host bits are checked to be zero in `resolve`.
    Cidr { pattern: "^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$", longest: 18,
        expected: "an address range such as `203.0.113.0/24`", example: "203.0.113.0/24" }
    /// A host name or an IPv4 address.
    Address { pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$", longest: 253,
        expected: "a host name or an IPv4 address", example: "10.9.0.8" }
    /// What is reached without a proxy: a host, a domain or a range, as `NO_PROXY` lists them with commas between.
    WithoutProxy { pattern: "^[A-Za-z0-9.*:/_-]+$", longest: 253,
        expected: "a host, a domain or an address range such as `.akachain.example`", example: ".akachain.example" }
    /// A processor amount: cores or thousandths of one (`500m`).
    Cpu { pattern: "^([0-9]+m|[0-9]+(\\.[0-9]{1,3})?)$", longest: 12,
        expected: "processor cores such as `\"2\"`, `\"0.5\"` or `500m`", example: "500m" }
    /// An amount of memory or storage, in binary units.
    Bytes { pattern: "^[1-9][0-9]*(Ki|Mi|Gi|Ti)$", longest: 12,
        expected: "an amount such as `512Mi` or `20Gi`", example: "20Gi" }
    /// A length of time: a whole number with a unit.
    Duration { pattern: "^[1-9][0-9]*(ms|s|m|h|d)$", longest: 12,
        expected: "a length of time such as `2s`, `500ms` or `30d`", example: "2s" }
    /// An hour-of-day schedule in the five fields of cron.
    Schedule { pattern: "^[0-9*/,-]+ [0-9*/,-]+ [0-9*/,-]+ [0-9*/,-]+ [0-9*/,-]+$", longest: 60,
        expected: "five fields of cron, such as `0 2 * * *`", example: "0 2 * * *" }
    /// An environment variable's name.
    Variable { pattern: "^[A-Za-z_][A-Za-z0-9_]*$", longest: 120,
        expected: "the name of an environment variable", example: "LOG_LEVEL" }
    /// An absolute path in a container.
    AbsolutePath { pattern: "^/[A-Za-z0-9._/@-]*$", longest: 200,
        expected: "an absolute path such as `/data`", example: "/data" }
    /// The path part of a URL.
    UrlPath { pattern: "^/[A-Za-z0-9._~/%-]*$", longest: 200,
        expected: "a URL's path such as `/healthz`", example: "/healthz" }
    /// A file's path relative to the blueprint's folder.
    RelativePath { pattern: "^[A-Za-z0-9_][A-Za-z0-9._/-]*$", longest: 200,
        expected: "a path relative to the blueprint's folder", example: "cards/member-two.yaml" }
    /// A file's name within its folder, with an ending.
    FileName { pattern: "^[A-Za-z0-9_][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)+$", longest: 100,
        expected: "a file's name with an ending, such as `network-profile.json`", example: "network-profile.json" }
    /// The URL of a git repository; no password, which `parse` refuses in any text.
    RepositoryUrl { pattern: "^(https://|ssh://([a-z_][a-z0-9_-]*@)?)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$", longest: 200,
        expected: "the URL of a git repository that starts with `https://` or `ssh://` and holds no credentials; what git calls `git@host:path` is `ssh://git@host/path`", example: "https://git.akachain.example/platform/bundle.git" }
    /// A git branch (`git check-ref-format`).
    Branch { pattern: "^[A-Za-z0-9][A-Za-z0-9_-]*([./][A-Za-z0-9_-]+)*$", longest: 100,
        expected: "the name of a branch, such as `main`", example: "main" }
    /// A folder of a git repository; `.` is its root.
    RepositoryFolder { pattern: "^(\\.|[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)$", longest: 200,
        expected: "a folder of the repository such as `dist`, or `.` for its root", example: "dist" }
    /// The name of a value that only the platform knows.
    BindingName { pattern: "^[a-z][A-Za-z0-9]*$", longest: 60,
        expected: "the name of a binding in lower camel case, such as `kmsKeyArn`", example: "kmsKeyArn" }
    /// A Kubernetes label's key: a name, with an optional domain before a slash.
    LabelKey { pattern: "^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$", longest: 317,
        expected: "a label's key such as `team` or `example.org/team`: at most 63 letters, digits, `-`, `_`, `.` after the slash", example: "team" }
    /// A Kubernetes label's value; it may be empty.
    LabelValue { pattern: "^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$", longest: 63,
        expected: "a label's value: at most 63 letters, digits, `-`, `_`, `.`, with a letter or digit at both ends", example: "platform" }
    /// A tag's key. AWS ("Tag your Amazon EC2 resources", tag restrictions): at most 128 characters; letters and numbers of
    /// any script, spaces, and `+ - = . _ : / @`. What is no letter beyond ASCII is refused by a rule of its own.
    TagKey { pattern: "^[A-Za-z0-9 +=._:/@\\u00a0-\\uffff-]+$", longest: 128,
        expected: "a tag's key: at most 128 letters, digits, spaces and `+ - = . _ : / @`", example: "cost-center" }
    /// A tag's value (same source), at most 256 characters; it may be empty.
    TagValue { pattern: "^[A-Za-z0-9 +=._:/@\\u00a0-\\uffff-]*$", longest: 256,
        expected: "a tag's value: at most 256 letters, digits, spaces and `+ - = . _ : / @`", example: "4711" }
    /// One line for people to read: no line breaks, nothing that a screen does not show or shows in another order.
    Line { pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]+$", longest: 128,
        expected: "one line of text", example: "Akachain JSC" }
    /// A version by the rules of Semantic Versioning 2.0.0.
    Version { pattern: "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z]+([.-][0-9A-Za-z]+)*)?(\\+[0-9A-Za-z]+([.-][0-9A-Za-z]+)*)?$", longest: 40,
        expected: "a version such as `1.0.0`, by the rules of Semantic Versioning", example: "1.0.0" }
    /// The code of a diagnostic.
    CodeName { pattern: "^AKC[0-9]{4}$", longest: 7, expected: "a code such as `AKC0412`", example: "AKC0412" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_tells_which_text_it_is() {
        let patterns: std::collections::BTreeSet<&str> = TEXT_SHAPES.iter().map(|shape| shape.pattern).collect();
        assert_eq!(patterns.len(), TEXT_SHAPES.len());
    }
}
