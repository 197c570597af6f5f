//! `akcgen completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{ExitStatus, Run};

/// Print a script that teaches a shell to complete akcgen's arguments
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  akcgen completions bash > ~/.local/share/bash-completion/completions/akcgen")]
pub struct Arguments {
    #[arg(value_enum)]
    shell: Shell,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Arguments::command(), "akcgen", &mut script);
        run.terminal.print(&String::from_utf8_lossy(&script));
        ExitStatus::Success
    }
}
