//! How this stage words its findings.

use crate::base::Origin;
use crate::diag::{Code, Diagnostic};

/// A finding at the place that caused a value; without a place where nobody wrote it.
pub(super) fn problem(code: Code, origin: Origin, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, message);
    match origin.span() {
        Some(span) => diagnostic.at(span, label),
        None => diagnostic,
    }
}

/// What else a finding can show.
pub(super) trait Also {
    /// Shows another place that matters, where there is one.
    fn also(self, origin: Origin, label: &str) -> Self;
}

impl Also for Diagnostic {
    fn also(self, origin: Origin, label: &str) -> Self {
        match origin.span() {
            Some(span) if self.span != Some(span) => self.related(span, label),
            _ => self,
        }
    }
}

/// Where something was written, or else what stands for it.
pub(super) fn written(origin: Origin, instead: Origin) -> Origin {
    if origin.span().is_some() { origin } else { instead }
}

/// A number with its noun: `1 peer`, `3 peers`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
