//! core.yaml, the configuration of a peer. Every key that the program reads and that does not concern Docker, hardware
//! keys or profiling is written, since a missing switch is off where the sample file has it on, and since defaults
//! changed between releases. Keys: sampleconfig/core.yaml of Fabric 2.5.16 and 3.1.5.

mod chaincode;
mod gossip;
mod ledger;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::bccsp::Bccsp;
use super::keepalive::{CLIENT_INTERVAL, RECEIVER_MINIMUM, SERVER_INTERVAL, Seconds, TIMEOUT};
use super::{operations, paths, ports};
use crate::parse::blueprint::FabricRelease;
pub use chaincode::Chaincode;
pub use gossip::Gossip;
pub use ledger::{Ledger, StateDatabase};

/// What differs from peer to peer.
#[derive(Debug, Clone)]
pub struct Settings {
    pub release: FabricRelease,
    /// Its unique id, such as `peer0.akachain.example`.
    pub id: String,
    /// The consortium's name.
    pub network: String,
    pub msp_id: String,
    /// `host:port` by which peers of its own organization dial it.
    pub address: String,
    /// `host:port` by which other organizations dial it; without it they and service discovery do not see it.
    pub external_address: String,
    /// `host:port` of the organization's other peers; of itself, if there is no other.
    pub bootstrap: Vec<String>,
    /// How many peers the organization has.
    pub siblings: u32,
    pub state: StateDatabase,
    /// The host at which its CouchDB answers, where it has one.
    pub couchdb: String,
}

/// The whole file.
#[derive(Debug, Serialize)]
pub struct Core {
    pub peer: Peer,
    pub vm: Vm,
    pub chaincode: Chaincode,
    pub ledger: Ledger,
    pub operations: operations::Peer,
    pub metrics: operations::PeerMetrics,
}

