//! Where an organization's workloads stand whose platform is hosts, and how they reach each other there.
//!
//! Docker publishes a container's port at its host's address. Whatever keeps data is dialled there directly; copies that
//! are all alike are dialled at the load balancers, which know all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use crate::base::quantity::{MEBIBYTE, bytes};
use crate::base::{Origin, Traced};
use crate::expand::{Workload, WorkloadId};
use crate::place::{Reason, Room};
use crate::resolve::{Cluster, OrgIx};

/// The hosts of an organization, or of the one within whose hosts it lives, and what stands on them.
#[derive(Debug, Clone)]
pub struct SitePlan {
    /// Whose hosts they are.
    pub owner: OrgIx,
    /// The organization's domain, below which its workloads have names for each other.
    pub domain: String,
    /// Sorted by name.
    pub hosts: Vec<HostPlan>,
    /// The load balancers; none where nothing needs any.
    pub balancers: Option<BalancersPlan>,
    /// By [`WorkloadId`].
    pub placements: Vec<Placement>,
    /// The folder that holds what workloads keep, on every host.
    pub data: String,
    /// Where the export of the shared files is mounted, and what is mounted there: `server:/path`.
    pub shared_files: Option<Traced<String>>,
    /// The addresses of containers on each host, one bridge for all of them.
    pub containers: Traced<String>,
    /// The user as whom Ansible comes.
    pub user: String,
    /// The folder that backups are written to.
    pub backups: Option<Traced<String>>,
}

/// Names in inventories that are Ansible's own or the site's groups: no host can have one.
pub const GROUPS: [&str; 6] = ["all", "application", "balancers", "blockchain", "localhost", "ungrouped"];

impl SitePlan {
    /// The place of a workload.
    pub fn placement(&self, id: WorkloadId) -> Option<&Placement> {
        self.placements.get(id.0)
    }

    /// The hosts on which copies of a workload stand.
    pub fn hosts_of(&self, id: WorkloadId) -> impl Iterator<Item = &HostPlan> {
        let placement = self.placements.get(id.0);
        placement.into_iter().flat_map(|placement| &placement.hosts).filter_map(|at| self.hosts.get(*at))
    }

    /// The frontend over all peers, where there are several.
    pub fn peers(&self) -> Option<&Frontend> {
        self.balancers.iter().flat_map(|balancers| &balancers.frontends).find(|frontend| frontend.behind.len() > 1)
    }

    /// The balancers' frontend for a port of a workload, where clients are to dial it there.
    pub fn frontend(&self, id: WorkloadId, port: &str) -> Option<&Frontend> {
        let mut frontends = self.balancers.iter().flat_map(|balancers| &balancers.frontends);
        frontends.find(|frontend| frontend.behind.as_slice() == [(id, port.to_owned())])
    }

    /// Whether a workload answers at its one host though some of its ports have frontends: its name stands for one
    /// address, at which all of them must answer.
    fn is_dialled_directly(&self, id: WorkloadId) -> bool {
        let Some(placement) = self.placement(id) else { return false };
        placement.hosts.len() == 1 && placement.published.keys().any(|port| self.frontend(id, port).is_none())
    }

    /// The address and port at which clients of the organization dial a port of a workload: the balancers', or that of
    /// its one host. From the other cluster they dial the frontend of its entry.
    pub fn answers(&self, id: WorkloadId, port: &str) -> Option<(Ipv4Addr, u16)> {
        if let (Some(balancers), Some(frontend)) = (&self.balancers, self.frontend(id, port))
            && !self.is_dialled_directly(id)
        {
            return Some((balancers.address, frontend.port));
        }
        let published = *self.placement(id)?.published.get(port)?;
        Some((self.hosts_of(id).next()?.address, published))
    }
}

impl HostPlan {
    /// What it has for containers.
    pub fn room(&self) -> Room {
        Room { cpu: self.cpu_millis, memory: self.memory_mib, disk: self.disk_mib }
    }
}

/// A server.
#[derive(Debug, Clone)]
pub struct HostPlan {
    pub name: String,
    pub address: Ipv4Addr,
    /// Its cores, what its own system keeps among them.
    pub cores: u32,
    /// The failure domains that it stands in, the outermost first, such as a room and a rack.
    pub domains: Vec<String>,
    /// What it has for containers: thousandths of a core, MiB of memory, MiB of disk.
    pub cpu_millis: u64,
    pub memory_mib: u64,
    pub disk_mib: u64,
    /// The clusters whose workloads it takes.
    pub clusters: BTreeSet<Cluster>,
    pub origin: Origin,
}

/// Where one workload stands.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// The host of each copy: places in [`SitePlan::hosts`].
    pub hosts: Vec<usize>,
    /// Why, for each copy.
    pub reasons: Vec<Reason>,
    /// The port at its hosts' addresses behind which each named port of the workload is published; only those that
    /// somebody outside of its own private network dials.
    pub published: BTreeMap<String, u16>,
}

/// The hosts that run HAProxy.
#[derive(Debug, Clone)]
pub struct BalancersPlan {
    /// Places in [`SitePlan::hosts`], the first of which has the address unless it fails.
    pub hosts: Vec<usize>,
    /// The address that clients dial: the host's own, or one that keepalived moves between the two.
    pub address: Ipv4Addr,
    /// The network interface that keepalived gives the address to, where there are two.
    pub interface: Option<String>,
    /// keepalived's number of the pair, unique in its network: 1 to 255.
    pub router: u8,
    /// Sorted by port and name.
    pub frontends: Vec<Frontend>,
    /// Hosts of HTTP, TLS ended here: by host name and path, what is behind. All at port 443.
    pub web: Vec<WebRoute>,
}

/// A port of the balancers, TLS passed through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontend {
    /// A DNS label, unique in the site.
    pub name: String,
    pub port: u16,
    /// What is behind it: several peers behind the clients' one address, else one workload's copies.
    pub behind: Vec<(WorkloadId, String)>,
    pub origin: Origin,
}

/// A host and path of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebRoute {
    pub name: String,
    pub host: String,
    pub path: String,
    /// The ranges that are let in.
    pub ranges: Vec<String>,
    pub behind: (WorkloadId, String),
    pub origin: Origin,
}

/// What one copy of a workload asks for.
pub fn room(workload: &Workload) -> Room {
    let (cpu, memory) = workload.requests();
    let sizes = workload.volumes.iter().map(|volume| bytes(&volume.size.value).unwrap_or(u64::MAX).div_ceil(MEBIBYTE));
    Room { cpu, memory, disk: sizes.fold(0, u64::saturating_add) }
}
