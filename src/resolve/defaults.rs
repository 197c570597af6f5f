//! The one table of defaults: what a blueprint that says nothing means, and why.
//!
//! `facts` below means measurements and sources that the project collected: fabric is hyperledger/fabric 2.5.16.

use crate::base::name::{Branch, Bytes, Cpu, Duration, Image, Label, RepositoryFolder, Schedule, Version};
use crate::base::{Origin, Traced};
use crate::parse::blueprint::{
    AuthorityRole, Consensus, DatabaseEngine, Endpoints, FabricRelease, Packing, Protocol, Reach, StateDatabase,
    SyncMode,
};

/// One default: the value, and its path in the blueprint, which is its origin.
#[derive(Clone, Copy)]
pub(super) struct Row<T> {
    make: fn() -> T,
    path: &'static str,
}

impl<T: Clone> Row<T> {
    /// What was written, or else the default.
    pub(super) fn or(&self, written: Option<&Traced<T>>) -> Traced<T> {
        written.cloned().unwrap_or_else(|| self.value())
    }

    /// The default itself.
    pub(super) fn value(&self) -> Traced<T> {
        Traced::new((self.make)(), Origin::Default(self.path))
    }
}

/// Why a default is what it is, by the path that its origin names.
pub fn reason(path: &str) -> Option<&'static str> {
    REASONS.iter().find(|(row, _)| *row == path).map(|(_, why)| why.trim())
}

