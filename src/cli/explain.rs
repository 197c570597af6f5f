//! `akcgen explain`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::input::{BLUEPRINT, TargetArguments, options_of};
use super::{ExitStatus, Run, origin};
use crate::base::Sources;
use crate::compile::{self, Options};
use crate::diag::{Code, Diagnostic, Diagnostics, code};
use crate::emit::{self, lock};
use crate::package::BundleFile;
use crate::source;

/// Tell the long form of an error, or where a line of the bundle comes from
///
/// A line is explained by compiling the blueprint again in memory: it comes from a line of the blueprint, of a card, of
/// the allocations or bindings, or of a target; or it is a default or follows from a rule.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  akcgen explain AKC0110\n  akcgen explain dist/akachain/blockchain/manifests/production/dapp.yaml:12"
)]
pub struct Arguments {
    /// The code of a finding, such as AKC0110, or a file of the bundle and a line, such as dist/README.md:3
    #[arg(value_name = "CODE | FILE:LINE")]
    what: String,
    /// The blueprint that the bundle was built from
    #[arg(long, value_name = "BLUEPRINT", default_value = BLUEPRINT)]
    blueprint: PathBuf,
    #[command(flatten)]
    targets: TargetArguments,
}

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        if let Some(code) = Code::parse(&self.what) {
            run.terminal.print(code.explanation());
            return ExitStatus::Success;
        }
        match place(&self.what) {
            Some((file, line)) => self.line(run, file, line).map_or(ExitStatus::Refused, |()| ExitStatus::Success),
            None => {
                let codes = Code::all().iter().map(|code| code.id());
                let unknown = format!("`{}` is neither the code of a finding nor a file and a line", self.what);
                let finding = Diagnostic::new(code::UNKNOWN_ARGUMENT, unknown);
                run.diagnostics.push(finding.nearest(&self.what, "codes", codes).help("a line is named `FILE:LINE`"));
                ExitStatus::Failed
            }
        }
    }

    /// Explains one line of one file. `None` where that is not possible; then the diagnostics say why.
    fn line(&self, run: &mut Run, file: &Path, line: usize) -> Option<()> {
        let path = emit::path_in_bundle(file).or_else(|| {
            let message =
                format!("`{}` lies in no bundle: no folder above it holds `{}`", file.display(), lock::FILE_NAME);
            run.diagnostics.push(Diagnostic::new(code::UNKNOWN_ARGUMENT, message));
            None
        })?;
        let found = self.compile(run, &path)?;
        let Some(text) = line.checked_sub(1).and_then(|at| found.text.lines().nth(at)) else {
            let lines = found.text.lines().count();
            let message = format!("`{path}` has {lines} lines, and no line {line}");
            run.diagnostics.push(Diagnostic::new(code::UNKNOWN_ARGUMENT, message));
            return None;
        };
        if differs_on_disk(file, line, text) {
            run.terminal.say("the file on disk is not what the blueprint gives now; the line below is");
        }
        run.terminal.print(&origin::told(&path, line, &found, &run.sources));
        Some(())
    }

    /// The file as the blueprint gives it, with the origin of each line.
    fn compile(&self, run: &mut Run, path: &str) -> Option<BundleFile> {
        let options = Options { traced: true, ..options_of(&self.blueprint, &self.targets) };
        let plans = run.plan(&options)?;
        let owner = path.split('/').next().unwrap_or(path);
        let names = plans.environments.iter().map(|bound| &bound.plan).flat_map(|plan| {
            plan.organizations
                .iter()
                .map(|one| plan.consortium.organization(one.graph.organization).name.value.as_str())
        });
        let organizations =
            if names.into_iter().any(|name| name == owner) { vec![owner.to_owned()] } else { Vec::new() };
        let found = Mutex::new(None);
        let sink = |emitted: String, file: BundleFile| {
            if emitted == path
                && let Ok(mut found) = found.lock()
            {
                *found = Some(file);
            }
        };
        compile::emit(&plans, &Options { organizations, ..options }, &sink, &mut run.diagnostics);
        let found = found.into_inner().ok().flatten();
        if found.is_none() {
            let message = format!("`{}` gives no file `{path}`", self.blueprint.display());
            let help = "name the blueprint that the bundle was built from with `--blueprint`";
            run.diagnostics.push(Diagnostic::new(code::UNKNOWN_ARGUMENT, message).help(help));
        }
        found
    }
}

fn differs_on_disk(file: &Path, line: usize, text: &str) -> bool {
    let (mut sources, mut unread) = (Sources::new(), Diagnostics::new());
    let on_disk = source::read_file(file, &mut sources, &mut unread);
    on_disk.is_some_and(|id| sources.file(id).text.lines().nth(line - 1) != Some(text))
}

/// `FILE:LINE` in its parts.
fn place(text: &str) -> Option<(&Path, usize)> {
    let (file, line) = text.rsplit_once(':')?;
    Some((Path::new(file), line.parse().ok()?)).filter(|_| !file.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_named_by_file_and_number() {
        assert_eq!(place("dist/a.yaml:12"), Some((Path::new("dist/a.yaml"), 12)));
        assert_eq!(place("c:d:1"), Some((Path::new("c:d"), 1)));
        assert_eq!([place("dist/a.yaml"), place("a:b"), place(":1"), place("")], [None; 4]);
    }
}
