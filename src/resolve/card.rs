//! Cards: the public half of an organization, and of a consortium, that somebody else runs.
//!
//! What an organization's bundle says of another comes from the other's card alone, also where both are described in
//! one blueprint. That is why a member who builds alone gets the same bytes as the operator's build of all.

use serde::{Deserialize, Serialize};

use crate::base::name::{Cidr, Domain, Label, MspId, OrganizationName};
use crate::parse::blueprint::{FabricRelease, StateDatabase};

/// The public half of an organization in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Card {
    /// The organization's name.
    pub organization: OrganizationName,
    /// The name that people read.
    pub title: String,
    pub msp_id: MspId,
    pub domain: Domain,
    pub fabric: FabricRelease,
    /// The state database of its peers; all peers of a channel must use one type.
    pub state_database: StateDatabase,
    /// Its peers, in order.
    #[serde(default)]
    pub peers: Vec<FabricNode>,
    /// Its orderers, in order.
    #[serde(default)]
    pub orderers: Vec<FabricNode>,
    /// The ranges from which its clusters call others. Empty: not known, so that anybody is let in.
    #[serde(default)]
    pub addresses: Vec<Cidr>,
    /// The organization whose certificate authority stands above its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_authority: Option<OrganizationName>,
    /// Services that it exposes to the consortium, its certificate authority among them.
    #[serde(default)]
    pub services: Vec<SharedService>,
}

/// A peer or orderer as other organizations dial it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FabricNode {
    /// Its name within the organization, such as `peer0`.
    pub name: Label,
    /// The host that others dial, which its TLS certificate names.
    pub host: Domain,
    /// The port that others dial.
    pub port: u16,
}

/// A service that other organizations may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SharedService {
    /// The service's name.
    pub name: Label,
    /// The host that others dial.
    pub host: Domain,
    /// The port that others dial.
    pub port: u16,
}
