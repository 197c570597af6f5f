//! `akcgen check`.

use std::collections::BTreeSet;

use super::input::InputArguments;
use super::{ExitStatus, Run, terminal};
use crate::compile::{self, Options, Plans};

/// Check a blueprint, and write nothing
///
/// Tells every problem of all environments in one run: what is misspelt, missing, contradictory, or would not work on
/// its platform.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  akcgen check blueprints/akachain.yaml\n  akcgen check --message-format sarif 2> akcgen.sarif"
)]
pub struct Arguments {
    #[command(flatten)]
    input: InputArguments,
    /// Refuse a blueprint in which a value is missing that only the platform knows
    #[arg(long)]
    require_bound: bool,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let options = Options { require_bound: self.require_bound, ..self.input.options() };
        let Some(plans) = compile::plan(&options, &mut run.sources, &mut run.diagnostics) else {
            return ExitStatus::Refused;
        };
        run.outcome = Some(format!("{}: {}", self.input.blueprint.display(), counted(&plans)));
        ExitStatus::Success
    }
}

/// `3 organizations, 2 channels, 2 environments`, over all environments.
fn counted(plans: &Plans) -> String {
    let consortia = || plans.environments.iter().map(|bound| &bound.plan.consortium);
    let organizations: BTreeSet<&str> =
        consortia().flat_map(|one| &one.organizations).map(|organization| organization.name.value.as_str()).collect();
    let channels: BTreeSet<&str> =
        consortia().flat_map(|one| &one.channels).map(|one| one.name.value.as_str()).collect();
    [
        terminal::count(organizations.len(), "organization"),
        terminal::count(channels.len(), "channel"),
        terminal::count(plans.environments.len(), "environment"),
    ]
    .join(", ")
}
