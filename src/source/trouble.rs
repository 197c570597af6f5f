//! The words for what [`super::read`] refuses, each with how to mend it.

use granit_parser::ErrorKind;

use crate::base::plain::Plain;
use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, code, shown};

const ANCHORS: &str = "write the value out where it is needed; what many organizations share belongs under `defaults:`";

pub(super) fn duplicate(key: &str, first: Span, again: Span) -> Diagnostic {
    Diagnostic::new(code::DUPLICATE_KEY, format!("the key {} is written twice", shown(key)))
        .at(again, "written again here")
        .related(first, "first written here")
        .help("keep one of the two, or merge what stands below them")
}

pub(super) fn anchor(span: Span) -> Diagnostic {
    Diagnostic::new(code::REFUSED_YAML, "anchors are not part of the blueprint language")
        .at(span, "an anchor")
        .help(ANCHORS)
}

pub(super) fn alias(span: Span) -> Diagnostic {
    Diagnostic::new(code::REFUSED_YAML, "aliases are not part of the blueprint language")
        .at(span, "an alias")
        .help(ANCHORS)
        .help("if text was meant, put it in quotes")
}

pub(super) fn tag(span: Span, text: &str) -> Diagnostic {
    let tag = text.get(span.start as usize..span.end as usize).unwrap_or("!");
    Diagnostic::new(code::REFUSED_YAML, "tags are not part of the blueprint language")
        .at(span, "a tag")
        .help(format!("leave {} out; a value that has to be text is put in quotes", shown(tag)))
}

pub(super) fn several_documents(span: Span) -> Diagnostic {
    Diagnostic::new(code::SEVERAL_DOCUMENTS, "a second document begins here")
        .at(span, "a file holds one document")
        .help("put it into a file of its own: a blueprint can be a folder, `consortium.yaml` beside `organizations/`")
}

pub(super) fn too_deep(span: Span, deepest: usize) -> Diagnostic {
    Diagnostic::new(code::TOO_DEEP, format!("lists and maps are nested more than {deepest} deep"))
        .at(span, "too deep from here on")
        .help("no real blueprint is nested a quarter as deep: look for a bracket that is never closed")
}

pub(super) fn too_many_nodes(span: Span, most: usize) -> Diagnostic {
    Diagnostic::new(code::TOO_LARGE, format!("the file holds more than {most} values"))
        .at(span, "too many from here on")
        .help("a blueprint can be a folder: `consortium.yaml` beside `organizations/<organization>.yaml`")
}

/// The offered change keeps it the text as which it is read.
pub(super) fn ambiguous(text: &str, other: &str, span: Span) -> Diagnostic {
    let help = match other {
        "true" | "false" => format!("write `{other}` if that is meant, or put it in quotes if text is meant"),
        _ => "put it in quotes if text is meant; write a plain decimal number if a number is meant".to_owned(),
    };
    Diagnostic::new(code::AMBIGUOUS_SCALAR, format!("YAML readers disagree about {}", shown(text)))
        .at(span, format!("text to some, {other} to others"))
        .help(help)
        .suggest(span, format!("\"{text}\""))
}

/// Marks the first escape in the text of a scalar that stands for NUL; raw ones have refused the whole file.
pub(super) fn nul(text: &str, scalar: Span) -> Diagnostic {
    let written = text.get(scalar.start as usize..scalar.end as usize).unwrap_or_default();
    let span = escape_of_nul(written).map_or(scalar, |(start, length)| {
        let at = |byte: usize| scalar.start.saturating_add(u32::try_from(byte).unwrap_or(u32::MAX));
        Span { start: at(start), end: at(start + length), ..scalar }
    });
    Diagnostic::new(code::NUL, "no text can hold a NUL character").at(span, "an escape of NUL").help(
        "take it out: it ends what a program is given; for a backslash and a zero write `\\\\0`, or single quotes",
    )
}

/// Where the first escape of NUL in a scalar in double quotes begins, and its length.
fn escape_of_nul(written: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = written.get(from..)?.find('\\').map(|at| from + at) {
        let rest = written.get(at..)?;
        let escape = ["\\0", "\\x00", "\\u0000", "\\U00000000"].into_iter().find(|escape| rest.starts_with(escape));
        if let Some(escape) = escape {
            return Some((at, escape.len()));
        }
        from = at + 1 + rest.chars().nth(1).map_or(1, char::len_utf8);
    }
    None
}

