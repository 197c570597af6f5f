//! Docker's networks, and the names under which containers dial others.
//!
//! All containers of a host stand on one bridge, on which none reaches another: whoever may dial a port is let in at the
//! address where it is published. What is published nowhere, as CouchDB is, stands on a network of its own with the one
//! workload that dials it. No container joins another's network namespace: after a restart of the host Docker may start
//! it before the other and then never again (moby#50326).

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;
use sha2::{Digest, Sha256};

use super::model::{self, Copy, Host, Model, Project, is_secluded};
use super::names;
use crate::base::{Origin, Tree, TreePath};
use crate::expand::{Destination, PEERS, Program, Source};

pub(super) const SECLUDED: Origin =
    Origin::Rule("what only its neighbour dials is reached over a network of their own");
const APART: Origin =
    Origin::Rule("containers of one host reach each other where they are published, through the firewall");

/// The networks of a project. The host's first project makes the bridge, which the others share.
pub(super) fn networks(model: &Model, host: &Host, project: &Project) -> (Tree, Vec<(TreePath, Origin)>) {
    let name = model.bridge();
    let (of_bridge, of_private) = ranges(model, host);
    let first = host.projects.first().is_some_and(|first| first.name == project.name);
    let bridge = if first {
        let options = Tree::map([("com.docker.network.bridge.enable_icc", "false")]);
        Tree::map([
            ("name", Tree::from(name.to_owned())),
            ("driver", Tree::from("bridge")),
            ("driver_opts", options),
            ("ipam", ipam(&of_bridge)),
        ])
    } else {
        Tree::map([("name", Tree::from(name.to_owned())), ("external", Tree::from(true))])
    };
    let mut networks = vec![(BRIDGE.to_owned(), bridge)];
    let mut rows = vec![(TreePath::from("networks").join(BRIDGE), APART)];
    let private: BTreeSet<&String> = project.copies.iter().filter_map(|copy| copy.private.as_ref()).collect();
    for network in private {
        let key = private_key(network);
        rows.push((TreePath::from("networks").join(key.clone()), SECLUDED));
        let mut tree = Tree::map([("internal", true)]);
        if let Some(range) = of_private.get(&(project.name.as_str(), network.as_str())) {
            tree.insert("ipam", ipam(range));
        }
        networks.push((key, tree));
    }
    (Tree::map(networks), rows)
}

fn ipam(range: &Ipv4Net) -> Tree {
    Tree::map([("config", Tree::seq([Tree::map([("subnet", range.to_string())])]))])
}

/// How much longer the prefix of a private network's range is than that of all containers.
const PART: u8 = 8;

/// The ranges of a host's bridge and, by project and name, of its private networks: halves of the containers' range, the
/// second of them in equal parts. Docker by itself would take ranges that others may have. Where a network's part lies
/// depends on its name, so that others disturb it as little as can be.
fn ranges<'a>(model: &Model, host: &'a Host) -> (Ipv4Net, BTreeMap<(&'a str, &'a str), Ipv4Net>) {
    let whole: Ipv4Net = model.site.containers.value.parse().unwrap_or_default();
    let mut halves = whole.subnets(whole.prefix_len() + 1).into_iter().flatten();
    let bridge = halves.next().unwrap_or(whole);
    let parts = halves.next().and_then(|half| half.subnets(whole.prefix_len() + PART).ok());
    let mut parts: Vec<Option<Ipv4Net>> = parts.into_iter().flatten().map(Some).collect();
    let names = host.copies().filter_map(|(project, copy)| Some((project.name.as_str(), copy.private.as_deref()?)));
    let names: BTreeSet<(&str, &str)> = names.collect();
    let mut ranges = BTreeMap::new();
    for name in names {
        let digest = Sha256::digest(format!("{}/{}", name.0, name.1));
        let count = parts.len();
        let first = digest.first().map_or(0, |byte| usize::from(*byte));
        let part = (0..count).find_map(|step| parts.get_mut((first + step) % count)?.take());
        ranges.extend(part.map(|part| (name, part)));
    }
    (bridge, ranges)
}

/// The key of the host's bridge among a project's networks.
const BRIDGE: &str = "bridge";

/// The key of a private network, which the bridge's cannot be.
fn private_key(network: &str) -> String {
    format!("{network}-private")
}

/// The networks of one container of a copy, with the names it has there. No name stands on two networks of one container:
/// who asks for it must not be told an address on the bridge, where it reaches nobody.
pub(super) fn attached(model: &Model, copy: &Copy, container: usize) -> Tree {
    let Some(own) = copy.workload.containers.get(container) else { return Tree::Null };
    let workload = copy.workload;
    let names = || if container == 0 { model::names(model.organization, workload) } else { Vec::new() };
    let is_packed = own.service.is_some() && workload.containers.len() > 1;
    let mut networks = Vec::new();
    if !is_secluded(workload, own) {
        networks.push((BRIDGE.to_owned(), aliases(if is_packed { Vec::new() } else { names() })));
    }
    if let Some(private) = &copy.private {
        let known = match own.program {
            Program::Chaincode { .. } => names(),
            _ if is_packed => vec![model.name_of(workload, container)],
            _ => vec![own.name.clone()],
        };
        networks.push((private_key(private), aliases(known)));
    }
    Tree::map(networks)
}

fn aliases(names: Vec<String>) -> Tree {
    if names.is_empty() { Tree::Null } else { Tree::map([("aliases", Tree::seq(names))]) }
}

/// The names of other workloads that a copy's containers dial, each with its address.
pub(super) fn hosts(model: &Model, copy: &Copy) -> Vec<String> {
    let (organization, site) = (model.organization, model.site);
    let mut hosts = BTreeSet::new();
    for link in organization.graph.links.iter().filter(|link| link.from == Source::Workload(copy.id)) {
        let Destination::Workload(to, port) = &link.to else { continue };
        let (Some(called), Some((address, _))) = (organization.graph.workloads.get(to.0), site.answers(*to, port))
        else {
            continue;
        };
        let whole = names::address(site, *to).unwrap_or(address);
        hosts.extend(model::names(organization, called).into_iter().map(|name| (name, whole)));
        let entries = organization.graph.entries.iter().filter(|entry| entry.workload == *to && entry.port == *port);
        hosts.extend(entries.filter_map(|entry| Some((entry.host.clone(), names::entrance(site, entry)?))));
        let all = site.peers().filter(|all| all.behind.iter().any(|(id, name)| id == to && name == port));
        if let (Some(_), Some(balancers)) = (all, &site.balancers)
            && called.component != copy.workload.component
        {
            let name = organization.host(PEERS, called.cluster, &called.namespace);
            hosts.insert((name, balancers.address));
        }
    }
    hosts.into_iter().map(|(name, address)| format!("{name}:{address}")).collect()
}
