//! Allocations: numbers that must never change once applied, read from `allocations.yaml` beside the blueprint.
//!
//! Where a row is missing, `realise` computes the number in a way that other organizations do not disturb.
//! `akcgen allocate` writes it down; nothing but that command changes the file, and it never alters a row.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::realise::{Allocated, Row};
use crate::base::name::{Cidr, Domain, Label, OrganizationName};
use crate::base::{Origin, Sources, Traced};
use crate::diag::suggest::slip;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::expand::{EntryKind, OrganizationGraph};
use crate::parse::blueprint::{LanguageVersion, Map};
use crate::resolve::Consortium;
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
    pub ports: Map<Label, Port>,
    /// The hosts on which workloads stand that keep data, by workload, where the platform is hosts.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"peer0": "hall-a1"}))]
    pub placements: Map<Label, Traced<Label>>,
    /// The names that others dial, by peer or orderer, where a network that runs already has given them other names than
    /// `<node>.<domain>`. Never written by `akcgen allocate`.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"peer0": "peer-a.akachain.example"}))]
    pub hosts: Map<Label, Traced<Domain>>,
}

/// A TCP port.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub struct Port(Traced<u16>);

impl JsonSchema for Port {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Port".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 1, "maximum": 65535})
    }
}

impl Allocations {
    /// Begins, on another thread, what it takes to read the file in a folder, if there is one.
    pub fn prepare(folder: &Path) {
        if source::exists(&folder.join(FILE)) {
            rayon::spawn(parse::prepare::<AllocationsFile>);
        }
    }

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
        ports.iter().find(|(name, _)| name.value.as_str() == node).map(|(_, port)| port.0)
    }

    /// The host on which a workload stands.
    pub fn placement(&self, environment: &str, organization: &str, workload: &str) -> Option<&Traced<Label>> {
        let placements = &self.rows(environment, organization)?.placements;
        placements.iter().find(|(name, _)| name.value.as_str() == workload).map(|(_, host)| host)
    }

    /// The address range of an organization's network.
    pub fn cidr(&self, environment: &str, organization: &str) -> Option<&Traced<Cidr>> {
        self.rows(environment, organization)?.cidr.as_ref()
    }

    /// Gives the peers and orderers of an organization the names that rows keep for them. Returns findings about rows that
    /// name none of them.
    pub(super) fn rename(
        &self,
        environment: &str,
        organization: &str,
        graph: &mut OrganizationGraph,
    ) -> Vec<Diagnostic> {
        let Some(rows) = self.rows(environment, organization) else { return Vec::new() };
        let mut nodes: Vec<&str> = Vec::new();
        for entry in graph.entries.iter_mut().filter(|entry| matches!(entry.kind, EntryKind::Grpc { .. })) {
            let node = graph.workloads[entry.workload.0].name.as_str();
            if let Some((_, host)) = rows.hosts.iter().find(|(name, _)| name.value.as_str() == node) {
                entry.host = host.value.to_string();
            }
            nodes.push(node);
        }
        let unknown = rows.hosts.keys().filter(|name| !nodes.contains(&name.value.as_str()));
        let told = unknown.map(|name| {
            let message = format!("`{organization}` has no peer or orderer `{}` to take this name", name.value);
            let finding = unused(name.origin, message).about(organization);
            finding.nearest(&name.value, "peers and orderers", nodes.iter().copied())
        });
        told.collect()
    }

    /// Findings about environments that have rows and are none, where one of a nearly equal name has none. Other blueprints
    /// of the folder may have rows in the same file.
    pub fn misspelt(&self, environments: &[Traced<Label>]) -> Vec<Diagnostic> {
        let names: Vec<&str> = environments.iter().map(|name| name.value.as_str()).collect();
        misspelt(&self.rows, &names, "environment")
    }

    /// Findings about the rows of an environment that give nothing its number: a name that was misspelt, or that is gone.
    pub fn unused(&self, consortium: &Consortium, allocated: &[Allocated]) -> Vec<Diagnostic> {
        let environment = &consortium.environment.value;
        let Some((_, rows)) = self.rows.iter().find(|(name, _)| name.value == *environment) else { return Vec::new() };
        let names: Vec<&str> =
            consortium.described().map(|(_, organization, _)| organization.name.value.as_str()).collect();
        let mut found = misspelt(rows, &names, "organization");
        for (organization, rows) in rows.iter().filter(|(name, _)| names.contains(&name.value.as_str())) {
            let own = allocated.iter().filter(|one| one.organization == organization.value);
            found.extend(rows.unused(organization, &own.map(|one| &one.row).collect::<Vec<_>>()));
        }
        found
    }

    fn rows(&self, environment: &str, organization: &str) -> Option<&Rows> {
        let environment = self.rows.iter().find(|(name, _)| name.value.as_str() == environment)?.1;
        environment.iter().find(|(name, _)| name.value.as_str() == organization).map(|(_, rows)| rows)
    }
}

