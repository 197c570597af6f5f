//! orderer.yaml, the configuration of an orderer. `ORDERER_*` variables override only keys that stand in the file, so
//! everything that somebody may want to change is written. Keys: sampleconfig/orderer.yaml and
//! orderer/common/localconfig/config.go of Fabric 2.5.16 and 3.1.5.

mod kafka;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::bccsp::Bccsp;
use super::keepalive::{RECEIVER_MINIMUM, SERVER_INTERVAL, Seconds, TIMEOUT};
use super::{operations, paths, ports};
use crate::parse::blueprint::{Consensus, FabricRelease};

/// What differs from orderer to orderer.
#[derive(Debug, Clone)]
pub struct Settings {
    pub release: FabricRelease,
    pub consensus: Consensus,
    pub msp_id: String,
    /// Kafka's replication factor, with Kafka.
    pub replication: Option<u32>,
}

/// The whole file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrdererYaml {
    pub general: General,
    file_ledger: FileLedger,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kafka: Option<kafka::Kafka>,
    operations: operations::Orderer,
    metrics: operations::OrdererMetrics,
    pub admin: Admin,
    pub channel_participation: ChannelParticipation,
    #[serde(skip_serializing_if = "Option::is_none")]
    consensus: Option<Logs>,
}

impl OrdererYaml {
    /// The file of one orderer.
    pub fn new(settings: &Settings) -> OrdererYaml {
        // Kafka needs a system channel, and with one the participation service answers 400.
        let kafka = settings.consensus == Consensus::Kafka;
        OrdererYaml {
            general: General::new(settings),
            file_ledger: FileLedger { location: below_data("orderer") },
            kafka: settings.replication.filter(|_| kafka).map(kafka::Kafka::new),
            operations: operations::Orderer::new(ports::ORDERER_OPERATIONS),
            metrics: operations::OrdererMetrics { provider: "prometheus" },
            admin: Admin { listen_address: format!("0.0.0.0:{}", ports::ORDERER_ADMIN), tls: MutualTls::default() },
            channel_participation: ChannelParticipation { enabled: !kafka, max_request_body_size: "1 MB" },
            consensus: (!kafka).then(Logs::default),
        }
    }
}

fn below_data(folder: &str) -> String {
    format!("{}/{folder}", paths::ORDERER_DATA)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct General {
    listen_address: &'static str,
    listen_port: u16,
    #[serde(rename = "TLS")]
    tls: Tls,
    pub keepalive: Keepalive,
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<Backoff>,
    max_recv_msg_size: u32,
    max_send_msg_size: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    throttling: Option<Throttling>,
    cluster: Cluster,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap_method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap_file: Option<&'static str>,
    #[serde(rename = "LocalMSPDir")]
    local_msp_dir: &'static str,
    #[serde(rename = "LocalMSPID")]
    local_msp_id: String,
    #[serde(rename = "BCCSP")]
    bccsp: Bccsp,
    authentication: Authentication,
}

impl General {
    fn new(settings: &Settings) -> General {
        let third = settings.release >= FabricRelease::V3_1;
        let kafka = settings.consensus == Consensus::Kafka;
        General {
            listen_address: "0.0.0.0",
            listen_port: ports::ORDERER_GRPC,
            tls: Tls::server(),
            keepalive: Keepalive::default(),
            backoff: third.then(Backoff::default),
            max_recv_msg_size: super::LARGEST_MESSAGE,
            max_send_msg_size: super::LARGEST_MESSAGE,
            throttling: third.then_some(Throttling { rate: 0, inactivity_timeout: "5s" }),
            cluster: Cluster::new(settings),
            bootstrap_method: (!third).then_some(if kafka { "file" } else { "none" }),
            bootstrap_file: kafka.then_some(paths::SYSTEM_CHANNEL),
            local_msp_dir: paths::MSP,
            local_msp_id: settings.msp_id.clone(),
            bccsp: Bccsp::software(),
            authentication: Authentication { time_window: "15m" },
        }
    }
}

/// The listener's TLS. Consenters and peers are known by their own signatures, so clients need no certificate.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tls {
    enabled: bool,
    private_key: &'static str,
    certificate: &'static str,
    #[serde(rename = "RootCAs")]
    root_cas: Vec<&'static str>,
    client_auth_required: bool,
    #[serde(rename = "ClientRootCAs")]
    client_root_cas: Vec<&'static str>,
}

impl Tls {
    fn server() -> Tls {
        Tls {
            enabled: true,
            private_key: paths::TLS_KEY,
            certificate: paths::TLS_CERTIFICATE,
            root_cas: vec![paths::TLS_AUTHORITY],
            client_auth_required: false,
            client_root_cas: vec![paths::TLS_AUTHORITY],
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Keepalive {
    pub server_min_interval: Seconds,
    pub server_interval: Seconds,
    server_timeout: Seconds,
}

impl Default for Keepalive {
    fn default() -> Self {
        Keepalive { server_min_interval: RECEIVER_MINIMUM, server_interval: SERVER_INTERVAL, server_timeout: TIMEOUT }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Backoff {
    base_delay: &'static str,
    multiplier: f64,
    max_delay: &'static str,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { base_delay: "1s", multiplier: 1.6, max_delay: "2m" }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Throttling {
    rate: u32,
    inactivity_timeout: &'static str,
}

/// What consenters say to each other, over the listener that all clients use and with its certificate. The buffer held
/// 10 messages before Fabric 2.5.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Cluster {
    send_buffer_size: u32,
    client_certificate: &'static str,
    client_private_key: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    replication_policy: Option<&'static str>,
}

impl Cluster {
    fn new(settings: &Settings) -> Cluster {
        Cluster {
            send_buffer_size: 100,
            client_certificate: paths::TLS_CERTIFICATE,
            client_private_key: paths::TLS_KEY,
            replication_policy: (settings.consensus == Consensus::Bft).then_some("consensus"),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Authentication {
    time_window: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FileLedger {
    location: String,
}

/// The channel participation service, through which channels are joined.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Admin {
    listen_address: String,
    #[serde(rename = "TLS")]
    pub tls: MutualTls,
}

/// TLS with certificates on both sides; an orderer ends at its start where `ClientAuthRequired` is off.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MutualTls {
    enabled: bool,
    certificate: &'static str,
    private_key: &'static str,
    pub client_auth_required: bool,
    #[serde(rename = "ClientRootCAs")]
    pub client_root_cas: Vec<&'static str>,
}

impl Default for MutualTls {
    fn default() -> Self {
        MutualTls {
            enabled: true,
            certificate: paths::TLS_CERTIFICATE,
            private_key: paths::TLS_KEY,
            client_auth_required: true,
            client_root_cas: vec![paths::TLS_AUTHORITY],
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChannelParticipation {
    pub enabled: bool,
    max_request_body_size: &'static str,
}

/// Write-ahead logs and snapshots of Raft and BFT, in folders of their own on the orderer's volume.
#[derive(Debug, Serialize)]
struct Logs {
    #[serde(rename = "WALDir")]
    wal: String,
    #[serde(rename = "SnapDir")]
    snapshots: String,
}

impl Default for Logs {
    fn default() -> Self {
        Logs { wal: below_data("etcdraft/wal"), snapshots: below_data("etcdraft/snapshot") }
    }
}
