//! The identities to enrol: every certificate that a workload needs, with the names that it must bear.

use std::collections::BTreeSet;

use super::Desk;
use crate::base::Origin;
use crate::expand::{Component, PEERS, Secret, Workload};
use crate::package::BundleFile;
use crate::text::lines::{GENERATED, HEAD, Lines};

/// What an identity is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Peer,
    Orderer,
    Client,
    /// The TLS certificate of a server.
    Tls,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Peer => "peer",
            Kind::Orderer => "orderer",
            Kind::Client => "client",
            Kind::Tls => "tls",
        }
    }
}

/// One identity.
#[derive(Debug)]
pub(super) struct Row {
    /// The secret that it fills: `<cluster>/<name>`, as the store has it.
    pub secret: String,
    pub kind: Kind,
    /// The name of what bears it, unique in the organization.
    pub name: String,
    /// The names and addresses that a server is dialled by, sorted.
    pub hosts: Vec<String>,
    pub origin: Origin,
}

pub(super) struct Identities {
    /// Sorted by secret.
    pub rows: Vec<Row>,
}

impl Identities {
    pub fn of(desk: &Desk) -> Identities {
        let mut rows: Vec<Row> =
            desk.organization.graph.secrets.iter().filter_map(|secret| row(desk, secret)).collect();
        rows.sort_by(|one, other| one.secret.cmp(&other.secret));
        Identities { rows }
    }

    /// The list that the scripts read.
    pub fn file(&self, traced: bool) -> BundleFile {
        let mut lines = Lines::new(traced);
        for line in [
            "The identities of the organization: the secret that each fills, what it is, whose it is, and the names and",
            "addresses that the certificate of a server must bear.",
            GENERATED,
        ] {
            lines.line(format_args!("# {line}"), HEAD);
        }
        let longest = |length: fn(&Row) -> usize| self.rows.iter().map(length).max().unwrap_or_default();
        let (secret, name) = (longest(|row| row.secret.len()), longest(|row| row.name.len()));
        for row in &self.rows {
            let hosts = if row.hosts.is_empty() { "-".to_owned() } else { row.hosts.join(",") };
            let kind = row.kind.as_str();
            lines.line(format_args!("{:secret$}  {kind:7}  {:name$}  {hosts}", row.secret, row.name), row.origin);
        }
        lines.into()
    }
}

/// The identity that fills a secret; none where it holds something else.
fn row(desk: &Desk, secret: &Secret) -> Option<Row> {
    let workload = desk.organization.graph.workloads.get(secret.beside.first()?.0)?;
    let holds = |key: &str| secret.keys.iter().any(|own| own == key);
    let kind = match workload.component {
        _ if holds("tls.crt") => Kind::Tls,
        _ if !holds("signcert.pem") => return None,
        Component::Peer => Kind::Peer,
        Component::Orderer => Kind::Orderer,
        _ => Kind::Client,
    };
    let hosts = if kind == Kind::Tls { hosts(desk, workload) } else { Vec::new() };
    let (secret, origin) = (secret.store_name.clone(), secret.origin);
    Some(Row { secret, kind, name: workload.name.clone(), hosts, origin })
}

/// Every name by which anything dials a workload, and the loopback by which its own host does.
fn hosts(desk: &Desk, workload: &Workload) -> Vec<String> {
    let organization = desk.organization;
    let inside = |address: &str| organization.host(address, workload.cluster, &workload.namespace);
    let mut hosts: BTreeSet<String> = workload.addresses.iter().map(|address| inside(&address.name)).collect();
    if workload.component == Component::Peer {
        hosts.insert(inside(PEERS));
    }
    let entries = organization.graph.entries.iter();
    let own = entries.filter(|entry| organization.graph.workloads[entry.workload.0].name == workload.name);
    hosts.extend(own.map(|entry| entry.host.clone()));
    let mut hosts: Vec<String> = hosts.into_iter().collect();
    hosts.extend(["localhost", "127.0.0.1"].map(str::to_owned));
    hosts
}
