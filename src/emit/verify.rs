//! `verify`: a folder against its own lock, without the blueprint.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use crate::base::Sources;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::emit::digest::Digest;
use crate::emit::folder::{self, Entry, Listing};
use crate::emit::lock::{self, Input, Lock};
use crate::emit::write::{LINE_ENDS, differs_in_line_ends_only};

/// Compares every file that the lock lists, and warns of others that lie among them. Returns how many files the lock
/// lists; `None` if there is no readable lock. What differs is in the diagnostics.
pub fn verify(root: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<usize> {
    let lock_path = root.join(lock::FILE_NAME);
    if let Err(error) = fs::metadata(&lock_path) {
        diagnostics.push(folder::unreadable(&lock_path, &error).help("give the folder that a build wrote"));
        return None;
    }
    let lock = folder::read_lock(root, sources, diagnostics)?;
    let listing = folder::list_if_there(root).map_err(|failure| diagnostics.push(*failure)).ok()?;
    let found: Vec<Diagnostic> = differences(root, &lock, &listing).collect();
    diagnostics.extend(found);
    diagnostics.extend(folder::unlisted(&listing, &lock, &Default::default()));
    Some(lock.files.len())
}

/// How many files a folder has where a build by `builder` has nothing to do there: its lock says so, `unchanged` says that
/// what it lists as read is still what would be read, and every file is as it was written.
pub fn is_current(root: &Path, builder: Digest, unchanged: impl FnOnce(&BTreeSet<Input>) -> bool) -> Option<usize> {
    let lock = folder::read_lock(root, &mut Sources::new(), &mut Diagnostics::new())?;
    if !lock.is_by(builder) || !unchanged(&lock.inputs) {
        return None;
    }
    let listing = folder::list_if_there(root).ok()?;
    let same = || differences(root, &lock, &listing).find_any(|_| true).is_none();
    (folder::holds(root, &listing, &lock) && same()).then_some(lock.files.len())
}

/// What is not as the lock says.
fn differences(root: &Path, lock: &Lock, listing: &Listing) -> impl ParallelIterator<Item = Diagnostic> {
    let files: Vec<(&String, &Digest)> = lock.files.iter().collect();
    files.into_par_iter().filter_map(|(path, digest)| match listing.get(OsStr::new(path)) {
        Some(Entry::File) => check(root, path, *digest),
        Some(_) => Some(Diagnostic::new(code::EDITED, format!("`{path}` is no regular file"))),
        None => Some(Diagnostic::new(code::MISSING_FILE, format!("`{path}` is missing"))),
    })
}

fn check(root: &Path, path: &str, digest: Digest) -> Option<Diagnostic> {
    let on_disk = root.join(path);
    match fs::read(&on_disk) {
        Err(error) => Some(folder::unreadable(&on_disk, &error)),
        Ok(bytes) if Digest::of(&bytes) == digest => None,
        Ok(bytes) => {
            let finding = Diagnostic::new(code::EDITED, format!("`{path}` is not what the lock says"));
            Some(if differs_in_line_ends_only(digest, &bytes) { finding.help(LINE_ENDS) } else { finding })
        }
    }
}
