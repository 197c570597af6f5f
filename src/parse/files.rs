//! Files that a blueprint names: cards of organizations and of the consortium, public certificates.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::card::{CardFile, ConsortiumCard, ConsortiumSection};
use super::normalise::normalise;
use super::shape::Shape;
use super::{ready, refusals, schema};
use crate::base::{FileId, Sources, Span};
use crate::diag::{Code, Diagnostic, Diagnostics, code, shown};
use crate::source::{self, Node, decode};

/// What the paths in a blueprint lead to, by path as written.
#[derive(Debug, Default)]
pub struct Files {
    /// PEM texts of public certificates.
    pub certificates: BTreeMap<String, String>,
    /// Cards of organizations that somebody else runs.
    pub cards: BTreeMap<String, CardFile>,
    /// The consortium's card, for a member that builds alone.
    pub consortium: Option<ConsortiumCard>,
}

impl Files {
    /// What all members share in an environment, where the blueprint is a member's own.
    pub fn consortium_in(&self, environment: &str) -> Option<&ConsortiumSection> {
        let environments = &self.consortium.as_ref()?.environments;
        environments.iter().find(|(name, _)| name.value.as_str() == environment).map(|(_, section)| section)
    }
}

/// Reads every file that the blueprint names in any environment, each once.
pub(super) fn read(root: &Node, folder: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Files {
    let mut reader = Reader { folder, sources, diagnostics };
    let mut files = Files::default();
    let environments = root.get("environments").map_or(&[][..], Node::entries);
    for part in environments.iter().map(|entry| &entry.value).chain([root]) {
        for organization in part.get("organizations").map_or(&[][..], Node::entries) {
            if let Some((path, span)) = organization.value.get("card").and_then(path)
                && !files.cards.contains_key(path)
                && let Some(card) = reader.document(path, span)
            {
                files.cards.insert(path.to_owned(), card);
            }
            let certificates = organization.value.get("certificateAuthorities").map_or(&[][..], Node::entries);
            for (path, span) in certificates.iter().filter_map(|entry| self::path(&entry.value)) {
                if !files.certificates.contains_key(path)
                    && let Some(text) = reader.certificates(path, span)
                {
                    files.certificates.insert(path.to_owned(), text);
                }
            }
        }
    }
    if let Some((path, span)) = root.get("consortium").and_then(path) {
        files.consortium = reader.document(path, span);
    }
    files
}

fn path(node: &Node) -> Option<(&str, Span)> {
    node.as_str().map(|text| (text, node.span))
}

struct Reader<'a> {
    folder: &'a Path,
    sources: &'a mut Sources,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// The file that a path of the blueprint leads to; told at the path where it cannot be read.
    fn file(&mut self, path: &str, named: Span) -> Option<FileId> {
        if path.split('/').any(|part| part == "..") || path.starts_with('/') {
            self.diagnostics.push(
                Diagnostic::new(code::PATH_OUTSIDE, format!("{} leads out of the blueprint's folder", shown(path)))
                    .at(named, "named here")
                    .help("keep the file beside the blueprint, so that both are reviewed and moved together"),
            );
            return None;
        }
        let mut found = Diagnostics::new();
        let file = source::read_file(&self.folder.join(path), self.sources, &mut found);
        let placed =
            |one: &Diagnostic| if one.span.is_some() { one.clone() } else { one.clone().at(named, "named here") };
        self.diagnostics.extend(found.iter().map(placed));
        file
    }

    /// A card, checked against its schema.
    fn document<T: DeserializeOwned + JsonSchema + 'static>(&mut self, path: &str, named: Span) -> Option<T> {
        document(self.file(path, named)?, self.sources, self.diagnostics)
    }

    fn certificates(&mut self, path: &str, named: Span) -> Option<String> {
        let file = self.file(path, named)?;
        let text = self.sources.file(file).text.clone();
        match public_certificates(&text) {
            Ok(()) => Some(text),
            Err((code, message, help)) => {
                let message = format!("{} {message}", shown(path));
                self.diagnostics.push(Diagnostic::new(code, message).at(named, "named here").help(help));
                None
            }
        }
    }
}

