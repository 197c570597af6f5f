//! Reading input files, within limits. No other stage touches the disk, but for target folders and the bundle.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::base::{FileId, Sources, Span};
use crate::diag::{Diagnostic, Diagnostics, code};

/// The largest input file that is read, in bytes. A blueprint of 500 organizations has about 3 MB.
pub const LARGEST_FILE: usize = 8 * 1024 * 1024;

/// Reads a text file into the table. A file that is too large, no regular file, or not UTF-8 is refused, without more
/// of it in memory than [`LARGEST_FILE`].
pub fn read_file(path: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<FileId> {
    let name = path.display().to_string();
    match read_bytes(path) {
        Ok(bytes) => admit(name, bytes, sources, diagnostics),
        Err(error) => {
            diagnostics.push(unreadable(&name, &error));
            None
        }
    }
}

/// Takes a text that is already in memory, such as one from a git revision, into the table.
pub fn admit(name: String, bytes: Vec<u8>, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<FileId> {
    if bytes.len() > LARGEST_FILE {
        diagnostics.push(too_large(&name));
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(sources.add(name, text)),
        Err(error) => {
            diagnostics.push(not_utf8(name, &error, sources));
            None
        }
    }
}

/// The `.yaml` files directly in a folder, sorted by name. A missing folder has none.
pub fn yaml_files(folder: &Path, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let entries = match listed {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            diagnostics.push(unreadable(&folder.display().to_string(), &error));
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml") && path.is_file());
    paths.sort();
    paths
}

/// Whether the path leads to a folder.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Whether the path leads to anything.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Diagnostic::new(code::UNREADABLE, format!("cannot read `{name}`: {reason}"))
}

pub(super) fn too_large(name: &str) -> Diagnostic {
    let limit = LARGEST_FILE / (1024 * 1024);
    Diagnostic::new(code::TOO_LARGE, format!("`{name}` is larger than {limit} MiB"))
        .help("a blueprint can be a folder: `consortium.yaml` beside `organizations/<organization>.yaml`")
}

/// The text is shown with replacement characters; up to the first of them its bytes stand where they stood.
fn not_utf8(name: String, error: &std::string::FromUtf8Error, sources: &mut Sources) -> Diagnostic {
    let start = u32::try_from(error.utf8_error().valid_up_to()).unwrap_or(u32::MAX);
    let bytes = error.as_bytes();
    let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let file = sources.add(name, String::from_utf8_lossy(bytes).into_owned());
    let width = u32::try_from(char::REPLACEMENT_CHARACTER.len_utf8()).unwrap_or(0);
    let span = Span { file, start, end: start.saturating_add(width) };
    let message = if wide { "the file is UTF-16, not UTF-8" } else { "the file is not UTF-8" };
    Diagnostic::new(code::NOT_TEXT, message).at(span, "not a character of UTF-8").help("save the file as UTF-8")
}
