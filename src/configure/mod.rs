//! Stage 5: every container's environment and every file's bytes, before anything is packaged: ConfigMaps and
//! checksums are made from them, and Fabric's own files are the same on every platform.
//!
//! Programs known to akcgen are given variables of [`crate::fabric::environment`] alone. A service of the user's own,
//! DAPP, daemon and Data Sync among them, is told besides:
//!
//! | variable | is |
//! |---|---|
//! | `<NAME>_HOST`, `<NAME>_PORT`, `<NAME>_URL` | where the first port answers of a service or system that it `calls`; with several ports `<NAME>_<PORT>_…` for each |
//! | `<SCHEMA>_DATABASE_HOST`, `_PORT`, `_NAME`, `_USER`, `_PASSWORD` | a database that it owns or `reads` |
//! | `<SCHEMA>_DATABASE_ENGINE` | `postgresql` or `mysql` |
//! | `<SCHEMA>_DATABASE_SSLMODE`, `_CA_FILE` | how the server's certificate is to be checked, in the engine's own word, and against which authorities |
//! | `PGSSLMODE`, `PGSSLROOTCERT` | the same for all of PostgreSQL's libraries |
//! | `FABRIC_*`, `PRUNING_*`, `SYNC_MODE`, `REDIS_*` | for Fabric's clients: see the table |
//! | `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, in small letters too | the organization's proxy |
//! | `NODE_EXTRA_CA_CERTS`, `SSL_CERT_DIR` | the authorities trusted beside the usual ones |
//!
//! Names are in capital letters with underscores for hyphens. What the blueprint says under `configuration`, `secrets`
//! and `files` holds over all of these.

mod authority;
mod clients;
mod database;
mod nodes;
mod ordering;
mod parts;
mod service;
mod site;
#[cfg(test)]
mod tests;
mod trust;

use rayon::prelude::*;

use crate::base::Origin;
use crate::bind::{OrganizationPlan, Plan};
use crate::expand::{Container, Program, WorkloadId};
use crate::fabric::package::Package;
use crate::resolve::{Cluster, Service};
use parts::Parts;
use site::{Place, Site};

/// The configuration of every workload and container of an organization; where it is `traced`, with the origin of each line
/// of files that several lines of the blueprint caused.
pub fn configure(plan: &Plan, organization: &OrganizationPlan, traced: bool) -> Configuration {
    let Some(site) = Site::new(plan, organization) else { return Configuration::default() };
    let workloads = organization.graph.workloads.par_iter().enumerate();
    let containers = workloads.map(|(at, workload)| {
        let place = Place { id: WorkloadId(at), workload };
        (0..workload.containers.len()).map(|container| self::container(&site, place, container, traced)).collect()
    });
    Configuration { containers: containers.collect() }
}

/// The package that an organization installs on its peers for a chaincode of a channel, by their indices in the
/// consortium. None for an organization that somebody else runs.
pub fn package(plan: &Plan, organization: &OrganizationPlan, channel: usize, chaincode: usize) -> Option<Package> {
    let site = Site::new(plan, organization)?;
    let peer = site.of(crate::expand::Component::Peer).next()?;
    Some(site.package(channel, chaincode, Cluster::Blockchain, &peer.workload.namespace))
}

fn container(site: &Site, place: Place, at: usize, traced: bool) -> ContainerConfiguration {
    let container = &place.workload.containers[at];
    let service = container.service.as_ref().and_then(|name| site.description.service(name));
    let service = service.map(|(_, _, service)| service);
    let mut parts = Parts::new(traced);
    program(site, place, container, service, &mut parts);
    if let Some(service) = service {
        surroundings(site, place, at, service, &mut parts);
        service::own(service, &mut parts);
    }
    parts.finish()
}

