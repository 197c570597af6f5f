//! `akcgen.lock`: the sorted inventory of a bundle.
//!
//! It is text, so that a pull request shows what changed, with one line a file, so that version control merges it well:
//!
//! ```text
//! # akcgen.lock, format 1: what akcgen wrote. It is how akcgen tells its own files from others: do not edit it.
//! # Checked without akcgen by: sha256sum --check akcgen.lock
//! # akcgen 0.1.0
//! # fingerprint 10b2…
//! # allocations 5f1c… allocations.yaml
//! # blueprint 0d7e… akachain.yaml
//! # target 77a0… eks
//! 3b1f…  README.md
//! 9c2e…  akachain/README.md
//! ```
//!
//! - The first line names the format. The lines that start with `#` are its head: the version of akcgen, perhaps a
//!   fingerprint, then what the bundle was made from, each with its kind, SHA-256 sum and name, sorted. Other comments
//!   are passed over.
//! - The fingerprint is a sum of the rest of the lock and of the builder. It stands where one build made all of the bundle
//!   and had nothing to say: while inputs, builder and files are the same, the next has nothing to do.
//! - Each further line is a SHA-256 sum, two blanks, and a path below the folder with `/` between its parts, sorted by
//!   path: the format of `sha256sum`.
//! - The lock does not list itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::base::{FileId, Sources, Span};
use crate::diag::{Diagnostic, Diagnostics, code, shown};
use crate::emit::digest::Digest;
use crate::emit::scope::Scope;

/// The name of the lock in the output folder.
pub const FILE_NAME: &str = "akcgen.lock";

/// The version of akcgen that stands in the locks that it writes.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

const FIRST_LINE: &str =
    "# akcgen.lock, format 1: what akcgen wrote. It is how akcgen tells its own files from others: do not edit it.";
const SECOND_LINE: &str = "# Checked without akcgen by: sha256sum --check akcgen.lock";
const FINGERPRINT: &str = "fingerprint";
const FORMAT_START: &str = "# akcgen.lock, format ";

/// What akcgen wrote into a folder, and from what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The version of akcgen that wrote it.
    pub version: String,
    /// What the last build was made from.
    pub inputs: BTreeSet<Input>,
    /// Every file by its path below the folder.
    pub files: BTreeMap<String, Digest>,
    /// See [`Lock::is_by`].
    pub fingerprint: Option<Digest>,
}

/// What a build makes a bundle from, and what makes it.
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    pub inputs: BTreeSet<Input>,
    /// The sum of the program's code and of its options; none where another build could make or say something else, since
    /// this one covers a part of the bundle, has targets of the user's own, or found something to say.
    pub builder: Option<Digest>,
}

/// One thing that a bundle was made from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    pub kind: InputKind,
    /// Its path relative to the blueprint's folder, or a target's name.
    pub name: String,
    pub digest: Digest,
}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputKind {
    Allocations,
    Bindings,
    /// Files of the blueprint, and cards and certificates that it names.
    Blueprint,
    /// All files of a target's folder.
    Target,
}

impl InputKind {
    const ALL: [InputKind; 4] = [InputKind::Allocations, InputKind::Bindings, InputKind::Blueprint, InputKind::Target];

    /// The word in the lock.
    pub fn word(self) -> &'static str {
        match self {
            InputKind::Allocations => "allocations",
            InputKind::Bindings => "bindings",
            InputKind::Blueprint => "blueprint",
            InputKind::Target => "target",
        }
    }
}

/// Whether a path of a bundle stays below its folder on every machine, and on one line of the lock: parts of letters,
/// digits and `._+@-`, joined by `/`, none of them `.` or `..`, none starting with `-`.
pub fn is_bundle_path(path: &str) -> bool {
    let part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && !part.starts_with('-')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+@-".contains(&byte))
    };
    path.split('/').all(part)
}

