//! The output folder on disk: held by one akcgen at a time, listed, and exchanged for another in one step.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, RenameFlags};
use rustix::io::Errno;

use crate::base::Sources;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::emit::lock::{self, Lock};

/// A lock lists a file in about 130 bytes; no real bundle has a million files.
const LARGEST_LOCK: u64 = 256 * 1024 * 1024;

/// What stands at a path below the output folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    File,
    Folder,
    EmptyFolder,
    /// A symbolic link, a socket, a device.
    Other,
}

/// Everything below a folder: its path with `/` between the parts, and what it is.
pub(super) type Listing = BTreeMap<OsString, Entry>;

/// An output folder that this process holds: until it is dropped, another akcgen that wants to write there is refused.
#[derive(Debug)]
pub(super) struct Folder {
    /// Absolute, without symbolic links.
    pub path: PathBuf,
    _held: Held,
    created: bool,
}

/// An advisory lock on a folder itself, so that no file for it lies about.
#[derive(Debug)]
struct Held(File);

impl Held {
    /// Takes the lock; `None` if somebody else has it. Some network file systems know no such locks; then nothing guards
    /// against a second akcgen.
    fn take(folder: File) -> Option<Held> {
        let taken = rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive);
        (taken != Err(Errno::WOULDBLOCK)).then_some(Held(folder))
    }
}

impl Drop for Held {
    /// Gives the lock back by its own call. Closing the file is not enough: the lock lasts until no process has it open any
    /// more (flock(2)), and what another thread has just forked has a copy of it until it runs its program.
    fn drop(&mut self) {
        let _ = rustix::fs::flock(&self.0, FlockOperation::Unlock);
    }
}

/// A folder in which a new tree grows, to be exchanged for the output folder. It is held like that, so that nobody builds
/// into it between the exchange and the removal of the old tree.
#[derive(Debug)]
pub(super) struct Staging {
    pub path: PathBuf,
    _held: Held,
}

impl Folder {
    /// Creates the folder where it is missing, and takes hold of it.
    pub fn hold(path: &Path) -> Result<Folder, Box<Diagnostic>> {
        mend_interrupted_exchange(path)?;
        let created = match fs::create_dir(path) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(path).map_err(|error| trouble("create the folder", path, &error))?;
                true
            }
            Err(error) => return Err(trouble("create the folder", path, &error)),
        };
        loop {
            let unusable = |error: io::Error| trouble("open the folder", path, &error);
            let real = path.canonicalize().map_err(unusable)?;
            if !real.is_dir() {
                return Err(refused(path, "it is no folder", "give a folder with `--out`"));
            }
            let folder = File::open(&real).map_err(unusable)?;
            let metadata = folder.metadata().map_err(unusable)?;
            let held = Held::take(folder).ok_or_else(|| in_use(path))?;
            // Whoever held the folder before may have exchanged it for another.
            if fs::metadata(&real).is_ok_and(|now| same_file(&now, &metadata)) {
                return Ok(Folder { path: real, _held: held, created });
            }
        }
    }

    /// Refuses a folder that cannot be exchanged for another, or had better not be.
    pub fn check_replaceable(&self, force: bool) -> Result<(), Box<Diagnostic>> {
        let refuse = |reason: &str, way_out: &str| Err(refused(&self.path, reason, way_out));
        let within = |inner: PathBuf| inner.starts_with(&self.path);
        if self.path.parent().is_none() {
            return refuse("it is the root of the file system", "give a folder of its own, such as `--out dist`");
        }
        if std::env::current_dir().and_then(|folder| folder.canonicalize()).is_ok_and(within) {
            return refuse(
                "the current folder lies in it and would be replaced",
                "run akcgen from outside, or give a folder of its own, such as `--out dist`",
            );
        }
        if exists(&self.path.join(".git")) {
            return refuse("it is a git repository", "give a folder within the repository, such as `--out bundles`");
        }
        let strange = || !exists(&self.path.join(lock::FILE_NAME)) && !is_empty(&self.path);
        if !force && strange() {
            return refuse(
                &format!("it is not empty, and no `{}` says that akcgen wrote it", lock::FILE_NAME),
                "give another folder, or say `--force`: what akcgen does not write stays as it is",
            );
        }
        Ok(())
    }

    /// A folder beside the output folder, of the same file system, in which the new tree grows. Whatever an interrupted
    /// build left there is removed.
    pub fn create_staging(&self) -> Result<Staging, Box<Diagnostic>> {
        let path = sibling(&self.path, "new");
        remove_tree(&path).map_err(|error| trouble("remove what an interrupted build left", &path, &error))?;
        let made = fs::create_dir(&path).and_then(|()| File::open(&path));
        let folder = made.map_err(|error| trouble("create the folder", &path, &error))?;
        let held = Held::take(folder).ok_or_else(|| in_use(&self.path))?;
        Ok(Staging { path, _held: held })
    }

    /// Puts the staged tree in the folder's place, in one step. Returns where the old tree is now.
    pub fn exchange(&self, staging: &Path) -> Result<PathBuf, Box<Diagnostic>> {
        match rustix::fs::renameat_with(CWD, staging, CWD, &self.path, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(staging.to_owned()),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => self.exchange_in_two_steps(staging),
            Err(Errno::BUSY | Errno::XDEV) => Err(refused(
                &self.path,
                "it is the root of a mounted file system",
                "give a folder in it, such as `--out /mounted/dist`",
            )),
            Err(error) => Err(trouble("replace the folder", &self.path, &error.into())),
        }
    }

    /// For file systems that know no exchange. Between the steps the folder is missing; [`mend_interrupted_exchange`]
    /// brings it back.
    fn exchange_in_two_steps(&self, staging: &Path) -> Result<PathBuf, Box<Diagnostic>> {
        let old = sibling(&self.path, "old");
        let rename = |from: &Path, to: &Path| fs::rename(from, to).map_err(|error| trouble("rename", from, &error));
        remove_tree(&old).map_err(|error| trouble("remove what an interrupted build left", &old, &error))?;
        rename(&self.path, &old)?;
        if let Err(trouble) = rename(staging, &self.path) {
            rename(&old, &self.path)?;
            return Err(trouble);
        }
        Ok(old)
    }

    /// Removes the folder again if this process created it and nothing came into it.
    pub fn abandon(&self) {
        if self.created {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

fn mend_interrupted_exchange(path: &Path) -> Result<(), Box<Diagnostic>> {
    let old = sibling(path, "old");
    if !exists(path) && old.is_dir() {
        fs::rename(&old, path).map_err(|error| trouble("bring back", path, &error))?;
    }
    Ok(())
}

/// `dist` to `.dist.akcgen-new`.
fn sibling(path: &Path, what: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".akcgen-{what}"));
    path.with_file_name(name)
}

