//! `build --check`: the files of a build against those on disk, without writing anything.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::{Sources, Span};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::emit::difference::Difference;
use crate::emit::digest::Digest;
use crate::emit::folder::{self, Entry, Listing};
use crate::emit::lock::{self, Input, Lock, Provenance};
use crate::emit::scope::Scope;

/// Differences that are shown; further ones are only named.
const SHOWN: usize = 50;

/// One build's comparison with one output folder, from [`Comparison::begin`] over [`Comparison::put`] to
/// [`Comparison::finish`].
#[derive(Debug)]
pub struct Comparison {
    root: PathBuf,
    old: Lock,
    listing: Listing,
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    files: BTreeMap<String, Digest>,
    missing: BTreeSet<String>,
    stale: BTreeSet<String>,
    /// The first of `stale` with what differs.
    shown: BTreeMap<String, Shown>,
    failures: Vec<Diagnostic>,
}

#[derive(Debug)]
struct Shown {
    on_disk: String,
    difference: Difference,
}

/// A file that is not what the build gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Its path below the output folder.
    pub path: String,
    /// What is wrong.
    pub finding: Diagnostic,
    /// What differs, for a stale file: one hunk of a unified diff, the old text being what is on disk.
    pub difference: Option<Difference>,
}

impl Comparison {
    /// Lists the folder and reads its lock. A missing folder is an empty one.
    pub fn begin(out: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Comparison> {
        let listing = folder::list_if_there(out).map_err(|failure| diagnostics.push(*failure)).ok()?;
        let old = folder::read_lock(out, sources, diagnostics)?;
        Some(Comparison { root: out.to_owned(), old, listing, progress: Mutex::default() })
    }

    /// Compares a file of the build. May be called from several threads.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        let found = self.compare(path, bytes);
        let mut progress = self.progress();
        progress.files.insert(path.to_owned(), Digest::of(bytes));
        match found {
            Ok(Found::Equal) => {}
            Ok(Found::Missing) => drop(progress.missing.insert(path.to_owned())),
            Ok(Found::Stale(shown)) => progress.add_stale(path, shown),
            Err(failure) => progress.failures.push(*failure),
        }
    }

    /// What a build would change, sorted by path, and warnings of files that nobody generated. `None`: files on disk
    /// could not be read, and the diagnostics say why.
    pub fn finish(
        self,
        inputs: BTreeSet<Input>,
        scope: &Scope,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<Drift>> {
        let mut progress = std::mem::take(&mut *self.progress());
        if !progress.failures.is_empty() {
            diagnostics.extend(progress.failures);
            return None;
        }
        let (new, orphans) = self.old.after(&progress.files, scope, Provenance { inputs, builder: None });
        diagnostics.extend(folder::unlisted(&self.listing, &new, &orphans));
        // Which program made a folder is no part of it.
        let new = Lock { fingerprint: self.old.fingerprint, ..new };
        match self.compare(lock::FILE_NAME, new.text().as_bytes()) {
            Ok(Found::Equal) => {}
            Ok(Found::Missing) => drop(progress.missing.insert(lock::FILE_NAME.to_owned())),
            Ok(Found::Stale(shown)) => progress.add_stale(lock::FILE_NAME, shown),
            Err(failure) => {
                diagnostics.push(*failure);
                return None;
            }
        }
        let orphans = orphans.into_iter().filter(|path| self.listing.contains_key(OsStr::new(path)));
        let missing = std::mem::take(&mut progress.missing).into_iter().map(missing);
        let mut drifts: Vec<Drift> = missing.chain(orphans.map(orphaned)).collect();
        for path in std::mem::take(&mut progress.stale) {
            let shown = progress.shown.remove(&path);
            drifts.push(self.stale(path, shown, sources));
        }
        drifts.sort_by(|one, other| one.path.cmp(&other.path));
        Some(drifts)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compare(&self, path: &str, bytes: &[u8]) -> Result<Found, Box<Diagnostic>> {
        match self.listing.get(OsStr::new(path)) {
            Some(Entry::File) => {
                let on_disk = self.root.join(path);
                let before = fs::read(&on_disk).map_err(|error| folder::unreadable(&on_disk, &error))?;
                Ok(if before == bytes { Found::Equal } else { Found::Stale(shown(&before, bytes)) })
            }
            _ => Ok(Found::Missing),
        }
    }

    fn stale(&self, path: String, shown: Option<Shown>, sources: &mut Sources) -> Drift {
        let mut finding = Diagnostic::new(code::STALE_FILE, format!("`{path}` is not what the blueprint gives"));
        if path == lock::FILE_NAME && self.old.version != lock::VERSION {
            let (old, new) = (&self.old.version, lock::VERSION);
            finding = finding.help(format!("the folder was built by akcgen {old}, and this is {new}"));
        }
        let Some(Shown { on_disk, difference }) = shown else {
            return Drift { path, finding, difference: None };
        };
        let file = sources.add(self.root.join(&path).display().to_string(), on_disk);
        let source = sources.file(file);
        let line = u32::try_from(difference.line).unwrap_or(u32::MAX);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let start = source.line_start(line);
        let span = Span { file, start: offset(start), end: offset(start + source.line(line).len()) };
        Drift { path, finding: finding.at(span, "differs from here on"), difference: Some(difference) }
    }
}

impl Progress {
    fn add_stale(&mut self, path: &str, shown: Option<Shown>) {
        self.stale.insert(path.to_owned());
        if let Some(shown) = shown {
            self.shown.insert(path.to_owned(), shown);
        }
        if self.shown.len() > SHOWN {
            self.shown.pop_last();
        }
    }
}

enum Found {
    Equal,
    Missing,
    Stale(Option<Shown>),
}

fn shown(on_disk: &[u8], bytes: &[u8]) -> Option<Shown> {
    let on_disk = String::from_utf8_lossy(on_disk).into_owned();
    let difference = Difference::between(&on_disk, &String::from_utf8_lossy(bytes))?;
    Some(Shown { on_disk, difference })
}

fn missing(path: String) -> Drift {
    let finding = Diagnostic::new(code::MISSING_FILE, format!("`{path}` is missing"));
    Drift { path, finding, difference: None }
}

fn orphaned(path: String) -> Drift {
    let finding = Diagnostic::new(code::ORPHANED_FILE, format!("`{path}` is no longer part of the bundle"));
    Drift { path, finding, difference: None }
}