impl Lock {
    /// The text of the lock.
    pub fn text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n{SECOND_LINE}\n# akcgen {}\n", self.version);
        if let Some(fingerprint) = self.fingerprint {
            let _ = writeln!(text, "# {FINGERPRINT} {fingerprint}");
        }
        text + &self.entries()
    }

    /// What was read and what was written, one on a line.
    fn entries(&self) -> String {
        let mut text = String::new();
        for Input { kind, name, digest } in &self.inputs {
            let _ = writeln!(text, "# {} {digest} {name}", kind.word());
        }
        for (path, digest) in &self.files {
            let _ = writeln!(text, "{digest}  {path}");
        }
        text
    }

    /// Whether this builder made the whole bundle from these inputs without anything to say: while they and the files are
    /// what they were, it would do the same.
    pub fn is_by(&self, builder: Digest) -> bool {
        self.fingerprint.is_some_and(|fingerprint| fingerprint == self.sum(builder))
    }

    fn sum(&self, builder: Digest) -> Digest {
        Digest::of(format!("{} {builder}\n{}", self.version, self.entries()).as_bytes())
    }

    /// Reads a lock. Every line that is not one is an error.
    pub fn parse(file: FileId, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Lock> {
        let text = sources.file(file).text.as_str();
        let mut lines = Lines { file, text, at: 0 };
        let (first, span) = lines.next().unwrap_or(("", Span { file, start: 0, end: 0 }));
        if let Some(trouble) = check_format(first, span) {
            diagnostics.push(trouble);
            return None;
        }
        let mut lock = Lock::default();
        let mut whole = true;
        for (line, span) in lines {
            let read = match line.strip_prefix('#') {
                Some(comment) => lock.read_head(comment.trim_start()),
                None => lock.read_entry(line),
            };
            if let Err(label) = read {
                whole = false;
                diagnostics.push(broken("this is no line of a lock").at(span, label));
            }
        }
        whole.then_some(lock)
    }

    /// The lock after a build that covered `scope` and gave `files`, and the orphans of that build: files that this lock
    /// lists and the build covered, but that it no longer gives. Entries outside the scope are kept.
    pub fn after(
        &self,
        files: &BTreeMap<String, Digest>,
        scope: &Scope,
        provenance: Provenance,
    ) -> (Lock, BTreeSet<String>) {
        let others = self.files.iter().filter(|(path, _)| !files.contains_key(*path));
        let (covered, kept): (Vec<_>, Vec<_>) = others.partition(|(path, _)| scope.covers(path));
        let entries = files.iter().chain(kept).map(|(path, digest)| (path.clone(), *digest));
        let Provenance { inputs, builder } = provenance;
        let mut lock = Lock { version: VERSION.to_owned(), inputs, files: entries.collect(), fingerprint: None };
        // Where nothing changes, the old fingerprint still tells the truth.
        let same = || (&self.version, &self.inputs, &self.files) == (&lock.version, &lock.inputs, &lock.files);
        lock.fingerprint = match builder {
            Some(builder) => Some(lock.sum(builder)),
            None => self.fingerprint.filter(|_| same()),
        };
        (lock, covered.into_iter().map(|(path, _)| path.clone()).collect())
    }

    fn read_head(&mut self, comment: &str) -> Result<(), &'static str> {
        let (word, rest) = comment.split_once(' ').unwrap_or((comment, ""));
        if word == "akcgen" {
            rest.clone_into(&mut self.version);
            return Ok(());
        }
        if word == FINGERPRINT {
            self.fingerprint = Some(Digest::parse(rest).ok_or("not a SHA-256 sum")?);
            return Ok(());
        }
        let Some(kind) = InputKind::ALL.into_iter().find(|kind| kind.word() == word) else { return Ok(()) };
        let (digest, name) = rest.split_once(' ').ok_or("a sum and a name are missing")?;
        let digest = Digest::parse(digest).ok_or("not a SHA-256 sum")?;
        self.inputs.insert(Input { kind, name: name.to_owned(), digest });
        Ok(())
    }

    fn read_entry(&mut self, line: &str) -> Result<(), &'static str> {
        let (digest, path) = line.split_once("  ").ok_or("not a sum, two blanks and a path")?;
        let digest = Digest::parse(digest).ok_or("not a SHA-256 sum")?;
        if !is_bundle_path(path) || path == FILE_NAME {
            return Err("not a path of a bundle");
        }
        match self.files.insert(path.to_owned(), digest) {
            None => Ok(()),
            Some(_) => Err("a path that stands above already"),
        }
    }
}

fn check_format(line: &str, span: Span) -> Option<Diagnostic> {
    match line.strip_prefix(FORMAT_START).map(|rest| rest.split([':', ' ']).next().unwrap_or(rest)) {
        Some("1") => None,
        Some(format) => Some(
            broken(&format!("the lock has format {}, which this akcgen does not know", shown(format)))
                .at(span, "written by a newer akcgen")
                .help("use the version of akcgen that the project pins"),
        ),
        None => Some(broken("this is no lock of akcgen").at(span, format!("expected `{FORMAT_START}1`"))),
    }
}

fn broken(message: &str) -> Diagnostic {
    Diagnostic::new(code::BROKEN_LOCK, message).help(
        "bring the lock back from version control; after a merge, take either side and build again with `--force`, \
         which writes every generated file anew",
    )
}

