//! Names of what an organization runs: for the hosts' own file of names, and for its DNS.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use super::HostFile;
use super::model::{self, Model};
use crate::base::Origin;
use crate::bind::{OrganizationPlan, SitePlan};
use crate::expand::{Destination, Entry, Link, PEERS, Source, WorkloadId};
use crate::resolve::Cluster;
use crate::text::lines::{GENERATED, HEAD, Lines};

/// A name, the address that it stands for, and what caused it.
pub(super) type Record = (String, Ipv4Addr, Origin);

/// Every name of something that is dialled, sorted.
pub(super) fn records(organization: &OrganizationPlan, site: &SitePlan) -> Vec<Record> {
    let linked: BTreeSet<WorkloadId> = organization.graph.links.iter().filter_map(called).collect();
    let mut records: BTreeSet<Record> = BTreeSet::new();
    for id in linked {
        let Some(workload) = organization.graph.workloads.get(id.0) else { continue };
        if let Some(address) = address(site, id) {
            let names = model::names(organization, workload);
            records.extend(names.into_iter().map(|name| (name, address, workload.origin)));
        }
    }
    for entry in &organization.graph.entries {
        if let Some(address) = entrance(site, entry) {
            records.insert((entry.host.clone(), address, entry.origin));
        }
    }
    if let (Some(all), Some(balancers)) = (site.peers(), &site.balancers) {
        let peer = all.behind.first().and_then(|(id, _)| organization.graph.workloads.get(id.0));
        let namespace = peer.map_or("", |peer| &peer.namespace);
        records.insert((organization.host(PEERS, Cluster::Blockchain, namespace), balancers.address, all.origin));
    }
    let mut records: Vec<Record> = records.into_iter().collect();
    records.dedup_by(|later, earlier| (&later.0, later.1) == (&earlier.0, earlier.1));
    records
}

/// The workload that another dials by a link.
fn called(link: &Link) -> Option<WorkloadId> {
    match (&link.from, &link.to) {
        (Source::Workload(_), Destination::Workload(to, _)) => Some(*to),
        _ => None,
    }
}

/// The address at which all ports of a workload answer that its own organization dials.
pub(super) fn address(site: &SitePlan, id: WorkloadId) -> Option<Ipv4Addr> {
    let published = site.placement(id).into_iter().flat_map(|placement| placement.published.keys());
    let answers = published.filter_map(|port| Some((site.frontend(id, port).is_none(), site.answers(id, port)?.0)));
    answers.min().map(|(_, address)| address)
}

/// The address at which an entry's host answers: the load balancers', but for Fabric's nodes.
pub(super) fn entrance(site: &SitePlan, entry: &Entry) -> Option<Ipv4Addr> {
    let balancers = site.balancers.as_ref().filter(|_| !entry.kind.is_of_a_node());
    balancers.map(|balancers| balancers.address).or_else(|| Some(site.answers(entry.workload, &entry.port)?.0))
}

/// Lines for a host's own file of names.
pub(super) fn file(model: &Model, folder: &str, traced: bool) -> HostFile {
    let mut lines = Lines::new(traced);
    for (name, address, origin) in &model.names {
        lines.line(format_args!("{address} {name}"), *origin);
    }
    HostFile::lines(format!("{folder}/names"), lines)
}

/// Records for the DNS of the organization's domain, for a zone to include: its SOA and NS records, and with them its serial
/// number, are those of whoever runs it. Names outside of the domain stand there as comments.
pub(super) fn zone(model: &Model, traced: bool) -> Option<HostFile> {
    let records = &model.names;
    let domain = &model.site.domain;
    let mut lines = Lines::new(traced);
    lines
        .line(format_args!("; Names of {} in {domain}: include them in the zone of the domain,", model.bridge()), HEAD);
    lines.line(format_args!("; `$INCLUDE {domain}.zone {domain}.`, and raise the zone's serial number."), HEAD);
    lines.line(format_args!("; {GENERATED}"), HEAD);
    lines.line("$TTL 300", HEAD);
    for (name, address, origin) in records {
        match name.strip_suffix(domain.as_str()).and_then(|name| name.strip_suffix('.')) {
            Some(name) => lines.line(format_args!("{name} IN A {address}"), *origin),
            None => lines.line(format_args!("; elsewhere: {name}. IN A {address}"), *origin),
        }
    }
    (!records.is_empty()).then(|| HostFile::lines(format!("zones/{domain}.zone"), lines))
}
