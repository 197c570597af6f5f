//! What everybody in an organization's clusters asks of them: its own workloads and those of the organizations within.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::capacity::{self, Load, Room};
use super::needs;
use crate::base::Origin;
use crate::expand::{Content, Destination, EntryKind, OrganizationGraph, Source, engine_name};
use crate::parse::blueprint::DatabaseEngine;
use crate::resolve::{Cluster, Consortium, OrgIx};

/// What the workloads of one cluster use, whosever they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Entries for HTTP.
    pub web: bool,
    /// How many entries of any other kind there are, each with one port.
    pub entries: u32,
    pub secrets: bool,
    pub backups: bool,
    pub shared_files: bool,
    pub databases: BTreeSet<DatabaseEngine>,
    /// What block volumes hold, each with the first that does.
    pub volumes: BTreeMap<Content, Origin>,
    /// What all pods ask for together, with as few copies as scaled workloads can have and with as many.
    pub requests: [Room; 2],
}

impl Uses {
    /// What expressions see of it.
    pub fn view(&self) -> serde_json::Value {
        json!({
            "web": self.web,
            "entries": self.entries,
            "secrets": self.secrets,
            "backups": self.backups,
            "sharedFiles": self.shared_files,
            "databases": self.databases.iter().map(|engine| engine_name(*engine)).collect::<Vec<_>>(),
            "requests": {"least": self.requests[0], "most": self.requests[1]},
        })
    }
}

/// By organization that has clusters of its own, the clusters in which anything stands.
pub type Homes = BTreeMap<OrgIx, BTreeMap<Cluster, Uses>>;

/// The organization in whose clusters another's workloads stand: itself, unless it lives within another's.
pub fn owner(consortium: &Consortium, at: OrgIx) -> OrgIx {
    let description = consortium.organization(at).description();
    description.and_then(|description| description.within).map_or(at, |host| host.value)
}

/// The clusters of every organization that is described here.
pub fn homes(consortium: &Consortium, graphs: &[OrganizationGraph]) -> Homes {
    let mut homes = Homes::new();
    for graph in graphs {
        add(graph, homes.entry(owner(consortium, graph.organization)).or_default());
    }
    homes
}

fn add(graph: &OrganizationGraph, clusters: &mut BTreeMap<Cluster, Uses>) {
    for namespace in &graph.namespaces {
        clusters.entry(namespace.cluster).or_default();
    }
    for workload in &graph.workloads {
        let uses = clusters.entry(workload.cluster).or_default();
        uses.backups |= workload.backup.is_some() && !workload.volumes.is_empty();
        uses.shared_files |= needs::mounts_shared_files(workload);
        let pod = capacity::pod(workload);
        for (sum, load) in uses.requests.iter_mut().zip([Load::Least, Load::Most]) {
            sum.add(&pod, capacity::copies(workload, load).into());
        }
        for volume in &workload.volumes {
            uses.volumes.entry(volume.content).or_insert(volume.size.origin);
        }
    }
    for entry in &graph.entries {
        let uses = clusters.entry(graph.workloads[entry.workload.0].cluster).or_default();
        match entry.kind {
            EntryKind::Web { .. } => uses.web = true,
            EntryKind::Grpc { .. } | EntryKind::Private | EntryKind::Consortium => uses.entries += 1,
        }
    }
    for link in &graph.links {
        if let (Source::Workload(client), Destination::Database(engine)) = (&link.from, &link.to) {
            clusters.entry(graph.workloads[client.0].cluster).or_default().databases.insert(*engine);
        }
    }
    for secret in &graph.secrets {
        clusters.entry(secret.cluster).or_default().secrets = true;
    }
}
