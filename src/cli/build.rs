//! `akcgen build`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::input::{BLUEPRINT, InputArguments, PartArguments, builder_of, inputs_of, unchanged};
use super::{ExitStatus, Run, terminal};
use crate::compile::{self, Options, Plans};
use crate::diag::{Diagnostic, code};
use crate::emit::{self, Comparison, Drift, Input, Provenance, Report, Scope, Session};

/// Differences that are listed for people.
const LISTED: usize = 100;

/// Compile a blueprint into a bundle
///
/// The output folder is replaced whole or left as it was. Files in it that akcgen did not write stay; a generated file
/// that somebody edited is never overwritten without `--force`. With `--org`, `--environment` or `--form` only what
/// belongs wholly to that part is written, and everything else in the folder stays as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  akcgen build blueprints/akachain.yaml --out dist\n  akcgen build --check")]
pub struct Arguments {
    #[command(flatten)]
    input: InputArguments,
    /// The folder to write
    #[arg(long, value_name = "FOLDER", default_value = OUT)]
    out: PathBuf,
    #[command(flatten)]
    part: PartArguments,
    /// Write nothing; fail if the folder is not what a build would make of it
    #[arg(long)]
    check: bool,
    /// Refuse a bundle in which a value is missing that only the platform knows
    #[arg(long)]
    require_bound: bool,
    /// Replace generated files also where somebody edited them, and write into a folder without a lock
    #[arg(long, conflicts_with = "check")]
    force: bool,
}

const OUT: &str = "dist";

impl Arguments {
    pub(super) fn run(self, run: &mut Run) -> ExitStatus {
        let options = self.part.narrow(Options { require_bound: self.require_bound, ..self.input.options() });
        if let Some(files) = self.nothing_to_do(&options) {
            self.tell(Report { unchanged: files, ..Report::default() }, run);
            return ExitStatus::Success;
        }
        let Some(plans) = compile::plan(&options, &mut run.sources, &mut run.diagnostics) else {
            return ExitStatus::Refused;
        };
        let inputs = inputs_of(&plans, &options, &run.sources);
        let work = Work { arguments: &self, options, plans, scope: self.part.scope(), inputs };
        let done = if self.check { work.check(run) } else { work.write(run) };
        done.map_or(ExitStatus::Refused, |()| ExitStatus::Success)
    }

    /// How many files the folder has, if its lock tells that a build would change and say nothing.
    fn nothing_to_do(&self, options: &Options) -> Option<usize> {
        if self.check || self.require_bound || self.part.scope() != Scope::whole() {
            return None;
        }
        emit::is_current(&self.out, builder_of(options)?, |inputs| unchanged(inputs, options))
    }

    fn tell(&self, report: Report, run: &mut Run) {
        run.outcome = Some(format!("{}: {}", self.out.display(), told(report)));
    }

    /// The command that makes the folder what it should be.
    fn mending_command(&self) -> String {
        let mut words = vec!["akcgen".to_owned(), "build".to_owned()];
        let mut add = |flag: &str, value: &str| {
            words.extend((!flag.is_empty()).then(|| flag.to_owned()));
            words.push(quoted(value));
        };
        if self.input.blueprint != Path::new(BLUEPRINT) {
            add("", &self.input.blueprint.display().to_string());
        }
        if self.out != Path::new(OUT) {
            add("--out", &self.out.display().to_string());
        }
        self.input.targets.folders.iter().for_each(|folder| add("--target-dir", &folder.display().to_string()));
        self.input.targets.target.iter().for_each(|target| add("--target", target));
        self.part.organizations.iter().for_each(|name| add("--org", name));
        self.part.environments.iter().for_each(|name| add("--environment", name));
        self.part.forms.iter().for_each(|form| add("--form", form.as_str()));
        words.join(" ")
    }
}

/// A blueprint that is accepted, and what to do with it.
struct Work<'a> {
    arguments: &'a Arguments,
    options: Options,
    plans: Plans,
    scope: Scope,
    inputs: BTreeSet<Input>,
}

