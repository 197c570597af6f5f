//! Cards: the public half of an organization, and of a consortium, that somebody else runs.
//!
//! What an organization's bundle says of another comes from the other's card alone, also where both are described in
//! one blueprint. That is why a member who builds alone gets the same bytes as the operator's build of all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::blueprint::{Channel, FabricRelease, LanguageVersion, Map, Ordering, StateDatabase};
use crate::base::Traced;
use crate::base::name::{ChannelName, Cidr, Domain, Label, Line, MspId, OrganizationName};
use crate::base::range::EVERYBODY;

/// A card's file: one organization, a section for each environment. Written by `akcgen card`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CardFile {
    /// The version of the card's form.
    #[schemars(example = &"v1")]
    pub card: LanguageVersion,
    /// The organization in each environment, by the environment's name.
    #[schemars(example = serde_json::json!({"production": {"organization": "member-two", "title": "Member Two", "mspId": "MemberTwoMSP",
        "domain": "member-two.example", "fabric": "2.5", "stateDatabase": "couchdb"}}))]
    pub environments: Map<Label, Traced<Card>>,
}

/// The public half of an organization in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Card {
    /// The organization's name.
    #[schemars(example = &"member-two")]
    pub organization: OrganizationName,
    /// The name that people read.
    #[schemars(example = &"Member Two", extend("maxLength" = 64))]
    pub title: Line,
    /// The id of its membership service provider.
    #[schemars(example = &"MemberTwoMSP")]
    pub msp_id: MspId,
    /// The DNS domain that all its host names end in.
    #[schemars(example = &"member-two.example")]
    pub domain: Domain,
    /// The Fabric release line of its nodes.
    #[schemars(example = &"2.5")]
    pub fabric: FabricRelease,
    /// The state database of its peers; all peers of a channel must use one type.
    #[schemars(example = &"couchdb")]
    pub state_database: StateDatabase,
    /// Its peers, in order.
    #[serde(default)]
    #[schemars(example = serde_json::json!([{"name": "peer0", "host": "peer0.member-two.example", "port": 7051}]))]
    pub peers: Vec<FabricNode>,
    /// Its orderers, in order.
    #[serde(default)]
    #[schemars(example = serde_json::json!([{"name": "orderer0", "host": "orderer0.member-two.example", "port": 7050}]))]
    pub orderers: Vec<FabricNode>,
    /// The ranges from which its clusters call others. Empty: not known, so that anybody is let in.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["198.51.100.16/29"]))]
    pub addresses: Vec<Cidr>,
    /// The organization whose certificate authority stands above its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"akachain")]
    pub parent_authority: Option<OrganizationName>,
    /// Services that it exposes to the consortium, its certificate authority among them.
    #[serde(default)]
    #[schemars(example = serde_json::json!([{"name": "ca", "host": "ca.member-two.example", "port": 7054}]))]
    pub services: Vec<SharedService>,
    /// The certificates of its authorities, as far as they are known.
    #[serde(default, skip_serializing_if = "Certificates::is_empty")]
    #[schemars(example = serde_json::json!({"ca": PEM, "tlsCa": PEM}))]
    pub certificates: Certificates,
}

impl Card {
    /// The ranges that its clients come from: everybody, where it says of none.
    pub fn ranges(&self) -> Vec<String> {
        match self.addresses.as_slice() {
            [] => vec![EVERYBODY.to_owned()],
            addresses => addresses.iter().map(ToString::to_string).collect(),
        }
    }
}

/// How certificates in PEM form begin, for examples.
const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/// The certificates of an organization's authorities, in PEM form: what channels know it by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Certificates {
    /// Of the root of its certificate authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &PEM)]
    pub ca: Option<String>,
    /// Of its intermediate authority, where one issues for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &PEM)]
    pub intermediate_ca: Option<String>,
    /// Of the root of the authority that issues its TLS certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &PEM)]
    pub tls_ca: Option<String>,
}

impl Certificates {
    /// Whether nothing is known yet.
    pub fn is_empty(&self) -> bool {
        *self == Certificates::default()
    }
}

/// A peer or orderer as other organizations dial it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FabricNode {
    /// Its name within the organization, such as `peer0`.
    #[schemars(example = &"peer0")]
    pub name: Label,
    /// The host that others dial, which its TLS certificate names.
    #[schemars(example = &"peer0.member-two.example")]
    pub host: Domain,
    /// The port that others dial.
    #[schemars(example = &7051, range(min = 1, max = 65535))]
    pub port: u16,
    /// Of an orderer that is a consenter: its TLS certificate in PEM form, by which the other consenters know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &PEM)]
    pub tls_certificate: Option<String>,
    /// Of an orderer with BFT: the certificate in PEM form of the identity with which it signs blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &PEM)]
    pub certificate: Option<String>,
}

impl FabricNode {
    /// A node of which no certificate is known.
    pub fn new(name: Label, host: Domain, port: u16) -> FabricNode {
        FabricNode { name, host, port, tls_certificate: None, certificate: None }
    }

    /// Host and port as others dial them.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// A service that other organizations may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SharedService {
    /// The service's name.
    #[schemars(example = &"ca")]
    pub name: Label,
    /// The host that others dial.
    #[schemars(example = &"ca.member-two.example")]
    pub host: Domain,
    /// The port that others dial.
    #[schemars(example = &7054, range(min = 1, max = 65535))]
    pub port: u16,
}

/// A consortium's card: what all members share, for a member that builds alone. Written by `akcgen card --consortium`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsortiumCard {
    /// The version of the card's form.
    #[schemars(example = &"v1")]
    pub consortium: LanguageVersion,
    /// The consortium's name.
    #[schemars(example = &"akachain")]
    pub name: Traced<Label>,
    /// The consortium in each environment, by the environment's name.
    #[schemars(example = serde_json::json!({"production": {"fabric": "2.5", "ordering": {"orderers": {"akachain": 3}},
        "channels": {"trade": ["akachain", "member-two"]}}}))]
    pub environments: Map<Label, ConsortiumSection>,
}

/// What all members share in one environment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsortiumSection {
    /// The Fabric release line of every organization that names none.
    #[schemars(example = &"2.5")]
    pub fabric: Traced<FabricRelease>,
    /// The ordering service, as a blueprint writes it.
    #[schemars(example = serde_json::json!({"consensus": "raft", "orderers": {"akachain": 3}}))]
    pub ordering: Ordering,
    /// The channels, as a blueprint writes them.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"trade": {"members": ["akachain", "member-two"]}}))]
    pub channels: Map<ChannelName, Channel>,
    /// The cards of all organizations, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"akachain": {"organization": "akachain", "title": "Akachain", "mspId": "AkachainMSP",
        "domain": "akachain.example", "fabric": "2.5", "stateDatabase": "couchdb"}}))]
    pub organizations: Map<OrganizationName, Traced<Card>>,
}
