//! `akcgen graph`.

use std::collections::BTreeSet;

use clap::ValueEnum;

use super::input::InputArguments;
use super::{ExitStatus, Run};
use crate::compile;
use crate::diag::{Diagnostic, code};
use crate::render::graph::{self, Detail};

/// Print a picture of the consortium, as text of Mermaid
///
/// GitHub, GitLab and most wikis draw it where it stands in a Markdown file as a block of `mermaid`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  akcgen graph\n  akcgen graph --detail workloads --org akachain")]
pub struct Arguments {
    #[command(flatten)]
    input: InputArguments,
    /// How much to show
    #[arg(long, value_enum, default_value = "clusters")]
    detail: Granularity,
    /// Only this organization in detail [may be repeated]
    #[arg(long = "org", value_name = "ORGANIZATION")]
    organizations: Vec<String>,
    /// The environment to draw; the first by name unless given
    #[arg(long, value_name = "ENVIRONMENT")]
    environment: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Granularity {
    /// Organizations and their channels
    Organizations,
    /// Clusters, databases, outside systems, and who calls whom
    Clusters,
    /// Workloads, and who calls whom
    Workloads,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let environments = self.environment.clone().into_iter().collect();
        let options =
            compile::Options { organizations: self.organizations.clone(), environments, ..self.input.options() };
        let Some(plans) = run.plan(&options) else {
            return ExitStatus::Refused;
        };
        let wanted = |name: &str| self.environment.as_deref().is_none_or(|wanted| wanted == name);
        let Some(plan) =
            plans.environments.iter().map(|bound| &bound.plan).find(|plan| wanted(&plan.consortium.environment.value))
        else {
            run.diagnostics.push(Diagnostic::new(code::UNKNOWN_ARGUMENT, "there is no environment to draw"));
            return ExitStatus::Failed;
        };
        let focus: BTreeSet<_> = self.organizations.iter().filter_map(|name| plan.consortium.find(name)).collect();
        let focus = (!focus.is_empty()).then_some(&focus);
        let detail = match self.detail {
            Granularity::Organizations => Detail::Organizations,
            Granularity::Clusters => Detail::Clusters,
            Granularity::Workloads => Detail::Workloads,
        };
        let graphs: Vec<_> = plan.organizations.iter().map(|organization| &organization.graph).collect();
        run.terminal.print(&graph::mermaid(&plan.consortium, &graphs, detail, focus));
        ExitStatus::Success
    }
}
