//! `akcgen schema`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value as Json, json};

use super::{ExitStatus, Run};
use crate::bind::allocations::AllocationsFile;
use crate::bind::bindings::CERTIFICATES;
use crate::diag::render;
use crate::parse::card::{CardFile, ConsortiumCard};
use crate::parse::{blueprint_schema, schema};
use crate::target::{self, Shelf, Target};

/// Print the JSON Schema of a file that people or programs write
///
/// Editors with YAML support complete and check a blueprint whose first line names its schema:
/// `# yaml-language-server: $schema=../schemas/blueprint.schema.json`
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  akcgen schema blueprint > schemas/blueprint.schema.json")]
pub struct Arguments {
    #[arg(value_enum, default_value = "blueprint")]
    what: What,
    /// A folder with further targets, whose parameters and bindings the schemas contain [may be repeated]
    #[arg(long = "target-dir", value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// A blueprint, with the parameters of all targets
    Blueprint,
    /// A target's `target.yaml`
    Target,
    /// `allocations.yaml`
    Allocations,
    /// `bindings/<organization>.<environment>.yaml`, of any target
    Bindings,
    /// An organization's card
    Card,
    /// A consortium's card
    ConsortiumCard,
    /// One line of `--message-format json`
    Diagnostic,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let schema = match self.what {
            What::Blueprint => {
                let shelf = Shelf::load(&self.folders, &mut run.sources, &mut run.diagnostics);
                let targets: Vec<(String, Json)> =
                    shelf.iter().map(|target| (target.name.clone(), target.schema().clone())).collect();
                schema::published(blueprint_schema(&targets))
            }
            What::Target => target::schema(),
            What::Allocations => schema::of::<AllocationsFile>(),
            What::Bindings => {
                let shelf = Shelf::load(&self.folders, &mut run.sources, &mut run.diagnostics);
                let certificate = json!({
                    "type": "string",
                    "description": "a public certificate of the organization, in PEM",
                    "pattern": "-----BEGIN CERTIFICATE-----",
                });
                let of = |target: &Target| {
                    let mut schema = target.bindings_schema();
                    schema["patternProperties"] = json!({CERTIFICATES: certificate});
                    schema
                };
                json!({
                    "$schema": "https://json-schema.org/draft/2020-12/schema",
                    "title": "BindingsFile",
                    "anyOf": shelf.iter().map(of).collect::<Vec<_>>(),
                })
            }
            What::Card => schema::of::<CardFile>(),
            What::ConsortiumCard => schema::of::<ConsortiumCard>(),
            What::Diagnostic => render::json_schema(),
        };
        run.terminal.print(&format!("{schema:#}\n"));
        ExitStatus::Success
    }
}