macro_rules! defaults {
    ($($(#[doc = $why:literal])+ $name:ident: $type:ty = $value:expr, $path:literal;)+) => {
        $($(#[doc = $why])+ pub(super) const $name: Row<$type> = Row { make: || $value, path: $path };)+
        const REASONS: &[(&str, &str)] = &[$(($path, concat!($($why),+))),+];
    };
}

defaults! {
    /// The first version that others may rely on (semver.org).
    VERSION: Version = Version::trusted("1.0.0"), "version";
    /// What git hosts call the first branch of a repository.
    GITOPS_BRANCH: Branch = Branch::trusted("main"), "gitops.branch";
    /// The folder that `akcgen build` writes.
    GITOPS_PATH: RepositoryFolder = RepositoryFolder::trusted("dist"), "gitops.path";

    /// The long-term support line; Explorer and Kafka know nothing newer.
    FABRIC: FabricRelease = FabricRelease::V2_5, "fabric";

    /// Crash fault tolerance without Kafka's brokers; what Fabric's documentation recommends for production.
    CONSENSUS: Consensus = Consensus::Raft, "ordering.consensus";
    /// The fewest that survive the loss of one (Fabric's docs, deployorderer/ordererplan.md).
    ORDERERS: u32 = 3, "ordering.orderers";
    /// The fewest of a Byzantine fault tolerant service: 3f+1 with f = 1 (Fabric 3.1, common/policies/bft.go).
    ORDERERS_BFT: u32 = 4, "ordering.orderers (bft)";
    /// One address and one certificate less to manage for each node; a load balancer each costs more.
    ENDPOINTS: Endpoints = Endpoints::Shared, "endpoints";
    /// Every Raft channel preallocates about 123 MB (measured); the rest is for blocks.
    ORDERER_STORAGE: Bytes = Bytes::trusted("20Gi"), "ordering.orderers.storage";
    /// Half of Fabric's guideline of 1 CPU and 2 GB for an orderer (performance.md); idle ones take 45 MB (measured).
    ORDERER_CPU: Cpu = Cpu::trusted("500m"), "ordering.orderers.resources.cpu";
    /// Half of Fabric's guideline of 1 CPU and 2 GB for an orderer (performance.md).
    ORDERER_MEMORY: Bytes = Bytes::trusted("1Gi"), "ordering.orderers.resources.memory";

    /// Fabric's rule K ≥ 4: a channel can be made while one broker is down (kafka.rst).
    BROKERS: u32 = 4, "ordering.brokers.count";
    /// Fabric's smallest N: more than M, less than K (kafka.rst).
    REPLICATION: u32 = 3, "ordering.brokers.replication";
    /// Fabric's smallest M: more than 1 (kafka.rst).
    MINIMUM_IN_SYNC: u32 = 2, "ordering.brokers.minimumInSync";
    /// Kafka keeps every transaction for ever (`log.retention.ms=-1`, kafka.rst).
    BROKER_STORAGE: Bytes = Bytes::trusted("50Gi"), "ordering.brokers.storage";
    /// A broker of a few small topics.
    BROKER_CPU: Cpu = Cpu::trusted("500m"), "ordering.brokers.resources.cpu";
    /// A heap of half of it, the rest for the page cache.
    BROKER_MEMORY: Bytes = Bytes::trusted("1Gi"), "ordering.brokers.resources.memory";
    /// The fewest that survive the loss of one (kafka.rst: 3, 5 or 7).
    ZOOKEEPERS: u32 = 3, "ordering.zookeepers.count";
    /// ZooKeeper holds names of brokers and topics only.
    ZOOKEEPER_STORAGE: Bytes = Bytes::trusted("10Gi"), "ordering.zookeepers.storage";
    /// ZooKeeper holds names of brokers and topics only.
    ZOOKEEPER_CPU: Cpu = Cpu::trusted("250m"), "ordering.zookeepers.resources.cpu";
    /// ZooKeeper holds names of brokers and topics only.
    ZOOKEEPER_MEMORY: Bytes = Bytes::trusted("512Mi"), "ordering.zookeepers.resources.memory";

    /// Fabric's own (sampleconfig/configtx.yaml).
    BATCH_TIMEOUT: Duration = Duration::trusted("2s"), "batch.timeout";
    /// Fabric's own (sampleconfig/configtx.yaml).
    BATCH_MESSAGES: u32 = 500, "batch.messages";
    /// Fabric's own (sampleconfig/configtx.yaml).
    BATCH_ABSOLUTE: Bytes = Bytes::trusted("10Mi"), "batch.absoluteBytes";
    /// Fabric's own (sampleconfig/configtx.yaml).
    BATCH_PREFERRED: Bytes = Bytes::trusted("2Mi"), "batch.preferredBytes";

    /// Three peers, load balanced, so that one may fail while another is restarted.
    PEERS: u32 = 3, "blockchain.peers.count";
    /// Nobody asked for peers, and in no channel they would hold nothing.
    NO_PEERS: u32 = 0, "blockchain.peers.count (in no channel)";
    /// Rich queries need it, and with them the daemon that prunes high-throughput rows.
    STATE_DATABASE: StateDatabase = StateDatabase::Couchdb, "blockchain.peers.database";
    /// A ledger only grows; volumes can be enlarged but never shrunk.
    PEER_STORAGE: Bytes = Bytes::trusted("50Gi"), "blockchain.peers.storage";
    /// Room for a busy channel or two on a node of two cores; idle peers take 60 MB (measured).
    PEER_CPU: Cpu = Cpu::trusted("500m"), "blockchain.peers.resources.cpu";
    /// Room for a busy channel or two; idle peers take 60 MB (measured).
    PEER_MEMORY: Bytes = Bytes::trusted("1Gi"), "blockchain.peers.resources.memory";
    /// The current state alone, which can be made again from the ledger.
    COUCHDB_STORAGE: Bytes = Bytes::trusted("20Gi"), "blockchain.peers.databaseStorage";
    /// CouchDB beside a peer of half a core.
    COUCHDB_CPU: Cpu = Cpu::trusted("250m"), "blockchain.peers.databaseResources.cpu";
    /// CouchDB beside a peer of half a core.
    COUCHDB_MEMORY: Bytes = Bytes::trusted("512Mi"), "blockchain.peers.databaseResources.memory";

    /// The number of a chaincode's first definition (Fabric, core/chaincode/lifecycle/lifecycle.go).
    SEQUENCE: u32 = 1, "channels.chaincodes.sequence";
    /// A chaincode's server answers one peer.
    CHAINCODE_CPU: Cpu = Cpu::trusted("100m"), "channels.chaincodes.resources.cpu";
    /// A chaincode's server answers one peer.
    CHAINCODE_MEMORY: Bytes = Bytes::trusted("128Mi"), "channels.chaincodes.resources.memory";
    /// Fabric's own: an endorsement does not wait for other peers to hold the private data.
    REQUIRED_PEERS: u32 = 0, "channels.chaincodes.collections.requiredPeers";
    /// Enough that private data survives the loss of two peers at once.
    MAXIMUM_PEERS: u32 = 3, "channels.chaincodes.collections.maximumPeers";
    /// Private data is kept.
    BLOCK_TO_LIVE: u64 = 0, "channels.chaincodes.collections.blockToLive";

    /// Services of a group scale, fail and are released one by one.
    PACKING: Packing = Packing::Apart, "application.groups.packing";

    /// One may fail or be replaced while the other answers.
    REPLICAS: u32 = 2, "services.replicas";
    /// Keeps data or may run only once: a second copy would do harm.
    REPLICAS_ONE: u32 = 1, "services.replicas (one)";
    /// One may fail or be replaced while the other answers.
    SCALE_MINIMUM: u32 = 2, "services.autoscaling.minimum";
    /// Time to start another copy before the present ones are full.
    SCALE_CPU: u32 = 70, "services.autoscaling.cpu";
    /// A small web service.
    SERVICE_CPU: Cpu = Cpu::trusted("250m"), "services.resources.cpu";
    /// A small web service.
    SERVICE_MEMORY: Bytes = Bytes::trusted("256Mi"), "services.resources.memory";
    /// The port that needs no rights and that most images of web services use.
    PORT: u16 = 8080, "services.ports.http";
    /// The usual protocol of services.
    PROTOCOL: Protocol = Protocol::Http, "services.ports.protocol";
    /// What most services need, and nothing further.
    REACH: Reach = Reach::Cluster, "services.exposure.to";
    /// Long enough for a cold image pull and a Java program on half a core.
    PROBE_START: Duration = Duration::trusted("2m"), "services.probe.start";
    /// Daily, in the night of Europe and before the morning of Asia.
    BACKUP_SCHEDULE: Schedule = Schedule::trusted("0 2 * * *"), "services.backup.schedule";
    /// A month, so that an error found at its end can be undone.
    BACKUP_KEEP: Duration = Duration::trusted("30d"), "services.backup.keep";

    /// The newest that was run with root, intermediate and TLS authorities.
    CA_IMAGE: Image = Image::trusted(crate::fabric::images::fabric_ca()), "services.ca.image";
    /// Its last release.
    EXPLORER_IMAGE: Image = Image::trusted(crate::fabric::images::explorer()), "services.explorer.image";
    /// Explorer keeps its own copy of the ledger in PostgreSQL and knows no other engine.
    EXPLORER_DATABASE: DatabaseEngine = DatabaseEngine::Postgresql, "services.explorer.database";
    /// Data Sync writes the ledger into PostgreSQL, which others read.
    DATA_SYNC_DATABASE: DatabaseEngine = DatabaseEngine::Postgresql, "services.data-sync.database";
    /// New blocks arrive as they are made.
    SYNC_MODE: SyncMode = SyncMode::Subscribe, "services.data-sync.mode";
    /// An authority of its own.
    AUTHORITY_ROLE: AuthorityRole = AuthorityRole::Root, "services.ca.authority.role";
    /// Often enough that readers see sums of the last seconds.
    PRUNING_INTERVAL: Duration = Duration::trusted("5s"), "services.daemon.pruning.interval";
    /// What Akachain's own chaincode library reads in one round (akc-htc-sdk).
    PRUNING_PAGE: u32 = 100, "services.daemon.pruning.pageSize";
    /// Redis is one more thing to run.
    PRUNING_STREAMS: bool = false, "services.daemon.pruning.streams";

    /// The daily life of a pool starts with one node a zone, which the platform knows.
    POOL: Label = Label::trusted("general"), "nodePools";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_path_of_its_own_and_a_reason() {
        for (at, (path, why)) in REASONS.iter().enumerate() {
            assert!(REASONS[..at].iter().all(|(other, _)| other != path), "{path} stands twice");
            assert!(why.trim().len() > 10, "{path} has no reason");
        }
        assert_eq!(reason("batch.timeout"), Some("Fabric's own (sampleconfig/configtx.yaml)."));
        assert_eq!(reason("nonsense"), None);
    }

    #[test]
    fn what_is_written_wins() {
        let written = Traced::new(5, Origin::Rule("test"));
        assert_eq!((PEERS.or(Some(&written)).value, PEERS.or(None).value), (5, 3));
        assert_eq!(PEERS.or(None).origin, Origin::Default("blockchain.peers.count"));
    }
}
