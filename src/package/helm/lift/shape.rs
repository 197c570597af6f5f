//! What a value may be: its schema, the same in Rust, and another valid value to try.

use crate::base::{Text, Tree};

/// The sort of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::package::helm) enum Shape {
    /// An image without tag and digest.
    Repository,
    /// A tag; may be empty.
    Tag,
    /// A digest; may be empty.
    Digest,
    PullPolicy,
    /// Fabric's logging specification.
    FabricLevel,
    /// A level of log4js that shows no secret.
    QuietLevel,
    /// A number of pods.
    Count,
    /// A share of what a container asks for, in percent.
    Percent,
    /// The size of a volume.
    Size,
    /// The name of a StorageClass.
    Class,
    Host,
    /// An amount of CPU, memory or scratch space.
    Quantity,
    /// A map of texts.
    Texts,
    Tolerations,
}

use Shape::*;

const FABRIC_LEVELS: [&str; 8] = ["debug", "info", "warn", "warning", "error", "dpanic", "panic", "fatal"];
const QUIET_LEVELS: [&str; 3] = ["warn", "error", "fatal"];
const PULL_POLICIES: [&str; 3] = ["IfNotPresent", "Always", "Never"];
/// Above it Helm writes a number as a floating-point one.
const MOST: i64 = 99_999;
/// The key of what is tried as an addition.
pub(in crate::package::helm) const ADDED: &str = "example.com/added";

fn of_type(name: &'static str) -> Tree {
    Tree::map([("type", name)])
}