impl Core {
    /// The file of one peer.
    pub fn new(settings: &Settings) -> Core {
        Core {
            peer: Peer::new(settings),
            vm: Vm { endpoint: "" },
            chaincode: Chaincode::new(settings.release),
            ledger: Ledger::new(settings.state, &settings.couchdb),
            operations: operations::Peer::new(ports::PEER_OPERATIONS),
            metrics: operations::PeerMetrics { provider: "prometheus" },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Peer {
    id: String,
    network_id: String,
    listen_address: String,
    /// The listener for chaincodes that dial their peer, which ours never do: kept off the network.
    chaincode_listen_address: &'static str,
    chaincode_address: &'static str,
    pub address: String,
    address_auto_detect: bool,
    gateway: Gateway,
    pub keepalive: Keepalive,
    pub gossip: Gossip,
    tls: Tls,
    authentication: Authentication,
    file_system_path: &'static str,
    #[serde(rename = "BCCSP")]
    bccsp: Bccsp,
    msp_config_path: &'static str,
    local_msp_id: String,
    local_msp_type: &'static str,
    client: Client,
    deliveryclient: DeliveryClient,
    handlers: Handlers,
    discovery: Discovery,
    limits: Limits,
    max_recv_msg_size: u32,
    max_send_msg_size: u32,
}

impl Peer {
    fn new(settings: &Settings) -> Peer {
        Peer {
            id: settings.id.clone(),
            network_id: settings.network.clone(),
            listen_address: format!("0.0.0.0:{}", ports::PEER_GRPC),
            chaincode_listen_address: "127.0.0.1:7052",
            chaincode_address: "127.0.0.1:7052",
            address: settings.address.clone(),
            address_auto_detect: false,
            gateway: Gateway {
                enabled: true,
                endorsement_timeout: "30s",
                broadcast_timeout: "30s",
                dial_timeout: "2m",
            },
            keepalive: Keepalive::default(),
            gossip: Gossip::new(settings),
            tls: Tls::default(),
            authentication: Authentication { timewindow: "15m" },
            file_system_path: paths::PEER_DATA,
            bccsp: Bccsp::software(),
            msp_config_path: paths::MSP,
            local_msp_id: settings.msp_id.clone(),
            local_msp_type: "bccsp",
            client: Client { conn_timeout: "3s" },
            deliveryclient: DeliveryClient::new(settings.release),
            handlers: Handlers::new(settings.release),
            discovery: Discovery::default(),
            limits: Limits::default(),
            max_recv_msg_size: super::LARGEST_MESSAGE,
            max_send_msg_size: super::LARGEST_MESSAGE,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Gateway {
    enabled: bool,
    endorsement_timeout: &'static str,
    broadcast_timeout: &'static str,
    dial_timeout: &'static str,
}

/// As server, and as client of peers (`client`) and of orderers (`deliveryClient`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Keepalive {
    pub interval: Seconds,
    pub timeout: Seconds,
    pub min_interval: Seconds,
    pub client: Pings,
    pub delivery_client: Pings,
}

#[derive(Debug, Serialize)]
pub struct Pings {
    pub interval: Seconds,
    pub timeout: Seconds,
}

impl Default for Keepalive {
    fn default() -> Self {
        Keepalive {
            interval: SERVER_INTERVAL,
            timeout: TIMEOUT,
            min_interval: RECEIVER_MINIMUM,
            client: Pings { interval: CLIENT_INTERVAL, timeout: TIMEOUT },
            delivery_client: Pings { interval: CLIENT_INTERVAL, timeout: TIMEOUT },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tls {
    enabled: bool,
    client_auth_required: bool,
    cert: PathOf,
    key: PathOf,
    rootcert: PathOf,
    #[serde(rename = "clientRootCAs")]
    client_root_cas: Files,
}

impl Default for Tls {
    fn default() -> Self {
        Tls {
            enabled: true,
            client_auth_required: false,
            cert: PathOf { file: paths::TLS_CERTIFICATE },
            key: PathOf { file: paths::TLS_KEY },
            rootcert: PathOf { file: paths::TLS_AUTHORITY },
            client_root_cas: Files { files: vec![paths::TLS_AUTHORITY] },
        }
    }
}

#[derive(Debug, Serialize)]
struct PathOf {
    file: &'static str,
}

#[derive(Debug, Serialize)]
struct Files {
    files: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Authentication {
    timewindow: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    conn_timeout: &'static str,
}

/// How a peer fetches blocks from orderers. Every peer is its organization's leader and fetches for itself, so that
/// blocks need not go round by gossip as well.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryClient {
    block_gossip_enabled: bool,
    reconnect_total_time_threshold: &'static str,
    conn_timeout: &'static str,
    re_connect_backoff_threshold: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_censorship_timeout_key: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimal_reconnect_interval: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'static str>,
}

impl DeliveryClient {
    fn new(release: FabricRelease) -> Self {
        let since_3 = |value| (release >= FabricRelease::V3_1).then_some(value);
        DeliveryClient {
            block_gossip_enabled: false,
            reconnect_total_time_threshold: "3600s",
            conn_timeout: "3s",
            // Fabric waits up to an hour between two attempts; an ordering service that is back should be seen soon.
            re_connect_backoff_threshold: "60s",
            block_censorship_timeout_key: since_3("30s"),
            minimal_reconnect_interval: since_3("100ms"),
            policy: since_3("cluster"),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Handlers {
    auth_filters: Vec<Named>,
    decorators: Vec<Named>,
    endorsers: Endorsers,
    validators: Validators,
}

#[derive(Debug, Serialize)]
struct Named {
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct Endorsers {
    escc: Named,
}

#[derive(Debug, Serialize)]
struct Validators {
    vscc: Named,
}

impl Handlers {
    fn new(release: FabricRelease) -> Self {
        let mut filters = vec!["DefaultAuth", "ExpirationCheck"];
        if release >= FabricRelease::V3_1 {
            filters.push("TimeWindowCheck");
        }
        Handlers {
            auth_filters: filters.into_iter().map(|name| Named { name }).collect(),
            decorators: vec![Named { name: "DefaultDecorator" }],
            endorsers: Endorsers { escc: Named { name: "DefaultEndorsement" } },
            validators: Validators { vscc: Named { name: "DefaultValidation" } },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Discovery {
    enabled: bool,
    auth_cache_enabled: bool,
    auth_cache_max_size: u32,
    auth_cache_purge_retention_ratio: f64,
    org_members_allowed_access: bool,
}

impl Default for Discovery {
    fn default() -> Self {
        Discovery {
            enabled: true,
            auth_cache_enabled: true,
            auth_cache_max_size: 1000,
            auth_cache_purge_retention_ratio: 0.75,
            org_members_allowed_access: false,
        }
    }
}

#[derive(Debug, Serialize)]
struct Limits {
    concurrency: Concurrency,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Concurrency {
    endorser_service: u32,
    deliver_service: u32,
    gateway_service: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { concurrency: Concurrency { endorser_service: 2500, deliver_service: 2500, gateway_service: 500 } }
    }
}

/// Where Docker answers: nowhere. With any other value `/healthz` stays 503 without a Docker daemon, and an empty
/// `CORE_VM_ENDPOINT` does not help, since Fabric ignores empty variables.
#[derive(Debug, Serialize)]
pub struct Vm {
    pub endpoint: &'static str,
}
