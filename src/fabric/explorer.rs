//! Hyperledger Explorer's files: its list of networks, its connection profile without the password of its first user,
//! and the script that completes the profile, makes its tables and starts it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::paths;
use super::profile::{self, Connection, PathOf, Peer, Settings};

/// The script in which Explorer starts.
pub const START: &str = include_str!("explorer.js");

/// config.json: the one network that Explorer shows.
#[derive(Debug, Serialize)]
pub struct Networks {
    #[serde(rename = "network-configs")]
    networks: BTreeMap<String, Network>,
    license: &'static str,
}

#[derive(Debug, Serialize)]
struct Network {
    name: String,
    profile: &'static str,
}

impl Networks {
    /// A network by its name and the title that people read.
    pub fn new(name: &str, title: &str) -> Networks {
        let network = Network { name: title.to_owned(), profile: paths::EXPLORER_COMPLETE_PROFILE };
        Networks { networks: BTreeMap::from([(name.to_owned(), network)]), license: "Apache-2.0" }
    }
}

/// The connection profile, without `client.adminCredential`, which [`START`] adds.
#[derive(Debug, Serialize)]
pub struct Profile {
    name: String,
    version: &'static str,
    client: Client,
    channels: BTreeMap<String, Channel>,
    organizations: BTreeMap<String, Organization>,
    peers: BTreeMap<String, Peer>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    tls_enable: bool,
    enable_authentication: bool,
    organization: String,
    connection: Connection,
}

#[derive(Debug, Serialize)]
struct Channel {
    peers: BTreeMap<String, BTreeMap<String, bool>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    mspid: String,
    peers: Vec<String>,
    admin_private_key: PathOf,
    signed_cert: PathOf,
}

impl Profile {
    /// The profile of one Explorer. `channels` are those it shows, each with the names of the peers that have joined.
    pub fn new(settings: &Settings, channels: &BTreeMap<String, Vec<String>>) -> Profile {
        let own = Organization {
            mspid: settings.msp_id.clone(),
            peers: settings.peers.keys().cloned().collect(),
            admin_private_key: PathOf { path: profile::key() },
            signed_cert: PathOf { path: profile::certificate() },
        };
        let joined =
            |names: &Vec<String>| Channel { peers: names.iter().map(|name| (name.clone(), BTreeMap::new())).collect() };
        Profile {
            name: settings.network.clone(),
            version: "1.0.0",
            client: Client {
                tls_enable: true,
                enable_authentication: true,
                organization: settings.msp_id.clone(),
                connection: Connection::default(),
            },
            channels: channels.iter().map(|(name, peers)| (name.clone(), joined(peers))).collect(),
            organizations: BTreeMap::from([(settings.msp_id.clone(), own)]),
            peers: profile::peers(settings),
        }
    }
}