fn one_of(names: &[&'static str]) -> Tree {
    Tree::map([("enum", Tree::seq(names.iter().copied()))])
}

impl Shape {
    /// Its JSON Schema.
    pub fn schema(self) -> Tree {
        let text = |pattern: Text| Tree::map([("type", Tree::from("string")), ("pattern", pattern.into())]);
        let fixed = |pattern: &'static str| text(Text::new_static(pattern));
        let number = |most: i64| {
            Tree::map([("type", Tree::from("integer")), ("minimum", Tree::Int(1)), ("maximum", Tree::Int(most))])
        };
        match self {
            Repository => fixed("^[a-z0-9]+([._:/-]+[a-z0-9]+)*$"),
            Tag => fixed("^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$"),
            Digest => fixed("^(sha256:[a-f0-9]{64})?$"),
            PullPolicy => one_of(&PULL_POLICIES),
            FabricLevel => {
                let level = format!("({})", FABRIC_LEVELS.join("|"));
                let loggers = "[A-Za-z0-9_#.-]+(,[A-Za-z0-9_#.-]+)*=";
                text(format!("^({loggers})?{level}(:({loggers})?{level})*$").into())
            }
            QuietLevel => one_of(&QUIET_LEVELS),
            Count => number(MOST),
            Percent => number(100),
            Size => fixed("^[1-9][0-9]*(Ki|Mi|Gi|Ti|Pi)$"),
            Class => fixed("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
            Host => fixed("^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"),
            Quantity => Tree::map([
                ("type", Tree::seq(["string", "number"])),
                ("pattern", "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$".into()),
                ("exclusiveMinimum", Tree::Int(0)),
            ]),
            Texts => Tree::map([("type", Tree::from("object")), ("additionalProperties", of_type("string"))]),
            Tolerations => {
                let seconds =
                    [("type", Tree::from("integer")), ("minimum", Tree::Int(0)), ("maximum", Tree::Int(MOST))];
                let properties = Tree::map([
                    ("key", of_type("string")),
                    ("operator", one_of(&["Exists", "Equal"])),
                    ("value", of_type("string")),
                    ("effect", one_of(&["NoSchedule", "PreferNoSchedule", "NoExecute"])),
                    ("tolerationSeconds", Tree::map(seconds)),
                ]);
                let item = Tree::map([
                    ("type", Tree::from("object")),
                    ("additionalProperties", Tree::Bool(false)),
                    ("properties", properties),
                ]);
                Tree::map([("type", Tree::from("array")), ("items", item)])
            }
        }
    }

    /// Whether a value of the manifests is such a value; others are not lifted, since the chart would refuse its own
    /// default.
    pub fn accepts(self, value: &Tree) -> bool {
        match (self, value) {
            (Count, Tree::Int(number)) => (1..=MOST).contains(number),
            (Percent, Tree::Int(number)) => (1..=100).contains(number),
            (Quantity, Tree::Int(number)) => *number > 0,
            (Texts, Tree::Map(entries)) => entries.iter().all(|(_, value)| value.as_str().is_some()),
            (Tolerations, Tree::Seq(_)) => true,
            (_, Tree::Str(text)) => self.accepts_text(text),
            _ => false,
        }
    }

    fn accepts_text(self, text: &str) -> bool {
        let lower = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let ends = |text: &str| text.starts_with(lower) && text.ends_with(lower);
        match self {
            Repository => ends(text) && text.chars().all(|letter| lower(letter) || "._:/-".contains(letter)),
            Tag => {
                let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
                text.is_empty()
                    || (text.len() <= 128
                        && text.starts_with(word)
                        && text.chars().all(|letter| word(letter) || "._-".contains(letter)))
            }
            Digest => {
                let hexadecimal = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
                let sum = text.strip_prefix("sha256:");
                text.is_empty() || sum.is_some_and(|sum| sum.len() == 64 && sum.bytes().all(hexadecimal))
            }
            PullPolicy => PULL_POLICIES.contains(&text),
            FabricLevel => FABRIC_LEVELS.contains(&text),
            QuietLevel => QUIET_LEVELS.contains(&text),
            Size => {
                let units = ["Ki", "Mi", "Gi", "Ti", "Pi"];
                let number = units.iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or_default();
                number.starts_with(|digit| ('1'..='9').contains(&digit))
                    && number.bytes().all(|digit| digit.is_ascii_digit())
            }
            Class => ends(text) && text.chars().all(|letter| lower(letter) || ".-".contains(letter)),
            Host => {
                let label = |label: &str| ends(label) && label.chars().all(|letter| lower(letter) || letter == '-');
                text.contains('.') && text.split('.').all(label)
            }
            Quantity => {
                let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
                let unit = text.get(number.len()..).unwrap_or_default();
                let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
                let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
                ["", "m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi"].contains(&unit)
                    && digits(whole)
                    && part.is_none_or(digits)
            }
            Count | Percent | Texts | Tolerations => false,
        }
    }

    /// Valid values to try in the place of one that is there, which the given path of keys leads to.
    pub fn examples(self, path: &str, value: &Tree) -> Box<dyn Iterator<Item = Tree>> {
        let numbered = |make: fn(u32) -> String| Box::new((1..).map(make).map(Tree::from));
        match self {
            Repository => numbered(|number| format!("registry.example/mirror-{number}/other")),
            Tag => numbered(|number| format!("0.0.{number}-example")),
            Digest => numbered(|number| format!("sha256:{number:064x}")),
            PullPolicy => Box::new(PULL_POLICIES.into_iter().map(Tree::from)),
            FabricLevel => numbered(|number| format!("info:example{number}=debug")),
            QuietLevel => Box::new(QUIET_LEVELS.into_iter().map(Tree::from)),
            // The fewest must stay below the most.
            Count if path.ends_with(".minReplicas") => Box::new((1..).map(|number: i64| Tree::Int(number))),
            Count => {
                let known = if let Tree::Int(number) = value { *number } else { 0 };
                Box::new((known + 1..).map(Tree::Int))
            }
            Percent => Box::new((51..=100).map(|number: i64| Tree::Int(number))),
            // Claims grow and never shrink.
            Size => numbered(|number| format!("{}Ti", 900 + number)),
            Class => numbered(|number| format!("example-{number}")),
            Host => numbered(|number| format!("host-{number}.example")),
            // What is asked for must stay below the most that may be used.
            Quantity => match (path.contains(".requests."), path.ends_with(".cpu")) {
                (true, true) => numbered(|number| format!("{number}m")),
                (true, false) => numbered(|number| format!("{number}Mi")),
                (false, true) => numbered(|number| format!("{}", 16 + number)),
                (false, false) => numbered(|number| format!("{}Gi", 64 + number)),
            },
            Texts => Box::new(std::iter::once(Tree::map([(ADDED, "yes")]))),
            Tolerations => Box::new(std::iter::once(Tree::seq([Tree::map([("key", ADDED), ("operator", "Exists")])]))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const SHAPES: [Shape; 14] = [
        Repository,
        Tag,
        Digest,
        PullPolicy,
        FabricLevel,
        QuietLevel,
        Count,
        Percent,
        Size,
        Class,
        Host,
        Quantity,
        Texts,
        Tolerations,
    ];

    fn valid(shape: Shape, value: &Tree) -> bool {
        jsonschema::is_valid(&shape.schema().to_json(), &value.to_json())
    }

    #[test]
    fn schema_and_rust_agree() {
        let texts = [
            "",
            "a",
            "A",
            "a.b",
            "a/b",
            "a:5000/b-c",
            "-a",
            "a-",
            "a..b",
            "1.0",
            "v1_2",
            ".x",
            "IfNotPresent",
            "ifnotpresent",
            "info",
            "warn",
            "fatal",
            "10Gi",
            "0Gi",
            "10",
            "10G",
            "1.5",
            "1.",
            "500m",
            "Mi",
            "1Xi",
            "host",
            "host.example",
            "Host.example",
            "host..example",
            "sha256:0",
            "*.a.example",
        ];
        let sum = format!("sha256:{}", "a1".repeat(32));
        let long = "x".repeat(129);
        let texts = texts.into_iter().chain([sum.as_str(), long.as_str()]).map(|text| Tree::from(text.to_owned()));
        let others =
            [Tree::Int(0), Tree::Int(1), Tree::Int(100), Tree::Int(101), Tree::Int(100_000), Tree::Null, true.into()];
        let map = Tree::map([("a", "b")]);
        let values: Vec<Tree> = texts.chain(others).chain([map, Tree::Seq(vec![]), Tree::map([("a", 1)])]).collect();
        for shape in SHAPES {
            for value in &values {
                assert_eq!(shape.accepts(value), valid(shape, value), "{shape:?} {value:?}");
            }
        }
    }

    #[test]
    fn specifications_of_several_loggers_are_valid() {
        for text in ["info:gossip=debug", "gossip,ledger.x=debug:warn", "debug"] {
            assert!(valid(FabricLevel, &Tree::from(text)), "{text}");
        }
        for text in ["", "loud", "info:", "gossip=", "info gossip"] {
            assert!(!valid(FabricLevel, &Tree::from(text)), "{text}");
        }
    }

    #[test]
    fn examples_are_valid_and_several() {
        for shape in SHAPES {
            for path in ["a.limits.cpu", "a.requests.cpu", "a.requests.memory", "a.minReplicas", "x"] {
                let examples: Vec<Tree> = shape.examples(path, &Tree::Int(1)).take(3).collect();
                assert!(examples.iter().all(|example| valid(shape, example)), "{shape:?} {examples:?}");
                assert!(examples.len() == 3 || matches!(shape, Texts | Tolerations), "{shape:?}");
            }
        }
    }
}
