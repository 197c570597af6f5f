//! A file that grows line by line, each with its origin where origins are kept.

use std::fmt::{Display, Write};

use super::BundleFile;
use crate::base::Origin;
use crate::text::yaml;

/// Lines and their origins.
#[derive(Debug)]
pub(super) struct Lines {
    text: String,
    origins: Option<Vec<Origin>>,
}

impl Lines {
    pub fn new(traced: bool) -> Lines {
        Lines { text: String::new(), origins: traced.then(Vec::new) }
    }

    /// Adds one line, which must not contain a line break.
    pub fn line(&mut self, text: impl Display, origin: Origin) {
        // Writing into a String does not fail.
        let _ = write!(self.text, "{text}");
        self.end(origin);
    }

    /// Adds one line of these parts behind so many blanks and dashes of lists.
    pub fn indented(&mut self, indent: usize, dashes: usize, parts: &[&str], origin: Origin) {
        yaml::pad(&mut self.text, indent);
        (0..dashes).for_each(|_| self.text.push_str("- "));
        parts.iter().for_each(|part| self.text.push_str(part));
        self.end(origin);
    }

    fn end(&mut self, origin: Origin) {
        self.text.push('\n');
        self.origins.iter_mut().for_each(|origins| origins.push(origin));
    }

    /// Adds each line of a text.
    pub fn lines(&mut self, text: &str, origin: Origin) {
        text.lines().for_each(|line| self.indented(0, 0, &[line], origin));
    }

    /// Adds all lines of another, with their origins.
    pub fn append(&mut self, other: Lines) {
        self.text.push_str(&other.text);
        if let (Some(origins), Some(others)) = (&mut self.origins, other.origins) {
            origins.extend(others);
        }
    }

    pub fn finish(self) -> BundleFile {
        BundleFile { text: self.text, lines: self.origins.unwrap_or_default() }
    }
}
