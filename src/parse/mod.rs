//! Stage 1: text to [`blueprint::Blueprint`].

mod additions;
pub mod blueprint;
pub mod card;
mod environment;
mod files;
mod literals;
pub mod merge;
pub mod normalise;
mod refusals;
pub mod schema;
pub mod shape;
mod text;
#[cfg(test)]
mod toy;

use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use serde_json::Value as Json;

pub use files::{Files, document, prepare, public_certificates};
pub use text::texts;

use crate::base::name::Label;
use crate::base::{Origin, Sources, Traced};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::source::Node;
use blueprint::Blueprint;
use shape::Shape;
use text::Text;

/// A blueprint whose text has the right shape, with the files that it names.
pub struct Parsed {
    /// The whole text as one tree, short forms written out.
    root: Node,
    shape: Shape,
    /// The targets whose parameter blocks may stand in an organization.
    targets: Vec<String>,
    /// Cards and certificates.
    pub files: Files,
}

/// The schema of a blueprint, with the parameters of these targets: name and JSON Schema of each.
pub fn blueprint_schema(targets: &[(String, Json)]) -> Json {
    schema::compose(schema::of::<Blueprint>(), targets)
}

/// Reads a blueprint: one file, or a folder of `consortium.yaml` and `organizations/<organization>.yaml`; with it the
/// cards and certificates that it names. `None` if the text is refused; then every reason is recorded.
pub fn parse(
    entry: &Path,
    sources: &mut Sources,
    targets: &[(String, Json)],
    diagnostics: &mut Diagnostics,
) -> Option<Parsed> {
    let mut found = Diagnostics::new();
    let parsed = read(entry, sources, targets, &mut found);
    let refused = found.has_errors();
    diagnostics.extend(found.iter().cloned());
    parsed.filter(|_| !refused)
}

fn read(
    entry: &Path,
    sources: &mut Sources,
    targets: &[(String, Json)],
    diagnostics: &mut Diagnostics,
) -> Option<Parsed> {
    let schema = blueprint_schema(targets);
    let mut read_text = || {
        let mut text = text::read(entry, sources, diagnostics)?;
        normalise::normalise(&mut text.root, &schema);
        literals::check(&text.root, diagnostics);
        refusals::check(&text.root, &schema, diagnostics);
        Some(text)
    };
    // To make a schema ready takes as long as to read a large blueprint.
    let (shape, text) = thread::scope(|threads| {
        let shape = threads.spawn(|| Shape::new(schema.clone()));
        let text = read_text();
        (shape.join().unwrap_or_else(|panic| resume_unwind(panic)), text)
    });
    let (shape, Text { root, folder }) = (ready(shape, diagnostics)?, text?);
    shape.check(&root, sources, diagnostics);
    let files = files::read(&root, &folder, sources, diagnostics);
    let targets = targets.iter().map(|(name, _)| name.clone()).collect();
    Some(Parsed { root, shape, targets, files })
}

/// A schema ready to check with. That it is none is a fault of a target's parameters, or a bug of akcgen.
fn ready<S>(shape: Result<S, String>, diagnostics: &mut Diagnostics) -> Option<S> {
    shape
        .map_err(|reason| diagnostics.push(Diagnostic::new(code::BAD_SCHEMA, format!("a schema is broken: {reason}"))))
        .ok()
}

impl Parsed {
    /// The environments, sorted by name; one named `production` where the blueprint has none.
    pub fn environments(&self) -> Vec<Traced<Label>> {
        let written = self.root.get("environments").map_or(&[][..], Node::entries);
        let mut names: Vec<Traced<Label>> = written
            .iter()
            .map(|entry| Traced::new(Label::trusted(entry.key.as_str()), Origin::Source(entry.key_span)))
            .collect();
        if names.is_empty() {
            names.push(Traced::new(Label::trusted("production"), Origin::Default("environments")));
        }
        names.sort();
        names
    }

    /// The blueprint in one environment: its changes merged, what it lacks taken away, defaults put under every
    /// organization described here, targets' parameters taken out, the rest decoded. `None` if the result is refused.
    pub fn environment(&self, name: &str, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Blueprint> {
        let mut found = Diagnostics::new();
        let blueprint = environment::blueprint(self, name, sources, &mut found);
        let refused = found.has_errors();
        diagnostics.extend(found.iter().cloned());
        blueprint.filter(|_| !refused)
    }
}

#[cfg(test)]
pub(crate) mod tests;
