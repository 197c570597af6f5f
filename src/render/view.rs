//! What text templates may see. The fields' names are part of the templates.

use std::collections::BTreeSet;

use serde::Serialize;

use super::chart::{chart_name, cluster_title, release_namespace};
use super::fabric::FabricView;
use crate::bind::{ClusterPlan, ControllerPlan, HostPlan, OperatedPlan, OrganizationPlan, Plan, SitePlan};
use crate::expand::{EntryKind, OrganizationGraph};
use crate::fabric::ports;
use crate::parse::blueprint::GitopsTool;
use crate::resolve::Cluster;

/// A whole bundle.
#[derive(Debug, Serialize)]
pub struct BundleView {
    pub consortium: String,
    /// Names, sorted.
    pub environments: Vec<String>,
    pub organizations: Vec<OrganizationView>,
}

/// One organization's head.
#[derive(Debug, Clone, Serialize)]
pub struct OrganizationView {
    pub name: String,
    pub title: String,
    /// The target in words.
    pub target_title: String,
}

/// One organization's runbook.
#[derive(Debug, Serialize)]
pub struct RunbookView {
    pub consortium: String,
    pub organization: OrganizationView,
    /// Whether images are copies at a registry of the organization's own.
    pub mirrored: bool,
    pub environments: Vec<EnvironmentView>,
    /// What Argo CD is given, a file a branch.
    pub argocd: Vec<ArgoCdView>,
}

/// A branch that Argo CD applies.
#[derive(Debug, Serialize)]
pub struct ArgoCdView {
    /// The file that has it do so, below the organization's folder.
    pub file: String,
    pub branch: String,
}

/// One organization in one environment.
#[derive(Debug, Serialize)]
pub struct EnvironmentView {
    pub name: String,
    /// Whether Flux is told to apply it.
    pub flux: bool,
    pub clusters: Vec<ClusterView>,
    /// Whether operators run anything in them.
    pub operated: bool,
    /// Its servers, where it has such in place of clusters.
    pub site: Option<SiteView>,
    /// Its part in Fabric's network, where it has one.
    pub fabric: Option<FabricView>,
    pub unbound: Vec<UnboundView>,
    pub hosts: Vec<HostView>,
    /// What is done by hand before they answer.
    pub entry_manuals: Vec<String>,
}

/// One cluster of an organization.
#[derive(Debug, Serialize)]
pub struct ClusterView {
    /// `Blockchain` or `Application`.
    pub title: &'static str,
    /// Its name, and that of its context in kubectl's configuration.
    pub name: String,
    /// The command that makes the context.
    pub connect: Option<String>,
    /// What of the platform's own it has before anything of the bundle.
    pub add_ons: Vec<String>,
    /// What makes it with the platform's own tools.
    pub infra: Vec<InfraView>,
    /// The organization whose cluster it is, where that is another.
    pub host: Option<String>,
    pub kubernetes: String,
    /// The folder below the organization's.
    pub folder: &'static str,
    /// The name of its Helm chart, which is that of the release.
    pub chart: String,
    /// The namespace in which Helm keeps the release.
    pub release_namespace: String,
    pub namespaces: Vec<String>,
    pub workloads: usize,
    /// The commands that install its controllers.
    pub controllers: Vec<String>,
    /// Commands about what operators run: whether it is well, to stop it without loss, and to start it again.
    pub checks: Vec<String>,
    pub stops: Vec<String>,
    pub starts: Vec<String>,
    /// What their namespaces need before, where their images are pulled with credentials.
    pub pull: Option<PullView>,
    pub secrets: Vec<SecretView>,
    /// How people put a secret into the store.
    pub secret_manual: Option<String>,
    /// What keeps a quorum or a ledger, and must not all restart at once.
    pub nodes: Option<NodesView>,
}

/// Secrets with which images of controllers are pulled.
#[derive(Debug, Serialize)]
pub struct PullView {
    pub secret: String,
    /// The namespaces of the controllers, sorted.
    pub namespaces: BTreeSet<String>,
}

/// A file for the platform's own tools.
#[derive(Debug, Serialize)]
pub struct InfraView {
    /// Its name in `infra/<environment>/<folder>/`.
    pub name: String,
    pub summary: String,
}

