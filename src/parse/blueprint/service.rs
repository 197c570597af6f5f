use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Map;
use crate::base::Traced;
use crate::base::name::{
    AbsolutePath, Bytes, ChannelName, Cidr, Cpu, Domain, Duration, Image, Label, Line, OrganizationName, Schedule,
    UrlPath, Variable,
};
use crate::source::Node;

/// One service: what it is, what it needs and who may reach it; never how its platform does it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// The kind, where the service's name is not the kind's: `ca`, `daemon`, `dapp`, `explorer` or `data-sync`.
    #[schemars(example = &"dapp")]
    pub kind: Option<Traced<ServiceKind>>,
    /// The container image, with a tag or digest. Kinds whose software is public have a default.
    #[schemars(example = &"akachain/orders:1.4.0")]
    pub image: Option<Traced<Image>>,
    /// The program to run in place of the image's own entry point.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["node", "server.js"]))]
    pub command: Vec<Traced<String>>,
    /// The program's arguments.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["--verbose"]))]
    pub arguments: Vec<Traced<String>>,
    /// The ports it listens on, by name; one port `http` 8080 unless given.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"http": 8080}))]
    pub ports: Map<Label, Port>,
    /// How many equal copies run; two unless given, one where the service keeps data or may run only once.
    #[schemars(example = &2, range(min = 1, max = 500))]
    pub replicas: Option<Traced<u32>>,
    /// Lets the number of copies follow the load; not for services that keep data.
    #[schemars(example = serde_json::json!({"maximum": 6}))]
    pub autoscaling: Option<Autoscaling>,
    /// What a copy asks of its node.
    #[schemars(example = serde_json::json!({"cpu": "250m", "memory": "256Mi"}))]
    pub resources: Option<Resources>,
    /// Volumes of its own, by name.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"uploads": {"size": "20Gi", "path": "/data"}}))]
    pub storage: Map<Label, Volume>,
    /// Where the organization's shared configuration files are mounted, read-only; not mounted unless given.
    #[schemars(example = &"/etc/shared")]
    pub shared_files: Option<Traced<AbsolutePath>>,
    /// Environment variables with plain values.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"LOG_LEVEL": "info"}))]
    pub configuration: Map<Variable, Traced<Scalar>>,
    /// Configuration files, by absolute path, with their text.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"/etc/orders/limits.json": "{\"daily\": 100}\n"}))]
    pub files: Map<AbsolutePath, Traced<String>>,
    /// Environment variables whose values are secrets: variable to the name of a secret of the organization.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"JWT_KEY": "jwt-key"}))]
    pub secrets: Map<Variable, Traced<Label>>,
    /// Who may reach it; `cluster` unless given.
    #[schemars(example = &"organization")]
    pub exposure: Option<Exposure>,
    /// How its health is seen. A TCP connection to the first port unless given.
    #[schemars(example = &"/healthz")]
    pub probe: Option<Probe>,
    /// How its volumes are backed up; daily, kept 30 days, unless given.
    #[schemars(example = serde_json::json!({"schedule": "0 2 * * *", "keep": "30d"}))]
    pub backup: Option<Backup>,
    /// The relational database that it owns: a schema and a user with rights on it alone.
    #[schemars(example = &"postgresql")]
    pub database: Option<Database>,
    /// Services of the organization whose databases it reads, through a user that may only read.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["data-sync"]), extend("uniqueItems" = true))]
    pub reads: Vec<Traced<Label>>,
    /// Services of the organization and outside systems that it calls.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["dapp", "erp"]), extend("uniqueItems" = true))]
    pub calls: Vec<Traced<Label>>,
    /// For `dapp`, `daemon`, `data-sync` and `explorer`: the channels it works on; all of the organization's unless given.
    #[schemars(example = serde_json::json!(["trade"]), extend("uniqueItems" = true))]
    pub channels: Option<Vec<Traced<ChannelName>>>,
    /// For `ca`: whether it is a root, a client of another organization's (no server here) or an intermediate.
    #[schemars(example = serde_json::json!({"role": "intermediate", "parent": "akachain"}))]
    pub authority: Option<Authority>,
    /// For `daemon`: how it prunes.
    #[schemars(example = serde_json::json!({"interval": "5s", "pageSize": 100, "streams": true}))]
    pub pruning: Option<Pruning>,
    /// For `data-sync`: whether it polls for blocks or subscribes to events.
    #[schemars(example = &"subscribe")]
    pub mode: Option<Traced<SyncMode>>,
    /// What the language does not say: partial Kubernetes objects by kind, merged into this service's own and checked
    /// against the Kubernetes schema. Only its own objects can be changed.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"Deployment": {"spec": {"minReadySeconds": 10}}}))]
    pub patches: Map<String, Node>,
}

/// The services that akcgen knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceKind {
    Ca,
    Daemon,
    Dapp,
    Explorer,
    DataSync,
}

/// A port that a service listens on.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "port"))]
pub struct Port {
    /// The port's number; at least 1024, since no container runs as root.
    #[schemars(example = &8080, range(min = 1, max = 65535))]
    pub port: Option<Traced<u16>>,
    /// What is spoken on it; `http` unless given.
    #[schemars(example = &"http")]
    pub protocol: Option<Traced<Protocol>>,
}

/// What is spoken on a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    Http,
    Grpc,
    Tcp,
}

/// A plain value of an environment variable.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

/// Lets the number of copies follow the load.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "maximum"))]
pub struct Autoscaling {
    /// The fewest copies; two unless given.
    #[schemars(example = &2, range(min = 1, max = 500))]
    pub minimum: Option<Traced<u32>>,
    /// The most copies.
    #[schemars(example = &6, range(min = 1, max = 500))]
    pub maximum: Option<Traced<u32>>,
    /// The share of the requested CPU, in percent, that copies are kept at; 70 unless given.
    #[schemars(example = &70, range(min = 10, max = 100))]
    pub cpu: Option<Traced<u32>>,
}

