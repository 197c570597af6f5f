//! The command line: one file a command, which turns arguments into calls and results into words.

mod allocate;
mod build;
mod card;
mod check;
mod completions;
mod exit;
mod explain;
mod graph;
mod init;
mod input;
mod origin;
mod schema;
mod targets;
mod terminal;
mod verify;

use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{Parser, Subcommand, ValueEnum};

use crate::base::Sources;
use crate::compile::{self, Options, Plans};
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
    Build(build::Arguments),
    Check(check::Arguments),
    Verify(verify::Arguments),
    Allocate(allocate::Arguments),
    Card(card::Arguments),
    Explain(explain::Arguments),
    Targets(targets::Arguments),
    Schema(schema::Arguments),
    Graph(graph::Arguments),
    Init(init::Arguments),
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
    /// What came of it, told behind the findings.
    outcome: Option<String>,
}

impl Run {
    /// Compiles for a command that answers a question: findings that refuse nothing are left to `build` and `check`.
    fn plan(&mut self, options: &Options) -> Option<Plans> {
        let mut found = Diagnostics::new();
        let plans = compile::plan(options, &mut self.sources, &mut found);
        if plans.is_none() {
            self.diagnostics.extend(found.iter().cloned());
        }
        plans
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    guarded(|| run(std::env::args_os())).into()
}

/// Does the work of this process; a bug of akcgen is told as one, without a word of Rust's own.
pub fn guarded(work: impl FnOnce() -> ExitStatus + panic::UnwindSafe) -> ExitStatus {
    panic::set_hook(Box::new(|panic| terminal::tell_bug(&panic.to_string())));
    // What a build has begun is put away while the stack unwinds.
    panic::catch_unwind(work).unwrap_or(ExitStatus::Failed)
}

/// Runs a command line, of which the first word is the program's name.
pub fn run(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitStatus {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(answer) => {
            let _ = answer.print();
            return if answer.use_stderr() { ExitStatus::Failed } else { ExitStatus::Success };
        }
    };
    let terminal = Terminal::new(arguments.message_format.0);
    let mut run = Run { terminal, sources: Sources::new(), diagnostics: Diagnostics::new(), outcome: None };
    let status = arguments.command.run(&mut run);
    run.terminal.report(&run.diagnostics, &run.sources);
    run.outcome.iter().for_each(|outcome| run.terminal.say(outcome));
    status.max(ExitStatus::of(&run.diagnostics))
}

impl Command {
    fn run(self, run: &mut Run) -> ExitStatus {
        match self {
            Command::Build(arguments) => arguments.run(run),
            Command::Check(arguments) => arguments.run(run),
            Command::Verify(arguments) => arguments.run(run),
            Command::Allocate(arguments) => arguments.run(run),
            Command::Card(arguments) => arguments.run(run),
            Command::Explain(arguments) => arguments.run(run),
            Command::Targets(arguments) => arguments.run(run),
            Command::Schema(arguments) => arguments.run(run),
            Command::Graph(arguments) => arguments.run(run),
            Command::Init(arguments) => arguments.run(run),
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