/// Removes whatever stands at a path, without following links.
fn remove_tree(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether both are the same file, not merely equal ones.
pub(super) fn same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Lists all that stands below a folder, without following links.
pub(super) fn list(root: &Path) -> io::Result<Listing> {
    let mut listing = Listing::new();
    let mut folders = vec![OsString::new()];
    while let Some(folder) = folders.pop() {
        let mut empty = true;
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            empty = false;
            let mut path = folder.clone();
            if !path.is_empty() {
                path.push("/");
            }
            path.push(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                listing.insert(path.clone(), Entry::Folder);
                folders.push(path);
            } else {
                listing.insert(path, if kind.is_file() { Entry::File } else { Entry::Other });
            }
        }
        if empty && !folder.is_empty() {
            listing.insert(folder, Entry::EmptyFolder);
        }
    }
    Ok(listing)
}

/// Lists a folder that may be missing.
pub(super) fn list_if_there(root: &Path) -> Result<Listing, Box<Diagnostic>> {
    match list(root) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Listing::new()),
        listed => listed.map_err(|error| Box::new(unreadable(root, &error))),
    }
}

/// Reads the lock of a folder. A missing one is an empty one; a broken one is `None`, and the diagnostics say why.
pub(super) fn read_lock(folder: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Lock> {
    let path = folder.join(lock::FILE_NAME);
    let mut text = String::new();
    match File::open(&path).and_then(|file| file.take(LARGEST_LOCK).read_to_string(&mut text)) {
        Ok(_) => {
            let file = sources.add(path.display().to_string(), text);
            Lock::parse(file, sources, diagnostics)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Some(Lock::default()),
        Err(error) => {
            diagnostics.push(unreadable(&path, &error));
            None
        }
    }
}

/// Whether a folder's lock is this one, to the byte: one with remarks or other line ends reads the same.
pub(super) fn holds(folder: &Path, listing: &Listing, lock: &Lock) -> bool {
    listing.get(OsStr::new(lock::FILE_NAME)) == Some(&Entry::File)
        && fs::read(folder.join(lock::FILE_NAME)).is_ok_and(|bytes| bytes == lock.text().as_bytes())
}

/// Warns of files that nobody generated in folders that hold generated ones.
pub(super) fn unlisted(listing: &Listing, lock: &Lock, orphans: &BTreeSet<String>) -> Vec<Diagnostic> {
    let parent = |path: &str| path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let folders: BTreeSet<String> = lock.files.keys().filter_map(|path| parent(path)).collect();
    let files = listing.iter().filter(|(_, entry)| matches!(entry, Entry::File | Entry::Other));
    let names = files.map(|(path, _)| path.to_string_lossy());
    let strange = names.filter(|path| !lock.files.contains_key(path.as_ref()) && !orphans.contains(path.as_ref()));
    let among = strange.filter(|path| parent(path).is_some_and(|parent| folders.contains(&parent)));
    among.map(|path| Diagnostic::new(code::UNLISTED_FILE, format!("akcgen did not write `{path}`"))).collect()
}

/// Something that cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(code::UNREADABLE, format!("cannot read `{}`: {}", path.display(), reason(error)))
}

/// Something that cannot be written: `trouble("create the folder", path, &error)`.
pub(super) fn trouble(action: &str, path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let message = format!("cannot {action} `{}`: {}", path.display(), reason(error));
    Box::new(Diagnostic::new(code::NOT_WRITTEN, message).help("what was there is as it was"))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "the quota of disk space is used up".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => error.to_string(),
    }
}

