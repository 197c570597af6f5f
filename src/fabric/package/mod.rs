//! Chaincode packages for chaincode as a service: byte for byte the same for the same content, so that the package id
//! is known before anything is installed.
//!
//! A package is a gzipped tar of `metadata.json` and `code.tar.gz`; that in turn holds `connection.json` and index
//! definitions. Its id is its label, a colon and the SHA-256 of its bytes (Fabric, core/chaincode/persistence). Nothing
//! is compressed: deflate's "stored" form is the one that does not depend on a compressor, and Fabric takes it.

mod archive;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::ports;
use crate::base::bounded::hex;

/// A package and the id by which peers know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub id: String,
    pub bytes: Vec<u8>,
}

/// The label of a chaincode's version, as people see it in `peer lifecycle chaincode queryinstalled`.
pub fn label(chaincode: &str, version: &str) -> String {
    format!("{chaincode}_{version}")
}

/// Packages the connection to a chaincode's server. `host` may hold templates over what the peer's
/// `CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG` names, such as `{{.peername}}`; `indexes` are CouchDB index definitions by
/// file name. The connection is without TLS: server and peer stand in one namespace that nobody else may enter.
pub fn package(label: &str, host: &str, indexes: &BTreeMap<String, String>) -> Package {
    let connection =
        Connection { address: format!("{host}:{}", ports::CHAINCODE_GRPC), dial_timeout: "10s", tls_required: false };
    let mut code = vec![("connection.json".to_owned(), json(&connection))];
    code.extend(
        indexes
            .iter()
            .map(|(name, index)| (format!("META-INF/statedb/couchdb/indexes/{name}"), index.clone().into_bytes())),
    );
    let metadata = json(&Metadata { kind: "ccaas", label });
    let files = [("metadata.json".to_owned(), metadata), ("code.tar.gz".to_owned(), archive::tar_gz(&code))];
    let bytes = archive::tar_gz(&files);
    Package { id: format!("{label}:{}", hex(&Sha256::digest(&bytes))), bytes }
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    label: &'a str,
}

#[derive(Serialize)]
struct Connection {
    address: String,
    dial_timeout: &'static str,
    tls_required: bool,
}

/// JSON in one line; a struct of texts and switches always has one.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// What a peer tells its builder about itself: the value of `CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG`.
pub fn builder_config(peer: &str) -> String {
    serde_json::json!({ "peername": peer }).to_string()
}
