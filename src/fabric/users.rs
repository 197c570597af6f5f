//! The user and group that each program runs as; never root.
//!
//! Where the image's files belong to a user of its own, that user it is. Everywhere else the number is free, and stands
//! above 10000, out of the range that hosts give to people and packages; programs of one host differ, so that none can
//! read another's keys.

/// A peer; its image sets no user, so that it would run as root.
pub const PEER: u32 = 17051;
/// An orderer; its image sets no user.
pub const ORDERER: u32 = 17050;
/// Fabric CA; its image sets no user.
pub const CA: u32 = 17054;
/// CouchDB: the user `couchdb` of its image, who owns /opt/couchdb (apache/couchdb-docker, 3.4.2/Dockerfile).
pub const COUCHDB: u32 = 5984;
/// A Kafka broker: the user `appuser` of its image, the first one that is added to Alpine (apache/kafka,
/// docker/jvm/Dockerfile).
pub const KAFKA: u32 = 1000;
/// ZooKeeper: the user `zookeeper` of its image (31z4/zookeeper-docker, 3.8.6/Dockerfile).
pub const ZOOKEEPER: u32 = 1000;
/// A chaincode server.
pub const CHAINCODE: u32 = 19999;
/// Explorer: the user `node` of its base image; /opt/explorer belongs to root and is only read.
pub const EXPLORER: u32 = 1000;
/// A daemon, DAPP, Data Sync or any service of the user's own.
pub const SERVICE: u32 = 10001;
/// A PostgreSQL server; its image takes any user.
pub const POSTGRESQL: u32 = 10003;
/// A MySQL server; its image takes any user.
pub const MYSQL: u32 = 10004;
/// The clients that set databases up; they need no user of their image.
pub const DATABASE_SETUP: u32 = 10002;
