//! What a workload can ask of its platform, and how a target answers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::Traced;
use crate::base::name::RelativePath;
use crate::target::Template;

/// How a target meets each need.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Needs {
    /// Block volumes that outlive their pods.
    #[schemars(example = serde_json::json!({"omit": "no disks"}))]
    pub block_volumes: Realisation<BlockVolumes>,
    /// Files that several workloads share.
    #[schemars(example = serde_json::json!({"omit": "no file service"}))]
    pub shared_files: Realisation<SharedFiles>,
    /// PostgreSQL.
    #[schemars(example = serde_json::json!({"external": {"summary": "the user's own", "host": "<$ parameters.postgresql.host $>", "port": 5432, "ranges": ["10.0.0.0/8"]}}))]
    pub postgresql: Realisation<Database>,
    /// MySQL.
    #[schemars(example = serde_json::json!({"omit": "no MySQL here"}))]
    pub mysql: Realisation<Database>,
    /// Redis Streams.
    #[schemars(example = serde_json::json!({"omit": "no Redis here"}))]
    pub streams: Realisation<Database>,
    /// Entry of Fabric's gRPC from other organizations, its TLS passed through.
    #[schemars(example = serde_json::json!({"managed": {"summary": "a network load balancer"}}))]
    pub grpc_entries: Realisation<Entries>,
    /// Entry of HTTP from the internet, TLS ended at the edge.
    #[schemars(example = serde_json::json!({"managed": {"summary": "an application load balancer"}}))]
    pub web_entries: Realisation<Entries>,
    /// Entry of TCP from the organization's other cluster.
    #[schemars(example = serde_json::json!({"managed": {"summary": "an internal load balancer"}}))]
    pub private_entries: Realisation<Entries>,
    /// Entry of TCP from other organizations' clusters.
    #[schemars(example = serde_json::json!({"managed": {"summary": "a network load balancer"}}))]
    pub consortium_entries: Realisation<Entries>,
    /// Public and private host names. Documents for each entry.
    #[schemars(example = serde_json::json!({"managed": {"summary": "external-dns"}}))]
    pub names: Realisation<Plain>,
    /// Secrets from a store. Documents for each secret; in scope: `cluster`, `secret`.
    #[schemars(example = serde_json::json!({"managed": {"summary": "External Secrets"}}))]
    pub secrets: Realisation<Secrets>,
    /// Identities of workloads towards the platform. Documents for each workload; in scope: `cluster`, `workload`.
    #[schemars(example = serde_json::json!({"omit": "no workload calls the platform"}))]
    pub identities: Realisation<Plain>,
    /// Keys that encrypt what is stored.
    #[schemars(example = serde_json::json!({"omit": "the storage array encrypts"}))]
    pub keys: Realisation<Plain>,
    /// Nodes that come and go with the load.
    #[schemars(example = serde_json::json!({"omit": "the number of nodes is fixed"}))]
    pub node_autoscaling: Realisation<Plain>,
    /// Backups of volumes. Documents for each workload that is backed up; in scope: `cluster`, `workload`, `backup`.
    #[schemars(example = serde_json::json!({"managed": {"summary": "Velero", "documents": ["templates/schedule.yaml"]}}))]
    pub backups: Realisation<Plain>,
}

/// How a need is met.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RealisationOf{D}", extend("x-merge" = "replace"))]
pub enum Realisation<D> {
    /// Run in the cluster.
    Workload(D),
    /// A service of the provider.
    Managed(D),
    /// A unit on a server.
    Host(D),
    /// The user gives it.
    External(D),
    /// Not met, and why.
    Omit(Traced<String>),
}

impl<D> Realisation<D> {
    /// The details, unless the need is not met.
    pub fn details(&self) -> Option<&D> {
        match self {
            Realisation::Workload(details)
            | Realisation::Managed(details)
            | Realisation::Host(details)
            | Realisation::External(details) => Some(details),
            Realisation::Omit(_) => None,
        }
    }

    /// The word for it: `workload`, `managed`, `host`, `external` or `omit`.
    pub fn word(&self) -> &'static str {
        match self {
            Realisation::Workload(_) => "workload",
            Realisation::Managed(_) => "managed",
            Realisation::Host(_) => "host",
            Realisation::External(_) => "external",
            Realisation::Omit(_) => "omit",
        }
    }
}

impl<D: Summary> Realisation<D> {
    /// What is done, or why nothing is.
    pub fn summary(&self) -> &str {
        match self {
            Realisation::Omit(reason) => &reason.value,
            _ => self.details().map_or("", Summary::summary),
        }
    }
}

/// Details that say in a few words how a need is met, and whether it is.
pub trait Summary {
    fn summary(&self) -> &str;

    /// Whether the need is met, where that depends on the parameters.
    fn when(&self) -> Option<&Template> {
        None
    }
}

