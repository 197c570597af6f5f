//! Where things lie in each program's container. Configuration and keys are mounted read-only; what a program writes is
//! a volume (`*_DATA`) or scratch space (`*_SCRATCH`), so that every root file system can be read-only.

/// The folder of core.yaml or orderer.yaml: `FABRIC_CFG_PATH` of Fabric's images.
pub const FABRIC_CONFIG: &str = "/etc/hyperledger/fabric";
/// The local MSP of a peer, an orderer or a client. Not below [`FABRIC_CONFIG`], where the 2.5 images keep a sample
/// MSP whose authority would be trusted beside ours.
pub const MSP: &str = "/etc/hyperledger/msp";
/// The TLS key pair and its authority: `tls.crt`, `tls.key`, `ca.crt`.
pub const TLS: &str = "/etc/hyperledger/tls";
/// The certificate that a server shows and a client is known by.
pub const TLS_CERTIFICATE: &str = "/etc/hyperledger/tls/tls.crt";
/// Its key.
pub const TLS_KEY: &str = "/etc/hyperledger/tls/tls.key";
/// The authority that issued it and those of its siblings.
pub const TLS_AUTHORITY: &str = "/etc/hyperledger/tls/ca.crt";
/// The connection profile of a program that is a client of peers.
pub const CLIENT_PROFILE: &str = "/etc/hyperledger/client/connection.json";

/// A peer's ledgers, snapshots and installed packages.
pub const PEER_DATA: &str = "/var/hyperledger/production";
/// A peer unpacks chaincode packages for its builders here.
pub const PEER_SCRATCH: &[&str] = &["/tmp"];
/// The builder for chaincode as a service in the peer's image.
pub const CCAAS_BUILDER: &str = "/opt/hyperledger/ccaas_builder";

/// An orderer's ledgers, write-ahead logs and snapshots.
pub const ORDERER_DATA: &str = "/var/hyperledger/production";
/// With Kafka: the genesis block of the system channel, made once for the consortium and mounted from a secret.
pub const SYSTEM_CHANNEL: &str = "/etc/hyperledger/genesis/system-channel.block";
/// An orderer writes nothing beside its volume.
pub const ORDERER_SCRATCH: &[&str] = &["/tmp"];

/// CouchDB's databases and indexes.
pub const COUCHDB_DATA: &str = "/opt/couchdb/data";
/// CouchDB's settings of our own, read after its defaults and before the administrator that its entry point writes.
pub const COUCHDB_CONFIG: &str = "/opt/couchdb/etc/default.d/20-akcgen.ini";
/// The image's entry point writes the administrator, hashed, to local.d.
pub const COUCHDB_SCRATCH: &[&str] = &["/opt/couchdb/etc/local.d", "/tmp"];

/// A broker's volume.
pub const KAFKA_DATA: &str = "/var/lib/kafka/data";
/// A broker's logs: a folder of their own on the volume, since a broker refuses to start beside ext4's `lost+found`.
pub const KAFKA_LOGS: &str = "/var/lib/kafka/data/logs";
/// A broker's properties.
pub const KAFKA_CONFIG: &str = "/etc/kafka/server.properties";
/// How a broker logs: to the console alone.
pub const KAFKA_LOGGING: &str = "/etc/kafka/log4j.properties";
/// Java's own temporary files and its log of garbage collection.
pub const KAFKA_SCRATCH: &[&str] = &["/tmp"];

/// ZooKeeper's snapshots and transaction logs.
pub const ZOOKEEPER_DATA: &str = "/data";
/// ZooKeeper's configuration.
pub const ZOOKEEPER_CONFIG: &str = "/conf/zoo.cfg";
/// What its image declares to be written.
pub const ZOOKEEPER_SCRATCH: &[&str] = &["/datalog", "/logs", "/tmp"];

/// Fabric CA's home: its keys, certificates and database.
pub const CA_DATA: &str = "/etc/hyperledger/fabric-ca-server";
/// Fabric CA's configuration as far as everybody may see it; [`CA_START`] adds the rest.
pub const CA_CONFIG: &str = "/etc/hyperledger/fabric-ca/fabric-ca-server-config.yaml";
/// The script that completes the configuration in [`CA_DATA`] and starts the server.
pub const CA_START: &str = "/etc/hyperledger/fabric-ca/start.sh";
/// The authority behind the TLS certificate of the parent, for an intermediate.
pub const CA_PARENT_AUTHORITY: &str = "/etc/hyperledger/parent/ca.crt";
/// Temporary files of the server's libraries.
pub const CA_SCRATCH: &[&str] = &["/tmp"];

/// Explorer's list of networks.
pub const EXPLORER_CONFIG: &str = "/opt/explorer/app/platform/fabric/config.json";
/// Explorer's connection profile as far as everybody may see it; [`EXPLORER_START`] adds the rest.
pub const EXPLORER_PROFILE: &str = "/etc/hyperledger/client/explorer.json";
/// The completed profile, in scratch space.
pub const EXPLORER_COMPLETE_PROFILE: &str = "/tmp/profile.json";
/// The script that completes the profile, prepares the tables and starts Explorer.
pub const EXPLORER_START: &str = "/etc/hyperledger/client/start.js";
/// Explorer's wallet, its logs, and the completed profile.
pub const EXPLORER_SCRATCH: &[&str] = &["/opt/explorer/wallet", "/opt/explorer/logs", "/tmp"];

/// What every other container may write.
pub const SERVICE_SCRATCH: &[&str] = &["/tmp"];

/// Certificates of authorities that an organization's programs trust beside those of their image.
pub const TRUST: &str = "/etc/ssl/organization";

/// The volume of a PostgreSQL server.
pub const POSTGRESQL_DATA: &str = "/var/lib/postgresql/data";
/// Its databases: a folder below the volume, whose own top may hold what the file system needs.
pub const POSTGRESQL_DATABASES: &str = "/var/lib/postgresql/data/pgdata";
/// Who may connect to it, and how.
pub const POSTGRESQL_ACCESS: &str = "/etc/postgresql/access/pg_hba.conf";
/// Its certificate: `tls.crt`, `tls.key`, `ca.crt`.
pub const POSTGRESQL_TLS: &str = "/etc/postgresql/tls";
/// Its socket and temporary files.
pub const POSTGRESQL_SCRATCH: &[&str] = &["/tmp", "/var/run/postgresql"];
/// The volume of a MySQL server.
pub const MYSQL_DATA: &str = "/var/lib/mysql";
/// Its settings of our own, read after its defaults.
pub const MYSQL_CONFIG: &str = "/etc/mysql/conf.d/akcgen.cnf";
/// Its certificate: `tls.crt`, `tls.key`, `ca.crt`.
pub const MYSQL_TLS: &str = "/etc/mysql/tls";
/// Its socket and temporary files.
pub const MYSQL_SCRATCH: &[&str] = &["/tmp", "/var/run/mysqld"];

/// The folder of the scripts that set a database up.
pub const DATABASE_SETUP: &str = "/etc/database-setup";
/// The script that sets a database up.
pub const DATABASE_SETUP_START: &str = "/etc/database-setup/setup.sh";
/// Temporary files of the database's client.
pub const DATABASE_SETUP_SCRATCH: &[&str] = &["/tmp"];
