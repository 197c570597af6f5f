//! `akcgen targets`.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::{ExitStatus, Run};
use crate::diag::{Diagnostic, code};
use crate::target::definition::{Needs, Platform, Realisation, Summary};
use crate::target::{Shelf, Target};

/// List the platforms that a bundle can be made for, and how each meets what workloads need
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  akcgen targets\n  akcgen targets eks")]
pub struct Arguments {
    /// Only this target, with its parameters
    #[arg(value_name = "TARGET")]
    target: Option<String>,
    /// A folder with further targets, or one target's own folder [may be repeated]
    #[arg(long = "target-dir", value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let shelf = Shelf::load(&self.folders, &mut run.sources, &mut run.diagnostics);
        match &self.target {
            None => run.terminal.print(&table(&shelf)),
            Some(name) => match shelf.get(name) {
                Some(target) => run.terminal.print(&page(target)),
                None => {
                    let finding = Diagnostic::new(code::UNKNOWN_ARGUMENT, format!("there is no target `{name}`"));
                    let names = shelf.iter().map(|target| target.name.as_str());
                    run.diagnostics.push(finding.nearest(name, "targets", names));
                }
            },
        }
        ExitStatus::Success
    }
}

/// A need, the word for how it is met, and what is done.
type Row<'a> = (&'static str, &'static str, &'a str);

/// One line a need, one column a target.
fn table(shelf: &Shelf) -> String {
    let targets: Vec<&Target> = shelf.iter().collect();
    let mut lines = vec![vec![String::new()]];
    lines[0].extend(targets.iter().map(|target| target.name.clone()));
    let mut add = |head: &str, cells: Vec<String>| lines.push([head.to_owned()].into_iter().chain(cells).collect());
    add("platform", targets.iter().map(|target| platform(target).to_owned()).collect());
    add("refines", targets.iter().map(|target| target.refines().unwrap_or("-").to_owned()).collect());
    add("Kubernetes", targets.iter().map(|target| versions(target).unwrap_or_else(|| "-".to_owned())).collect());
    let rows: Vec<Vec<Row>> = targets.iter().map(|target| rows(&target.definition.needs)).collect();
    for at in 0..rows.first().map_or(0, Vec::len) {
        add(rows[0][at].0, rows.iter().map(|rows| rows[at].1.to_owned()).collect());
    }
    let widths: Vec<usize> =
        (0..=targets.len()).map(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text + "\n" + LEGEND
}

const LEGEND: &str = "\
workload: run in the cluster · managed: a service of the provider · host: a unit on a server
external: you give its endpoint · omit: not met, with a reason
`akcgen targets TARGET` tells what is done, and the target's parameters.
";

/// All that is to be known of a target.
fn page(target: &Target) -> String {
    let mut text = format!("{}: {}, on {}", target.name, target.definition.title, platform(target));
    if let Some(refined) = target.refines() {
        let _ = write!(text, ", refines {refined}");
    }
    text.push('\n');
    if let Some(versions) = versions(target) {
        let _ = writeln!(text, "Kubernetes {versions}");
    }
    let _ = writeln!(text, "\nHow it meets what workloads need:");
    for (need, word, summary) in rows(&target.definition.needs) {
        let _ = writeln!(text, "  {need}: {word}: {summary}");
    }
    let _ = writeln!(text, "\nParameters, written below `{}:` in an organization:", target.name);
    let schema = target.schema();
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    for (name, parameter) in schema["properties"].as_object().into_iter().flatten() {
        let what = parameter["description"].as_str().unwrap_or("");
        let must = if required.contains(&name.as_str()) { " (required)" } else { "" };
        let default = parameter.get("default").map(|value| format!(" Default: {value}.")).unwrap_or_default();
        let _ = writeln!(text, "  {name}{must}: {what}{default}");
    }
    text
}

fn rows(needs: &Needs) -> Vec<Row<'_>> {
    fn row<'a, D: Summary>(need: &'static str, met: &'a Realisation<D>) -> Row<'a> {
        (need, met.word(), met.summary())
    }
    vec![
        row("block volumes", &needs.block_volumes),
        row("shared files", &needs.shared_files),
        row("PostgreSQL", &needs.postgresql),
        row("MySQL", &needs.mysql),
        row("Redis Streams", &needs.streams),
        row("entry of Fabric's gRPC", &needs.grpc_entries),
        row("entry of HTTP from the internet", &needs.web_entries),
        row("entry from the other cluster", &needs.private_entries),
        row("entry from other organizations", &needs.consortium_entries),
        row("host names", &needs.names),
        row("secrets", &needs.secrets),
        row("identities of workloads", &needs.identities),
        row("encryption keys", &needs.keys),
        row("autoscaling of nodes", &needs.node_autoscaling),
        row("backups", &needs.backups),
    ]
}

fn platform(target: &Target) -> &'static str {
    match target.definition.platform.value {
        Platform::Kubernetes => "kubernetes",
        Platform::Hosts => "hosts",
    }
}

/// The versions of Kubernetes that it runs, where it builds on that.
fn versions(target: &Target) -> Option<String> {
    let kubernetes = target.definition.kubernetes.as_ref()?;
    Some(format!("{} to {}", kubernetes.oldest.value, kubernetes.newest.value))
}
