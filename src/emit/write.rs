//! The bundle writer: replaces an output folder whole, or leaves it as it was.
//!
//! 1. Every file that is put is compared with the one on disk. Those that differ are written into a staging folder
//!    beside the output folder, by as many threads as put them.
//! 2. When all are there and nothing stands in the way, the rest of the folder is linked into the staging folder: what
//!    did not change, what this build does not cover, and what akcgen did not write. Only orphans stay behind: files
//!    that the lock lists, that nobody changed, and that the build covers but no longer contains.
//! 3. The two folders are exchanged in one step of the file system, and the old one is removed.
//!
//! A process that is killed before the third step leaves the old folder, one killed after it the new one; the next build
//! removes what is left beside it. A build without changes touches nothing. Nothing is flushed to the disk: after a
//! power failure `akcgen verify` tells what was lost.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileTimes};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::prelude::*;

use crate::base::Sources;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::emit::digest::Digest;
use crate::emit::folder::{self, Entry, Folder, Listing, Staging, trouble};
use crate::emit::lock::{self, Lock, Provenance};
use crate::emit::scope::Scope;

/// One build's writing into one output folder, from [`Session::begin`] over [`Session::put`] to [`Session::finish`].
/// Dropped before its end, it leaves the folder as it was.
#[derive(Debug)]
pub struct Session {
    folder: Folder,
    old: Lock,
    listing: Listing,
    /// Whether files that a person wrote or changed may be replaced.
    force: bool,
    staging: OnceLock<Result<Staging, Box<Diagnostic>>>,
    /// Whether the staging folder has taken the output folder's place.
    exchanged: AtomicBool,
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    files: BTreeMap<String, Digest>,
    /// Those of `files` that are in the staging folder.
    staged: BTreeSet<String>,
    conflicts: Vec<Diagnostic>,
    /// The first failure; nothing is written after it.
    failure: Option<Box<Diagnostic>>,
}

/// What a build did, in files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// New, or with other bytes than before.
    pub written: usize,
    pub unchanged: usize,
    /// Orphans.
    pub removed: usize,
}

impl Session {
    /// Takes hold of the output folder, creating it where it is missing. With `force`, files that a person wrote or
    /// changed are replaced where they stand in the way, and a folder without a lock is accepted.
    ///
    /// Refuses a folder that another akcgen holds, that cannot be exchanged (a mount, a repository, the current folder
    /// or one around it), or whose lock is broken.
    pub fn begin(out: &Path, force: bool, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Session> {
        let held = Folder::hold(out).and_then(|folder| {
            folder.check_replaceable(force)?;
            let listing = folder::list_if_there(&folder.path)?;
            Ok((folder, listing))
        });
        let (folder, listing) = held.map_err(|refusal| diagnostics.push(*refusal)).ok()?;
        let mut troubles = Diagnostics::new();
        let old = folder::read_lock(&folder.path, sources, &mut troubles);
        if old.is_none() && !force {
            diagnostics.extend(troubles.iter().cloned());
            return None;
        }
        let old = old.unwrap_or_default();
        let (staging, exchanged, progress) = (OnceLock::new(), AtomicBool::new(false), Mutex::default());
        Some(Session { folder, old, listing, force, staging, exchanged, progress })
    }

    /// Adds a file of the bundle. May be called from several threads; what goes wrong is told by [`Session::finish`].
    pub fn put(&self, path: &str, bytes: &[u8]) {
        if self.progress().failure.is_some() {
            return;
        }
        let digest = Digest::of(bytes);
        let placed = self.place(path, bytes);
        let mut progress = self.progress();
        match placed {
            Ok(Placed::Unchanged) => {}
            Ok(Placed::Staged) => drop(progress.staged.insert(path.to_owned())),
            Ok(Placed::Conflict(conflict)) => progress.conflicts.push(*conflict),
            Err(failure) => drop(progress.failure.get_or_insert(failure)),
        }
        if progress.files.insert(path.to_owned(), digest).is_some() {
            progress.failure.get_or_insert(twice(path));
        }
    }

    /// Completes the build: exchanges the folder if anything changed. `scope` is the part of the bundle that was
    /// built. `None`: nothing was changed, and the diagnostics say why.
    pub fn finish(self, provenance: Provenance, scope: &Scope, diagnostics: &mut Diagnostics) -> Option<Report> {
        let Progress { files, mut staged, conflicts, failure } = std::mem::take(&mut *self.progress());
        let (new, orphans) = self.old.after(&files, scope, provenance);
        let edited = orphans.iter().filter_map(|path| self.conflict_of_orphan(path));
        let conflicts: Vec<Diagnostic> = conflicts.into_iter().chain(edited).collect();
        if failure.is_some() || !conflicts.is_empty() {
            diagnostics.extend(failure.map(|failure| *failure).into_iter().chain(conflicts));
            return None;
        }
        let report = Report {
            written: staged.len(),
            unchanged: files.len() - staged.len(),
            removed: orphans.iter().filter(|path| self.listing.contains_key(OsStr::new(path))).count(),
        };
        self.complete(&new, &mut staged, &orphans).map_err(|failure| diagnostics.push(*failure)).ok()?;
        Some(report)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares a file with the disk, and stages it if it differs.
    fn place(&self, path: &str, bytes: &[u8]) -> Result<Placed, Box<Diagnostic>> {
        if !lock::is_bundle_path(path) || path == lock::FILE_NAME {
            return Err(Box::new(Diagnostic::new(code::BUG, format!("`{path}` is no path of a bundle"))));
        }
        let on_disk = self.folder.path.join(path);
        match self.listing.get(OsStr::new(path)) {
            None => {
                if let Some(parent) = self.blocked_parent(path) {
                    return Ok(Placed::Conflict(Box::new(in_the_way(parent, "no folder"))));
                }
                self.stage(path, bytes, None)?;
            }
            Some(Entry::File) => {
                let before = fs::read(&on_disk).map_err(|error| folder::unreadable(&on_disk, &error))?;
                if before == bytes {
                    return Ok(Placed::Unchanged);
                }
                if let Some(conflict) = self.conflict(path, &before) {
                    return Ok(Placed::Conflict(Box::new(conflict)));
                }
                self.stage(path, bytes, Some(&on_disk))?;
            }
            Some(Entry::Folder | Entry::EmptyFolder) => {
                return Ok(Placed::Conflict(Box::new(in_the_way(path, "a folder"))));
            }
            Some(Entry::Other) => return Ok(Placed::Conflict(Box::new(in_the_way(path, "no regular file")))),
        }
        Ok(Placed::Staged)
    }

    /// Whether a file on disk is not as akcgen wrote it.
    fn conflict(&self, path: &str, on_disk: &[u8]) -> Option<Diagnostic> {
        match self.old.files.get(path) {
            _ if self.force => None,
            Some(digest) if *digest == Digest::of(on_disk) => None,
            Some(digest) => Some(edited(path, *digest, on_disk)),
            None => Some(in_the_way(path, "a file that akcgen did not write").help(REPLACE)),
        }
    }

    fn conflict_of_orphan(&self, path: &str) -> Option<Diagnostic> {
        match self.listing.get(OsStr::new(path))? {
            Entry::File => {
                let on_disk = self.folder.path.join(path);
                fs::read(&on_disk).map_or_else(
                    |error| Some(folder::unreadable(&on_disk, &error)),
                    |bytes| self.conflict(path, &bytes).map(|conflict| conflict.help(ORPHAN)),
                )
            }
            Entry::Folder | Entry::EmptyFolder | Entry::Other => None,
        }
    }

    /// A part of the path that stands on disk and is no folder, such as a symbolic link that leads elsewhere.
    fn blocked_parent<'a>(&self, path: &'a str) -> Option<&'a str> {
        let parents = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        parents
            .into_iter()
            .find(|parent| matches!(self.listing.get(OsStr::new(parent)), Some(Entry::File | Entry::Other)))
    }