/// What a container asks of its node and what it may take at most.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resources {
    /// Processor cores asked for.
    #[schemars(example = &"250m")]
    pub cpu: Option<Traced<Cpu>>,
    /// Memory asked for.
    #[schemars(example = &"256Mi")]
    pub memory: Option<Traced<Bytes>>,
    /// The most cores it may use; four times what it asks for unless given.
    #[schemars(example = &"1")]
    pub cpu_limit: Option<Traced<Cpu>>,
    /// The most memory it may use; twice what it asks for unless given.
    #[schemars(example = &"512Mi")]
    pub memory_limit: Option<Traced<Bytes>>,
}

/// A volume that outlives the pods that use it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Volume {
    /// Its size. It can grow, never shrink.
    #[schemars(example = &"20Gi")]
    pub size: Traced<Bytes>,
    /// Where it is mounted.
    #[schemars(example = &"/data")]
    pub path: Traced<AbsolutePath>,
}

/// Who may reach a service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = {"string": "to", "array": "frontends"}))]
pub struct Exposure {
    /// `none`, its own `cluster`, both clusters of its `organization`, or every organization of the `consortium`.
    #[schemars(example = &"organization")]
    pub to: Option<Traced<Reach>>,
    /// Front ends of the organization that may reach it from the internet.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["portal"]), extend("uniqueItems" = true))]
    pub frontends: Vec<Traced<Label>>,
    /// Address ranges of the internet that may reach it.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["203.0.113.0/24"]), extend("uniqueItems" = true))]
    pub internet: Vec<Traced<Cidr>>,
    /// The host name under which it is reached from outside the cluster; `<service>.<domain>` unless given.
    #[schemars(example = &"explorer.akachain.example")]
    pub host: Option<Traced<Domain>>,
    /// The name of the port that is reached from outside the cluster; `http`, or else the first by name that speaks HTTP,
    /// or else the first, unless given. Front ends and the internet reach ports that speak HTTP alone.
    #[schemars(example = &"http")]
    pub port: Option<Traced<Label>>,
    /// The path under a front end's host that leads to it, and that requests keep; `/<service>` unless given.
    #[schemars(example = &"/orders")]
    pub path: Option<Traced<UrlPath>>,
}

/// How far a service's clients may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    None,
    Cluster,
    Organization,
    Consortium,
}

/// How a service's health is seen.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "path"))]
pub struct Probe {
    /// The path that answers 200 while the service is well; a TCP connection is tried unless given.
    #[schemars(example = &"/healthz")]
    pub path: Option<Traced<UrlPath>>,
    /// The name of the port that is asked; the first by name unless given.
    #[schemars(example = &"http")]
    pub port: Option<Traced<Label>>,
    /// How long the service may take to start; 2m unless given.
    #[schemars(example = &"90s")]
    pub start: Option<Traced<Duration>>,
}

/// How volumes are backed up.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "schedule"))]
pub struct Backup {
    /// When, in the five fields of cron, in UTC; `0 2 * * *` unless given.
    #[schemars(example = &"0 2 * * *")]
    pub schedule: Option<Traced<Schedule>>,
    /// How long a backup is kept; 30d unless given.
    #[schemars(example = &"30d")]
    pub keep: Option<Traced<Duration>>,
}

/// A relational database that a service owns.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "engine"))]
pub struct Database {
    /// `postgresql` or `mysql`.
    #[schemars(example = &"postgresql")]
    pub engine: Option<Traced<DatabaseEngine>>,
    /// The schema's name, which is its owner's name too; the service's name with underscores unless given.
    #[schemars(example = &"orders", regex(pattern = "^[a-z][a-z0-9_]{0,30}$"))]
    pub schema: Option<Traced<String>>,
}

/// A relational database's engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseEngine {
    Postgresql,
    Mysql,
}

/// How an organization's certificate authority stands to others.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-short" = "role"))]
pub struct Authority {
    /// `root` (unless given), `intermediate` (under a parent) or `client` (enrols at the parent's; runs no server).
    #[schemars(example = &"intermediate")]
    pub role: Option<Traced<AuthorityRole>>,
    /// The organization whose authority stands above.
    #[schemars(example = &"akachain")]
    pub parent: Option<Traced<OrganizationName>>,
    /// Fields of the certificate's subject.
    #[schemars(example = serde_json::json!({"country": "VN", "locality": "Hanoi"}))]
    pub subject: Option<Subject>,
}

/// What an authority is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthorityRole {
    Root,
    Intermediate,
    Client,
}

/// Fields of a certificate's subject.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subject {
    /// Two letters of the country.
    #[schemars(example = &"VN", regex(pattern = "^[A-Z]{2}$"))]
    pub country: Option<Traced<String>>,
    /// State or province.
    #[schemars(example = &"Hanoi")]
    pub state: Option<Traced<Line>>,
    /// Town.
    #[schemars(example = &"Hanoi")]
    pub locality: Option<Traced<Line>>,
}

/// How the NodeJS daemon prunes high-throughput rows.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pruning {
    /// The time between two rounds; 5s unless given.
    #[schemars(example = &"5s")]
    pub interval: Option<Traced<Duration>>,
    /// The most rows in one round; 100 unless given.
    #[schemars(example = &100, range(min = 1, max = 100_000))]
    pub page_size: Option<Traced<u32>>,
    /// Whether transactions wait in Redis Streams.
    #[schemars(example = &true)]
    pub streams: Option<Traced<bool>>,
}

/// How Data Sync learns of new blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SyncMode {
    Poll,
    Subscribe,
}
