//! Data that Bash reads.

use crate::base::Origin;
use crate::package::BundleFile;
use crate::text::lines::{GENERATED, HEAD, Lines};

/// A file of variables, to be sourced.
pub(super) struct Script {
    lines: Lines,
}

impl Script {
    /// A file of nothing but a comment that says what it is.
    pub fn new(comment: &str, traced: bool) -> Script {
        let mut lines = Lines::new(traced);
        lines.line(format_args!("# {comment}"), HEAD);
        lines.line(format_args!("# {GENERATED}"), HEAD);
        lines.line("# shellcheck shell=bash disable=SC2034", HEAD);
        Script { lines }
    }

    /// A variable.
    pub fn text(&mut self, name: &str, value: &str, origin: Origin) {
        self.lines.line(format_args!("{name}={}", quoted(value)), origin);
    }

    /// An array, an item a line.
    pub fn list<'a>(&mut self, name: &str, items: impl IntoIterator<Item = (&'a str, Origin)>, origin: Origin) {
        let items: Vec<(&str, Origin)> = items.into_iter().collect();
        if items.is_empty() {
            self.lines.line(format_args!("{name}=()"), origin);
            return;
        }
        self.lines.line(format_args!("{name}=("), origin);
        for (item, origin) in items {
            self.lines.line(format_args!("    {}", quoted(item)), origin);
        }
        self.lines.line(")", origin);
    }

    pub fn finish(self) -> BundleFile {
        self.lines.into()
    }
}

/// A text as one word of Bash, with quotes only where it needs them.
pub(super) fn quoted(text: &str) -> String {
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':' | '/' | ',' | '@');
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
