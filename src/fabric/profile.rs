//! Connection profiles: how a client of an organization's peers finds them. The shape is the common connection profile
//! that Fabric's software development kits and Explorer read.

use std::collections::BTreeMap;

use serde::Serialize;

use super::paths;

/// What differs from client to client.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The consortium's name.
    pub network: String,
    /// The organization's name.
    pub organization: String,
    pub msp_id: String,
    /// The organization's peers: name to `host:port`.
    pub peers: BTreeMap<String, String>,
}

/// A profile for gateway clients: connect to any one peer, which finds the others and the orderers by discovery.
#[derive(Debug, Serialize)]
pub struct Profile {
    name: String,
    version: &'static str,
    client: Client,
    organizations: BTreeMap<String, Organization>,
    peers: BTreeMap<String, Peer>,
}

#[derive(Debug, Serialize)]
struct Client {
    organization: String,
    connection: Connection,
}

#[derive(Debug, Serialize)]
pub(super) struct Connection {
    timeout: Timeouts,
}

/// Seconds.
#[derive(Debug, Serialize)]
struct Timeouts {
    peer: PeerTimeouts,
    orderer: &'static str,
}

#[derive(Debug, Serialize)]
struct PeerTimeouts {
    endorser: &'static str,
}

impl Default for Connection {
    fn default() -> Self {
        Connection { timeout: Timeouts { peer: PeerTimeouts { endorser: "300" }, orderer: "300" } }
    }
}

#[derive(Debug, Serialize)]
struct Organization {
    mspid: String,
    peers: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Peer {
    url: String,
    #[serde(rename = "tlsCACerts")]
    tls_authority: PathOf,
}

#[derive(Debug, Serialize)]
pub(super) struct PathOf {
    pub path: String,
}

impl Profile {
    /// The profile of one client.
    pub fn new(settings: &Settings) -> Profile {
        let own = Organization { mspid: settings.msp_id.clone(), peers: settings.peers.keys().cloned().collect() };
        Profile {
            name: settings.network.clone(),
            version: "1.0.0",
            client: Client { organization: settings.organization.clone(), connection: Connection::default() },
            organizations: BTreeMap::from([(settings.organization.clone(), own)]),
            peers: peers(settings),
        }
    }
}

/// Every peer with its URL and the authority behind its TLS certificate.
pub(super) fn peers(settings: &Settings) -> BTreeMap<String, Peer> {
    let peer =
        |address: &String| Peer { url: format!("grpcs://{address}"), tls_authority: PathOf { path: tls_authority() } };
    settings.peers.iter().map(|(name, address)| (name.clone(), peer(address))).collect()
}

/// The file of the authority behind the peers' TLS certificates, as it lies in a client's MSP.
pub fn tls_authority() -> String {
    format!("{}/tlscacerts/ca.pem", paths::MSP)
}
/// The file of a client's certificate.
pub fn certificate() -> String {
    format!("{}/signcerts/cert.pem", paths::MSP)
}
/// The file of a client's key.
pub fn key() -> String {
    format!("{}/keystore/key.pem", paths::MSP)
}