/// Why a scalar cannot be a key; `None` if it can. Integers are taken as the text they are written as.
pub(super) fn key(text: &str, plain: Plain, span: Span) -> Option<Diagnostic> {
    let quote = |diagnostic: Diagnostic| diagnostic.help("put the key in quotes").suggest(span, format!("\"{text}\""));
    match plain {
        Plain::Text | Plain::Int(_) => None,
        Plain::Ambiguous("a merge key") => Some(
            Diagnostic::new(code::REFUSED_YAML, "merge keys are not part of the blueprint language")
                .at(span, "a merge key")
                .help(ANCHORS),
        ),
        Plain::Null => Some(Diagnostic::new(code::BAD_KEY, "a key is missing before the colon").at(span, "no key")),
        Plain::Bool(_) | Plain::Float(_) => Some(quote(
            Diagnostic::new(code::BAD_KEY, format!("the key {} is not text", shown(text))).at(span, "not text"),
        )),
        Plain::Ambiguous(other) => Some(quote(
            Diagnostic::new(code::AMBIGUOUS_SCALAR, format!("YAML readers disagree about the key {}", shown(text)))
                .at(span, format!("text to some, {other} to others")),
        )),
    }
}

pub(super) fn key_is_no_scalar(span: Span) -> Diagnostic {
    Diagnostic::new(code::BAD_KEY, "a list or a map cannot be a key")
        .at(span, "used as a key")
        .help("quote text that begins with a bracket or a brace")
}

pub(super) fn syntax(kind: &ErrorKind, text: &str, byte: usize, file: FileId) -> Diagnostic {
    let byte = text.floor_char_boundary(byte);
    let width = text[byte..].chars().next().filter(|next| *next != '\n').map_or(0, char::len_utf8);
    let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let span = Span { file, start: at(byte), end: at(byte + width) };
    if *kind == ErrorKind::RecursionLimitExceeded {
        return too_deep(span, super::read::DEEPEST);
    }
    if *kind == ErrorKind::DirectiveDisallowed {
        return Diagnostic::new(code::REFUSED_YAML, "directives are not part of the blueprint language")
            .at(span, "a directive")
            .help("leave the line out");
    }
    let diagnostic = Diagnostic::new(code::SYNTAX, format!("this is not YAML: {kind}")).at(span, "");
    match mend(kind) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn mend(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => "indent with spaces, never with tabs",
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "text with `: ` in it is put in quotes; nested keys go on lines of their own"
        }
        ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockMappingKey => {
            "keys of one map start in the same column; this line fits no map that is open"
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "a key is followed by a colon and a space",
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => "the closing quote is missing",
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => "the closing bracket is missing",
        ErrorKind::UnexpectedCharacter { .. } => "text that starts with a special character is put in quotes",
        _ => return None,
    })
}

/// Characters that no text should hold: what a screen does not show, or shows in another order than machines read it.
pub(super) fn unprintable(text: &str, file: FileId) -> Vec<Diagnostic> {
    /// One such character is enough to refuse the file; the first few help to find where it came from.
    const SHOWN: usize = 5;
    let mut found = Vec::new();
    for (byte, character) in text.char_indices() {
        let what = match character {
            '\t' | '\n' | '\r' => continue,
            '\u{FEFF}' => "a byte order mark",
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => "a character that reorders text on the screen",
            '\0' => "a NUL character",
            _ if character.is_control() => "a control character",
            _ => continue,
        };
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let span = Span { file, start: at(byte), end: at(byte + character.len_utf8()) };
        let message = format!("the text holds {what} (U+{:04X})", u32::from(character));
        let help = match (character, byte) {
            ('\u{FEFF}', 0) => "save the file as UTF-8 without a byte order mark",
            ('\0', _) => "remove it",
            _ => "remove it; in double quotes it can be written as an escape such as `\\u202E`",
        };
        found.push(Diagnostic::new(code::NOT_TEXT, message).at(span, "here").help(help));
        if found.len() == SHOWN {
            break;
        }
    }
    found
}
