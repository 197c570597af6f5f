//! The parts that every program's configuration is put together from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ContainerConfiguration, File, FileContent, SecretFile, Variable, VariableValue};
use crate::base::{Origin, Tree, to_tree};
use crate::fabric::environment::Key;
use crate::text::{json, yaml};

/// What one container is told, while it is collected. Of two values for one name or path the later holds.
#[derive(Debug, Default)]
pub(super) struct Parts {
    environment: BTreeMap<String, Variable>,
    files: BTreeMap<String, File>,
    secret_files: BTreeMap<String, SecretFile>,
}

impl Parts {
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
        let content = FileContent::Text(text.into());
        self.files.insert(path.to_owned(), File { path: path.to_owned(), content, origin });
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
