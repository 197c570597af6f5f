use std::mem::discriminant;

use std::cmp::Ordering;

use crate::base::Origin;
use crate::resolve::{Cluster, Consortium, OrgIx, Organization};

use super::graph::*;
use super::nodes::namespace;

/// Collects the parts of one organization's graph in any order; [`Builder::finish`] sorts them.
pub(super) struct Builder<'a> {
    pub consortium: &'a Consortium,
    pub at: OrgIx,
    graph: OrganizationGraph,
}

impl<'a> Builder<'a> {
    pub fn new(consortium: &'a Consortium, at: OrgIx) -> Self {
        let graph = OrganizationGraph {
            organization: at,
            workloads: Vec::new(),
            namespaces: Vec::new(),
            schemas: Vec::new(),
            streams: None,
            shared_files: None,
            links: Vec::new(),
            entries: Vec::new(),
            secrets: Vec::new(),
        };
        Builder { consortium, at, graph }
    }

    pub fn organization(&self) -> &'a Organization {
        self.consortium.organization(self.at)
    }

    pub fn workloads(&self) -> impl Iterator<Item = (WorkloadId, &Workload)> {
        self.graph.workloads.iter().enumerate().map(|(at, workload)| (WorkloadId(at), workload))
    }

    pub fn workload(&self, id: WorkloadId) -> &Workload {
        &self.graph.workloads[id.0]
    }

    /// All workloads of a component, in order.
    pub fn of(&self, component: Component) -> Vec<WorkloadId> {
        self.workloads().filter(|(_, workload)| workload.component == component).map(|(id, _)| id).collect()
    }

    /// The container that runs a service of the user's, by the service's name.
    pub fn service(&self, name: &str) -> Option<(WorkloadId, usize)> {
        self.workloads().find_map(|(id, workload)| {
            let at = workload.containers.iter().position(|container| container.service.as_deref() == Some(name))?;
            Some((id, at))
        })
    }

    pub fn add(&mut self, workload: Workload) -> WorkloadId {
        let origin = self.namespace_origin(&workload);
        let namespace = Namespace { cluster: workload.cluster, name: workload.namespace.clone(), origin };
        if !self.graph.namespaces.iter().any(|known| known.name == namespace.name && known.cluster == namespace.cluster)
        {
            self.graph.namespaces.push(namespace);
        }
        self.graph.workloads.push(workload);
        WorkloadId(self.graph.workloads.len() - 1)
    }

    /// What causes a workload's namespace: its group, its organization, or the workload itself where it has one alone.
    fn namespace_origin(&self, workload: &Workload) -> Origin {
        let part = workload.namespace.strip_prefix(self.organization().name.value.as_str()).unwrap_or_default();
        let groups = self.organization().description().map_or(&[][..], |description| &description.groups);
        let group = groups.iter().find(|group| part.strip_prefix('-') == Some(group.name.value.as_str()));
        match (group, workload.cluster) {
            (Some(group), Cluster::Application) => group.name.origin,
            (_, Cluster::Blockchain) if workload.namespace == namespace(self) => self.organization().name.origin,
            _ => workload.origin,
        }
    }

    pub fn link(&mut self, from: Source, to: Destination, origin: Origin) {
        self.graph.links.push(Link { from, to, origin });
    }

    /// A link from a workload to the named port of another, never to itself.
    pub fn call(&mut self, from: WorkloadId, to: WorkloadId, port: &str, origin: Origin) {
        if from != to {
            self.link(Source::Workload(from), Destination::Workload(to, port.to_owned()), origin);
        }
    }

    pub fn entry(&mut self, entry: Entry) {
        self.graph.entries.push(entry);
    }

    /// Adds an entry unless it is there already. One host may have two, for whom it is another balancer: the
    /// organization's other cluster, and other organizations.
    pub fn entry_once(&mut self, entry: Entry) {
        let same = |known: &Entry| {
            (known.workload, &known.port, &known.host, known.path())
                == (entry.workload, &entry.port, &entry.host, entry.path())
                && discriminant(&known.kind) == discriminant(&entry.kind)
        };
        if !self.graph.entries.iter().any(same) {
            self.graph.entries.push(entry);
        }
    }

    pub fn has_streams(&self) -> bool {
        self.graph.streams.is_some()
    }

    pub fn schema(&mut self, schema: Schema) {
        self.graph.schemas.push(schema);
    }

    pub fn schemas(&self) -> &[Schema] {
        &self.graph.schemas
    }

    pub fn streams(&mut self, origin: Origin) {
        self.graph.streams.get_or_insert(origin);
    }

    pub fn shared_files(&mut self, origin: Origin) {
        self.graph.shared_files.get_or_insert(origin);
    }

    /// A secret beside a workload; asking for one twice is the same as once.
    pub fn secret(&mut self, beside: WorkloadId, secret: SecretNeed) {
        let workload = &self.graph.workloads[beside.0];
        let (cluster, namespace) = (workload.cluster, workload.namespace.clone());
        let known = |held: &Secret| held.cluster == cluster && held.namespace == namespace && held.name == secret.name;
        if let Some(held) = self.graph.secrets.iter_mut().find(|held| known(held)) {
            held.beside.push(beside);
        } else {
            let store_name = secret.store_name.unwrap_or_else(|| format!("{}/{}", cluster.as_str(), secret.name));
            let (name, purpose, origin) = (secret.name, secret.purpose, secret.origin);
            let keys = secret.keys.iter().map(|key| (*key).to_owned()).collect();
            let beside = vec![beside];
            self.graph.secrets.push(Secret { cluster, namespace, beside, name, keys, purpose, store_name, origin });
        }
    }

    /// Puts everything in its order and renumbers the workloads accordingly.
    pub fn finish(self) -> OrganizationGraph {
        let mut graph = self.graph;
        let mut order: Vec<usize> = (0..graph.workloads.len()).collect();
        let key = |at: usize| -> (Cluster, &str, &str) {
            let workload = &graph.workloads[at];
            (workload.cluster, &workload.namespace, &workload.name)
        };
        order.sort_by(|&one, &other| key(one).cmp(&key(other)));
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        let renumber = |id: &mut WorkloadId| id.0 = place[id.0];

        let mut workloads: Vec<Option<Workload>> = graph.workloads.into_iter().map(Some).collect();
        graph.workloads = order.iter().filter_map(|&old| workloads[old].take()).collect();
        for link in &mut graph.links {
            if let Source::Workload(id) = &mut link.from {
                renumber(id);
            }
            if let Destination::Workload(id, _) = &mut link.to {
                renumber(id);
            }
        }
        for entry in &mut graph.entries {
            renumber(&mut entry.workload);
        }
        for secret in &mut graph.secrets {
            secret.beside.iter_mut().for_each(renumber);
            secret.beside.sort();
            secret.beside.dedup();
        }
        for schema in &mut graph.schemas {
            renumber(&mut schema.owner.0);
            schema.readers.iter_mut().for_each(|reader| renumber(&mut reader.container.0));
        }
        graph.links.sort();
        graph.links.dedup_by(|later, earlier| later.from == earlier.from && later.to == earlier.to);
        graph.entries.sort_by(|one, other| {
            (one.workload, &one.port, &one.host, one.path()).cmp(&(
                other.workload,
                &other.port,
                &other.host,
                other.path(),
            ))
        });
        graph.namespaces.sort();
        graph.schemas.sort_by(|one, other| (one.engine, &one.name).cmp(&(other.engine, &other.name)));
        graph.secrets.sort_by(by_place);
        graph
    }
}

