//! How a run ended, as a number for scripts.

use std::process::ExitCode;

use crate::diag::{Code, Diagnostic, Diagnostics, Severity, code};

/// The exit status. The greater, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// 0: done, or nothing to complain about.
    Success,
    /// 1: the input is refused, or what was checked is not as it should be.
    Refused,
    /// 2: the work could not be done: wrong arguments, files that cannot be read or written, a bug.
    Failed,
}

/// Codes that tell of akcgen's work rather than of the input.
const FAILURES: [Code; 5] = [code::NOT_WRITTEN, code::IN_USE, code::NOT_REPLACEABLE, code::UNKNOWN_ARGUMENT, code::BUG];

impl ExitStatus {
    /// What the findings of a run amount to.
    pub fn of(diagnostics: &Diagnostics) -> ExitStatus {
        let errors = diagnostics.iter().filter(|one| one.severity() == Severity::Error);
        errors.map(of_error).max().unwrap_or(ExitStatus::Success)
    }
}

/// A file that the input names at some place and that cannot be read is a fault of the input; one that the command line
/// names is not.
fn of_error(error: &Diagnostic) -> ExitStatus {
    let unread = error.code == code::UNREADABLE && error.span.is_none();
    if unread || FAILURES.contains(&error.code) { ExitStatus::Failed } else { ExitStatus::Refused }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        ExitCode::from(status as u8)
    }
}
