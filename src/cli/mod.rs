//! The command line: one file a command, which turns arguments into calls and results into words.

mod completions;
mod exit;
mod explain;
mod terminal;
mod verify;

use std::panic;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{Parser, Subcommand, ValueEnum};

use crate::base::Sources;
use crate::diag::Diagnostics;
use crate::diag::render::Format;
pub use exit::ExitStatus;
use terminal::Terminal;

/// Compiles one blueprint of a Hyperledger Fabric consortium into bundles that existing tools apply.
///
/// It never talks to a cluster, a cloud or the network: it reads the blueprint and writes files.
#[derive(Debug, Parser)]
#[command(name = "akcgen", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    /// The form of reports on standard error
    #[arg(long, global = true, value_name = "FORM", default_value = "human", value_enum)]
    message_format: MessageFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::Arguments),
    Explain(explain::Arguments),
    Completions(completions::Arguments),
}

/// [`Format`] with the names of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MessageFormat(Format);

impl ValueEnum for MessageFormat {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [MessageFormat; Format::ALL.len()] = {
            let mut all = [MessageFormat(Format::Human); Format::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = MessageFormat(Format::ALL[at].1);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Format::ALL.iter().find(|(_, format)| *format == self.0).map(|(name, _)| PossibleValue::new(*name))
    }
}

/// What a command works with: where it talks to, what it read, what it found.
struct Run {
    terminal: Terminal,
    sources: Sources,
    diagnostics: Diagnostics,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(answer) => {
            let _ = answer.print();
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
    };
    let terminal = Terminal::new(arguments.message_format.0);
    panic::set_hook(Box::new(|panic| terminal::tell_bug(&panic.to_string())));
    // What a build has begun is put away while the stack unwinds.
    let status = panic::catch_unwind(move || {
        let mut run = Run { terminal, sources: Sources::new(), diagnostics: Diagnostics::new() };
        let status = arguments.command.run(&mut run);
        run.terminal.report(&run.diagnostics, &run.sources);
        status.max(ExitStatus::of(&run.diagnostics))
    });
    status.unwrap_or(ExitStatus::Failed).into()
}

impl Command {
    fn run(self, run: &mut Run) -> ExitStatus {
        match self {
            Command::Verify(arguments) => arguments.run(run),
            Command::Explain(arguments) => arguments.run(run),
            Command::Completions(arguments) => arguments.run(run),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn clap_finds_no_fault() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        for command in Arguments::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let start = format!("Example:\n  akcgen {}", command.get_name());
            assert!(help.starts_with(&start), "the help of {} ends with an example", command.get_name());
        }
    }
}
