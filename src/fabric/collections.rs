//! collections_config.json, which defines a chaincode's private data (core/chaincode/lifecycle, collection_config.proto).

use serde::Serialize;

use super::configtx::Rule;

/// One collection.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection {
    pub name: String,
    /// Who keeps it, as an expression.
    pub policy: String,
    pub required_peer_count: u32,
    pub max_peer_count: u32,
    /// In blocks; 0 for ever.
    pub block_to_live: u64,
    pub member_only_read: bool,
    pub member_only_write: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endorsement_policy: Option<Endorsement>,
}

/// A policy of its own over who endorses.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endorsement {
    signature_policy: String,
}

/// That members of any of these organizations do something, as an expression.
pub fn members(msp_ids: &[&str]) -> String {
    let each: Vec<String> = msp_ids.iter().map(|msp_id| format!("'{msp_id}.member'")).collect();
    format!("OR({})", each.join(", "))
}

impl Endorsement {
    /// A rule over the peers of these organizations.
    pub fn new(rule: &Rule, msp_ids: &[&str]) -> Endorsement {
        Endorsement { signature_policy: rule.over_peers(msp_ids) }
    }
}