/// What the program itself needs.
fn program(site: &Site, place: Place, container: &Container, service: Option<&Service>, parts: &mut Parts) {
    match (container.program, service) {
        (Program::Peer { index }, _) => nodes::peer(site, place, index, parts),
        (Program::CouchDb { .. }, _) => nodes::couchdb(site, parts),
        (Program::Orderer { .. }, _) => ordering::orderer(site, place, parts),
        (Program::KafkaBroker { index }, _) => ordering::broker(site, place, index, parts),
        (Program::ZooKeeper { index }, _) => ordering::zookeeper(site, place, container, index, parts),
        (Program::Chaincode { channel, chaincode, .. }, _) => {
            nodes::chaincode(site, place, channel, chaincode, parts);
        }
        (Program::DatabaseSetup { engine }, _) => database::setup(site, place, engine, parts),
        (Program::DatabaseServer { engine }, _) => database::server(site, place, engine, parts),
        (Program::FabricCa, Some(service)) => authority::server(site, place, service, parts),
        (Program::Daemon { channel, chaincode }, Some(service)) => {
            clients::client(site, place, parts);
            clients::daemon(site, channel, chaincode, service.pruning.as_ref(), parts);
        }
        (Program::Dapp, Some(service)) => {
            clients::client(site, place, parts);
            clients::channels(site, service, parts);
        }
        (Program::DataSync, Some(service)) => {
            clients::client(site, place, parts);
            clients::channels(site, service, parts);
            clients::data_sync(service.mode, parts);
        }
        (Program::Explorer, Some(service)) => {
            let schema = site.graph().schemas.iter().find(|schema| schema.owner.0 == place.id);
            clients::explorer(site, place, service, schema, parts);
        }
        // A user's own service needs nothing of itself; the others always are services of the blueprint.
        (Program::Service | Program::FabricCa | Program::Daemon { .. } | Program::Dapp, _)
        | (Program::DataSync | Program::Explorer, None) => {}
    }
}

/// What a service is told of its surroundings. Fabric's own programs dial peers and authorities through no proxy.
fn surroundings(site: &Site, place: Place, at: usize, service: &Service, parts: &mut Parts) {
    let uses = database::uses(site, place, at);
    match place.workload.containers[at].program {
        Program::FabricCa => {}
        Program::Explorer => {
            database::authorities(&uses, parts);
            trust::authorities(site, &uses, parts);
        }
        _ => {
            service::calls(site, place, service, parts);
            database::variables(&uses, parts);
            database::authorities(&uses, parts);
            trust::authorities(site, &uses, parts);
            trust::proxy(site, place, service, &uses, parts);
        }
    }
}

/// The configuration of one organization: by [`crate::expand::WorkloadId`], then by container.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    pub containers: Vec<Vec<ContainerConfiguration>>,
}

/// What one container is told.
#[derive(Debug, Clone, Default)]
pub struct ContainerConfiguration {
    /// Sorted by name.
    pub environment: Vec<Variable>,
    /// Files with public content, sorted by path.
    pub files: Vec<File>,
    /// Files from secrets, sorted by path.
    pub secret_files: Vec<SecretFile>,
}

/// One environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub value: VariableValue,
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableValue {
    Plain(String),
    /// A key of one of [`crate::expand::OrganizationGraph::secrets`] of the same namespace.
    Secret {
        secret: String,
        key: String,
    },
}

/// A file whose content everybody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Absolute path in the container.
    pub path: String,
    pub content: FileContent,
    /// The line or rule that caused it.
    pub origin: Origin,
    /// The origin of each line of its text, where they differ and were asked for.
    pub lines: Vec<Origin>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    Text(String),
    Binary(Vec<u8>),
}

impl FileContent {
    /// What the file holds, byte by byte.
    pub fn bytes(&self) -> &[u8] {
        match self {
            FileContent::Text(text) => text.as_bytes(),
            FileContent::Binary(bytes) => bytes,
        }
    }
}

/// A file that a secret holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFile {
    /// Absolute path in the container.
    pub path: String,
    pub secret: String,
    pub key: String,
}