/// The order of a graph's secrets.
pub(super) fn by_place(one: &Secret, other: &Secret) -> Ordering {
    (one.cluster, &one.namespace, &one.name).cmp(&(other.cluster, &other.namespace, &other.name))
}

/// A secret that a workload needs beside it.
pub(super) struct SecretNeed {
    pub name: String,
    pub keys: &'static [&'static str],
    pub purpose: String,
    /// Its name in the organization's part of the store, where several namespaces share it.
    pub store_name: Option<String>,
    pub origin: Origin,
}

/// A Fabric identity: the certificates and the key of a membership, with the intermediate authority's certificate where
/// one issues them, since no chain leads to the root without it.
pub(super) fn identity(builder: &Builder, workload: &str, origin: Origin) -> SecretNeed {
    let keys: &[&str] = if builder.consortium.is_issued_by_an_intermediate(builder.at) {
        &["cacert.pem", "intermediatecert.pem", "key.pem", "signcert.pem", "tlscacert.pem"]
    } else {
        &["cacert.pem", "key.pem", "signcert.pem", "tlscacert.pem"]
    };
    SecretNeed {
        name: format!("{workload}-msp"),
        keys,
        purpose: format!("Fabric identity of {workload}, enrolled at the organization's certificate authority"),
        store_name: None,
        origin,
    }
}

/// The keys of a secret that holds a server's certificate: the authority, the certificate, its key.
pub(super) const TLS_KEYS: [&str; 3] = ["ca.crt", "tls.crt", "tls.key"];

/// A TLS certificate with its key.
pub(super) fn tls(workload: &str, origin: Origin) -> SecretNeed {
    SecretNeed {
        name: format!("{workload}-tls"),
        keys: &TLS_KEYS,
        purpose: format!("TLS certificate of {workload}, enrolled with the `tls` profile"),
        store_name: None,
        origin,
    }
}

/// A user and its password.
pub(super) fn credentials(name: String, purpose: String, store_name: Option<String>, origin: Origin) -> SecretNeed {
    SecretNeed { name, keys: &["password", "username"], purpose, store_name, origin }
}
