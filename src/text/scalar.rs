//! Decides how a string stands in YAML, and writes it in double quotes.
//!
//! Two rules hold: every reader, of YAML 1.1 as of 1.2, must see the same string; and nothing that a reviewer
//! cannot see may stand unescaped. Where in doubt a string is quoted.

/// How a string is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As it is, on one line.
    Plain,
    /// In double quotes with escapes, on one line.
    Quoted,
    /// As a literal block, one line of text a line.
    Literal,
}

/// A character that never stands unescaped.
const CONTROL: u8 = 1;
/// A line feed.
const LINE_FEED: u8 = 2;
/// A tab, which a literal block may hold and a plain scalar not.
const TAB: u8 = 4;
/// Part of a character outside of ASCII.
const WIDE: u8 = 8;
/// A character that ends a plain scalar where a blank stands beside it.
const SEPARATOR: u8 = 16;
/// A quotation mark or a backslash, which stand escaped within quotes.
const ESCAPED: u8 = 32;

/// What a byte asks for.
const fn class(byte: u8) -> u8 {
    match byte {
        0x09 => TAB,
        0x0A => LINE_FEED,
        0x00..=0x1F | 0x7F => CONTROL,
        0x22 | 0x5C => ESCAPED,
        0x23 | 0x3A => SEPARATOR,
        0x80.. => WIDE,
        _ => 0,
    }
}

/// What each byte asks for.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        classes[byte as usize] = class(byte);
        byte += 1;
    }
    classes[u8::MAX as usize] = class(u8::MAX);
    classes
};

/// What all bytes of a text ask for.
fn classes(text: &str) -> u8 {
    /// As many bytes as a processor looks at together.
    const BLOCK: usize = 32;
    let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
    let mut seen = [0; BLOCK];
    for block in blocks {
        seen.iter_mut().zip(block).for_each(|(seen, byte)| *seen |= class(*byte));
    }
    let rest = rest.iter().fold(0, |classes, byte| classes | CLASSES[usize::from(*byte)]);
    seen.into_iter().fold(rest, |classes, class| classes | class)
}

/// The style of a value.
pub(super) fn style(text: &str) -> Style {
    let classes = classes(text);
    if classes & CONTROL != 0 || (classes & WIDE != 0 && text.chars().any(is_hidden)) {
        return Style::Quoted;
    }
    if classes & LINE_FEED != 0 {
        return if fits_literal(text) { Style::Literal } else { Style::Quoted };
    }
    let broken = classes & TAB != 0 || (classes & SEPARATOR != 0 && has_separator(text));
    if broken || !starts_and_ends_plain(text) || resolves(text) { Style::Quoted } else { Style::Plain }
}

/// Whether a character outside of ASCII breaks lines, or shows nothing, or changes how its neighbours are shown:
/// C1 controls with NEL, no-break space, soft hyphen, zero-width and directional marks, line and paragraph
/// separator, byte order mark, noncharacters, tags.
pub(super) fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{A0}' | '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202F}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}'..='\u{FFFF}'
        | '\u{E0000}'..='\u{E0FFF}')
        || u32::from(character) & 0xFFFE == 0xFFFE
}

/// Whether a literal block gives back the text to every reader and to editors that strip trailing blanks: no line
/// ends in a blank, the first line with text does not start with one, and there is such a line.
fn fits_literal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let first = bytes.iter().find(|byte| **byte != b'\n');
    let starts_plain = first.is_some_and(|byte| !is_blank(*byte));
    let ends_blank = bytes.last().is_some_and(|byte| is_blank(*byte));
    // Without an early exit, so that the compiler can look at many bytes at once.
    let line_ends_blank = bytes.windows(2).fold(false, |found, pair| found | (is_blank(pair[0]) & (pair[1] == b'\n')));
    starts_plain && !ends_blank && !line_ends_blank
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether `: ` or ` #` would end the scalar early.
fn has_separator(text: &str) -> bool {
    text.ends_with(':') || text.as_bytes().windows(2).any(|pair| matches!(pair, b": " | b" #"))
}

/// Whether neither end of a line of text is a blank, an indicator of YAML or a document marker.
fn starts_and_ends_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let indicator = match first {
        b'-' => text.starts_with("---") || bytes.get(1).is_none_or(|second| is_blank(*second)),
        b'.' => text.starts_with("..."),
        _ => b" ?:,[]{}#&*!|>'\"%@`".contains(first),
    };
    !indicator && !is_blank(*last)
}

/// Words that some reader takes for a truth value, null, the merge key or the default value, in any case.
const WORDS: [&str; 12] = ["~", "=", "<<", "y", "n", "no", "on", "yes", "off", "true", "null", "false"];