impl Work<'_> {
    /// Gives every file of the part to `take`. `None` if akcgen failed; then the diagnostics say so.
    fn emit(&self, run: &mut Run, take: impl Fn(&str, &[u8]) + Sync) -> Option<()> {
        let count = AtomicUsize::new(0);
        let Run { terminal, diagnostics, .. } = run;
        let sink = |path: String, file: crate::package::BundleFile| {
            if self.scope.covers(&path) {
                take(&path, file.text.as_bytes());
                let files = count.fetch_add(1, Ordering::Relaxed);
                terminal.progress(|| format!("{} made: {path}", terminal::count(files, "file")));
            }
        };
        compile::emit(&self.plans, &self.options, &sink, diagnostics);
        (!diagnostics.has_errors()).then_some(())
    }

    fn write(self, run: &mut Run) -> Option<()> {
        let Arguments { out, force, .. } = self.arguments;
        let session = Session::begin(out, *force, &mut run.sources, &mut run.diagnostics)?;
        self.emit(run, |path, bytes| session.put(path, bytes))?;
        let repeatable = self.scope == Scope::whole() && run.diagnostics.is_empty();
        let builder = builder_of(&self.options).filter(|_| repeatable);
        let provenance = Provenance { inputs: self.inputs, builder };
        let report = session.finish(provenance, &self.scope, &mut run.diagnostics)?;
        self.arguments.tell(report, run);
        // The process ends now, and the system frees all at once.
        std::mem::forget(self.plans);
        Some(())
    }

    fn check(self, run: &mut Run) -> Option<()> {
        let out = &self.arguments.out;
        let comparison = Comparison::begin(out, &mut run.sources, &mut run.diagnostics)?;
        self.emit(run, |path, bytes| comparison.put(path, bytes))?;
        let drifts = comparison.finish(self.inputs, &self.scope, &mut run.sources, &mut run.diagnostics)?;
        let mending = format!("run `{}`", self.arguments.mending_command());
        match (drifts.len(), run.terminal.is_human()) {
            (0, _) => run.outcome = Some(format!("{}: as a build would make it", out.display())),
            (_, true) => {
                drifts.iter().take(LISTED).for_each(|drift| run.terminal.say(&shown(drift, out)));
                let stale = format!("{} is not what the blueprint gives: {}", out.display(), counted(&drifts));
                run.diagnostics.push(Diagnostic::new(code::STALE_FILE, stale).help(mending));
            }
            (_, false) => run.diagnostics.extend(drifts.into_iter().map(|drift| drift.finding.help(&mending))),
        }
        Some(())
    }
}

fn told(report: Report) -> String {
    let Report { written, unchanged, removed } = report;
    let mut parts = vec![format!("{} written", terminal::count(written, "file"))];
    parts.extend((unchanged > 0).then(|| format!("{unchanged} unchanged")));
    parts.extend((removed > 0).then(|| format!("{removed} removed")));
    parts.join(", ")
}

/// `2 changed, 1 missing`.
fn counted(drifts: &[Drift]) -> String {
    let of = |wanted, word| {
        let count = drifts.iter().filter(|drift| drift.finding.code == wanted).count();
        (count > 0).then(|| format!("{count} {word}"))
    };
    let parts =
        [of(code::STALE_FILE, "changed"), of(code::MISSING_FILE, "missing"), of(code::ORPHANED_FILE, "orphaned")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What differs, as `diff -u` shows it.
fn shown(drift: &Drift, out: &Path) -> String {
    let path = out.join(&drift.path);
    let path = path.display();
    let what = match &drift.difference {
        Some(difference) => {
            let more = if difference.more { "\\ and more further on" } else { "" };
            return format!("--- {path}\n+++ what the blueprint gives\n{}{more}", difference.hunk)
                .trim_end()
                .to_owned();
        }
        None if drift.finding.code == code::MISSING_FILE => "missing",
        None if drift.finding.code == code::ORPHANED_FILE => "orphaned",
        None => "changed",
    };
    let help: String = drift.finding.help.iter().map(|help| format!(" ({help})")).collect();
    format!("{what}: {path}{help}")
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._/-+@:,=".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("blueprints/a.yaml"), "blueprints/a.yaml");
        assert_eq!(quoted("my folder"), "'my folder'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