    /// Writes a file into the staging folder, with the permissions of the one that it replaces.
    fn stage(&self, path: &str, bytes: &[u8], replaced: Option<&Path>) -> Result<(), Box<Diagnostic>> {
        let target = self.staging()?.join(path);
        let written = with_parents(&target, || fs::write(&target, bytes)).and_then(|()| match replaced {
            Some(old) => keep_permissions(old, &target),
            None => Ok(()),
        });
        written.map_err(|error| trouble("write", &self.folder.path.join(path), &error))
    }

    fn staging(&self) -> Result<&Path, Box<Diagnostic>> {
        let staging = self.staging.get_or_init(|| self.folder.create_staging());
        staging.as_ref().map(|staging| staging.path.as_path()).map_err(Clone::clone)
    }

    /// Writes the lock, links what stays, exchanges the folders, and removes the old one.
    fn complete(
        &self,
        new: &Lock,
        staged: &mut BTreeSet<String>,
        orphans: &BTreeSet<String>,
    ) -> Result<(), Box<Diagnostic>> {
        if !folder::holds(&self.folder.path, &self.listing, new) {
            self.stage(lock::FILE_NAME, new.text().as_bytes(), None)?;
            staged.insert(lock::FILE_NAME.to_owned());
        }
        if staged.is_empty() {
            return Ok(());
        }
        let gone = |path: &OsStr| path.to_str().is_some_and(|path| staged.contains(path) || orphans.contains(path));
        let staging = self.staging()?;
        self.carry_over(staging, gone)?;
        let old = self.folder.exchange(staging)?;
        self.exchanged.store(true, Ordering::Relaxed);
        retire(&old, &self.folder.path, gone)
    }

