//! The operations service of peers, orderers and Fabric CA: health for the kubelet and metrics for Prometheus. It
//! listens on loopback by default, where no probe reaches it. Without TLS, as a probe has no certificate: network
//! policies let nobody in but who may scrape it.

use serde::Serialize;

/// As core.yaml and fabric-ca-server-config.yaml write it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Peer {
    listen_address: String,
    tls: PeerTls,
}

#[derive(Debug, Serialize)]
struct PeerTls {
    enabled: bool,
}

#[derive(Debug, Serialize)]
pub struct PeerMetrics {
    pub(super) provider: &'static str,
}

impl Peer {
    pub(super) fn new(port: u16) -> Peer {
        Peer { listen_address: everywhere(port), tls: PeerTls { enabled: false } }
    }
}

/// As orderer.yaml writes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Orderer {
    listen_address: String,
    #[serde(rename = "TLS")]
    tls: OrdererTls,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct OrdererTls {
    enabled: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrdererMetrics {
    pub(super) provider: &'static str,
}

impl Orderer {
    pub(super) fn new(port: u16) -> Orderer {
        Orderer { listen_address: everywhere(port), tls: OrdererTls { enabled: false } }
    }
}

fn everywhere(port: u16) -> String {
    format!("0.0.0.0:{port}")
}
