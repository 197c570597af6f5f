use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::parts::Parts;
use crate::base::{Origin, quantity};
use crate::bind::{OrganizationPlan, Plan};
use crate::expand::{self, Component, Container, OrganizationGraph, PEERS, Secret, Workload, WorkloadId};
use crate::fabric::package::{self, Package};
use crate::fabric::{msp, paths, ports, profile};
use crate::resolve::{Card, Cluster, Consortium, Description, Organization};

/// One organization and everything around it that a configuration may speak of.
pub(super) struct Site<'a> {
    pub plan: &'a Plan,
    pub organization: &'a OrganizationPlan,
    pub own: &'a Organization,
    pub description: &'a Description,
    packages: Mutex<BTreeMap<(usize, usize), Package>>,
}

/// One workload of the organization.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub id: WorkloadId,
    pub workload: &'a Workload,
}

impl<'a> Site<'a> {
    /// None for an organization that somebody else runs.
    pub fn new(plan: &'a Plan, organization: &'a OrganizationPlan) -> Option<Site<'a>> {
        let own = plan.consortium.organization(organization.graph.organization);
        let description = own.description()?;
        Some(Site { plan, organization, own, description, packages: Mutex::default() })
    }

    pub fn consortium(&self) -> &'a Consortium {
        &self.plan.consortium
    }

    pub fn graph(&self) -> &'a OrganizationGraph {
        &self.organization.graph
    }

    /// What others know of the organization.
    pub fn card(&self) -> &'a Card {
        &self.plan.cards[self.graph().organization.0]
    }

    /// The name under which a workload of the organization is dialled by the others.
    pub fn host(&self, address: &str, cluster: Cluster, namespace: &str) -> String {
        self.organization.host(address, cluster, namespace)
    }

    /// The port of a workload that the others dial.
    pub fn port(&self, place: Place, name: &str) -> u16 {
        self.organization.port(place.id, name)
    }

    /// Host and port of the clients' one address of all peers; of the only one where nothing stands before it.
    pub fn gateway(&self, place: Place) -> String {
        let (cluster, namespace) = (place.workload.cluster, &place.workload.namespace);
        let alone = self.of(Component::Peer).next().filter(|_| self.organization.site.is_some());
        match (self.organization.site.as_ref().and_then(|site| site.peers()), alone) {
            (Some(frontend), _) => format!("{}:{}", self.host(PEERS, cluster, namespace), frontend.port),
            (None, Some(peer)) => format!("{}:{}", self.host_of(peer.workload), self.port(peer, "grpc")),
            (None, None) => format!("{}:{}", self.host(PEERS, cluster, namespace), ports::PEER_GRPC),
        }
    }

    /// The name under which a container that is no service is dialled by those beside it in its workload. None where they
    /// share a pod's network, so that it is their own host.
    pub fn beside<'b>(&self, container: &'b Container) -> Option<&'b str> {
        self.organization.site.as_ref().map(|_| container.name.as_str())
    }

    /// The host of a workload's first Service.
    pub fn host_of(&self, workload: &Workload) -> String {
        self.host(&workload.name, workload.cluster, &workload.namespace)
    }

    /// All workloads of a component, in order of names.
    pub fn of(&self, component: Component) -> impl Iterator<Item = Place<'a>> + use<'a> {
        let all = self.graph().workloads.iter().enumerate();
        all.filter(move |(_, workload)| workload.component == component)
            .map(|(at, workload)| Place { id: WorkloadId(at), workload })
    }

    /// The largest transaction of any channel, in bytes.
    pub fn largest_transaction(&self) -> u64 {
        let consortium = self.consortium();
        let batches = consortium.channels.iter().map(|channel| &channel.batch).chain([&consortium.ordering.batch]);
        batches.filter_map(|batch| quantity::bytes(&batch.absolute_bytes.value)).max().unwrap_or(0)
    }

    /// A secret that lies beside a workload.
    pub fn secret(&self, place: Place<'a>, name: &str) -> Option<&'a Secret> {
        let (cluster, namespace) = (place.workload.cluster, &place.workload.namespace);
        let secrets = self.graph().secrets.iter();
        let mut beside = secrets.filter(|secret| secret.cluster == cluster && secret.namespace == *namespace);
        beside.find(|secret| secret.name == name)
    }

    /// Mounts a workload's Fabric identity as a local MSP.
    pub fn identity(&self, place: Place<'a>, parts: &mut Parts) {
        let Some(secret) = self.secret(place, &format!("{}-msp", place.workload.name)) else { return };
        for key in &secret.keys {
            if let Some(file) = msp::place(key) {
                parts.secret_file(&format!("{}/{file}", paths::MSP), &secret.name, key);
            }
        }
        let path = format!("{}/config.yaml", paths::MSP);
        parts.yaml(&path, &msp::MspConfig::default(), Origin::Rule(msp::UNITS));
    }

    /// Mounts a workload's TLS certificate.
    pub fn tls(&self, place: Place<'a>, parts: &mut Parts) {
        let Some(secret) = self.secret(place, &format!("{}-tls", place.workload.name)) else { return };
        for key in &secret.keys {
            parts.secret_file(&format!("{}/{key}", paths::TLS), &secret.name, key);
        }
    }

    /// What the organization's connection profiles have in common.
    pub fn profile(&self) -> profile::Settings {
        let peer = |place: Place| {
            let port = self.port(place, "grpc");
            (place.workload.name.clone(), format!("{}:{port}", self.host_of(place.workload)))
        };
        profile::Settings {
            network: self.consortium().name.value.to_string(),
            organization: self.own.name.value.to_string(),
            msp_id: self.own.msp_id.value.to_string(),
            peers: self.of(Component::Peer).map(peer).collect(),
        }
    }

    /// The package that the organization installs for a chaincode. Its servers stand beside `namespace`'s peers.
    pub fn package(&self, channel: usize, chaincode: usize, cluster: Cluster, namespace: &str) -> Package {
        if let Some(known) = self.packages().get(&(channel, chaincode)) {
            return known.clone();
        }
        let at = &self.consortium().channels[channel];
        let program = &at.chaincodes[chaincode];
        let server = expand::server_name(&at.name.value, &program.name.value, "{{.peername}}");
        let label = package::label(&program.name.value, &program.version.value);
        let made = package::package(&label, &self.host(&server, cluster, namespace), &BTreeMap::new());
        self.packages().insert((channel, chaincode), made.clone());
        made
    }

    fn packages(&self) -> MutexGuard<'_, BTreeMap<(usize, usize), Package>> {
        self.packages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
