//! The workload graph: everything that runs for one organization, what it needs and who it talks to. It knows no
//! Kubernetes, no cloud and no other organization but by its name and card.

use crate::base::name::{Bytes, Image};
use crate::base::quantity::{MEBIBYTE, bytes, millicores};
use crate::base::{Origin, Traced};
use crate::parse::blueprint::{DatabaseEngine, Endpoints, Protocol};
use crate::resolve::{Backup, Cluster, Copies, OrgIx, Patch, Resources};

/// The graph of one organization that is described here.
#[derive(Debug, Clone)]
pub struct OrganizationGraph {
    pub organization: OrgIx,
    /// Everything that runs, sorted by cluster, namespace and name; [`WorkloadId`] counts in this list. What a target adds
    /// stands last.
    pub workloads: Vec<Workload>,
    /// The namespaces, sorted by cluster and name.
    pub namespaces: Vec<Namespace>,
    /// Relational database schemas, sorted by engine and name.
    pub schemas: Vec<Schema>,
    /// Whether any workload waits in Redis Streams.
    pub streams: Option<Origin>,
    /// Whether any workload mounts the organization's shared files.
    pub shared_files: Option<Origin>,
    /// Every allowed connection, sorted.
    pub links: Vec<Link>,
    /// Every entry from outside a cluster, sorted by workload and port.
    pub entries: Vec<Entry>,
    /// Every secret, sorted by cluster, namespace and name.
    pub secrets: Vec<Secret>,
}

impl OrganizationGraph {
    /// The workloads of a cluster that are [`Component::NODES`], in the order in which they may restart.
    pub fn nodes(&self, cluster: Cluster) -> Vec<&Workload> {
        let nodes = Component::NODES.into_iter().flat_map(|component| self.of(component));
        nodes.map(|(_, workload)| workload).filter(|workload| workload.cluster == cluster).collect()
    }

    /// The workloads of a component, in the order of their numbers.
    pub fn of(&self, component: Component) -> Vec<(WorkloadId, &Workload)> {
        let all = self.workloads.iter().enumerate().map(|(at, workload)| (WorkloadId(at), workload));
        let mut own: Vec<_> = all.filter(|(_, workload)| workload.component == component).collect();
        // Of two numbers the longer is the greater.
        own.sort_by_key(|(_, workload)| (workload.name.len(), &workload.name));
        own
    }
}

/// Index in [`OrganizationGraph::workloads`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadId(pub usize);

/// Index in [`OrganizationGraph::schemas`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub usize);

/// A namespace: a boundary of names, policies and trust.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Namespace {
    pub cluster: Cluster,
    pub name: String,
    pub origin: Origin,
}

/// One thing that runs.
#[derive(Debug, Clone)]
pub struct Workload {
    pub cluster: Cluster,
    pub namespace: String,
    /// A DNS label, unique in its namespace, at most 52 characters (kubernetes#64023).
    pub name: String,
    pub component: Component,
    /// The line that caused it.
    pub origin: Origin,
    pub shape: Shape,
    /// The main container first.
    pub containers: Vec<Container>,
    /// Block volumes of its own that outlive its pods.
    pub volumes: Vec<Volume>,
    /// Whether and when those are backed up.
    pub backup: Option<Backup>,
    /// Names under which its containers are called within the cluster; the first is the workload's own.
    pub addresses: Vec<Address>,
    /// The blueprint's patches of its services, in the order of their names.
    pub patches: Vec<Patch>,
}

impl Workload {
    /// Finds one of its containers' ports by name.
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.containers.iter().flat_map(|container| &container.ports).find(|port| port.name == name)
    }

    /// The container that listens on a named port.
    pub fn owner(&self, port: &str) -> Option<&Container> {
        self.containers.iter().find(|container| container.ports.iter().any(|own| own.name == port))
    }

    /// What one copy of it asks for: thousandths of a core, and MiB of memory, rounded up for each container.
    pub fn requests(&self) -> (u64, u64) {
        let mut sum = (0_u64, 0_u64);
        for request in self.containers.iter().map(|container| &container.resources) {
            let memory = bytes(&request.memory.value).unwrap_or(u64::MAX).div_ceil(MEBIBYTE);
            sum.0 = sum.0.saturating_add(millicores(&request.cpu.value).unwrap_or(u64::MAX));
            sum.1 = sum.1.saturating_add(memory);
        }
        sum
    }

    /// The name under which one of its containers is called.
    pub fn address_of(&self, container: usize) -> &str {
        let own = self.addresses.iter().find(|address| address.container == Some(container));
        own.or(self.addresses.first()).map_or(&self.name, |address| &address.name)
    }

    /// The port at which a balancer sees whether the container behind a named port is well: that of its own probe.
    pub fn health_port(&self, port: &str) -> Option<u16> {
        match &self.owner(port)?.probe.check {
            Check::Http { port: asked, .. } | Check::Tcp { port: asked } => self.port(asked).map(|port| port.port),
            Check::Command(_) | Check::None => self.port(port).map(|port| port.port),
        }
    }

    /// The name of the claim of one of its volumes. No label has a dot, so that no two claims of a namespace meet.
    pub fn claim(&self, volume: &Volume) -> String {
        format!("{}.{}", self.name, volume.name)
    }
}

