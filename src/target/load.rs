//! Reading targets: those that are part of akcgen, and those in folders that the user names. The only file of this room
//! that touches the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use include_dir::{Dir, include_dir};
use rayon::prelude::*;
use serde_json::Value as Json;

use super::definition::Definition;
use super::refine::{self, Draft, Drafts, Whole};
use super::{Shelf, Target, Template, check};
use crate::base::{FileId, Sources};
use crate::diag::{Diagnostic, Diagnostics, code, shown};
use crate::parse::schema;
use crate::parse::shape::Shape;
use crate::source::{self, Node};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/targets");

/// The schema of `target.yaml`.
static SCHEMA: LazyLock<Json> = LazyLock::new(schema::of::<Definition>);

/// What it checks; nothing only if akcgen's own types made no valid schema, which a test excludes.
static SHAPE: LazyLock<Option<Shape>> = LazyLock::new(|| Shape::new(SCHEMA.clone()).ok());

/// The file that makes a folder a target.
const DEFINITION: &str = "target.yaml";
/// The folder below it that holds the templates.
const TEMPLATES: &str = "templates";

/// The texts of one target: path below its folder, text.
struct Texts {
    name: String,
    embedded: bool,
    files: BTreeMap<String, FileId>,
}

impl Shelf {
    /// Reads akcgen's own targets and those in the given folders: each folder is a target, or holds a folder for each of
    /// its targets. A target's name is its folder's. Faults are recorded, and a target that has any is left out.
    pub fn load(extra: &[PathBuf], sources: &mut Sources, diagnostics: &mut Diagnostics) -> Shelf {
        let mut all: Vec<Texts> = EMBEDDED.dirs().filter_map(|folder| embedded(folder, sources, diagnostics)).collect();
        for folder in extra {
            for target in folders(folder, diagnostics) {
                all.extend(given(&target, sources, diagnostics));
            }
        }
        let drafted = all.into_par_iter().map(|texts| draft(texts, sources)).collect::<Vec<_>>();
        let mut drafts = Drafts::new();
        for (draft, faults) in drafted {
            if drafts.contains_key(&draft.name) {
                let message = format!("there are two targets {}", shown(&draft.name));
                diagnostics.push(Diagnostic::new(code::TARGET_TWICE, message).help("give its folder another name"));
            } else {
                diagnostics.extend(faults.iter().cloned());
                drafts.insert(draft.name.clone(), draft);
            }
        }
        let mut shelf = Shelf::default();
        for whole in refine::all(drafts, &SCHEMA, diagnostics) {
            // The faults of what it refines have been told.
            if whole.refines.as_ref().is_none_or(|refined| shelf.get(refined).is_some())
                && let Some(target) = read(whole, sources, diagnostics)
            {
                shelf.targets.insert(target.name.clone(), target);
            }
        }
        shelf
    }
}

/// The texts of a target that is part of akcgen.
fn embedded(folder: &Dir<'static>, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Texts> {
    let name = folder.path().to_str()?.to_owned();
    let below = EMBEDDED.get_dir(folder.path().join(TEMPLATES));
    let mut files = BTreeMap::new();
    for file in folder.files().chain(below.into_iter().flat_map(Dir::files)) {
        let path = file.path().strip_prefix(folder.path()).ok()?.to_str()?.to_owned();
        let file = source::admit(format!("targets/{name}/{path}"), file.contents().to_vec(), sources, diagnostics)?;
        files.insert(path, file);
    }
    files.retain(|path, _| path.ends_with(".yaml"));
    Some(Texts { name, embedded: true, files })
}

/// The folders of targets that a folder of the user's stands for.
fn folders(folder: &Path, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    let is_target = |folder: &Path| folder.join(DEFINITION).is_file();
    if is_target(folder) {
        return vec![folder.to_owned()];
    }
    let listed = fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let mut found: Vec<PathBuf> = listed.into_iter().flatten().map(|entry| entry.path()).collect();
    found.retain(|path| is_target(path));
    found.sort();
    if found.is_empty() {
        let message = format!("there is no target in {}", shown(&folder.display().to_string()));
        let help = format!("a target is a folder with a `{DEFINITION}` in it");
        diagnostics.push(Diagnostic::new(code::TARGET_FILE, message).help(help));
    }
    found
}

/// The texts of a target of the user's.
fn given(folder: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Texts> {
    // A relative folder such as `.` has a name only once it is resolved.
    let resolved = folder.canonicalize().ok();
    let name = resolved.as_deref().unwrap_or(folder).file_name()?.to_str()?.to_owned();
    let mut files = BTreeMap::new();
    files.insert(DEFINITION.to_owned(), source::read_file(&folder.join(DEFINITION), sources, diagnostics)?);
    for path in source::yaml_files(&folder.join(TEMPLATES), diagnostics) {
        let below = format!("{TEMPLATES}/{}", path.file_name()?.to_str()?);
        files.insert(below, source::read_file(&path, sources, diagnostics)?);
    }
    Some(Texts { name, embedded: false, files })
}

/// Parses the files of a target; with what is wrong with them.
fn draft(texts: Texts, sources: &Sources) -> (Draft, Diagnostics) {
    let Texts { name, embedded, files } = texts;
    let mut own = Diagnostics::new();
    let mut root = None;
    let mut templates = BTreeMap::new();
    for (path, file) in &files {
        let Some(node) = source::read(sources, *file, &mut own) else { continue };
        if path == DEFINITION {
            root = Some(node);
        } else {
            templates.extend(decode(&node, embedded, &mut own).map(|template: Template| (path.clone(), template)));
        }
    }
    let root = root.filter(|_| !own.has_errors());
    (Draft { name, embedded, files, root, templates }, own)
}

/// Decodes and checks a target.
fn read(whole: Whole, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Target> {
    let Whole { name, embedded, files, root, templates, .. } = whole;
    let mut own = Diagnostics::new();
    // What is part of akcgen is checked by its tests, and need not be at every start.
    let checked = !embedded || cfg!(debug_assertions);
    if checked {
        SHAPE.iter().for_each(|shape| shape.check(&root, sources, &mut own));
    }
    let definition = Some(&root).filter(|_| !own.has_errors()).and_then(|root| decode(root, embedded, &mut own));
    let target = definition.zip(root.get("parameters")).map(|(definition, parameters)| Target {
        name,
        definition,
        files,
        parameters: parameters.clone(),
        templates,
        embedded,
        shapes: OnceLock::new(),
    });
    if checked {
        target.iter().for_each(|target| check::check(target, &mut own));
    }
    let sound = !own.has_errors();
    diagnostics.extend(own.iter().cloned());
    target.filter(|_| sound)
}

fn decode<T: serde::de::DeserializeOwned>(node: &Node, embedded: bool, diagnostics: &mut Diagnostics) -> Option<T> {
    match source::decode(node) {
        Ok(value) => Some(value),
        Err(error) => {
            let finding = Diagnostic::new(code::TARGET_SHAPE, error.message);
            let finding = finding.at(error.span.unwrap_or(node.span), "");
            diagnostics.push(super::blame(finding, embedded));
            None
        }
    }
}
