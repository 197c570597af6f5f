//! Arguments that several commands share, and what they mean to the compiler.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::base::Sources;
use crate::bind::{allocations, bindings};
use crate::compile::{Options, Plans};
use crate::diag::Diagnostics;
use crate::emit::{Digest, Input, InputKind, Scope};
use crate::package::Form;
use crate::source;

/// The blueprint that is compiled where none is named.
pub const BLUEPRINT: &str = "blueprints/akachain.yaml";

/// What is read.
#[derive(Debug, Clone, clap::Args)]
pub struct InputArguments {
    /// The blueprint: a file, or a folder with `consortium.yaml` and `organizations/`
    #[arg(value_name = "BLUEPRINT", default_value = BLUEPRINT)]
    pub blueprint: PathBuf,
    #[command(flatten)]
    pub targets: TargetArguments,
}

/// Where platforms come from.
#[derive(Debug, Clone, clap::Args)]
pub struct TargetArguments {
    /// A folder with further targets, or one target's own folder [may be repeated]
    #[arg(long = "target-dir", value_name = "FOLDER")]
    pub folders: Vec<PathBuf>,
    /// Compile every organization for this target in place of its own
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
}

/// Which part of the bundle.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct PartArguments {
    /// Only this organization [may be repeated]
    #[arg(long = "org", value_name = "ORGANIZATION")]
    pub organizations: Vec<String>,
    /// Only this environment, without what describes all of them together [may be repeated]
    #[arg(long = "environment", value_name = "ENVIRONMENT")]
    pub environments: Vec<String>,
    /// Only this form of packaging, with what all forms share [may be repeated]
    #[arg(long = "form", value_name = "FORM", value_parser = form())]
    pub forms: Vec<Form>,
}

impl InputArguments {
    /// The whole of the blueprint.
    pub fn options(&self) -> Options {
        options_of(&self.blueprint, &self.targets)
    }
}

/// Reads the name of a form.
fn form() -> impl TypedValueParser<Value = Form> {
    let named = |name: String| Form::ALL.into_iter().find(|form| form.as_str() == name).ok_or("not a form");
    PossibleValuesParser::new(Form::ALL.map(Form::as_str)).try_map(named)
}

/// The whole of a blueprint.
pub fn options_of(blueprint: &Path, targets: &TargetArguments) -> Options {
    Options {
        blueprint: blueprint.to_owned(),
        target_folders: targets.folders.clone(),
        target: targets.target.clone(),
        ..Options::default()
    }
}

impl PartArguments {
    /// The options narrowed to this part.
    pub fn narrow(&self, options: Options) -> Options {
        Options {
            organizations: self.organizations.clone(),
            environments: self.environments.clone(),
            forms: self.forms.clone(),
            ..options
        }
    }

    /// The part as paths of the bundle know it.
    pub fn scope(&self) -> Scope {
        let set = |names: &[String]| (!names.is_empty()).then(|| names.iter().cloned().collect::<BTreeSet<_>>());
        let forms: Vec<String> = self.forms.iter().map(|form| form.as_str().to_owned()).collect();
        Scope { organizations: set(&self.organizations), environments: set(&self.environments), forms: set(&forms) }
    }
}

/// The sum of all that a bundle follows from beside its inputs: akcgen's code, its own targets among it, and its options.
/// None with targets of the user's own, whose files are looked for in every run.
pub fn builder_of(options: &Options) -> Option<Digest> {
    // One file can be read as a blueprint, or as a part of one: of a folder's, or as a card.
    let read = below(&options.folder(), &options.blueprint).to_owned();
    let sum = || Digest::of(format!("{}\n{:?}\n{read:?}", env!("AKCGEN_CODE"), options.target).as_bytes());
    options.target_folders.is_empty().then(sum)
}

/// Whether a compilation would read the same files that one has read, and every file is what it was.
pub fn unchanged(inputs: &BTreeSet<Input>, options: &Options) -> bool {
    let folder = options.folder();
    let (mut sources, mut troubles) = (Sources::new(), Diagnostics::new());
    let found = options.files(&mut troubles);
    let mut same = |input: &Input| {
        let file = source::read_file(&folder.join(&input.name), &mut sources, &mut troubles);
        file.is_some_and(|file| Digest::of(sources.file(file).text.as_bytes()) == input.digest)
    };
    // akcgen's own targets are part of its code.
    let all_same = inputs.iter().filter(|input| input.kind != InputKind::Target).all(&mut same);
    let known = |path: &PathBuf| inputs.iter().any(|input| Path::new(&input.name) == below(&folder, path));
    all_same && found.iter().all(known) && troubles.is_empty()
}

/// A path as the lock names it.
fn below<'a>(folder: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(folder).unwrap_or(path)
}

/// What the plans were made from, for the lock: every file that was read, and the targets in use with those
/// that they refine.
pub fn inputs_of(plans: &Plans, options: &Options, sources: &Sources) -> BTreeSet<Input> {
    let folder = options.folder();
    let of_targets: BTreeSet<_> = plans.shelf.iter().flat_map(|target| target.files.values().copied()).collect();
    let files = sources.iter().filter(|(file, _)| !of_targets.contains(file)).map(|(_, source)| {
        let name = below(&folder, Path::new(&source.name));
        let kind = match name.components().next().map(|part| part.as_os_str()) {
            Some(first) if first == allocations::FILE => InputKind::Allocations,
            Some(first) if first == bindings::FOLDER => InputKind::Bindings,
            _ => InputKind::Blueprint,
        };
        // The lock has a line for each; what is told of here by another name is read anew by every build.
        let line = name.display().to_string().replace(char::is_control, "\u{fffd}");
        Input { kind, name: line, digest: Digest::of(source.text.as_bytes()) }
    });
    let used: BTreeSet<&str> = plans
        .environments
        .iter()
        .map(|bound| &bound.plan)
        .flat_map(|plan| plan.organizations.iter().map(|organization| organization.target.as_str()))
        .collect();
    let targets = used.into_iter().flat_map(|name| plans.shelf.lineage(name)).map(|target| {
        let parts = target.files.iter().map(|(path, file)| (path.as_str(), sources.file(*file).text.as_bytes()));
        Input { kind: InputKind::Target, name: target.name.clone(), digest: Digest::of_named(parts) }
    });
    files.chain(targets).collect()
}