/// Reads a file of one of akcgen's own kinds: YAML of the shape that the type's schema gives. `None` if it is refused;
/// then every reason is recorded.
pub fn document<T: DeserializeOwned + JsonSchema + 'static>(
    file: FileId,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    let mut node = source::read(sources, file, diagnostics)?;
    let shape = ready(shape_of::<T>(), diagnostics)?;
    normalise(&mut node, shape.schema());
    let before = diagnostics.errors();
    super::literals::check(&node, diagnostics);
    refusals::check(&node, shape.schema(), diagnostics);
    shape.check(&node, sources, diagnostics);
    if diagnostics.errors() > before {
        return None;
    }
    decode(&node).map_err(|error| diagnostics.push(error.diagnostic())).ok()
}

/// Makes ready what [`document`] needs for a kind of file. A fault of it is told when such a file is read.
pub fn prepare<T: JsonSchema + 'static>() {
    drop(shape_of::<T>());
}

/// The shape of a kind of file. To make one ready takes longer than to read a file, and of some kinds there are many.
fn shape_of<T: JsonSchema + 'static>() -> Result<Arc<Shape>, String> {
    static READY: Mutex<BTreeMap<TypeId, Arc<Shape>>> = Mutex::new(BTreeMap::new());
    let mut known = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(shape) = known.get(&TypeId::of::<T>()) {
        return Ok(Arc::clone(shape));
    }
    let shape = Arc::new(Shape::new(schema::compose(schema::of::<T>(), &[]))?);
    known.insert(TypeId::of::<T>(), Arc::clone(&shape));
    Ok(shape)
}

/// Whether a text is one or more certificates in PEM form and nothing else but comments.
///
/// # Errors
/// The code, what is wrong with the text (a clause without its subject), and how to mend it.
pub fn public_certificates(text: &str) -> Result<(), (Code, &'static str, &'static str)> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let wrong = |message| {
        Err((
            code::NOT_A_CERTIFICATE,
            message,
            "give public certificates in PEM form, as in `-----BEGIN CERTIFICATE-----`",
        ))
    };
    if text.contains("PRIVATE KEY-----") {
        let help = "a private key never stands beside a blueprint: take it out of the file and out of the \
            history, and replace it";
        return Err((code::PRIVATE_KEY, "holds a private key", help));
    }
    let mut body: Option<String> = None;
    let mut found = 0;
    for line in text.lines().map(str::trim) {
        body = match (line, body) {
            (BEGIN, None) => Some(String::new()),
            (END, Some(body)) if is_der(&body) => {
                found += 1;
                None
            }
            (END, _) => return wrong("holds a certificate that is damaged"),
            (BEGIN, Some(_)) => return wrong("holds a certificate without an end"),
            (line, None) if line.starts_with("-----BEGIN") => return wrong("holds something else than certificates"),
            (_, None) => None,
            (line, Some(body)) => Some(body + line),
        };
    }
    match (found, body) {
        (0, None) => wrong("holds no certificate"),
        (_, Some(_)) => wrong("holds a certificate without an end"),
        _ => Ok(()),
    }
}

/// Whether a text is the base64 of something that begins as every certificate does: a sequence of over 127 bytes.
fn is_der(base64: &str) -> bool {
    let plain = base64.trim_end_matches('=');
    let letters = plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    base64.len().is_multiple_of(4) && base64.len() - plain.len() <= 2 && letters && base64.starts_with("MI")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Option<Code> {
        public_certificates(text).err().map(|(code, ..)| code)
    }

    #[test]
    fn certificates_alone_are_taken() {
        let one = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVqgAwIBAgIQ\nAA==\n-----END CERTIFICATE-----\n";
        assert_eq!(verdict(one), None);
        assert_eq!(verdict(&format!("Head office\n{one}\n{one}")), None);
        assert_eq!(verdict(&format!("{one}-----BEGIN EC PRIVATE KEY-----\n")), Some(code::PRIVATE_KEY));
        for broken in [
            "",
            "hello",
            &one.replace("MII", "!!!"),
            &one.replace("-----END CERTIFICATE-----", ""),
            &one.replace("AA==\n", "A\n"),
            &one.replace("CERTIFICATE", "PUBLIC KEY"),
        ] {
            assert_eq!(verdict(broken), Some(code::NOT_A_CERTIFICATE), "{broken}");
        }
    }
}
