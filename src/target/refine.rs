//! Targets that refine others: `target.yaml` names the other one and says only what differs. Both are merged as trees, each
//! value with its own place, before anything is read as data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value as Json;

use super::Template;
use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, Diagnostics, code, shown};
use crate::parse::merge::{merge, remove};
use crate::source::{Node, Value};

/// The key of what does not hold of the refined target's.
const WITHOUT: &str = "without";

/// The files of one target, parsed.
pub(super) struct Draft {
    pub name: String,
    pub embedded: bool,
    /// Its texts, by path below its folder.
    pub files: BTreeMap<String, FileId>,
    /// Its `target.yaml`; none where any of its files has a fault, which is recorded.
    pub root: Option<Node>,
    pub templates: BTreeMap<String, Template>,
}

impl Draft {
    /// What its `target.yaml` says that it refines.
    fn refines(&self) -> Option<&Node> {
        self.root.as_ref()?.get("refines")
    }
}

/// All targets' files, by the targets' names.
pub(super) type Drafts = BTreeMap<String, Draft>;

/// A target with all that it has from those that it refines.
pub(super) struct Whole {
    pub name: String,
    /// What it refines.
    pub refines: Option<String>,
    pub embedded: bool,
    /// Its own texts, by path below its folder.
    pub files: BTreeMap<String, FileId>,
    pub root: Node,
    pub templates: BTreeMap<String, Template>,
}

/// Every target, whole, those before it that it refines. What refines something that is not there, that has faults or
/// that is itself is left out; the reason is recorded.
pub(super) fn all(mut drafts: Drafts, schema: &LazyLock<Json>, diagnostics: &mut Diagnostics) -> Vec<Whole> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for draft in drafts.values() {
        match lineage(&drafts, draft) {
            Ok(line) => lines.push(line.iter().map(|one| one.name.clone()).collect()),
            Err(finding) => diagnostics.extend(finding.map(|finding| super::blame(*finding, draft.embedded))),
        }
    }
    lines.sort_by_key(Vec::len);
    let mut all: Vec<Whole> = Vec::new();
    for line in lines {
        let mut found = Diagnostics::new();
        let Some(draft) = line.first().and_then(|name| drafts.remove(name)) else { continue };
        let embedded = draft.embedded;
        let made = match line.get(1) {
            None => alone(draft, &mut found),
            Some(name) => {
                all.iter().find(|one| one.name == *name).and_then(|parent| refined(parent, draft, schema, &mut found))
            }
        };
        diagnostics.extend(found.iter().map(|finding| super::blame(finding.clone(), embedded)));
        all.extend(made.filter(|_| !found.has_errors()));
    }
    all
}

/// A target, the one that it refines, the one that this refines, and so on. `None` is refused where another target's
/// line is what cannot be: it is told of there.
fn lineage<'a>(drafts: &'a Drafts, draft: &'a Draft) -> Result<Vec<&'a Draft>, Option<Box<Diagnostic>>> {
    let mut line = vec![draft];
    let Some(refines) = draft.refines() else { return Ok(line) };
    // What is no text is told of by the shape.
    while let Some(name) = line.last().and_then(|last| last.refines()).and_then(Node::as_str) {
        match drafts.get(name) {
            Some(next) if line.iter().all(|known| known.name != next.name) => line.push(next),
            Some(next) => return Err((next.name == draft.name).then(|| refines_itself(&line, refines.span))),
            None => return Err((line.len() == 1).then(|| refines_nothing(drafts, draft, name, refines.span))),
        }
    }
    Ok(line)
}

fn refines_itself(line: &[&Draft], at: Span) -> Box<Diagnostic> {
    let names: Vec<String> = line.iter().chain(line.first()).map(|one| shown(&one.name)).collect();
    let message = format!("{}, and so itself", names.join(" refines "));
    let finding = Diagnostic::new(code::TARGET_REFINES_ITSELF, message).at(at, "");
    Box::new(finding.help("one of them must say everything itself"))
}

fn refines_nothing(drafts: &Drafts, draft: &Draft, name: &str, at: Span) -> Box<Diagnostic> {
    let message = format!("{} refines a target {} that is not there", shown(&draft.name), shown(name));
    let names = drafts.keys().filter(|known| **known != draft.name).map(String::as_str);
    Box::new(Diagnostic::new(code::TARGET_REFINES_NOTHING, message).at(at, "").nearest(name, "targets", names))
}

/// A target that refines nothing.
fn alone(draft: Draft, diagnostics: &mut Diagnostics) -> Option<Whole> {
    let Draft { name, embedded, files, root, templates } = draft;
    let root = root?;
    if let Some(without) = root.entry(WITHOUT) {
        let finding = Diagnostic::new(code::TARGET_SHAPE, "`without` stands in a target that refines none");
        diagnostics.push(finding.at(without.key_span, "nothing to take away from"));
    }
    Some(Whole { name, refines: None, embedded, files, root, templates })
}

/// A target over the one that it refines.
fn refined(parent: &Whole, draft: Draft, schema: &Json, diagnostics: &mut Diagnostics) -> Option<Whole> {
    let Draft { name, embedded, files, root, templates } = draft;
    let own = root?;
    let mut root = parent.root.clone();
    if let Some(without) = own.get(WITHOUT) {
        diagnostics.extend(remove(&mut root, without));
    }
    let mut root = merge(&root, &own, schema);
    // It is done, and would be asked of whatever refines this.
    if let Value::Map(entries) = &mut root.value {
        entries.retain(|entry| entry.key != WITHOUT);
    }
    let inherited = parent.templates.iter().map(|(path, template)| (path.clone(), template.clone()));
    let templates = inherited.chain(templates).collect();
    Some(Whole { name, refines: Some(parent.name.clone()), embedded, files, root, templates })
}
