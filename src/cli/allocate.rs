//! `akcgen allocate`.

use std::path::Path;

use super::input::InputArguments;
use super::{ExitStatus, Run, terminal};
use crate::base::Tree;
use crate::bind::allocations::{self, AllocationsFile};
use crate::bind::{Allocated, Row};
use crate::compile::Plans;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::text::insert::insert_missing;
use crate::{emit, parse, source};

/// Write down the numbers that must never change: add what is missing to `allocations.yaml`
///
/// Address ranges and ports that a build computes are written beside the blueprint, so that they stay as they are
/// whatever is added later. Rows that stand there are never altered; comments and order stay.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  akcgen allocate blueprints/akachain.yaml")]
pub struct Arguments {
    #[command(flatten)]
    input: InputArguments,
    /// Write nothing; fail if a row is missing
    #[arg(long)]
    check: bool,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let options = self.input.options();
        let Some(plans) = run.plan(&options) else { return ExitStatus::Refused };
        let file = options.folder().join(allocations::FILE);
        let missing = count_missing(&plans);
        let rows = terminal::count(missing, "row");
        if missing == 0 {
            run.outcome = Some(format!("{}: nothing to add", file.display()));
        } else if self.check {
            let message = format!("{}: {rows} missing", file.display());
            let help = format!("run `akcgen allocate {}`", self.input.blueprint.display());
            run.diagnostics.push(Diagnostic::new(code::STALE_FILE, message).help(help));
        } else {
            match add(&file, &wanted(&plans), run) {
                Ok(()) => run.outcome = Some(format!("{}: {rows} added", file.display())),
                Err(trouble) => run.diagnostics.push(*trouble),
            }
        }
        ExitStatus::Success
    }
}

fn count_missing(plans: &Plans) -> usize {
    plans.environments.iter().flat_map(|bound| &bound.allocated).filter(|allocated| !allocated.kept).count()
}

/// Every row of every environment, as the file holds them.
fn wanted(plans: &Plans) -> Tree {
    let mut tree = Tree::map([("allocations", Tree::from("v1")), ("environments", Tree::Map(Vec::new()))]);
    for bound in &plans.environments {
        let environment = bound.plan.consortium.environment.value.as_str();
        for Allocated { organization, row, .. } in &bound.allocated {
            let at = format!("environments/{environment}/{organization}");
            match row {
                Row::Cidr(range) => tree.set(&format!("{at}/cidr").into(), range.clone()),
                Row::Placement(name, host) => tree.set(&format!("{at}/placements/{name}").into(), host.clone()),
                Row::Port(name, port) => tree.set(&format!("{at}/ports/{name}").into(), *port),
            };
        }
    }
    tree
}

/// What stands at the head of a new file.
const HEAD: &str =
    "# Numbers that must never change once they are applied. `akcgen allocate` adds rows and alters none.\n";

/// Adds the rows that a file lacks; a missing file is made.
fn add(file: &Path, wanted: &Tree, run: &mut Run) -> Result<(), Box<Diagnostic>> {
    let id = if source::exists(file) {
        source::read_file(file, &mut run.sources, &mut run.diagnostics)
    } else {
        Some(run.sources.add(file.display().to_string(), HEAD.to_owned()))
    };
    let bug = || Box::new(Diagnostic::new(code::BUG, format!("cannot add rows to `{}`", file.display())));
    let id = id.ok_or_else(bug)?;
    let root = source::read(&run.sources, id, &mut run.diagnostics).ok_or_else(bug)?;
    let after = insert_missing(&run.sources.file(id).text, &root, wanted);
    let id = run.sources.add(file.display().to_string(), after.clone());
    let mut found = Diagnostics::new();
    if parse::document::<AllocationsFile>(id, &run.sources, &mut found).is_none() {
        return Err(bug());
    }
    emit::replace_file(file, after.as_bytes())
}
