use serde::Serialize;

use crate::fabric::{paths, ports};
pub use crate::parse::blueprint::StateDatabase;

/// `ledger`: where a peer keeps its state, and how.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    pub state: State,
    history: History,
    pvtdata_store: PrivateDataStore,
    snapshots: Snapshots,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    pub state_database: &'static str,
    total_query_limit: u32,
    #[serde(rename = "couchDBConfig", skip_serializing_if = "Option::is_none")]
    pub couchdb: Option<CouchDb>,
}

/// The user and password are given by the environment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CouchDb {
    #[serde(rename = "couchDBAddress")]
    address: String,
    max_retries: u32,
    /// Doubling waits: 10 are two minutes, after which the peer ends (fabric#1294).
    max_retries_on_startup: u32,
    request_timeout: &'static str,
    internal_query_limit: u32,
    max_batch_update_size: u32,
    #[serde(rename = "createGlobalChangesDB")]
    create_global_changes_db: bool,
    cache_size: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct History {
    enable_history_database: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PrivateDataStore {
    coll_elg_proc_max_db_batch_size: u32,
    coll_elg_proc_db_batches_interval: u32,
    deprioritized_data_reconciler_interval: &'static str,
    purge_interval: u32,
    purged_key_audit_logging: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Snapshots {
    root_dir: String,
}

impl Ledger {
    pub(super) fn new(database: StateDatabase, host: &str) -> Ledger {
        let (state_database, couchdb) = match database {
            StateDatabase::Couchdb => ("CouchDB", Some(CouchDb::at(host))),
            StateDatabase::Leveldb => ("goleveldb", None),
        };
        Ledger {
            state: State { state_database, total_query_limit: 100_000, couchdb },
            history: History { enable_history_database: true },
            pvtdata_store: PrivateDataStore {
                coll_elg_proc_max_db_batch_size: 5000,
                coll_elg_proc_db_batches_interval: 1000,
                deprioritized_data_reconciler_interval: "60m",
                purge_interval: 100,
                purged_key_audit_logging: true,
            },
            snapshots: Snapshots { root_dir: format!("{}/snapshots", paths::PEER_DATA) },
        }
    }
}

impl CouchDb {
    /// The database beside the peer.
    fn at(host: &str) -> CouchDb {
        CouchDb {
            address: format!("{host}:{}", ports::COUCHDB),
            max_retries: 3,
            max_retries_on_startup: 10,
            request_timeout: "35s",
            internal_query_limit: 1000,
            max_batch_update_size: 1000,
            create_global_changes_db: false,
            cache_size: 64,
        }
    }
}
