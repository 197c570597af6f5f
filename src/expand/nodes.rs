//! Peers with their CouchDB, and what all of Fabric's own nodes have in common.

use crate::base::name::Image;
use crate::base::{Origin, Traced};
use crate::fabric::{commands, images, paths, ports, users};
use crate::parse::blueprint::{Protocol, StateDatabase};
use crate::resolve::{Backup, Cluster, Description, Resources};

use super::builder::{Builder, credentials, identity, tls};
use super::graph::*;

/// Seconds that a node may take to start: a peer replays its last blocks and waits up to two minutes for CouchDB
/// (`maxRetriesOnStartup` 10, fabric#1294).
const START_SECONDS: u32 = 180;

pub(super) fn peers(builder: &mut Builder, description: &Description) {
    let peers = &description.peers;
    let release = builder.organization().release.value;
    let count = peers.count.origin;
    for index in 0..peers.count.value {
        let name = format!("peer{index}");
        let peer = Known {
            name: "peer",
            program: Program::Peer { index },
            image: images::peer(release),
            command: commands::PEER,
            user: users::PEER,
            scratch: paths::PEER_SCRATCH,
            ports: &[
                ("grpc", ports::PEER_GRPC, Protocol::Grpc),
                ("operations", ports::PEER_OPERATIONS, Protocol::Http),
            ],
            check: health("operations"),
        };
        let mut peer = peer.container(&peers.resources, count);
        peer.mounts = vec![(0, paths::PEER_DATA.to_owned())];
        let mut containers = vec![peer];
        let mut volumes = vec![volume("ledger", &peers.storage, Content::Ledger)];
        if peers.database.value == StateDatabase::Couchdb {
            let origin = peers.database.origin;
            volumes.push(volume("couchdb", &peers.database_storage, Content::State));
            let couchdb = Known {
                name: "couchdb",
                program: Program::CouchDb { peer: index },
                image: images::couchdb(),
                command: commands::COUCHDB,
                user: users::COUCHDB,
                scratch: paths::COUCHDB_SCRATCH,
                ports: &[("couchdb", ports::COUCHDB, Protocol::Http)],
                check: Check::Http { port: "couchdb".to_owned(), path: "/_up".to_owned(), tls: false },
            };
            let mut couchdb = couchdb.container(&peers.database_resources, origin);
            couchdb.mounts = vec![(1, paths::COUCHDB_DATA.to_owned())];
            containers.push(couchdb);
        }
        let id = node(builder, Component::Peer, &name, count, containers, volumes);
        let msp = identity(builder, &name, count);
        builder.secret(id, msp);
        builder.secret(id, tls(&name, count));
        if peers.database.value == StateDatabase::Couchdb {
            let purpose = "administrator of every peer's CouchDB".to_owned();
            builder.secret(id, credentials("couchdb-admin".to_owned(), purpose, None, peers.database.origin));
        }
        builder.entry(Entry {
            workload: id,
            port: "grpc".to_owned(),
            kind: EntryKind::Grpc { node: NodeRole::Peer, index, endpoints: peers.endpoints.value },
            host: format!("{name}.{}", builder.organization().domain.value),
            origin: count,
        });
    }
}

/// Adds a stateful node of Fabric's, with its own name and backups of its volumes.
pub(super) fn node(
    builder: &mut Builder,
    component: Component,
    name: &str,
    origin: Origin,
    containers: Vec<Container>,
    volumes: Vec<Volume>,
) -> WorkloadId {
    let workload = Workload {
        cluster: Cluster::Blockchain,
        namespace: namespace(builder),
        name: name.to_owned(),
        component,
        origin,
        shape: Shape::Stateful,
        containers,
        volumes,
        // Consensus does not survive a member that forgot what it acknowledged: orderers, brokers and ZooKeeper nodes
        // are replaced, never restored.
        backup: (!component.is_quorum()).then(Backup::usual),
        addresses: vec![Address { name: name.to_owned(), container: None, origin }],
        patches: Vec::new(),
    };
    builder.add(workload)
}

/// The namespace of everything in an organization's Blockchain cluster that touches the ledger.
pub(super) fn namespace(builder: &Builder) -> String {
    format!("{}-{}", builder.organization().name.value, Cluster::Blockchain.as_str())
}

/// What is known of a program before an organization says anything.
pub(super) struct Known<'a> {
    pub name: &'a str,
    pub program: Program,
    pub image: &'a str,
    pub command: &'a [&'a str],
    pub user: u32,
    pub scratch: &'a [&'a str],
    pub ports: &'a [(&'a str, u16, Protocol)],
    pub check: Check,
}

impl Known<'_> {
    /// Its container, with what the organization grants it.
    pub fn container(self, resources: &Resources, origin: Origin) -> Container {
        let port =
            |&(name, port, protocol): &(&str, u16, Protocol)| Port { name: name.to_owned(), port, protocol, origin };
        Container {
            name: self.name.to_owned(),
            program: self.program,
            service: None,
            image: Traced::new(Image::trusted(self.image), Origin::Default("images")),
            command: words(self.command),
            arguments: Vec::new(),
            ports: self.ports.iter().map(port).collect(),
            resources: resources.clone(),
            probe: Probe {
                check: self.check,
                start_seconds: START_SECONDS,
                origin: Origin::Rule("the program's own health check"),
            },
            user: self.user,
            writable_root: None,
            mounts: Vec::new(),
            scratch: self.scratch.iter().map(|path| (*path).to_owned()).collect(),
            shared_files: None,
            origin,
        }
    }
}

/// Words of a command of akcgen's own.
pub(super) fn words(words: &[&str]) -> Vec<Traced<String>> {
    words.iter().map(|word| Traced::new((*word).to_owned(), Origin::Rule("how akcgen starts the program"))).collect()
}

/// The check of a node's operations service.
pub(super) fn health(port: &str) -> Check {
    Check::Http { port: port.to_owned(), path: "/healthz".to_owned(), tls: false }
}

/// Whether a node's operations service answers at all. An orderer with Kafka that is asked for its health before it has reached
/// Kafka ends in a panic (Fabric 2.5, orderer/consensus/kafka/chain.go, `HealthCheck`), whoever asks.
pub(super) fn answers(port: &str) -> Check {
    Check::Http { port: port.to_owned(), path: "/version".to_owned(), tls: false }
}

pub(super) fn volume(name: &str, size: &Traced<crate::base::name::Bytes>, content: Content) -> Volume {
    Volume { name: name.to_owned(), size: size.clone(), content }
}

/// Lets administrators who call from these ranges dial what they administer a network by: peers, orderers, and the
/// administration of orderers.
pub fn add_administrators(graph: &mut OrganizationGraph, ranges: &[String], origin: Origin) {
    let mut ways = Vec::new();
    for (at, workload) in graph.workloads.iter().enumerate() {
        let ports: &[&str] = match workload.component {
            Component::Peer => &["grpc"],
            Component::Orderer => &["admin", "grpc"],
            _ => continue,
        };
        ways.extend(ports.iter().map(|port| Destination::Workload(WorkloadId(at), (*port).to_owned())));
    }
    for range in ranges {
        let from = Source::Administrators(range.clone());
        graph.links.extend(ways.iter().map(|to| Link { from: from.clone(), to: to.clone(), origin }));
    }
    graph.links.sort();
}
