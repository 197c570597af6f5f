//! `akcgen init`.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::PathBuf;

use super::input::{TargetArguments, options_of};
use super::{ExitStatus, Run};
use crate::base::Tree;
use crate::diag::{Diagnostic, code};
use crate::emit;
use crate::parse::schema;
use crate::target::{Shelf, Target};
use crate::text::yaml;

/// Write a starter blueprint, which builds at once
///
/// A channel of all organizations, one chaincode, and the ordering service at the first organization. What a platform
/// must be told, such as an account, stands there as an example to be replaced. A file that exists is never overwritten.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  akcgen init blueprint.yaml --name fruit --org grower --org trader && akcgen build blueprint.yaml"
)]
pub struct Arguments {
    /// The file to write
    #[arg(value_name = "BLUEPRINT", default_value = "blueprint.yaml")]
    file: PathBuf,
    /// The consortium's name
    #[arg(long, default_value = "consortium")]
    name: String,
    /// An organization, with its own target where it is not `--target` [may be repeated]
    #[arg(long = "org", value_name = "ORGANIZATION[=TARGET]", default_values = ["buyer", "seller"])]
    organizations: Vec<String>,
    /// The target of every organization that names none; the first that there is unless given
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// A folder with further targets, or one target's own folder [may be repeated]
    #[arg(long = "target-dir", value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let shelf = Shelf::load(&self.folders, &mut run.sources, &mut run.diagnostics);
        let Some(text) = self.text(&shelf, run) else { return ExitStatus::Failed };
        if let Err(trouble) = emit::create_file(&self.file, text.as_bytes()) {
            run.diagnostics.push(*trouble);
            return ExitStatus::Failed;
        }
        // A name that is none is told as any other fault of a blueprint.
        let targets = TargetArguments { folders: self.folders.clone(), target: None };
        let plans = run.plan(&options_of(&self.file, &targets));
        let file = self.file.display();
        match plans {
            Some(_) => run.outcome = Some(format!("{file}: written; `akcgen build {file}` compiles it into dist")),
            None => emit::discard_file(&self.file),
        }
        ExitStatus::Success
    }

    /// The blueprint. `None` where a target does not exist; then the diagnostics say so.
    fn text(&self, shelf: &Shelf, run: &mut Run) -> Option<String> {
        let default = self.target.as_deref().or_else(|| shelf.iter().next().map(|target| target.name.as_str()));
        let pairs = self
            .organizations
            .iter()
            .map(|text| text.split_once('=').map_or((text.as_str(), default), |(name, target)| (name, Some(target))));
        let pairs: Vec<(&str, &str)> = pairs.map(|(name, target)| (name, target.unwrap_or(""))).collect();
        let find = |(name, target)| match shelf.get(target) {
            Some(target) => Some((name, target)),
            None => {
                let finding = Diagnostic::new(code::UNKNOWN_ARGUMENT, format!("there is no target `{target}`"));
                let names = shelf.iter().map(|target| target.name.as_str());
                run.diagnostics.push(finding.nearest(target, "targets", names));
                None
            }
        };
        let organizations: Option<Vec<(&str, &Target)>> = pairs.into_iter().map(find).collect();
        organizations.map(|organizations| blueprint(&self.name, &organizations))
    }
}

fn blueprint(name: &str, organizations: &[(&str, &Target)]) -> String {
    let name = scalar(name);
    let first = organizations.first().map_or("", |(name, _)| name);
    let mut text = format!(
        "# For completion and checks while you type: `akcgen schema > blueprint.schema.json`, then as the first line\n\
         # yaml-language-server: $schema=blueprint.schema.json\n\
         blueprint: v1\n\
         name: {name}\n\
         \n\
         organizations:\n"
    );
    for (at, (name, target)) in organizations.iter().enumerate() {
        let before = organizations.iter().take(at).filter(|(_, other)| other.name == target.name).count();
        let domain = format!("{name}.example");
        let domain = scalar(&domain);
        let _ = write!(text, "  {}:\n    domain: {domain}\n    target: {}\n", scalar(name), target.name);
        text.push_str(&parameters(target, before));
        text.push_str("    blockchain: {services: {ca: }}\n");
    }
    let members: Vec<Cow<str>> = organizations.iter().map(|(name, _)| scalar(name)).collect();
    let (orderer, image) = (scalar(first), yaml::within_quotes(&format!("{first}/asset:1.0.0")));
    let _ = write!(
        text,
        "\nordering: {{orderers: {{{orderer}: 3}}}}\n\
         \n\
         channels:\n\
         \x20 trade:\n\
         \x20   members: [{}]\n\
         \x20   chaincodes:\n\
         \x20     asset: {{version: \"1.0\", image: \"{image}\"}}\n",
        members.join(", ")
    );
    text
}

/// A word of the command line as one of YAML, also within brackets, whatever it holds.
fn scalar(text: &str) -> Cow<'_, str> {
    let is_word = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    if is_word && yaml::is_plain(text) { text.into() } else { format!("\"{}\"", yaml::within_quotes(text)).into() }
}

/// What the target must be told, with its own examples, for an organization before which so many others have it.
fn parameters(target: &Target, before: usize) -> String {
    let sample = schema::sample(target.schema(), before);
    let block = Tree::map(sample.into_iter().filter_map(|(name, value)| Some((name, Tree::try_from(value).ok()?))));
    if block.as_map().is_none_or(<[_]>::is_empty) {
        return String::new();
    }
    let mut written = String::new();
    yaml::write(&block, &mut written);
    let lines: String = written.lines().map(|line| format!("      {line}\n")).collect();
    format!("    {}: # examples: put your own here\n{lines}", target.name)
}
