//! What stands on which host, under which name: the one picture that every file of a site is made from.

use std::collections::{BTreeMap, BTreeSet};

use super::connections::{self, Connection, Listener};
use super::names::{self, Record};
use crate::base::bounded::numbered;
use crate::bind::{BalancersPlan, HostPlan, OrganizationPlan, Placement, Plan, SitePlan};
use crate::configure::{Configuration, ContainerConfiguration};
use crate::expand::{Component, Container, Destination, Program, Source, Workload, WorkloadId};
use crate::resolve::{Cluster, Organization};

static UNCONFIGURED: ContainerConfiguration =
    ContainerConfiguration { environment: Vec::new(), files: Vec::new(), secret_files: Vec::new() };

/// An organization on its hosts.
pub(super) struct Model<'a> {
    pub organization: &'a OrganizationPlan,
    pub own: &'a Organization,
    pub site: &'a SitePlan,
    configuration: &'a Configuration,
    /// In the order of [`SitePlan::hosts`].
    pub hosts: Vec<Host<'a>>,
    /// Every port that the site opens at an address of one of its hosts, sorted.
    pub listeners: Vec<Listener>,
    /// Who may dial them, sorted.
    pub connections: Vec<Connection>,
    /// Every name of something that is dialled, sorted.
    pub names: Vec<Record>,
    /// The name in the vault of each secret, by cluster, namespace and name.
    locations: BTreeMap<(Cluster, &'a str, &'a str), &'a str>,
}

/// A host and what stands on it.
pub(super) struct Host<'a> {
    /// Its place in [`SitePlan::hosts`].
    pub at: usize,
    pub plan: &'a HostPlan,
    /// One for each cluster that has anything here.
    pub projects: Vec<Project<'a>>,
}

/// A Docker Compose project: what of one cluster stands on one host.
pub(super) struct Project<'a> {
    pub cluster: Cluster,
    pub name: String,
    pub copies: Vec<Copy<'a>>,
}

/// One copy of a workload.
pub(super) struct Copy<'a> {
    pub id: WorkloadId,
    pub workload: &'a Workload,
    /// The name of each container's service, the first of which is the copy's own.
    pub services: Vec<String>,
    /// The network that its containers share with nobody else but their chaincode servers.
    pub private: Option<String>,
}

impl<'a> Model<'a> {
    /// None where the platform is not hosts.
    pub fn new(
        plan: &'a Plan,
        organization: &'a OrganizationPlan,
        configuration: &'a Configuration,
    ) -> Option<Model<'a>> {
        let site = organization.site.as_ref()?;
        let own = plan.consortium.organization(organization.graph.organization);
        let names = service_names(&organization.graph.workloads);
        let ids = (0..organization.graph.workloads.len()).map(WorkloadId);
        let private: Vec<Option<String>> = ids.map(|id| private(organization, &names, id)).collect();
        let hosts = site.hosts.iter().enumerate();
        let hosts = hosts.map(|(at, host)| stand(own, organization, site, (&names, &private), at, host)).collect();
        let (listeners, connections) = connections::connections(plan, organization, site);
        let secrets = organization.graph.secrets.iter().enumerate().map(|(at, secret)| {
            let location = organization.secret_locations.get(at).unwrap_or(&secret.store_name);
            ((secret.cluster, secret.namespace.as_str(), secret.name.as_str()), location.as_str())
        });
        let locations = secrets.collect();
        let names = names::records(organization, site);
        Some(Model { organization, own, site, configuration, hosts, listeners, connections, names, locations })
    }

    /// What a container of a workload is told.
    pub fn configuration(&self, id: WorkloadId, container: usize) -> &'a ContainerConfiguration {
        let containers = self.configuration.containers.get(id.0);
        containers.and_then(|containers| containers.get(container)).unwrap_or(&UNCONFIGURED)
    }

    /// Where a workload stands and is published.
    pub fn placement(&self, id: WorkloadId) -> Option<&'a Placement> {
        self.site.placement(id)
    }

    /// The name in the vault of a secret that a workload names.
    pub fn location(&self, workload: &Workload, name: &str) -> String {
        let known = self.locations.get(&(workload.cluster, workload.namespace.as_str(), name));
        known.map_or_else(|| format!("{}/{name}", workload.namespace), |location| (*location).to_owned())
    }

    /// The load balancers, where the host is one of theirs.
    pub fn balancers_on(&self, host: &Host) -> Option<&'a BalancersPlan> {
        self.site.balancers.as_ref().filter(|balancers| balancers.hosts.contains(&host.at))
    }

    /// The bridge on which all containers of a host stand, and its network's name.
    pub fn bridge(&self) -> &'a str {
        &self.own.name.value
    }
}

