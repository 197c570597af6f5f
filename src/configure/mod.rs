//! Stage 5: every container's environment and every file's bytes, before anything is packaged: ConfigMaps and
//! checksums are made from them, and Fabric's own files are the same on every platform.

use crate::base::Origin;

/// The configuration of one organization: by [`crate::expand::WorkloadId`], then by container.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    pub containers: Vec<Vec<ContainerConfiguration>>,
}

/// What one container is told.
#[derive(Debug, Clone, Default)]
pub struct ContainerConfiguration {
    /// Sorted by name.
    pub environment: Vec<Variable>,
    /// Files with public content, sorted by path.
    pub files: Vec<File>,
    /// Files from secrets, sorted by path.
    pub secret_files: Vec<SecretFile>,
}

/// One environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub value: VariableValue,
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableValue {
    Plain(String),
    /// A key of one of [`crate::expand::OrganizationGraph::secrets`] of the same namespace.
    Secret {
        secret: String,
        key: String,
    },
}

/// A file whose content everybody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Absolute path in the container.
    pub path: String,
    pub content: FileContent,
    /// The line or rule that caused it.
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    Text(String),
    Binary(Vec<u8>),
}

/// A file that a secret holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFile {
    /// Absolute path in the container.
    pub path: String,
    pub secret: String,
    pub key: String,
}
