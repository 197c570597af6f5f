//! Membership: the folder of a local MSP and which certificates mean what.

use serde::Serialize;

/// What decides an MSP's `config.yaml`.
pub const UNITS: &str = "a certificate's unit tells what its owner is (NodeOUs)";

/// `config.yaml` of an MSP: the organizational unit in a certificate tells clients, peers, administrators and orderers
/// apart. No certificate is named, so that every authority of the organization may issue them; one that is named must
/// be the direct issuer, or the node ends at its start.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MspConfig {
    #[serde(rename = "NodeOUs")]
    node_ous: NodeOus,
}

#[derive(Debug, Serialize)]
struct NodeOus {
    #[serde(rename = "Enable")]
    enable: bool,
    #[serde(rename = "ClientOUIdentifier")]
    client: Identifier,
    #[serde(rename = "PeerOUIdentifier")]
    peer: Identifier,
    #[serde(rename = "AdminOUIdentifier")]
    admin: Identifier,
    #[serde(rename = "OrdererOUIdentifier")]
    orderer: Identifier,
}

#[derive(Debug, Serialize)]
struct Identifier {
    #[serde(rename = "OrganizationalUnitIdentifier")]
    unit: &'static str,
}

impl Default for MspConfig {
    fn default() -> Self {
        let unit = |unit| Identifier { unit };
        MspConfig {
            node_ous: NodeOus {
                enable: true,
                client: unit("client"),
                peer: unit("peer"),
                admin: unit("admin"),
                orderer: unit("orderer"),
            },
        }
    }
}

/// Where a key of an identity's secret lies in the folder of its MSP; nowhere, if the key is unknown.
pub fn place(key: &str) -> Option<&'static str> {
    Some(match key {
        "cacert.pem" => "cacerts/ca.pem",
        "intermediatecert.pem" => "intermediatecerts/ca.pem",
        "tlscacert.pem" => "tlscacerts/ca.pem",
        "signcert.pem" => "signcerts/cert.pem",
        "key.pem" => "keystore/key.pem",
        _ => return None,
    })
}
