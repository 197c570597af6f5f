//! What each kind of ordering service must be told of its nodes.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Batch, OrderingOrganization};

/// An orderer as the others know it.
#[derive(Debug, Clone)]
pub struct Consenter {
    pub host: String,
    pub port: u16,
    /// Its number with BFT: [`consenter_id`].
    pub id: u32,
    /// The files of its TLS certificate and of the one it signs with, from configtx.yaml's folder on.
    pub tls_certificate: String,
    pub certificate: String,
}

/// The number of a consenter with BFT, which must never change and which no other node may have: taken from its names alone,
/// so that no organization that comes or goes moves another's.
pub fn consenter_id(organization: &str, orderer: &str) -> u32 {
    let digest = Sha256::digest(format!("{organization}/{orderer}"));
    let four = digest.iter().take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    // Numbers below 2^31 read alike as signed and unsigned ones; 0 means none.
    (four >> 1).max(1)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EtcdRaft {
    consenters: Vec<RaftConsenter>,
    options: RaftOptions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RaftConsenter {
    host: String,
    port: u16,
    #[serde(rename = "ClientTLSCert")]
    client_tls_cert: String,
    #[serde(rename = "ServerTLSCert")]
    server_tls_cert: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RaftOptions {
    tick_interval: &'static str,
    election_tick: u32,
    heartbeat_tick: u32,
    max_inflight_blocks: u32,
    /// In bytes.
    snapshot_interval_size: u32,
}

impl EtcdRaft {
    pub fn new(orderers: &[OrderingOrganization]) -> EtcdRaft {
        let consenter = |node: &Consenter| RaftConsenter {
            host: node.host.clone(),
            port: node.port,
            client_tls_cert: node.tls_certificate.clone(),
            server_tls_cert: node.tls_certificate.clone(),
        };
        EtcdRaft {
            consenters: orderers.iter().flat_map(|one| &one.consenters).map(consenter).collect(),
            options: RaftOptions {
                tick_interval: "500ms",
                election_tick: 10,
                heartbeat_tick: 1,
                max_inflight_blocks: 5,
                snapshot_interval_size: 16 << 20,
            },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MappedConsenter {
    #[serde(rename = "ID")]
    id: u32,
    host: String,
    port: u16,
    #[serde(rename = "MSPID")]
    msp_id: String,
    identity: String,
    #[serde(rename = "ClientTLSCert")]
    client_tls_cert: String,
    #[serde(rename = "ServerTLSCert")]
    server_tls_cert: String,
}

impl MappedConsenter {
    pub fn all(orderers: &[OrderingOrganization]) -> Vec<MappedConsenter> {
        let of = |one: &OrderingOrganization| {
            let msp_id = one.identity.msp_id.clone();
            let mapped = |node: &Consenter| MappedConsenter {
                id: node.id,
                host: node.host.clone(),
                port: node.port,
                msp_id: msp_id.clone(),
                identity: node.certificate.clone(),
                client_tls_cert: node.tls_certificate.clone(),
                server_tls_cert: node.tls_certificate.clone(),
            };
            one.consenters.iter().map(mapped).collect::<Vec<_>>()
        };
        orderers.iter().flat_map(of).collect()
    }
}

/// What BFT's library is told. What it shares with `BatchSize` it takes from there in newer releases and from here in older.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SmartBft {
    request_batch_max_count: u32,
    request_batch_max_bytes: u64,
    request_batch_max_interval: String,
    request_max_bytes: u64,
    request_forward_timeout: &'static str,
    request_complain_timeout: &'static str,
    request_auto_remove_timeout: &'static str,
    view_change_resend_interval: &'static str,
    view_change_timeout: &'static str,
    leader_heartbeat_timeout: &'static str,
    collect_timeout: &'static str,
    incoming_message_buffer_size: u32,
    request_pool_size: u32,
    leader_heartbeat_count: u32,
}

impl SmartBft {
    pub fn new(batch: &Batch) -> SmartBft {
        SmartBft {
            request_batch_max_count: batch.messages,
            request_batch_max_bytes: batch.absolute,
            request_batch_max_interval: batch.interval(),
            request_max_bytes: batch.absolute,
            request_forward_timeout: "5s",
            request_complain_timeout: "20s",
            request_auto_remove_timeout: "3m0s",
            view_change_resend_interval: "5s",
            view_change_timeout: "20s",
            // An orderer that starts again learns by heartbeats what it missed, and for so long nobody leads when the leader is
            // lost. Fabric's own minute is long, and `SyncOnStart` has an empty channel wait for everybody.
            leader_heartbeat_timeout: "20s",
            collect_timeout: "1s",
            incoming_message_buffer_size: 200,
            request_pool_size: 100_000,
            leader_heartbeat_count: 10,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KafkaBrokers {
    pub brokers: Vec<String>,
}