/// The lines of a text with their places.
struct Lines<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a str, Span);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let line = rest.split('\n').next().unwrap_or(rest);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span { file: self.file, start: offset(self.at), end: offset(self.at + line.len()) };
        self.at += line.len() + 1;
        Some((line.strip_suffix('\r').unwrap_or(line), span))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn sample() -> Lock {
        let input = |kind, name: &str| Input { kind, name: name.into(), digest: Digest::of(name.as_bytes()) };
        Lock {
            version: "0.1.0".into(),
            inputs: [input(InputKind::Target, "eks"), input(InputKind::Blueprint, "my blueprint.yaml")].into(),
            files: ["b.yaml", "a/z.yaml", "a/b/c.yaml"].map(|path| (path.into(), Digest::of(path.as_bytes()))).into(),
            fingerprint: Some(Digest::of(b"")),
        }
    }

    fn parse(text: &str) -> (Option<Lock>, Vec<String>) {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let file = sources.add("akcgen.lock".into(), text.into());
        let lock = Lock::parse(file, &sources, &mut diagnostics);
        let shown = diagnostics.iter().map(|one| {
            let line = one.span.map_or(0, |span| sources.position(span).line);
            format!("{line}: {}: {}", one.message, one.label)
        });
        (lock, shown.collect())
    }

    #[test]
    fn text_round_trip() {
        let lock = sample();
        let text = lock.text();
        assert_eq!(parse(&text), (Some(lock), vec![]));
        assert_eq!(parse(&text.replace('\n', "\r\n")).0, Some(sample()), "a checkout may have changed line ends");
        let paths: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).map(|line| &line[66..]).collect();
        assert_eq!(paths, ["a/b/c.yaml", "a/z.yaml", "b.yaml"]);
    }

    #[test]
    fn a_fingerprint_holds_for_one_builder_and_for_the_lock_as_it_is() {
        let (builder, other) = (Digest::of(b"one"), Digest::of(b"other"));
        let made = |old: &Lock, scope: &Scope, builder| {
            let provenance = Provenance { inputs: sample().inputs, builder };
            old.after(&sample().files, scope, provenance).0
        };
        let whole = made(&Lock::default(), &Scope::whole(), Some(builder));
        assert!(whole.is_by(builder) && !whole.is_by(other));
        assert!(parse(&whole.text()).0.unwrap().is_by(builder));
        let changes: [fn(&mut Lock); 3] =
            [|lock| drop(lock.inputs.pop_first()), |lock| drop(lock.files.pop_first()), |lock| lock.version.push('x')];
        for change in changes {
            let mut changed = whole.clone();
            change(&mut changed);
            assert!(!changed.is_by(builder), "{changed:?}");
            assert_eq!(made(&changed, &Scope::whole(), None).fingerprint, None);
        }
        assert_eq!(made(&whole, &Scope::whole(), None), whole, "a part that changes nothing");
        assert_eq!(made(&Lock::default(), &Scope::whole(), None).fingerprint, None);
    }

    #[test]
    fn every_broken_line_is_reported_at_its_place() {
        let sum = Digest::of(b"");
        let text = format!(
            "{FIRST_LINE}\n# a remark\n<<<<<<< HEAD\n{sum}  ok\n{sum} one-blank\n{sum}  ../x\n{sum}  ok\nxyz  a\n# target xyz eks\n# target\n"
        );
        let (lock, found) = parse(&text);
        assert_eq!(lock, None);
        let lines: Vec<&str> = found.iter().map(|one| one.split(':').next().unwrap()).collect();
        assert_eq!(lines, ["3", "5", "6", "7", "8", "9", "10"], "{found:#?}");
        assert!(found[3].ends_with("stands above already"), "{}", found[3]);
    }

    #[test]
    fn other_formats_and_other_files_are_refused() {
        let (lock, found) = parse("# akcgen.lock, format 2: …\nwhatever\n");
        assert_eq!((lock, found.len()), (None, 1));
        assert!(found[0].contains("format `2`"), "{found:?}");
        assert_eq!(parse("{}").1.len(), 1);
        assert_eq!(parse("").1.len(), 1);
    }

    #[test]
    fn paths_stay_below_the_folder() {
        for path in
            ["a", "README.md", "akachain/blockchain/manifests/production/peer0.yaml", "a/_helpers.tpl", "a.b+c@d"]
        {
            assert!(is_bundle_path(path), "{path}");
        }
        for path in
            ["", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\\b", "a b", "a\nb", "c:/x", "ä", "-rf", "a/-x"]
        {
            assert!(!is_bundle_path(path), "{path:?}");
        }
    }
}