fn refused(path: &Path, reason: &str, way_out: &str) -> Box<Diagnostic> {
    let message = format!("cannot write a bundle into `{}`: {reason}", path.display());
    Box::new(Diagnostic::new(code::NOT_REPLACEABLE, message).help(way_out))
}

fn in_use(path: &Path) -> Box<Diagnostic> {
    let message = format!("another akcgen is writing into `{}`", path.display());
    Box::new(Diagnostic::new(code::IN_USE, message).help("wait until it is done, or give another folder with `--out`"))
}

/// Replaces one file, or makes it, in one step: whoever reads it sees the old bytes or the new ones.
///
/// # Errors
/// The file or the folder that holds it cannot be written.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let replace = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        let permissions = fs::metadata(path).map_or_else(|_| Permissions::from_mode(0o644), |old| old.permissions());
        file.as_file().set_permissions(permissions)?;
        file.persist(path)?;
        Ok(())
    };
    replace().map_err(|error| trouble("write", path, &error))
}

/// Makes a file that is not there yet. One that is there is left alone.
///
/// # Errors
/// The file exists, or cannot be written.
pub fn create_file(path: &Path, bytes: &[u8]) -> Result<(), Box<Diagnostic>> {
    File::create_new(path).and_then(|mut file| file.write_all(bytes)).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let message = format!("`{}` exists already", path.display());
            let way_out = "name another file: what is there is never overwritten";
            Box::new(Diagnostic::new(code::NOT_WRITTEN, message).help(way_out))
        }
        _ => trouble("write", path, &error),
    })
}

/// Takes away a file that this process has made.
pub fn discard_file(path: &Path) {
    let _ = fs::remove_file(path);
}

/// The path of a file below the nearest folder above it that holds a lock.
pub fn path_in_bundle(file: &Path) -> Option<String> {
    let file = std::path::absolute(file).ok()?;
    let root = file.ancestors().skip(1).find(|folder| folder.join(lock::FILE_NAME).is_file())?;
    let parts = file.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str());
    parts.collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refusal(path: &Path) -> Option<code::Code> {
        Folder::hold(path).err().map(|refusal| refusal.code)
    }

    #[test]
    fn a_folder_given_back_is_free_although_a_forked_process_has_its_lock_open() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::hold(place.path()).unwrap();
        let copy = first._held.0.try_clone().unwrap();
        assert_eq!(refusal(place.path()), Some(code::IN_USE));
        drop(first);
        assert_eq!(refusal(place.path()), None);
        drop(copy);
    }

    /// Else a second build could take the new folder, and the first one, removing the old tree, its staging folder.
    #[test]
    fn the_new_folder_is_held_from_the_exchange_on() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("dist");
        let first = Folder::hold(&out).unwrap();
        let staging = first.create_staging().unwrap();
        first.exchange(&staging.path).unwrap();
        assert_eq!(refusal(&out), Some(code::IN_USE));
        drop((first, staging));
        assert_eq!(refusal(&out), None);
    }
}