/// A name under which one or all containers of a workload are called within the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A DNS label, unique in the namespace.
    pub name: String,
    /// The container behind it; all of them, if none.
    pub container: Option<usize>,
    pub origin: Origin,
}

/// The name of the one address over all of an organization's peers.
pub const PEERS: &str = "peers";

/// What a workload is, as the label `app.kubernetes.io/component` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    Peer,
    Orderer,
    Kafka,
    ZooKeeper,
    CertificateAuthority,
    Chaincode,
    Daemon,
    Dapp,
    Explorer,
    DataSync,
    /// Any service of the user's own, in either cluster.
    Service,
    /// A one-time preparation of a relational database.
    DatabaseSetup,
    /// A relational database's server, where the target has the bundle run one as a workload.
    Database,
}

impl Component {
    /// Those whose workloads are nodes of one network: each keeps a part of a quorum or a ledger, and they must not all
    /// restart at once. In the order in which they may: what others stand on first.
    pub const NODES: [Component; 4] = [Component::ZooKeeper, Component::Kafka, Component::Orderer, Component::Peer];

    /// The text in labels and file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Component::Peer => "peer",
            Component::Orderer => "orderer",
            Component::Kafka => "kafka",
            Component::ZooKeeper => "zookeeper",
            Component::CertificateAuthority => "ca",
            Component::Chaincode => "chaincode",
            Component::Daemon => "daemon",
            Component::Dapp => "dapp",
            Component::Explorer => "explorer",
            Component::DataSync => "data-sync",
            Component::Service => "service",
            Component::DatabaseSetup => "database-setup",
            Component::Database => "database",
        }
    }

    /// The name of the one address over all of its nodes, where they have one.
    pub fn together(self) -> Option<&'static str> {
        match self {
            Component::Peer => Some(PEERS),
            Component::Kafka => Some("kafka"),
            Component::ZooKeeper => Some("zookeeper"),
            _ => None,
        }
    }

    /// Whether its siblings decide by majority, so that one at most may be missing.
    pub fn is_quorum(self) -> bool {
        matches!(self, Component::Orderer | Component::Kafka | Component::ZooKeeper)
    }
}

/// How a workload runs.
#[derive(Debug, Clone)]
pub enum Shape {
    /// One pod with an identity and volumes of its own; never scaled, replaced only once the old one is gone.
    Stateful,
    /// Equal copies without volumes of their own.
    Stateless(Copies),
    /// One copy at most at any time: the old one ends before the new one starts.
    Single,
    /// Runs to its end once; a changed job is another job.
    Job,
}

/// One container of a workload.
#[derive(Debug, Clone)]
pub struct Container {
    /// A DNS label, unique in the workload.
    pub name: String,
    /// What runs in it, with all that its configuration depends on.
    pub program: Program,
    /// The service of the user's blueprint that it is, by name.
    pub service: Option<String>,
    /// As written; the registry is applied when the workload is bound.
    pub image: Traced<Image>,
    pub command: Vec<Traced<String>>,
    pub arguments: Vec<Traced<String>>,
    pub ports: Vec<Port>,
    pub resources: Resources,
    pub probe: Probe,
    /// The user and group it runs as; never 0.
    pub user: u32,
    /// Why its root file system must be writable, where it must.
    pub writable_root: Option<&'static str>,
    /// Where its block volumes are mounted: index in [`Workload::volumes`], path.
    pub mounts: Vec<(usize, String)>,
    /// Paths of scratch space that is lost with the pod.
    pub scratch: Vec<String>,
    /// Where the organization's shared files are mounted.
    pub shared_files: Option<Traced<String>>,
    /// The line that caused it.
    pub origin: Origin,
}

/// What runs in a container. Indices are those of the consortium: channels, chaincodes of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    Peer {
        index: u32,
    },
    CouchDb {
        peer: u32,
    },
    Orderer {
        index: u32,
    },
    KafkaBroker {
        index: u32,
    },
    ZooKeeper {
        index: u32,
    },
    FabricCa,
    Chaincode {
        channel: usize,
        chaincode: usize,
        peer: u32,
    },
    Daemon {
        channel: usize,
        chaincode: usize,
    },
    Dapp,
    Explorer,
    DataSync,
    /// A service of the user's own.
    Service,
    /// Creates the schemas and users of one engine.
    DatabaseSetup {
        engine: DatabaseEngine,
    },
    /// Holds the schemas of one engine.
    DatabaseServer {
        engine: DatabaseEngine,
    },
}

impl Program {
    /// Seconds that it has to end well once it was told to stop.
    pub fn grace(self) -> u32 {
        match self {
            // A broker hands its partitions over and closes its logs before it ends; a database writes what it holds.
            Program::KafkaBroker { .. } | Program::DatabaseServer { .. } => 120,
            // A block that is being written, a database's buffers, a batch that is being pruned or copied.
            Program::Peer { .. }
            | Program::CouchDb { .. }
            | Program::Orderer { .. }
            | Program::Daemon { .. }
            | Program::DataSync => 60,
            _ => 30,
        }
    }
}

