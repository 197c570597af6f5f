//! CouchDB's settings beside a peer.

use serde::Serialize;

use super::{lines, ports};

/// The largest document that CouchDB takes unless told otherwise, in bytes.
const USUAL_DOCUMENT: u64 = 8_000_000;

/// The text of the file. A peer ends when CouchDB refuses a value that a transaction of `largest_transaction` bytes
/// wrote, so that a document may be as large.
pub fn settings(largest_transaction: u64) -> String {
    lines::ini(&Settings {
        couchdb: Database { single_node: true, max_document_size: largest_transaction.max(USUAL_DOCUMENT) },
        chttpd: Http { port: ports::COUCHDB, bind_address: "any", require_valid_user_except_for_up: true },
        log: Log { writer: "stderr", level: "warning" },
    })
}

#[derive(Debug, Serialize)]
struct Settings {
    couchdb: Database,
    chttpd: Http,
    log: Log,
}

#[derive(Debug, Serialize)]
struct Database {
    single_node: bool,
    max_document_size: u64,
}

/// Only `/_up` answers without a password, for the probe, which comes from outside the pod.
#[derive(Debug, Serialize)]
struct Http {
    port: u16,
    bind_address: &'static str,
    require_valid_user_except_for_up: bool,
}

#[derive(Debug, Serialize)]
struct Log {
    writer: &'static str,
    level: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_may_be_as_large_as_a_transaction() {
        assert!(settings(10 << 20).contains("max_document_size = 10485760\n"));
        assert!(settings(1 << 20).contains("max_document_size = 8000000\n"));
        assert!(
            settings(0)
                .contains("[chttpd]\nport = 5984\nbind_address = any\nrequire_valid_user_except_for_up = true\n")
        );
    }
}
