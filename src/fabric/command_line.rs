//! core.yaml of the `peer` command where it is a client: what it is told beside comes from variables and flags.

use serde::Serialize;

use super::bccsp::Bccsp;

/// The whole file. Without BCCSP the command ends in an error that does not say so.
#[derive(Debug, Serialize)]
pub struct CommandLine {
    peer: Peer,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Peer {
    #[serde(rename = "BCCSP")]
    bccsp: Bccsp,
    local_msp_type: &'static str,
    client: Client,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    conn_timeout: &'static str,
}

impl Default for CommandLine {
    fn default() -> Self {
        let client = Client { conn_timeout: "10s" };
        CommandLine { peer: Peer { bccsp: Bccsp::software(), local_msp_type: "bccsp", client } }
    }
}
