//! Numbers that must never change, and how each came about.

use crate::base::name::OrganizationName;

/// A number that must never change once it is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allocated {
    pub organization: OrganizationName,
    pub row: Row,
    /// Whether `allocations.yaml` holds the row.
    pub kept: bool,
}

/// A row of an organization's allocations: `cidr`, a port after `ports`, or a workload's host after `placements`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    Cidr(String),
    Port(String, u16),
    Placement(String, String),
}

impl Allocated {
    /// The number in words: ``the port 7051 of `peer0` at `akachain` ``.
    pub fn words(&self) -> String {
        match &self.row {
            Row::Cidr(range) => format!("the range {range} of `{}`", self.organization),
            Row::Placement(name, host) => format!("the host `{host}` of `{name}` at `{}`", self.organization),
            Row::Port(name, port) => format!("the port {port} of `{name}` at `{}`", self.organization),
        }
    }
}