/// A realisation that consists of documents alone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plain {
    /// What is done, in a few words.
    #[schemars(example = &"Velero with snapshots of volumes")]
    pub summary: String,
    /// Whether the need is met, where that depends on the parameters: always, unless given.
    #[schemars(example = &"<$ parameters.velero.namespace is not none $>")]
    pub when: Option<Template>,
    /// Documents.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["templates/schedule.yaml"]))]
    pub documents: Vec<Traced<RelativePath>>,
}

/// Secrets.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Secrets {
    /// What is done, in a few words.
    #[schemars(example = &"External Secrets from a vault")]
    pub summary: String,
    /// Where the store keeps a secret, for people and as `secret.location` in its documents; the secret's own name within
    /// the organization unless given. In scope: `cluster`, `secret`.
    #[schemars(example = &"<$ consortium.name $>/<$ secret.storeName $>")]
    pub location: Option<Template>,
    /// How people put a secret there, in Markdown, for the runbook.
    #[schemars(example = &"each is one JSON object: `vault kv put LOCATION @FILE`")]
    pub manual: Option<Template>,
    /// Documents.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["templates/external-secret.yaml"]))]
    pub documents: Vec<Traced<RelativePath>>,
}

/// Block volumes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlockVolumes {
    /// What is done, in a few words.
    #[schemars(example = &"encrypted EBS volumes")]
    pub summary: String,
    /// Needed on Kubernetes: the StorageClass of what must never be lost: ledgers, ordering logs, databases of certificate authorities. A map of
    /// `name`, `provisioner`, `parameters`, `reclaimPolicy`, `volumeBindingMode` and `allowVolumeExpansion`.
    #[schemars(example = serde_json::json!({"name": "ledger", "provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3"}, "reclaimPolicy": "Retain", "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true}))]
    pub ledger: Option<Template>,
    /// Needed on Kubernetes: the StorageClass of what can be made again from a ledger.
    #[schemars(example = serde_json::json!({"name": "state", "provisioner": "ebs.csi.aws.com", "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true}))]
    pub state: Option<Template>,
    /// Needed on Kubernetes: the StorageClass of the files of a user's own services.
    #[schemars(example = serde_json::json!({"name": "files", "provisioner": "ebs.csi.aws.com", "reclaimPolicy": "Retain", "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true}))]
    pub files: Option<Template>,
}

/// Files that several workloads share.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SharedFiles {
    /// What is done, in a few words.
    #[schemars(example = &"EFS")]
    pub summary: String,
    /// Whether the need is met, where that depends on the parameters: always, unless given.
    #[schemars(example = &"<$ parameters.sharedFiles.storageClass is not none $>")]
    pub when: Option<Template>,
    /// Needed on Kubernetes: the name of the claim in each namespace that mounts the files. In scope: `cluster`, `namespace`.
    #[schemars(example = &"shared-files")]
    pub claim: Option<Template>,
    /// Documents for each namespace that mounts the files, the claim among them. In scope: `cluster`, `namespace`.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["templates/shared-files.yaml"]))]
    pub documents: Vec<Traced<RelativePath>>,
}

/// A database, or another server that workloads connect to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Database {
    /// What is done, in a few words.
    #[schemars(example = &"Aurora PostgreSQL")]
    pub summary: String,
    /// Whether the need is met, where that depends on the parameters: always, unless given.
    #[schemars(example = &"<$ parameters.mysql.host is not none $>")]
    pub when: Option<Template>,
    /// The host that clients dial.
    #[schemars(example = &"<$ bindings.postgresqlEndpoint $>")]
    pub host: Template,
    /// The port that clients dial.
    #[schemars(example = &5432)]
    pub port: Template,
    /// The authorities that its certificate is checked against, in PEM; those that clients trust anyway unless given.
    #[schemars(example = &"<$ bindings.databaseAuthority $>")]
    pub authority: Option<Template>,
    /// A list of the ranges that it answers from, unless pods answer; from anywhere, where it is null too.
    #[schemars(example = serde_json::json!(["10.16.224.0/22"]))]
    pub ranges: Option<Template>,
    /// The pods that answer: a map of `namespace` and `labels`; null where none does.
    #[schemars(example = serde_json::json!({"namespace": "databases", "labels": {"app": "postgresql"}}))]
    pub pods: Option<Template>,
    /// Connections beside those of clients to those pods, which the documents' own policies allow: a list of `port` with
    /// `from`, pods as a map of `namespace` and `labels`, and `to`, such pods or a list of ranges. Whichever is left out is
    /// the pods that answer.
    #[schemars(example = serde_json::json!([{"from": {"namespace": "operators", "labels": {"app": "operator"}}, "port": 8000}, {"to": ["10.0.0.0/8"], "port": 8443}, {"from": {"namespace": "databases", "labels": {"app": "proxy"}}, "to": {"namespace": "databases", "labels": {"app": "server"}}, "port": 3306}]))]
    pub flows: Option<Template>,
    /// Images that the documents name, by name: full references, rewritten to the organization's registry before they are in
    /// scope as `images`. One that is left out is not there.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"server": "ghcr.io/cloudnative-pg/postgresql:17.10-system-trixie"}))]
    pub images: BTreeMap<String, Template>,
    /// Secrets that the documents name: a list of `name`, `namespace`, `keys`, `storeName` and `purpose`. They are told in
    /// the runbook and come from where all secrets come from. In scope: `cluster`, `database`.
    #[schemars(example = serde_json::json!([{"name": "postgresql-tls", "namespace": "databases", "keys": ["tls.crt", "tls.key"], "storeName": "databases/postgresql-tls", "purpose": "the server's certificate"}]))]
    pub secrets: Option<Template>,
    /// Commands about what the documents make, for the runbook of each cluster: lists `check`, which end with 0 once it is well,
    /// `stop`, after which nothing of it runs and all its data is there, and `start`, which takes that back. In scope:
    /// `cluster`, `database`.
    #[schemars(example = serde_json::json!({"check": ["kubectl --context <$ cluster.name $> wait database/main --for condition=Ready"], "stop": ["kubectl --context <$ cluster.name $> scale database/main --replicas 0"], "start": ["kubectl --context <$ cluster.name $> scale database/main --replicas 3"]}))]
    pub commands: Option<Template>,
    /// Documents for each cluster. In scope: `cluster`, `database`, `images` with `reference`, `repository` and `tag` of each.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["templates/postgresql.yaml"]))]
    pub documents: Vec<Traced<RelativePath>>,
}

