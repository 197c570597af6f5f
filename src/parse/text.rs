//! The text of a blueprint: one file, or a folder whose organizations have files of their own.

use std::path::{Path, PathBuf};

use crate::base::{FileId, Sources, Span};
use crate::diag::{Diagnostic, Diagnostics, code, shown};
use crate::source::{self, Entry, Node, Value};

/// The file of a folder that holds everything but organizations' own files.
const CONSORTIUM: &str = "consortium.yaml";
/// The folder of organizations' own files.
const ORGANIZATIONS: &str = "organizations";

/// A blueprint as one tree.
pub(super) struct Text {
    pub root: Node,
    /// What paths in the blueprint are relative to.
    pub folder: PathBuf,
}

/// The files that a blueprint's text consists of.
pub fn texts(entry: &Path, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    if !source::is_folder(entry) {
        return vec![entry.to_owned()];
    }
    let organizations = source::yaml_files(&entry.join(ORGANIZATIONS), diagnostics);
    std::iter::once(entry.join(CONSORTIUM)).chain(organizations).collect()
}

pub(super) fn read(entry: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Text> {
    if !source::is_folder(entry) {
        let folder = entry.parent().map(Path::to_owned).unwrap_or_default();
        let (_, root) = tree(entry, sources, diagnostics)?;
        return Some(Text { root, folder });
    }
    let consortium = tree(&entry.join(CONSORTIUM), sources, diagnostics);
    let organizations: Vec<Option<Entry>> = source::yaml_files(&entry.join(ORGANIZATIONS), diagnostics)
        .iter()
        .map(|path| organization(path, sources, diagnostics))
        .collect();
    let (_, mut root) = consortium?;
    let organizations = organizations.into_iter().collect::<Option<Vec<_>>>()?;
    graft(&mut root, organizations, diagnostics);
    Some(Text { root, folder: entry.to_owned() })
}

fn tree(path: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<(FileId, Node)> {
    let file = source::read_file(path, sources, diagnostics)?;
    Some((file, source::read(sources, file, diagnostics)?))
}

/// An organization's own file as the entry that it stands for.
fn organization(path: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Entry> {
    let (file, value) = tree(path, sources, diagnostics)?;
    let key = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Some(Entry { key, key_span: Span { file, start: 0, end: 0 }, value })
}

/// Puts organizations under `organizations`; one that stands there already is refused.
fn graft(root: &mut Node, added: Vec<Entry>, diagnostics: &mut Diagnostics) {
    let Value::Map(entries) = &mut root.value else { return };
    if added.is_empty() {
        return;
    }
    let place = added.first().map_or(root.span, |entry| entry.key_span);
    if !entries.iter().any(|entry| entry.key == ORGANIZATIONS && entry.value.value != Value::Null) {
        entries.retain(|entry| entry.key != ORGANIZATIONS);
        let nobody = Node::new(Value::Map(Vec::new()), place);
        entries.push(Entry { key: ORGANIZATIONS.to_owned(), key_span: place, value: nobody });
    }
    let organizations = entries.iter_mut().find(|entry| entry.key == ORGANIZATIONS).map(|entry| &mut entry.value.value);
    // Anything but a map is told by the shape check.
    let Some(Value::Map(known)) = organizations else { return };
    for entry in added {
        match known.iter().find(|other| other.key == entry.key) {
            Some(other) => diagnostics.push(
                Diagnostic::new(code::DESCRIBED_TWICE, format!("{} is described in two files", shown(&entry.key)))
                    .at(other.key_span, "here")
                    .related(entry.key_span, "and in its own file")
                    .help("keep one of the two; changes for one environment belong under `environments`"),
            ),
            None => known.push(entry),
        }
    }
}
