//! What a scalar without quotes means to readers of YAML 1.1 (PyYAML, libyaml, Go) and of YAML 1.2.
//!
//! The reader refuses what they disagree about; the writer quotes everything that any of them takes for something
//! else than text. Sources: <https://yaml.org/type/> for 1.1, §10.3.2 of the YAML 1.2.2 specification.

/// The meaning of a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    /// Text for every reader.
    Text,
    /// Null for every reader.
    Null,
    /// True or false for every reader.
    Bool(bool),
    /// A decimal integer for every reader.
    Int(i64),
    /// A decimal number with a point for every reader, none of whose digits is lost.
    Float(f64),
    /// Not the same for every reader, or not what it looks like; says what some readers take it for.
    Ambiguous(&'static str),
}

/// What a plain scalar means. The text is one that can be written plain; quoting for the sake of YAML's own
/// punctuation (`: `, ` #`, leading `*` …) is another matter.
pub fn meaning(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Plain::Ambiguous("true"),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Plain::Ambiguous("false"),
        "<<" => Plain::Ambiguous("a merge key"),
        "=" => Plain::Ambiguous("a default value"),
        _ if text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) => number(text),
        _ => Plain::Text,
    }
}

/// Only `-?(0|[1-9][0-9]*)` and the same with `.[0-9]+` mean one thing to everybody.
fn number(text: &str) -> Plain {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(whole, rest)| (whole, Some(rest)));
    let plain =
        !text.starts_with('+') && all(whole, |byte| byte.is_ascii_digit()) && (whole == "0" || !whole.starts_with('0'));
    match fraction {
        None if plain && text != "-0" => {
            text.parse().map_or(Plain::Ambiguous("a number that loses digits"), Plain::Int)
        }
        Some(digits) if plain && all(digits, |byte| byte.is_ascii_digit()) => {
            // `1.10`, the version, is 1.1 to whoever reads a number.
            let exact = |number: &f64| format!("{number:?}") == text;
            text.parse().ok().filter(exact).map_or(Plain::Ambiguous("a number that loses digits"), Plain::Float)
        }
        _ => odd_number(unsigned),
    }
}

fn odd_number(unsigned: &str) -> Plain {
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Plain::Text;
    }
    let joined = unsigned.replace('_', "");
    if is_based(unsigned) {
        Plain::Ambiguous("a number in another base")
    } else if is_decimal(&joined) || matches!(joined.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        Plain::Ambiguous("a number")
    } else if is_sexagesimal(&joined) {
        Plain::Ambiguous("a number to base 60")
    } else if is_date(unsigned) {
        Plain::Ambiguous("a date")
    } else {
        Plain::Text
    }
}

fn all(text: &str, fits: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(fits)
}

fn is_based(text: &str) -> bool {
    let rest = |prefix| text.strip_prefix(prefix).unwrap_or("");
    all(rest("0x"), |byte| byte.is_ascii_hexdigit() || byte == b'_')
        || all(rest("0o"), |byte| matches!(byte, b'0'..=b'7'))
        || all(rest("0b"), |byte| matches!(byte, b'0' | b'1' | b'_'))
        || all(rest("0"), |byte| matches!(byte, b'0'..=b'7' | b'_'))
}

/// `[0-9]+(\.[0-9]*)?` or `\.[0-9]+`, either with an exponent.
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(left, right)| (left, Some(right)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.is_none_or(|text| {
        let power = text.strip_prefix(['+', '-']).unwrap_or(text);
        !power.is_empty() && digits(power)
    });
    exponent && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// `12:30:45`, `190:20:30.15`.
fn is_sexagesimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or("");
    let mut rest = parts.peekable();
    rest.peek().is_some()
        && all(first, |byte| byte.is_ascii_digit())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && rest.all(|part| all(part, |byte| byte.is_ascii_digit()) && part.parse::<u32>().is_ok_and(|sixty| sixty < 60))
}

/// `2019-04-30`, or such a date followed by a time.
fn is_date(text: &str) -> bool {
    let (day, time) = text.split_once(['T', 't', ' ', '\t']).map_or((text, None), |(day, time)| (day, Some(time)));
    let parts: Vec<&str> = day.split('-').collect();
    let digits = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4, 4) && digits(month, 1, 2) && digits(day, 1, 2))
        && time.is_none_or(|time| time.trim_start().starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_meaning_for_all() {
        assert_eq!(meaning("0"), Plain::Int(0));
        assert_eq!(meaning("-17"), Plain::Int(-17));
        assert_eq!(meaning("111122223333"), Plain::Int(111_122_223_333));
        assert_eq!(meaning("2.5"), Plain::Float(2.5));
        assert_eq!(meaning("-0.25"), Plain::Float(-0.25));
        assert_eq!(meaning("~"), Plain::Null);
        assert_eq!(meaning("True"), Plain::Bool(true));
    }

    #[test]
    fn text_for_all() {
        for text in [
            "akachain",
            "1.4.0",
            "10.0.0.0/16",
            "203.0.113.7",
            "akachain/dapp:1.4.0",
            "12a",
            "0x",
            "0b",
            "0o9",
            "-",
            "--",
            "+",
            ".",
            "..",
            "...",
            "a:1",
            "2019-04",
            "2019-04-30x",
            "1:60",
            "1e",
            "e1",
            "0xzz",
            "250m",
            "30d",
            "5s",
            "yEs",
            "nO",
            "0 2 * * *",
            "1-2-3",
            "::1",
            "fe80::1",
            "1:2:x",
            "_1",
            "-_0",
            "-x",
            ".a",
            "+a",
            "9:00-17:00",
        ] {
            assert_eq!(meaning(text), Plain::Text, "{text}");
        }
    }

    #[test]
    fn readers_disagree() {
        for text in [
            "yes",
            "No",
            "ON",
            "off",
            "y",
            "N",
            "0777",
            "007",
            "09",
            "1_000",
            "1.10",
            "2.50",
            "100000000000000000000.5",
            "0x1F",
            "0o17",
            "0b101",
            "+5",
            "-0",
            "1e3",
            "1E-3",
            "1.",
            ".5",
            "-.5",
            "1.5e3",
            "1_0.5",
            ".inf",
            "-.INF",
            ".NaN",
            "12:30:45",
            "1:30",
            "190:20:30.15",
            "2019-04-30",
            "2019-4-3",
            "2019-04-30T12:00:00Z",
            "2019-04-30 12:00:00",
            "99999999999999999999",
            "00",
            "00.5",
            "=",
            "<<",
            "0_",
            "0x_",
        ] {
            assert!(matches!(meaning(text), Plain::Ambiguous(_)), "{text}: {:?}", meaning(text));
        }
    }
}