/// Entries into a cluster. In scope: `cluster`, `workload`, `entry`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entries {
    /// What is done, in a few words.
    #[schemars(example = &"a network load balancer, TLS passed through")]
    pub summary: String,
    /// Whether the need is met, where that depends on the parameters: always, unless given.
    #[schemars(example = &"<$ parameters.ingress.class is not none $>")]
    pub when: Option<Template>,
    /// A list of the ranges that the balancer's own connections to pods come from. Unless there are any, pods see their
    /// clients' addresses, and Services of type LoadBalancer send traffic to the nodes of their pods alone.
    #[schemars(example = serde_json::json!(["10.16.192.0/22"]))]
    pub ranges: Option<Template>,
    /// Whether several entries can share one balancer, each with a port of its own. Unless they can, every entry keeps
    /// its own port.
    #[serde(default)]
    #[schemars(example = &true)]
    pub shared: bool,
    /// What has to be done by hand before such an entry answers, for the runbook, in Markdown.
    #[schemars(example = &"The certificate of each host is asked for at …")]
    pub manual: Option<Template>,
    /// A Service of type LoadBalancer for each entry.
    #[schemars(example = serde_json::json!({"class": "service.k8s.aws/nlb", "annotations": {}}))]
    pub service: Option<EntryService>,
    /// An Ingress for each entry.
    #[schemars(example = serde_json::json!({"class": "alb", "annotations": {}}))]
    pub ingress: Option<EntryIngress>,
    /// Documents for each entry.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["templates/target-group-binding.yaml"]))]
    pub documents: Vec<Traced<RelativePath>>,
}

/// The Service of type LoadBalancer of an entry.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntryService {
    /// Whether there is one; always, unless given.
    #[schemars(example = &"<$ parameters.access == 'loadBalancer' $>")]
    pub when: Option<Template>,
    /// The class of the balancer; the cluster's default unless given.
    #[schemars(example = &"service.k8s.aws/nlb")]
    pub class: Option<Template>,
    /// A map of annotations.
    #[schemars(example = serde_json::json!({"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}))]
    pub annotations: Option<Template>,
    /// A list of the ranges that are let in; everybody unless given.
    #[schemars(example = &"<$ entry.ranges $>")]
    pub source_ranges: Option<Template>,
}

/// The Ingress of an entry.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntryIngress {
    /// The IngressClass.
    #[schemars(example = &"alb")]
    pub class: Template,
    /// The pods through which its connections come, where they run in the cluster: a map of `namespace` and `labels`.
    #[schemars(example = serde_json::json!({"namespace": "ingress", "labels": {"app.kubernetes.io/name": "haproxy"}}))]
    pub pods: Option<Template>,
    /// A map of annotations.
    #[schemars(example = serde_json::json!({"alb.ingress.kubernetes.io/target-type": "ip"}))]
    pub annotations: Option<Template>,
    /// The secret with the certificate of the host, where the platform does not hold it.
    #[schemars(example = &"<$ entry.host|label(52) $>-tls")]
    pub tls_secret: Option<Template>,
}

macro_rules! summaries {
    ($($details:ty),*) => {$(
        impl Summary for $details {
            fn summary(&self) -> &str {
                &self.summary
            }
        }
    )*};
}
summaries!(Secrets, BlockVolumes);

macro_rules! conditional_summaries {
    ($($details:ty),*) => {$(
        impl Summary for $details {
            fn summary(&self) -> &str {
                &self.summary
            }
            fn when(&self) -> Option<&Template> {
                self.when.as_ref()
            }
        }
    )*};
}
conditional_summaries!(Plain, SharedFiles, Database, Entries);
