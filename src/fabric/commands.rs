//! How each program is started where the image's own way will not do. An empty list leaves the image's entry point and
//! arguments alone.

use super::paths;

/// A peer: as its image does, said here since the image's way is a default that could change.
pub const PEER: &[&str] = &["peer", "node", "start"];
/// An orderer.
pub const ORDERER: &[&str] = &["orderer", "start"];
/// CouchDB: its image's entry point turns the administrator's password into a hash.
pub const COUCHDB: &[&str] = &[];
/// A broker with ZooKeeper: the image's own entry point knows brokers without it only.
pub const KAFKA: &[&str] = &["/opt/kafka/bin/kafka-server-start.sh", paths::KAFKA_CONFIG];
/// ZooKeeper: its image's entry point writes the node's number from `ZOO_MY_ID`.
pub const ZOOKEEPER: &[&str] = &[];
/// Fabric CA: completes its configuration with what must stay secret, then starts.
pub const CA: &[&str] = &["sh", paths::CA_START];
/// Explorer: completes its connection profile with what must stay secret, prepares its tables, then starts.
pub const EXPLORER: &[&str] = &["node", paths::EXPLORER_START];
/// What PostgreSQL's server is started with, behind its image's entry point: TLS, and who may connect.
pub const POSTGRESQL_ARGUMENTS: &[&str] = &[
    "-c",
    "ssl=on",
    "-c",
    "ssl_cert_file=/etc/postgresql/tls/tls.crt",
    "-c",
    "ssl_key_file=/etc/postgresql/tls/tls.key",
    "-c",
    "hba_file=/etc/postgresql/access/pg_hba.conf",
];
/// The setup of a database's schemas and users.
pub const DATABASE_SETUP: &[&str] = &["sh", paths::DATABASE_SETUP_START];
