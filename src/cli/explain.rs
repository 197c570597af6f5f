//! `akcgen explain`.

use super::{ExitStatus, Run};
use crate::diag::{Code, Diagnostic, code};

/// Tell the long form of an error
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  akcgen explain AKC0110")]
pub struct Arguments {
    /// The code of a finding, such as AKC0110
    #[arg(value_name = "CODE")]
    what: String,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        match Code::parse(&self.what) {
            Some(code) => run.terminal.print(code.explanation()),
            None => {
                let codes = Code::all().iter().map(|code| code.id());
                let unknown = format!("there is no error `{}`", self.what);
                let finding = Diagnostic::new(code::UNKNOWN_ARGUMENT, unknown).nearest(&self.what, "codes", codes);
                run.diagnostics.push(finding);
            }
        }
        ExitStatus::Success
    }
}
