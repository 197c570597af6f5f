//! The one table of environment variables that programs known to akcgen are given. Fabric ignores a variable that it
//! does not know without a word, so nothing outside this table is ever set for them.

/// A variable's name. Only this table makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(&'static str);

impl Key {
    /// The name itself.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

macro_rules! keys {
    ($($(#[$doc:meta])+ $name:ident)+) => {
        $($(#[$doc])+ #[allow(non_upper_case_globals)] pub const $name: Key = Key(stringify!($name));)+
        /// Every variable of the table.
        pub const ALL: &[Key] = &[$($name,)+];
    };
}

keys! {
    /// Peer, orderer: the folder of core.yaml or orderer.yaml.
    FABRIC_CFG_PATH
    /// Peer, orderer, Fabric CA: levels by logger, the last one for all others.
    FABRIC_LOGGING_SPEC
    /// Peer, orderer, Fabric CA: `json` for one object a line.
    FABRIC_LOGGING_FORMAT
    /// Peer: CouchDB's user.
    CORE_LEDGER_STATE_COUCHDBCONFIG_USERNAME
    /// Peer: CouchDB's password.
    CORE_LEDGER_STATE_COUCHDBCONFIG_PASSWORD
    /// Peer, its builder: what the templates of a package's `connection.json` may name, as a JSON object.
    CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG

    /// CouchDB's image: the administrator that its entry point makes.
    COUCHDB_USER
    /// CouchDB's image: that administrator's password.
    COUCHDB_PASSWORD

    /// PostgreSQL's image: the folder of its databases.
    PGDATA
    /// PostgreSQL's image: the master user that its entry point makes.
    POSTGRES_USER
    /// PostgreSQL's image: that user's password.
    POSTGRES_PASSWORD
    /// PostgreSQL's image: arguments of initdb.
    POSTGRES_INITDB_ARGS
    /// MySQL's image: the password of `root`.
    MYSQL_ROOT_PASSWORD

    /// Kafka's scripts: options of the heap.
    KAFKA_HEAP_OPTS
    /// Kafka's scripts: where the logging is configured.
    KAFKA_LOG4J_OPTS
    /// Kafka's scripts: the folder of what Java itself logs.
    LOG_DIR

    /// ZooKeeper's image: the node's number, from 1.
    ZOO_MY_ID
    /// ZooKeeper's scripts: the heap in MiB.
    ZK_SERVER_HEAP
    /// ZooKeeper's scripts: no remote management.
    JMXDISABLE

    /// Fabric CA: the folder of its configuration, keys and database.
    FABRIC_CA_SERVER_HOME
    /// Fabric CA's start script: the first administrator.
    CA_ADMIN_USERNAME
    /// Fabric CA's start script: that administrator's password.
    CA_ADMIN_PASSWORD
    /// Fabric CA's start script: the identity at the parent authority.
    CA_PARENT_USERNAME
    /// Fabric CA's start script: that identity's password.
    CA_PARENT_PASSWORD
    /// Fabric CA's start script: `host:port` of the parent authority.
    CA_PARENT_ADDRESS

    /// Chaincode server: its package's id.
    CHAINCODE_ID
    /// Chaincode server: what it listens on.
    CHAINCODE_SERVER_ADDRESS
    /// Chaincode server: whether it speaks without TLS.
    CHAINCODE_TLS_DISABLED

    /// Explorer: the database's host.
    DATABASE_HOST
    /// Explorer: the database's port.
    DATABASE_PORT
    /// Explorer: the database's name.
    DATABASE_DATABASE
    /// Explorer: the database's user.
    DATABASE_USERNAME
    /// Explorer: that user's password.
    DATABASE_PASSWD
    /// Explorer: `false`, so that peers are dialled by the names that discovery gives.
    DISCOVERY_AS_LOCALHOST
    /// Explorer: the port it listens on.
    PORT
    /// Explorer: the application's level of logging; at `info` it prints its profile with the password in it.
    LOG_LEVEL_APP
    /// Explorer: the database layer's level of logging.
    LOG_LEVEL_DB
    /// Explorer: the console's level of logging.
    LOG_LEVEL_CONSOLE
    /// Explorer: log to the standard output too.
    LOG_CONSOLE_STDOUT
    /// Explorer's start script: its first user.
    EXPLORER_ADMIN_USERNAME
    /// Explorer's start script: that user's password.
    EXPLORER_ADMIN_PASSWORD

    /// Fabric's clients: the organization's MSP id.
    FABRIC_MSP_ID
    /// Fabric's clients: `host:port` of the organization's peers, whichever of them answers.
    FABRIC_GATEWAY_ADDRESS
    /// Fabric's clients: the file of the client's certificate.
    FABRIC_CERTIFICATE_FILE
    /// Fabric's clients: the file of the client's key.
    FABRIC_KEY_FILE
    /// Fabric's clients: the file of the authority behind the peers' TLS certificates.
    FABRIC_TLS_CA_FILE
    /// Fabric's clients: the file of the connection profile, which names every peer.
    FABRIC_CONNECTION_PROFILE
    /// DAPP, Data Sync: the channels, separated by commas.
    FABRIC_CHANNELS
    /// Daemon: its channel.
    FABRIC_CHANNEL
    /// Daemon: its chaincode.
    FABRIC_CHAINCODE
    /// Daemon: milliseconds between two rounds of pruning.
    PRUNING_INTERVAL_MS
    /// Daemon: the most rows in one round.
    PRUNING_PAGE_SIZE
    /// Data Sync: `poll` or `subscribe`.
    SYNC_MODE
    /// DAPP, daemon: the host of Redis.
    REDIS_HOST
    /// DAPP, daemon: the port of Redis.
    REDIS_PORT
    /// DAPP, daemon: the URL of Redis, with TLS.
    REDIS_URL

    /// PostgreSQL's clients: how the server's certificate is checked.
    PGSSLMODE
    /// PostgreSQL's clients: the file of the authorities that are trusted.
    PGSSLROOTCERT
    /// PostgreSQL's clients: the server, in database setup alone.
    PGHOST
    /// PostgreSQL's clients: the server's port, in database setup alone.
    PGPORT
    /// PostgreSQL's clients: the master user, in database setup alone.
    PGUSER
    /// PostgreSQL's clients: that user's password, in database setup alone.
    PGPASSWORD
    /// MySQL's setup script: the server.
    MYSQL_HOST
    /// MySQL's setup script: the server's port.
    MYSQL_TCP_PORT
    /// MySQL's setup script: the master user.
    MYSQL_MASTER_USERNAME
    /// MySQL's setup script: that user's password.
    MYSQL_MASTER_PASSWORD

    /// Any service: the proxy for plain HTTP.
    HTTP_PROXY
    /// Any service: the proxy for HTTPS.
    HTTPS_PROXY
    /// Any service: what is reached without the proxy.
    NO_PROXY
    /// Any service: the same as `HTTP_PROXY`, for programs that read this spelling alone.
    http_proxy
    /// Any service: the same as `HTTPS_PROXY`.
    https_proxy
    /// Any service: the same as `NO_PROXY`.
    no_proxy
    /// Node.js: a file of authorities trusted beside its own.
    NODE_EXTRA_CA_CERTS
    /// Go: folders of authorities.
    SSL_CERT_DIR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice() {
        let names: std::collections::BTreeSet<_> = ALL.iter().collect();
        assert_eq!(names.len(), ALL.len());
    }
}