/// A port that a container listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// An IANA service name: at most 15 characters.
    pub name: String,
    pub port: u16,
    pub protocol: Protocol,
    pub origin: Origin,
}

/// How a container's health is seen.
#[derive(Debug, Clone)]
pub struct Probe {
    pub check: Check,
    /// Seconds that the start may take.
    pub start_seconds: u32,
    pub origin: Origin,
}

/// What a probe does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// An HTTP GET of the path on the named port answers 200.
    Http { port: String, path: String, tls: bool },
    /// The named port takes a TCP connection.
    Tcp { port: String },
    /// The command ends with 0.
    Command(Vec<String>),
    /// It runs to its end: nothing to probe.
    None,
}

/// A block volume that outlives the pods that use it.
#[derive(Debug, Clone)]
pub struct Volume {
    /// A DNS label, unique in the workload.
    pub name: String,
    pub size: Traced<Bytes>,
    /// What lies on it, which decides its storage class.
    pub content: Content,
}

/// What lies on a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// A ledger, an ordering log or a certificate authority's database: never lost.
    Ledger,
    /// A database that can be made again from a ledger.
    State,
    /// Files of a user's own service.
    Files,
}

/// A relational database schema with its owner.
#[derive(Debug, Clone)]
pub struct Schema {
    pub engine: DatabaseEngine,
    /// The schema's and its owner's name.
    pub name: String,
    /// The container that owns it.
    pub owner: (WorkloadId, usize),
    /// Containers that read it, each through a user of its own that may only read: `<schema>_reader_<service>`.
    pub readers: Vec<Reader>,
    pub origin: Origin,
}

/// One that reads another's schema.
#[derive(Debug, Clone)]
pub struct Reader {
    pub container: (WorkloadId, usize),
    /// The user's name.
    pub user: String,
    pub origin: Origin,
}

/// One allowed connection, from its client to the port that listens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    pub from: Source,
    pub to: Destination,
    /// Why it is there: the line or the rule.
    pub origin: Origin,
}

/// Who connects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Workload(WorkloadId),
    /// Clients in another organization's clusters, let in from its card's addresses.
    Organization(OrgIx),
    /// An address range of the internet.
    Range(String),
    /// An address range from which the organization's administrators call.
    Administrators(String),
}

/// What is connected to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// A named port of a workload.
    Workload(WorkloadId, String),
    /// A peer or orderer of another organization: index in its card's list.
    Peer(OrgIx, usize),
    Orderer(OrgIx, usize),
    /// A service that another organization shares, by its name on the card.
    Shared(OrgIx, String),
    /// A relational database of the engine.
    Database(DatabaseEngine),
    /// Redis Streams.
    Streams,
    /// An outside system: index in the description's list.
    System(usize),
}

/// An entry into a cluster from outside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub workload: WorkloadId,
    /// Name of the port behind it.
    pub port: String,
    pub kind: EntryKind,
    /// The host name that clients dial; its certificate carries it.
    pub host: String,
    pub origin: Origin,
}

/// Who enters, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// Fabric's own gRPC, passed through with its TLS: peers and orderers, from other organizations.
    Grpc { node: NodeRole, index: u32, endpoints: Endpoints },
    /// HTTP from address ranges of the internet, TLS ended at the edge.
    Web { path: String, ranges: Vec<Traced<String>> },
    /// TCP from the organization's other cluster.
    Private,
    /// TCP or gRPC from other organizations' clusters.
    Consortium,
}

impl Entry {
    /// The path below the host, where there is one.
    pub fn path(&self) -> &str {
        match &self.kind {
            EntryKind::Web { path, .. } => path,
            _ => "",
        }
    }
}

impl EntryKind {
    /// Whether it is that of one of Fabric's nodes, each of which others must reach by itself; what else enters may come
    /// through whatever balances.
    pub fn is_of_a_node(&self) -> bool {
        matches!(self, EntryKind::Grpc { .. })
    }
}

/// Which of Fabric's nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeRole {
    Peer,
    Orderer,
}

/// A secret that the platform's secret store must hold. Never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub cluster: Cluster,
    pub namespace: String,
    /// The workloads that need it, sorted; none where only documents of the target do.
    pub beside: Vec<WorkloadId>,
    /// A DNS label, unique in its namespace.
    pub name: String,
    /// Its keys, sorted.
    pub keys: Vec<String>,
    /// What it is and who fills it, for the runbook.
    pub purpose: String,
    /// Its name in the store, relative to the organization's own part of it.
    pub store_name: String,
    pub origin: Origin,
}

/// The key of credentials of registries, as Docker keeps them in its `config.json`.
pub const DOCKER_CONFIGURATION: &str = ".dockerconfigjson";

impl Secret {
    /// The type that Kubernetes knows it by (Kubernetes, "Types of Secret").
    pub fn r#type(&self) -> &'static str {
        if self.keys == [DOCKER_CONFIGURATION] { "kubernetes.io/dockerconfigjson" } else { "Opaque" }
    }
}