/// Whether any reader could take plain text for something other than a string.
fn resolves(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'.' | b'+' | b'-') => is_numeric(text),
        _ => text.len() <= 5 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)),
    }
}

/// Whether text looks like a number or a date of YAML 1.1 or 1.2, or like what one of their readers takes for one:
/// signs, base prefixes, `_` and `,` between digits, any number of points, base 60, exponents, infinity and NaN.
fn is_numeric(text: &str) -> bool {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    match number.as_bytes() {
        [] => true,
        [b'0', b'x' | b'X', digits @ ..] => digits.iter().all(|digit| digit.is_ascii_hexdigit() || *digit == b'_'),
        [b'0', b'b' | b'B' | b'o' | b'O', digits @ ..] => {
            digits.iter().all(|digit| digit.is_ascii_digit() || *digit == b'_')
        }
        [b'0'..=b'9' | b'.', ..] => {
            is_decimal(number)
                || is_date(number)
                || [".inf", ".nan"].iter().any(|word| word.eq_ignore_ascii_case(number))
        }
        _ => false,
    }
}

/// Digits with points, colons, commas and underscores in any order, and perhaps an exponent.
fn is_decimal(number: &str) -> bool {
    let exponent = number.trim_start_matches(|part: char| part.is_ascii_digit() || "_.:,".contains(part));
    let Some(exponent) = exponent.strip_prefix(['e', 'E']) else { return exponent.is_empty() };
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    digits.bytes().all(|digit| digit.is_ascii_digit() || digit == b'_')
}

/// Starts with a year, a month and a day; a time may follow.
fn is_date(text: &str) -> bool {
    let digits = |part: Option<&str>| part.is_some_and(|part| part.starts_with(|first: char| first.is_ascii_digit()));
    let mut parts = text.splitn(3, '-');
    let year = parts.next().is_some_and(|year| year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit()));
    year && digits(parts.next()) && digits(parts.next())
}

/// Writes text in double quotes, with escapes that YAML 1.1, YAML 1.2 and JSON share where JSON has one.
pub(super) fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let class = CLASSES[usize::from(byte)];
        if class & (CONTROL | LINE_FEED | TAB | ESCAPED) == 0 && (class != WIDE || !text.is_char_boundary(at)) {
            continue;
        }
        let Some(character) = text[at..].chars().next() else { continue };
        if class == WIDE && !is_hidden(character) {
            continue;
        }
        out.push_str(&text[copied..at]);
        write_escape(character, out);
        copied = at + character.len_utf8();
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

fn write_escape(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\0'..='\u{FFFF}' => out.push_str(&format!("\\u{:04X}", u32::from(character))),
        _ => out.push_str(&format!("\\U{:08X}", u32::from(character))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_bare_stays_bare() {
        for text in [
            "akachain/dapp:1.4.0",
            "peer0.org.example:7051",
            "10Gi",
            "500m",
            "30s",
            "RollingUpdate",
            "--config=/etc/x",
            "-c",
            "/usr/bin/env",
            "a b",
            "it's",
            "say \"hi\"",
            "a,b",
            "a{b}",
            "$(POD_NAME)",
            "sha256:0123",
            "3f2a",
            "10.0.0.0/16",
            "C:\\x",
            "Ünï",
            "日本",
            "😀",
            "yesterday",
            "nothing",
            "one",
            "v1",
            "_x",
            "(a)",
            "<none>",
            "a#b",
            "1st",
            "5-a",
            ".bashrc",
            "~/x",
            "OR('Org1MSP.peer')",
            "0.0.0.0:8080x",
            "12-34",
        ] {
            assert_eq!(style(text), Style::Plain, "{text}");
        }
    }

    #[test]
    fn scripts_are_literal_blocks_unless_an_editor_or_reader_could_change_them() {
        for text in ["a\nb", "a\n", "a\n\n", "\na\n", "#!/bin/sh\n\tx\n  y\n", "é: \"q\"\n- #\n"] {
            assert_eq!(style(text), Style::Literal, "{text:?}");
        }
        for text in ["\n", "a \nb", "a\n \nb", "a\nb ", "a\nb\t", " a\nb", "\n\ta\n", "a\r\nb", "a\n\u{2028}", "a\n\0"]
        {
            assert_eq!(style(text), Style::Quoted, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        let mut out = String::new();
        write_quoted("\"\\\n\t\r\0\u{7F}\u{85}\u{A0}\u{202E}\u{FEFF}\u{E0001}é日😀", &mut out);
        assert_eq!(out, r#""\"\\\n\t\r\u0000\u007F\u0085\u00A0\u202E\uFEFF\U000E0001é日😀""#);
    }
}