/// Nodes of Fabric and of its ordering service, which all stand in one namespace.
#[derive(Debug, Serialize)]
pub struct NodesView {
    pub namespace: String,
    /// In the order in which they may restart: what others stand on first.
    pub names: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SecretView {
    pub location: String,
    pub keys: Vec<String>,
    pub purpose: String,
}

#[derive(Debug, Serialize)]
pub struct UnboundView {
    pub name: String,
    pub description: String,
}

/// A host name that somebody outside the cluster dials.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct HostView {
    pub host: String,
    pub port: u16,
    pub what: String,
}

/// The servers of an organization.
#[derive(Debug, Serialize)]
pub struct SiteView {
    /// The site's folder below the organization's.
    pub folder: String,
    /// The name of the file that holds its secrets, encrypted.
    pub vault: String,
    /// The user as whom Ansible comes.
    pub user: String,
    pub servers: Vec<ServerView>,
    /// The names of its Compose projects.
    pub projects: Vec<String>,
    pub secrets: Vec<SecretView>,
    /// How people put a secret into the vault.
    pub secret_manual: Option<String>,
    /// The folder that backups are written to, where any are taken.
    pub backups: Option<String>,
}

/// One server and what stands on it.
#[derive(Debug, Serialize)]
pub struct ServerView {
    pub name: String,
    pub address: String,
    pub domains: Vec<String>,
    pub workloads: Vec<String>,
}

impl SiteView {
    fn of(site: &SitePlan, plan: &Plan, organization: &OrganizationPlan) -> SiteView {
        let name = plan.consortium.organization(organization.graph.organization).name.value.as_str();
        let workloads = organization.graph.workloads.iter().zip(&site.placements);
        let server = |(at, host): (usize, &HostPlan)| {
            let here = workloads.clone().filter(|(_, placement)| placement.hosts.contains(&at));
            let balancer = site.balancers.iter().any(|balancers| balancers.hosts.contains(&at));
            let balancer = balancer.then(|| "HAProxy".to_owned());
            ServerView {
                name: host.name.clone(),
                address: host.address.to_string(),
                domains: host.domains.clone(),
                workloads: balancer.into_iter().chain(here.map(|(workload, _)| workload.name.clone())).collect(),
            }
        };
        let clusters: BTreeSet<&str> =
            organization.graph.workloads.iter().map(|workload| workload.cluster.as_str()).collect();
        SiteView {
            folder: format!("site/{}", plan.consortium.environment.value),
            vault: format!("{name}.{}.vault.yml", plan.consortium.environment.value),
            user: site.user.clone(),
            servers: site.hosts.iter().enumerate().map(server).collect(),
            projects: clusters.into_iter().map(|cluster| format!("{name}-{cluster}")).collect(),
            secrets: secrets(organization, |_| true),
            secret_manual: organization.secret_manual.clone(),
            backups: site.backups.as_ref().map(|folder| folder.value.clone()),
        }
    }
}

impl EnvironmentView {
    /// The view of one organization's plan.
    pub fn of(plan: &Plan, organization: &OrganizationPlan) -> Self {
        let unbound = organization.unbound.iter();
        let environment = plan.consortium.environment.value.as_str();
        let description = plan.consortium.organization(organization.graph.organization).description();
        let gitops = description.and_then(|description| description.gitops.as_ref());
        let applied_by = |tool| gitops.is_some_and(|gitops| gitops.is_for(tool));
        EnvironmentView {
            name: environment.to_owned(),
            flux: applied_by(GitopsTool::Flux),
            clusters: organization
                .clusters
                .iter()
                .map(|cluster| ClusterView::of(cluster, plan, organization))
                .collect(),
            operated: organization.clusters.iter().any(|cluster| !cluster.operated.is_empty()),
            site: organization.site.as_ref().map(|site| SiteView::of(site, plan, organization)),
            fabric: FabricView::of(plan, organization),
            unbound: unbound
                .map(|row| UnboundView { name: row.name.clone(), description: row.description.clone() })
                .collect(),
            hosts: hosts(plan, organization),
            entry_manuals: organization.entry_manuals.clone(),
        }
    }
}

