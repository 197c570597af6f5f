//! Allocations: numbers that must never change once applied, read from `allocations.yaml` beside the blueprint.
//!
//! Where a row is missing, `realise` computes the number in a way that other organizations do not disturb.
//! `akcgen allocate` writes it down; nothing but that command changes the file, and it never alters a row.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::name::{Cidr, Label, OrganizationName};
use crate::base::{Sources, Traced};
use crate::diag::Diagnostics;
use crate::parse::blueprint::{LanguageVersion, Map};
use crate::{parse, source};

/// The file's name, beside the blueprint.
pub const FILE: &str = "allocations.yaml";

/// The allocations of a consortium: environment, organization, rows.
#[derive(Debug, Clone, Default)]
pub struct Allocations {
    rows: Map<Label, Map<OrganizationName, Rows>>,
}

/// The content of `allocations.yaml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationsFile {
    /// The version of the file's form.
    #[schemars(example = &"v1")]
    pub allocations: LanguageVersion,
    /// The rows, by environment and organization.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"production": {"akachain": {"cidr": "10.16.0.0/16", "ports": {"peer0": 7051}}}}))]
    pub environments: Map<Label, Map<OrganizationName, Rows>>,
}

/// The numbers of one organization in one environment.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rows {
    /// The address range of its network.
    #[schemars(example = &"10.16.0.0/16")]
    pub cidr: Option<Traced<Cidr>>,
    /// The ports that others dial, by node.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"peer0": 7051, "orderer0": 7050}))]
    pub ports: Map<Label, Traced<u16>>,
}

impl Allocations {
    /// Reads the file in a folder. No file is the same as one without rows.
    pub fn read(folder: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Self {
        let path = folder.join(FILE);
        if !source::exists(&path) {
            return Allocations::default();
        }
        let file = source::read_file(&path, sources, diagnostics);
        let content = file.and_then(|file| parse::document::<AllocationsFile>(file, sources, diagnostics));
        content.map_or_else(Allocations::default, |content| Allocations { rows: content.environments })
    }

    /// The port that others dial for a node such as `peer0`.
    pub fn port(&self, environment: &str, organization: &str, node: &str) -> Option<Traced<u16>> {
        let ports = &self.rows(environment, organization)?.ports;
        ports.iter().find(|(name, _)| name.value.as_str() == node).map(|(_, port)| *port)
    }

    /// The address range of an organization's network.
    pub fn cidr(&self, environment: &str, organization: &str) -> Option<&Traced<Cidr>> {
        self.rows(environment, organization)?.cidr.as_ref()
    }

    fn rows(&self, environment: &str, organization: &str) -> Option<&Rows> {
        let environment = self.rows.iter().find(|(name, _)| name.value.as_str() == environment)?.1;
        environment.iter().find(|(name, _)| name.value.as_str() == organization).map(|(_, rows)| rows)
    }
}
