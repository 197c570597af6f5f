//! What runs for an organization: groups of services, and what is said of each.

use std::collections::BTreeMap;

use crate::base::Traced;
use crate::base::name::{
    AbsolutePath, Bytes, Cidr, Cpu, Domain, Duration, Image, Label, Line, Schedule, UrlPath, Variable,
};
use crate::parse::blueprint::{AuthorityRole, DatabaseEngine, Packing, Protocol, Reach, ServiceKind, SyncMode};
use crate::resolve::{OrgIx, defaults};
use crate::source::Node;

#[derive(Debug, Clone)]
pub struct Group {
    pub name: Traced<Label>,
    pub packing: Traced<Packing>,
    pub services: Vec<Service>,
}

/// A partial object, to be merged into a workload's own of that kind.
#[derive(Debug, Clone)]
pub struct Patch {
    pub kind: Traced<String>,
    pub partial: Node,
}

/// One service with every default filled in.
#[derive(Debug, Clone)]
pub struct Service {
    pub name: Traced<Label>,
    /// What akcgen knows of it.
    pub kind: Option<ServiceKind>,
    pub image: Traced<Image>,
    pub command: Vec<Traced<String>>,
    pub arguments: Vec<Traced<String>>,
    /// Sorted by name; never empty.
    pub ports: Vec<Port>,
    pub copies: Copies,
    pub resources: Resources,
    pub storage: Vec<Volume>,
    pub shared_files: Option<Traced<AbsolutePath>>,
    pub configuration: BTreeMap<Variable, Traced<String>>,
    pub files: BTreeMap<AbsolutePath, Traced<String>>,
    pub secrets: BTreeMap<Variable, Traced<Label>>,
    pub exposure: Exposure,
    pub probe: Probe,
    /// Present where it has volumes.
    pub backup: Option<Backup>,
    pub database: Option<Database>,
    /// Services of the organization whose databases it reads.
    pub reads: Vec<Traced<Label>>,
    pub calls: Vec<Call>,
    /// The channels it works on: indices in [`Consortium::channels`]; for kinds that touch the blockchain.
    pub channels: Vec<usize>,
    pub authority: Option<Authority>,
    pub pruning: Option<Pruning>,
    pub mode: Option<Traced<SyncMode>>,
    /// Partial objects, sorted by their kind.
    pub patches: Vec<Patch>,
}

/// How many copies of a service run.
#[derive(Debug, Clone)]
pub enum Copies {
    Fixed(Traced<u32>),
    Scaled { minimum: Traced<u32>, maximum: Traced<u32>, cpu_percent: Traced<u32> },
}

#[derive(Debug, Clone)]
pub struct Port {
    pub name: Traced<Label>,
    pub port: Traced<u16>,
    pub protocol: Traced<Protocol>,
}

/// What a container asks for and may take at most. A limit is never below the request.
#[derive(Debug, Clone)]
pub struct Resources {
    pub cpu: Traced<Cpu>,
    pub memory: Traced<Bytes>,
    pub cpu_limit: Traced<Cpu>,
    pub memory_limit: Traced<Bytes>,
}

#[derive(Debug, Clone)]
pub struct Volume {
    pub name: Traced<Label>,
    pub size: Traced<Bytes>,
    pub path: Traced<AbsolutePath>,
}

/// Who may reach a service from outside its namespace.
#[derive(Debug, Clone)]
pub struct Exposure {
    pub to: Traced<Reach>,
    /// Indices in [`Description::frontends`].
    pub frontends: Vec<Traced<usize>>,
    pub internet: Vec<Traced<Cidr>>,
    /// Name of the one of the service's ports that is reached from outside its cluster.
    pub port: Traced<Label>,
    /// Where it is reached from outside its cluster.
    pub host: Traced<Domain>,
    pub path: Traced<UrlPath>,
}

impl Exposure {
    /// Whether anything on the internet may reach the service.
    pub fn is_public(&self) -> bool {
        !self.frontends.is_empty() || !self.internet.is_empty()
    }
}

#[derive(Debug, Clone)]
pub struct Probe {
    /// A TCP connection is tried where there is no path.
    pub path: Option<Traced<UrlPath>>,
    /// Name of one of the service's ports.
    pub port: Label,
    pub start: Traced<Duration>,
}

#[derive(Debug, Clone)]
pub struct Backup {
    pub schedule: Traced<Schedule>,
    pub keep: Traced<Duration>,
}

impl Backup {
    /// Daily at night, kept for a month: the default of everything that is backed up.
    pub fn usual() -> Self {
        Backup { schedule: defaults::BACKUP_SCHEDULE.value(), keep: defaults::BACKUP_KEEP.value() }
    }
}

#[derive(Debug, Clone)]
pub struct Database {
    pub engine: Traced<DatabaseEngine>,
    pub schema: Traced<String>,
}

/// What a service calls.
#[derive(Debug, Clone)]
pub enum Call {
    /// Another service of the organization, by name.
    Service(Traced<Label>),
    /// An outside system: index in [`Description::systems`].
    System(Traced<usize>),
}

#[derive(Debug, Clone)]
pub struct Authority {
    pub role: Traced<AuthorityRole>,
    pub parent: Option<Traced<OrgIx>>,
    pub country: Option<Traced<String>>,
    pub state: Option<Traced<Line>>,
    pub locality: Option<Traced<Line>>,
}

#[derive(Debug, Clone)]
pub struct Pruning {
    pub interval: Traced<Duration>,
    pub page_size: Traced<u32>,
    pub streams: Traced<bool>,
}