impl ClusterView {
    fn of(cluster: &ClusterPlan, plan: &Plan, organization: &OrganizationPlan) -> Self {
        let graph = &organization.graph;
        let environment = plan.consortium.environment.value.as_str();
        let host = Some(cluster.owner).filter(|owner| *owner != graph.organization);
        let name = plan.consortium.organization(graph.organization).name.value.as_str();
        let here = |other: Cluster| other == cluster.cluster;
        let secrets = secrets(organization, here);
        let folder = format!("{}/prelude/{environment}/controllers", cluster.cluster.as_str());
        let install = |controller: &ControllerPlan| {
            let values = format!("{folder}/{}.values.yaml", controller.name);
            format!("{} --kube-context {}", controller.install(&values), cluster.name)
        };
        let infra = cluster.infra.iter();
        let infra = infra.map(|file| InfraView { name: file.name.clone(), summary: file.summary.clone() });
        let description = plan.consortium.organization(graph.organization).description();
        let pull = description.and_then(|description| description.pull_secret.as_ref());
        let commands = |of: fn(&OperatedPlan) -> &Vec<String>| cluster.operated.iter().flat_map(of).cloned().collect();
        ClusterView {
            title: cluster_title(cluster.cluster),
            name: cluster.name.clone(),
            host: host.map(|host| plan.consortium.organization(host).name.value.to_string()),
            connect: cluster.connect.clone(),
            add_ons: cluster.add_ons.clone(),
            infra: infra.collect(),
            kubernetes: cluster.kubernetes.value.clone(),
            folder: cluster.cluster.as_str(),
            chart: chart_name(name, cluster.cluster),
            release_namespace: release_namespace(cluster),
            namespaces: cluster.namespaces.iter().map(|namespace| namespace.name.clone()).collect(),
            workloads: graph.workloads.iter().filter(|workload| here(workload.cluster)).count(),
            controllers: cluster.controllers.iter().map(install).collect(),
            checks: commands(|one| &one.check),
            stops: commands(|one| &one.stop),
            starts: commands(|one| &one.start),
            pull: pull.map(|secret| PullView {
                secret: secret.value.to_string(),
                namespaces: cluster.controllers.iter().map(|controller| controller.namespace.clone()).collect(),
            }),
            secrets,
            secret_manual: organization.secret_manual.clone(),
            nodes: nodes(graph, cluster.cluster),
        }
    }
}

/// The secrets of the clusters that are wanted, sorted.
fn secrets(organization: &OrganizationPlan, wanted: impl Fn(Cluster) -> bool) -> Vec<SecretView> {
    let secrets = organization.graph.secrets.iter().zip(&organization.secret_locations);
    let mut secrets: Vec<SecretView> = secrets
        .filter(|(secret, _)| wanted(secret.cluster))
        .map(|(secret, location)| SecretView {
            location: location.clone(),
            keys: secret.keys.clone(),
            purpose: secret.purpose.clone(),
        })
        .collect();
    secrets.sort();
    secrets.dedup();
    secrets
}

/// The nodes that a cluster holds.
fn nodes(graph: &OrganizationGraph, cluster: Cluster) -> Option<NodesView> {
    let nodes = graph.nodes(cluster);
    let namespace = nodes.first()?.namespace.clone();
    Some(NodesView { namespace, names: nodes.iter().map(|workload| workload.name.clone()).collect() })
}

/// Everything that others dial: Fabric's nodes and shared services as the card lists them, web hosts as entered.
fn hosts(plan: &Plan, organization: &OrganizationPlan) -> Vec<HostView> {
    let card = &plan.cards[organization.graph.organization.0];
    let nodes = card.peers.iter().chain(&card.orderers).map(|node| HostView {
        host: node.host.to_string(),
        port: node.port,
        what: node.name.to_string(),
    });
    let shared = card.services.iter().map(|service| HostView {
        host: service.host.to_string(),
        port: service.port,
        what: service.name.to_string(),
    });
    let web = organization.graph.entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Web { path, .. } => {
            let workload = &organization.graph.workloads[entry.workload.0];
            Some(HostView {
                host: entry.host.clone(),
                port: ports::HTTPS,
                what: format!("{} at {path}", workload.name),
            })
        }
        _ => None,
    });
    let mut hosts: Vec<HostView> = nodes.chain(shared).chain(web).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}
