//! The one table of diagnostic codes.
//!
//! Ranges: 01xx text and shape · 02xx names and domain rules · 03xx target data · 04xx findings of bind ·
//! 05xx command line, lock and files · 09xx bugs of akcgen.
//! A code never changes its meaning and is never used again for another. Each has its long form in `docs/errors/`, without
//! which the crate does not compile, and a broken input in `blueprints/broken/`.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::Severity;

/// A kind of diagnostic. Compares and orders by its number.
#[derive(Clone, Copy)]
pub struct Code {
    id: &'static str,
    severity: Severity,
    title: &'static str,
    explanation: &'static str,
}

impl Code {
    /// The name that people look up: `AKC0101`.
    pub fn id(self) -> &'static str {
        self.id
    }

    /// How much diagnostics of this code weigh.
    pub fn severity(self) -> Severity {
        self.severity
    }

    /// What the code is about, a short phrase in lower case.
    pub fn title(self) -> &'static str {
        self.title
    }

    /// The long form in Markdown: what it means, a broken example, how to mend it. `docs/errors/<code>.md`.
    pub fn explanation(self) -> &'static str {
        self.explanation
    }

    /// Every code, by number.
    pub fn all() -> &'static [Code] {
        ALL
    }

    /// The code with this name; capital letters or not, `AKC` may be missing.
    pub fn parse(text: &str) -> Option<Code> {
        let upper = text.trim().to_ascii_uppercase();
        let digits = upper.strip_prefix("AKC").unwrap_or(&upper);
        ALL.iter().copied().find(|code| code.id.strip_prefix("AKC") == Some(digits))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(self.id)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(other.id)
    }
}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

macro_rules! codes {
    ($(($name:ident, $id:literal, $severity:ident, $title:literal),)*) => {
        $(
            #[doc = concat!($id, ": ", $title)]
            pub const $name: Code = Code {
                id: $id,
                severity: Severity::$severity,
                title: $title,
                explanation: include_str!(concat!("../../docs/errors/", $id, ".md")),
            };
        )*
        const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    (SYNTAX, "AKC0101", Error, "the text is not YAML"),
    (NOT_TEXT, "AKC0102", Error, "the file is not plain UTF-8 text"),
    (TOO_LARGE, "AKC0103", Error, "the input is larger than any real one"),
    (TOO_DEEP, "AKC0104", Error, "the input is nested deeper than any real one"),
    (DUPLICATE_KEY, "AKC0105", Error, "a key is written twice"),
    (REFUSED_YAML, "AKC0106", Error, "a feature of YAML that blueprints do without"),
    (AMBIGUOUS_SCALAR, "AKC0107", Error, "a value that YAML readers disagree about"),
    (SEVERAL_DOCUMENTS, "AKC0108", Error, "more than one document in a file"),
    (BAD_KEY, "AKC0109", Error, "a key that is not text"),
    (UNKNOWN_KEY, "AKC0110", Error, "unknown key"),
    (MISSING_KEY, "AKC0111", Error, "missing key"),
    (WRONG_TYPE, "AKC0112", Error, "a value of the wrong type"),
    (NOT_A_CHOICE, "AKC0113", Error, "a value that is none of the choices"),
    (BAD_FORMAT, "AKC0114", Error, "a text of the wrong form"),
    (OUT_OF_RANGE, "AKC0115", Error, "a value out of range"),
    (MISFIT, "AKC0116", Error, "a value that does not fit"),
    (DUPLICATE_ITEM, "AKC0117", Error, "an item is listed twice"),
    (NOTHING_TO_REMOVE, "AKC0118", Error, "nothing there to take away"),
    (UNREADABLE, "AKC0501", Error, "a file cannot be read"),
    (NOT_WRITTEN, "AKC0502", Error, "a file cannot be written"),
    (IN_USE, "AKC0503", Error, "another akcgen is writing into the folder"),
    (NOT_REPLACEABLE, "AKC0504", Error, "a folder that cannot be replaced by a bundle"),
    (BROKEN_LOCK, "AKC0505", Error, "the lock cannot be read"),
    (EDITED, "AKC0506", Error, "a generated file was changed"),
    (IN_THE_WAY, "AKC0507", Error, "something that akcgen did not write stands where a file belongs"),
    (MISSING_FILE, "AKC0508", Error, "a file of the bundle is missing"),
    (STALE_FILE, "AKC0509", Error, "a file of the bundle is not what the blueprint gives"),
    (ORPHANED_FILE, "AKC0510", Error, "a generated file that the bundle no longer contains"),
    (UNLISTED_FILE, "AKC0511", Warning, "a file among generated ones that the lock does not list"),
    (UNKNOWN_ARGUMENT, "AKC0512", Error, "an argument that names nothing"),
    (BUG, "AKC0901", Error, "a bug of akcgen"),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_sorted_and_well_formed() {
        assert!(ALL.windows(2).all(|pair| pair[0].id < pair[1].id), "the table is sorted and has no number twice");
        for code in ALL {
            let digits = code.id.strip_prefix("AKC").unwrap_or_default();
            assert!(digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
            assert!(matches!(&digits[..2], "01" | "02" | "03" | "04" | "05" | "09"), "{code} lies in no known range");
            assert!(!code.title.is_empty() && !code.title.ends_with('.'), "{code}");
            let heading = format!("# {code}: {}\n", code.title);
            assert!(code.explanation.starts_with(&heading), "docs/errors/{code}.md starts with {heading}");
            let told = ["\n## For example\n", "\n## How to mend it\n"];
            assert!(told.iter().all(|part| code.explanation.contains(part)), "docs/errors/{code}.md has {told:?}");
        }
    }

    #[test]
    fn names_are_found() {
        assert_eq!(Code::parse("AKC0101"), Some(SYNTAX));
        assert_eq!(Code::parse(" akc0101"), Some(SYNTAX));
        assert_eq!(Code::parse("0101"), Some(SYNTAX));
        assert_eq!(Code::parse("AKC9999"), None);
        assert_eq!(Code::parse(""), None);
    }
}
