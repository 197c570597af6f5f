//! `akcgen verify`.

use std::path::PathBuf;

use super::{ExitStatus, Run, terminal};
use crate::emit;

/// Check a folder against its `akcgen.lock`, without the blueprint
///
/// Finds generated files that were changed or are missing, and warns of files among them that akcgen did not write.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  akcgen verify dist")]
pub struct Arguments {
    /// The folder that a build wrote
    #[arg(value_name = "FOLDER", default_value = "dist")]
    folder: PathBuf,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let Some(files) = emit::verify(&self.folder, &mut run.sources, &mut run.diagnostics) else {
            return ExitStatus::Refused;
        };
        if !run.diagnostics.has_errors() {
            let files = terminal::count(files, "file");
            run.outcome = Some(format!("{}: {files} as akcgen wrote them", self.folder.display()));
        }
        ExitStatus::Success
    }
}
