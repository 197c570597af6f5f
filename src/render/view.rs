//! What text templates may see. The fields' names are part of the templates.

use serde::Serialize;

use crate::bind::{ClusterPlan, ControllerPlan, OrganizationPlan, Plan};
use crate::expand::{EntryKind, OrganizationGraph};
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
    pub environments: Vec<EnvironmentView>,
}

/// One organization in one environment.
#[derive(Debug, Serialize)]
pub struct EnvironmentView {
    pub name: String,
    pub clusters: Vec<ClusterView>,
    pub unbound: Vec<UnboundView>,
    pub hosts: Vec<HostView>,
}

/// One cluster of an organization.
#[derive(Debug, Serialize)]
pub struct ClusterView {
    /// `Blockchain` or `Application`.
    pub title: &'static str,
    pub name: String,
    pub kubernetes: String,
    /// The folder below the organization's.
    pub folder: &'static str,
    pub namespaces: Vec<String>,
    pub workloads: usize,
    /// The commands that install its controllers.
    pub controllers: Vec<String>,
    pub secrets: Vec<SecretView>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SecretView {
    pub store_name: String,
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

impl EnvironmentView {
    /// The view of one organization's plan.
    pub fn of(plan: &Plan, organization: &OrganizationPlan) -> Self {
        let unbound = organization.unbound.iter();
        let environment = plan.consortium.environment.value.as_str();
        EnvironmentView {
            name: environment.to_owned(),
            clusters: organization
                .clusters
                .iter()
                .map(|cluster| ClusterView::of(cluster, &organization.graph, environment))
                .collect(),
            unbound: unbound
                .map(|row| UnboundView { name: row.name.clone(), description: row.description.clone() })
                .collect(),
            hosts: hosts(plan, organization),
        }
    }
}

impl ClusterView {
    fn of(cluster: &ClusterPlan, graph: &OrganizationGraph, environment: &str) -> Self {
        let here = |other: Cluster| other == cluster.cluster;
        let mut secrets: Vec<SecretView> = graph
            .secrets
            .iter()
            .filter(|secret| here(secret.cluster))
            .map(|secret| SecretView {
                store_name: secret.store_name.clone(),
                keys: secret.keys.clone(),
                purpose: secret.purpose.clone(),
            })
            .collect();
        secrets.sort();
        secrets.dedup();
        let folder = format!("{}/prelude/{environment}/controllers", cluster.cluster.as_str());
        let install =
            |controller: &ControllerPlan| controller.install(&format!("{folder}/{}.values.yaml", controller.name));
        ClusterView {
            title: match cluster.cluster {
                Cluster::Blockchain => "Blockchain",
                Cluster::Application => "Application",
            },
            name: cluster.name.clone(),
            kubernetes: cluster.kubernetes.value.clone(),
            folder: cluster.cluster.as_str(),
            namespaces: cluster.namespaces.iter().map(|namespace| namespace.name.clone()).collect(),
            workloads: graph.workloads.iter().filter(|workload| here(workload.cluster)).count(),
            controllers: cluster.controllers.iter().map(install).collect(),
            secrets,
        }
    }
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
            Some(HostView { host: entry.host.clone(), port: 443, what: format!("{} at {path}", workload.name) })
        }
        _ => None,
    });
    let mut hosts: Vec<HostView> = nodes.chain(shared).chain(web).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}