impl Model<'_> {
    /// The name under which one container of a workload is dialled.
    pub fn name_of(&self, workload: &Workload, container: usize) -> String {
        self.organization.host(workload.address_of(container), workload.cluster, &workload.namespace)
    }
}

impl Host<'_> {
    /// Its folder in the site.
    pub fn folder(&self) -> String {
        format!("hosts/{}", self.plan.name)
    }

    /// All that stands on it.
    pub fn copies(&self) -> impl Iterator<Item = (&Project<'_>, &Copy<'_>)> {
        self.projects.iter().flat_map(|project| project.copies.iter().map(move |copy| (project, copy)))
    }
}

impl Copy<'_> {
    /// The name of its main container's service, and of its folders.
    pub fn name(&self) -> &str {
        self.services.first().map_or("", String::as_str)
    }
}

/// The names under which other workloads of the organization dial one, and its containers.
pub(super) fn names(organization: &OrganizationPlan, workload: &Workload) -> Vec<String> {
    let names = workload.addresses.iter();
    names.map(|address| organization.host(&address.name, workload.cluster, &workload.namespace)).collect()
}

/// What of an organization stands on one host.
fn stand<'a>(
    own: &Organization,
    organization: &'a OrganizationPlan,
    site: &SitePlan,
    (names, private): (&[Vec<String>], &[Option<String>]),
    at: usize,
    plan: &'a HostPlan,
) -> Host<'a> {
    let project = |cluster: Cluster| {
        let workloads = organization.graph.workloads.iter().enumerate();
        let here = workloads.filter(|(id, workload)| {
            let placement = site.placement(WorkloadId(*id));
            workload.cluster == cluster && placement.is_some_and(|placement| placement.hosts.contains(&at))
        });
        let copies: Vec<Copy> = here
            .map(|(id, workload)| Copy {
                id: WorkloadId(id),
                workload,
                services: names.get(id).cloned().unwrap_or_default(),
                private: private.get(id).cloned().flatten(),
            })
            .collect();
        let name = format!("{}-{}", own.name.value, cluster.as_str());
        (!copies.is_empty()).then_some(Project { cluster, name, copies })
    };
    Host { at, plan, projects: Cluster::ALL.into_iter().filter_map(project).collect() }
}

/// The name of each container's service in its cluster's project, by workload: a container that is alone or first is
/// called as its workload, wherever it stands.
fn service_names(workloads: &[Workload]) -> Vec<Vec<String>> {
    let mut taken = BTreeSet::new();
    let mut names: Vec<Vec<String>> =
        workloads.iter().map(|workload| vec![unique(&mut taken, workload.cluster, &workload.name)]).collect();
    for (names, workload) in names.iter_mut().zip(workloads) {
        let main = names.first().cloned().unwrap_or_default();
        for container in workload.containers.iter().skip(1) {
            names.push(unique(&mut taken, workload.cluster, &format!("{main}-{}", container.name)));
        }
    }
    names
}

/// The name, with a number where another of its cluster has it.
fn unique(taken: &mut BTreeSet<(Cluster, String)>, cluster: Cluster, name: &str) -> String {
    numbered(name, '-', |name| taken.insert((cluster, name.to_owned())))
}

/// The private network of a workload: its own where it has several containers or chaincode servers, that of its peer
/// where it is a chaincode server.
fn private(organization: &OrganizationPlan, names: &[Vec<String>], id: WorkloadId) -> Option<String> {
    let graph = &organization.graph;
    let is_chaincode =
        |id: WorkloadId| graph.workloads.get(id.0).is_some_and(|workload| workload.component == Component::Chaincode);
    let mut between = graph.links.iter().filter_map(|link| match (&link.from, &link.to) {
        (Source::Workload(from), Destination::Workload(to, _)) => Some((*from, *to)),
        _ => None,
    });
    let owner = match is_chaincode(id) {
        true => between.find(|(_, to)| *to == id).map(|(from, _)| from),
        false => {
            let several = graph.workloads.get(id.0).is_some_and(|workload| workload.containers.len() > 1);
            (several || between.any(|(from, to)| from == id && is_chaincode(to))).then_some(id)
        }
    };
    names.get(owner?.0)?.first().cloned()
}

/// Whether a container is reached over its workload's private network alone.
pub(super) fn is_secluded(workload: &Workload, container: &Container) -> bool {
    workload.component == Component::Chaincode || matches!(container.program, Program::CouchDb { .. })
}