    /// Links everything that stays into the staging folder, and gives its folders their permissions.
    fn carry_over(&self, staging: &Path, gone: impl Fn(&OsStr) -> bool + Sync) -> Result<(), Box<Diagnostic>> {
        let root = &self.folder.path;
        let entries: Vec<(&OsString, Entry)> = self.listing.iter().map(|(path, entry)| (path, *entry)).collect();
        entries.par_iter().try_for_each(|(path, entry)| {
            let (old, new) = (root.join(path), staging.join(path));
            let carried = match entry {
                Entry::File | Entry::Other if gone(path) => Ok(()),
                Entry::File | Entry::Other => with_parents(&new, || link(&old, &new)),
                Entry::EmptyFolder => fs::create_dir_all(&new),
                Entry::Folder => Ok(()),
            };
            carried.map_err(|error| trouble("keep", &old, &error))
        })?;
        let folders = entries.iter().filter(|(_, entry)| matches!(entry, Entry::Folder | Entry::EmptyFolder));
        let folders = folders.map(|(path, _)| (root.join(path), staging.join(path)));
        for (old, new) in folders.chain([(root.clone(), staging.to_owned())]) {
            match keep_permissions(&old, &new) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(trouble("keep", &old, &error)),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.exchanged.load(Ordering::Relaxed) {
            return;
        }
        if let Some(Ok(staging)) = self.staging.get() {
            let _ = fs::remove_dir_all(&staging.path);
        }
        self.folder.abandon();
    }
}

enum Placed {
    Unchanged,
    Staged,
    Conflict(Box<Diagnostic>),
}

const REPLACE: &str = "move it elsewhere, or say `--force` to replace it";
const ORPHAN: &str = "the bundle no longer contains it: without the change it would be removed";

fn in_the_way(path: &str, what: &str) -> Diagnostic {
    Diagnostic::new(code::IN_THE_WAY, format!("`{path}` is {what}, and the bundle has a file there"))
}

fn edited(path: &str, written: Digest, on_disk: &[u8]) -> Diagnostic {
    let diagnostic = Diagnostic::new(code::EDITED, format!("`{path}` was changed since akcgen wrote it"));
    if differs_in_line_ends_only(written, on_disk) {
        return diagnostic.help(LINE_ENDS).help("say `--force` to write it again");
    }
    diagnostic
        .help("say it in the blueprint instead: what has no key of its own can be patched with `patches`")
        .help("say `--force` to replace it")
}

/// What to do about files whose line ends were changed.
pub(super) const LINE_ENDS: &str =
    "only line ends differ: tell git to leave them alone by a line `* -text` in `.gitattributes` beside the files";

/// Whether a file is as akcgen wrote it but for carriage returns, as git can add them.
pub(super) fn differs_in_line_ends_only(written: Digest, on_disk: &[u8]) -> bool {
    on_disk.contains(&b'\r') && {
        let pairs = on_disk.iter().zip(on_disk.iter().skip(1).chain([&0]));
        let unix: Vec<u8> = pairs.filter(|pair| *pair != (&b'\r', &b'\n')).map(|(byte, _)| *byte).collect();
        Digest::of(&unix) == written
    }
}

fn twice(path: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(code::BUG, format!("two files of the bundle have the path `{path}`")))
}

/// Does something that needs the folder of `path`, and creates it only if that fails for want of it.
fn with_parents(path: &Path, act: impl Fn() -> io::Result<()>) -> io::Result<()> {
    match act() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            act()
        }
        done => done,
    }
}

fn keep_permissions(old: &Path, new: &Path) -> io::Result<()> {
    let before = fs::metadata(old)?.permissions();
    match fs::metadata(new)?.permissions().mode() == before.mode() {
        true => Ok(()),
        false => fs::set_permissions(new, before),
    }
}

/// A hard link, so that the file stays the same one; where the file system or its rules allow none, a copy of it.
fn link(old: &Path, new: &Path) -> io::Result<()> {
    match fs::hard_link(old, new) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::Unsupported | ErrorKind::TooManyLinks
            ) =>
        {
            copy(old, new)
        }
        done => done,
    }
}

fn copy(old: &Path, new: &Path) -> io::Result<()> {
    let metadata = old.symlink_metadata()?;
    if metadata.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(old)?, new);
    }
    if !metadata.is_file() {
        return Err(io::Error::new(ErrorKind::Unsupported, "it can be neither linked nor copied"));
    }
    fs::copy(old, new)?;
    File::options().write(true).open(new)?.set_times(FileTimes::new().set_modified(metadata.modified()?))
}

/// Removes the old folder. What is neither gone on purpose nor the same file in the new folder came into the old one
/// while the build ran: it moves over.
fn retire(old: &Path, new: &Path, gone: impl Fn(&OsStr) -> bool) -> Result<(), Box<Diagnostic>> {
    for (path, entry) in folder::list(old).unwrap_or_default() {
        let (from, to) = (old.join(&path), new.join(&path));
        let same = || matches!((from.symlink_metadata(), to.symlink_metadata()), (Ok(one), Ok(other)) if folder::same_file(&one, &other));
        if matches!(entry, Entry::File | Entry::Other) && !gone(&path) && !same() {
            with_parents(&to, || fs::rename(&from, &to)).map_err(|error| stranded(&from, &error))?;
        }
    }
    // What cannot be removed now is removed by the next build.
    let _ = fs::remove_dir_all(old);
    Ok(())
}

fn stranded(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let message = format!("cannot move `{}` into the new output folder: {error}", path.display());
    Box::new(Diagnostic::new(code::NOT_WRITTEN, message).help("move it by hand: the next build removes it there"))
}
