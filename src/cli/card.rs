//! `akcgen card`.

use std::path::PathBuf;

use super::input::{BLUEPRINT, TargetArguments, options_of};
use super::{ExitStatus, Run};
use crate::base::{SerError, Tree};
use crate::compile::Plans;
use crate::diag::{Diagnostic, code};
use crate::package;
use crate::text::yaml;

/// Print an organization's card, or the consortium's
///
/// A card is what others need to know of an organization: its MSP id, host names, ports and addresses, for every
/// environment. Somebody who does not run the organization names its card in the blueprint. A member that builds alone
/// names the consortium's card, which holds the ordering service, the channels and everybody's cards.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  akcgen card member-two > cards/member-two.yaml\n  akcgen card --consortium > cards/consortium.yaml"
)]
pub struct Arguments {
    /// The organization
    #[arg(value_name = "ORGANIZATION", required_unless_present = "consortium", conflicts_with = "consortium")]
    organization: Option<String>,
    /// The consortium's card in place of an organization's
    #[arg(long)]
    consortium: bool,
    /// The blueprint: a file or a folder
    #[arg(long, value_name = "BLUEPRINT", default_value = BLUEPRINT)]
    blueprint: PathBuf,
    #[command(flatten)]
    targets: TargetArguments,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let options = options_of(&self.blueprint, &self.targets);
        let Some(plans) = run.plan(&options) else {
            return ExitStatus::Refused;
        };
        match self.card(&plans) {
            Ok(Some((head, card))) => {
                let mut text = String::new();
                yaml::comment(&mut text, &head);
                yaml::write(&card, &mut text);
                run.terminal.print(&text);
            }
            Ok(None) => run.diagnostics.push(unknown(self.organization.as_deref().unwrap_or(""), &plans)),
            Err(error) => run.diagnostics.push(Diagnostic::new(code::BUG, error.to_string())),
        }
        ExitStatus::Success
    }

    /// What stands above the card, and the card.
    fn card(&self, plans: &Plans) -> Result<Option<(String, Tree)>, SerError> {
        let all: Vec<_> = plans.environments.iter().map(|bound| &bound.plan).collect();
        let Some(name) = &self.organization else {
            let head = "What all members share. Written by `akcgen card --consortium`, for members that build alone.";
            return Ok(Some((head.to_owned(), package::consortium_card(&all)?)));
        };
        let head =
            format!("The public half of {name}. Written by `akcgen card {name}`, for those who build without it.");
        Ok(package::organization_card(&all, name)?.map(|card| (head, card)))
    }
}

fn unknown(name: &str, plans: &Plans) -> Diagnostic {
    let organizations = plans.environments.iter().flat_map(|bound| &bound.plan.consortium.organizations);
    let names = organizations.map(|organization| organization.name.value.as_str());
    Diagnostic::new(code::UNKNOWN_ARGUMENT, format!("there is no organization `{name}`")).nearest(
        name,
        "organizations",
        names,
    )
}
