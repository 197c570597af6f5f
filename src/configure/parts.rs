//! The parts that every program's configuration is put together from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ContainerConfiguration, File, FileContent, SecretFile, Variable, VariableValue};
use crate::base::{Object, Origin, Tree, to_tree};
use crate::fabric::environment::Key;
use crate::text::{json, yaml};

/// What one container is told, while it is collected. Of two values for one name or path the later holds.
#[derive(Debug)]
pub(super) struct Parts {
    /// Whether the lines of files have origins of their own.
    traced: bool,
    environment: BTreeMap<String, Variable>,
    files: BTreeMap<String, File>,
    secret_files: BTreeMap<String, SecretFile>,
}

/// Where parts of a file come from: paths in it or, where it is no document, what a line begins with.
pub(super) type Said<'a> = &'a [(&'static str, Origin)];

impl Parts {
    pub fn new(traced: bool) -> Self {
        Parts { traced, environment: BTreeMap::new(), files: BTreeMap::new(), secret_files: BTreeMap::new() }
    }

    /// A variable that a program known to akcgen reads.
    pub fn set(&mut self, key: Key, value: impl Into<String>, origin: Origin) {
        self.variable(key.name(), VariableValue::Plain(value.into()), origin);
    }

    /// The same from a secret's key.
    pub fn set_secret(&mut self, variable: Key, secret: &str, key: &str, origin: Origin) {
        self.variable(variable.name(), of_secret(secret, key), origin);
    }

    /// A variable of a name that follows from the blueprint.
    pub fn variable(&mut self, name: impl Into<String>, value: VariableValue, origin: Origin) {
        let name = name.into();
        self.environment.insert(name.clone(), Variable { name, value, origin });
    }

    pub fn text(&mut self, path: &str, text: impl Into<String>, origin: Origin) {
        self.file(path, text.into(), origin, Vec::new());
    }

    fn file(&mut self, path: &str, text: String, origin: Origin, lines: Vec<Origin>) {
        let content = FileContent::Text(text);
        self.files.insert(path.to_owned(), File { path: path.to_owned(), content, origin, lines });
    }

    /// A text of which some lines come from elsewhere than all that is said of none.
    pub fn text_of(&mut self, path: &str, text: String, origin: Origin, said: Said, rest: Origin) {
        let of =
            |line: &str| said.iter().find(|(start, _)| line.starts_with(start)).map_or(rest, |(_, origin)| *origin);
        let lines = if self.traced { text.lines().map(of).collect() } else { Vec::new() };
        self.file(path, text, origin, lines);
    }

    /// A document of which some parts come from elsewhere than all that is said of none.
    pub fn yaml_of(&mut self, path: &str, value: &impl Serialize, origin: Origin, said: Said, rest: Origin) {
        if !self.traced {
            return self.yaml(path, value, origin);
        }
        let mut object = Object::new(tree(value), rest);
        said.iter().for_each(|(path, origin)| object.origins.add(*path, *origin));
        let (mut text, mut lines) = (String::new(), Vec::new());
        yaml::write_traced(&object, &mut text, &mut lines);
        self.file(path, text, origin, lines);
    }

    pub fn yaml(&mut self, path: &str, value: &impl Serialize, origin: Origin) {
        let mut text = String::new();
        yaml::write(&tree(value), &mut text);
        self.text(path, text, origin);
    }

    pub fn json(&mut self, path: &str, value: &impl Serialize, origin: Origin) {
        self.text(path, json::document(&tree(value)), origin);
    }

    pub fn secret_file(&mut self, path: &str, secret: &str, key: &str) {
        let (path, secret, key) = (path.to_owned(), secret.to_owned(), key.to_owned());
        self.secret_files.insert(path.clone(), SecretFile { path, secret, key });
    }

    pub fn finish(self) -> ContainerConfiguration {
        ContainerConfiguration {
            environment: self.environment.into_values().collect(),
            files: self.files.into_values().collect(),
            secret_files: self.secret_files.into_values().collect(),
        }
    }
}

/// A value that a secret holds.
pub(super) fn of_secret(secret: &str, key: &str) -> VariableValue {
    VariableValue::Secret { secret: secret.to_owned(), key: key.to_owned() }
}

/// The tree of one of `fabric`'s types, all of which have one.
fn tree(value: &impl Serialize) -> Tree {
    to_tree(value).unwrap_or(Tree::Null)
}