/// Keys that name nothing, near to a name that is no key.
fn misspelt<K: std::ops::Deref<Target = str>, V>(rows: &Map<K, V>, names: &[&str], what: &str) -> Vec<Diagnostic> {
    let has_rows = |name: &str| rows.keys().any(|key| &*key.value == name);
    let strange = rows.keys().filter(|key| !names.contains(&&*key.value));
    let told = strange.filter_map(|key| {
        let meant = slip(&key.value, names.iter().copied().filter(|name| !has_rows(name)))?;
        let message = format!("there is no {what} `{}` to take these numbers", &*key.value);
        let finding = unused(key.origin, message);
        Some(match key.origin.span() {
            Some(span) => finding.suggest(span, meant),
            None => finding,
        })
    });
    told.collect()
}

impl Rows {
    fn unused(&self, organization: &Traced<OrganizationName>, taken: &[&Row]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let range = self.cidr.as_ref().filter(|_| !taken.iter().any(|row| matches!(row, Row::Cidr(_))));
        if let Some(range) = range {
            let message = format!("the network of `{}` does not take its range from here", organization.value);
            let help = "it is given by the target's parameters, or there is no network of its own: take the row away";
            found.push(unused(range.origin, message).about(&organization.value).help(help));
        }
        let ports = taken.iter().filter_map(|row| match row {
            Row::Port(name, _) => Some(name.as_str()),
            Row::Cidr(_) | Row::Placement(..) => None,
        });
        found.extend(strange(organization, self.ports.keys(), "names", &ports.collect::<Vec<_>>(), |name| {
            format!("`{}` has no `{name}` that others dial", organization.value)
        }));
        let placed = taken.iter().filter_map(|row| match row {
            Row::Placement(name, _) => Some(name.as_str()),
            Row::Cidr(_) | Row::Port(..) => None,
        });
        let placed: Vec<&str> = placed.collect();
        // On Kubernetes no row of these is taken: they wait for the day on which the organization stands on hosts.
        let rows = self.placements.keys().filter(|_| !placed.is_empty());
        found.extend(strange(organization, rows, "workloads", &placed, |name| {
            format!("`{}` places no `{name}` on a host", organization.value)
        }));
        found
    }
}

/// Findings about the names of rows that nothing takes.
fn strange<'a>(
    organization: &Traced<OrganizationName>,
    rows: impl Iterator<Item = &'a Traced<Label>>,
    what: &str,
    taken: &[&str],
    message: impl Fn(&str) -> String,
) -> Vec<Diagnostic> {
    let left = rows.filter(|name| !taken.contains(&name.value.as_str()));
    let told = left.map(|name| {
        let finding = unused(name.origin, message(&name.value)).about(&organization.value);
        finding.nearest(&name.value, what, taken.iter().copied())
    });
    told.collect()
}

fn unused(origin: Origin, message: String) -> Diagnostic {
    Diagnostic::new(code::UNUSED_ROW, message).at_origin(origin, "nothing takes this row")
}
