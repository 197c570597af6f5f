//! Placement of workloads on hosts: akcgen itself is the scheduler, since nothing on plain servers moves what fails.
//!
//! Deterministic: the same hosts and workloads give the same places, whatever their order was. What has a place already
//! keeps it. Everything else goes, the largest first, where it is farthest from its siblings: never onto a sibling's host,
//! then into the failure domain with the fewest of them, and there onto the host that has the most room left.

use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// How much something takes or a host has: thousandths of a core, MiB of memory, MiB of disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Room {
    pub cpu: u64,
    pub memory: u64,
    pub disk: u64,
}

impl Room {
    fn holds(&self, other: &Room) -> bool {
        self.cpu >= other.cpu && self.memory >= other.memory && self.disk >= other.disk
    }

    /// What is left of one without another; never below nothing.
    pub fn less(&self, other: &Room) -> Room {
        Room {
            cpu: self.cpu.saturating_sub(other.cpu),
            memory: self.memory.saturating_sub(other.memory),
            disk: self.disk.saturating_sub(other.disk),
        }
    }

    /// The sum of two.
    pub fn plus(&self, other: &Room) -> Room {
        Room {
            cpu: self.cpu.saturating_add(other.cpu),
            memory: self.memory.saturating_add(other.memory),
            disk: self.disk.saturating_add(other.disk),
        }
    }

    /// The part of the whole that is taken where it is scarcest, in thousandths.
    fn share_of(&self, whole: &Room) -> u64 {
        let share = |part: u64, whole: u64| part.saturating_mul(1000).checked_div(whole).unwrap_or(0);
        share(self.cpu, whole.cpu).max(share(self.memory, whole.memory)).max(share(self.disk, whole.disk))
    }
}

/// A host that takes workloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub name: String,
    /// The failure domains that it stands in, the outermost first.
    pub domains: Vec<String>,
    pub room: Room,
    /// What kinds of items it takes: an item's own bit must be among these.
    pub takes: u8,
}

/// One thing to be placed: one copy of a workload, with all that stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    pub room: Room,
    /// Its kind, one bit.
    pub kind: u8,
    /// Those of one family are kept apart.
    pub family: String,
    /// Whether two of the family may never share a host.
    pub apart: bool,
    /// The host that it stands on already.
    pub kept: Option<usize>,
}

/// Why something stands where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It stood there before.
    Kept,
    /// Of so many hosts that had room this one was best, with so many of its siblings in the same outermost failure
    /// domain.
    Chosen { among: usize, siblings: usize },
}

/// What has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// No host takes its kind.
    Kind,
    /// Every host with room has a sibling already.
    Apart,
    /// No host has the room.
    Room,
}

/// Places every item: for each, in the order given, the host and why, or what was lacking.
pub fn place(hosts: &[Host], items: &[Item]) -> Vec<Result<(usize, Reason), Lack>> {
    let mut site = Site::new(hosts);
    let mut placed: Vec<Option<Result<(usize, Reason), Lack>>> = vec![None; items.len()];
    for (at, item) in items.iter().enumerate() {
        if let Some(host) = item.kept.filter(|host| *host < hosts.len()) {
            site.take(host, item);
            placed[at] = Some(Ok((host, Reason::Kept)));
        }
    }
    let mut open: Vec<usize> = (0..items.len()).filter(|at| placed[*at].is_none()).collect();
    open.sort_by(|one, other| {
        let (one, other) = (&items[*one], &items[*other]);
        // Those that must stand apart have the fewest hosts to choose from.
        other.apart.cmp(&one.apart).then_with(|| other.room.cmp(&one.room)).then_with(|| one.name.cmp(&other.name))
    });
    for at in open {
        placed[at] = Some(site.find(&items[at]));
        if let Some(Ok((host, _))) = placed[at] {
            site.take(host, &items[at]);
        }
    }
    placed.into_iter().map(|one| one.unwrap_or(Err(Lack::Room))).collect()
}

/// What is the less the better: siblings on the host, in its outermost and its next failure domain, the share of the host
/// that would be taken, and, so that one order holds everywhere, its name.
type Rank<'a> = (u32, u32, u32, u64, &'a str);

/// How many of a family there are, by host and by each level of failure domains.
#[derive(Debug, Clone)]
struct Family {
    on_host: Vec<u32>,
    in_domain: Vec<u32>,
}

struct Site<'a> {
    hosts: &'a [Host],
    left: Vec<Room>,
    /// For each host the number of each failure domain that it stands in, the outermost first.
    domains: Vec<Vec<usize>>,
    count: usize,
    families: BTreeMap<&'a str, Family>,
}

impl<'a> Site<'a> {
    fn new(hosts: &'a [Host]) -> Site<'a> {
        // A rack of one room is none of another's.
        let mut known: BTreeMap<&[String], usize> = BTreeMap::new();
        let mut number = |path: &'a [String]| {
            let next = known.len();
            *known.entry(path).or_insert(next)
        };
        let levels = |host: &'a Host| (1..=host.domains.len()).map(|depth| &host.domains[..depth]);
        let domains: Vec<Vec<usize>> = hosts.iter().map(|host| levels(host).map(&mut number).collect()).collect();
        let count = known.len();
        Site { hosts, left: hosts.iter().map(|host| host.room).collect(), domains, count, families: BTreeMap::new() }
    }

    fn take(&mut self, host: usize, item: &'a Item) {
        self.left[host] = self.left[host].less(&item.room);
        let empty = || Family { on_host: vec![0; self.hosts.len()], in_domain: vec![0; self.count] };
        let family = self.families.entry(&item.family).or_insert_with(empty);
        family.on_host[host] += 1;
        self.domains[host].iter().for_each(|domain| family.in_domain[*domain] += 1);
    }

    fn find(&self, item: &Item) -> Result<(usize, Reason), Lack> {
        let family = self.families.get(item.family.as_str());
        let on_host = |host: usize| family.map_or(0, |family| family.on_host[host]);
        let in_domain = |host: usize, level: usize| {
            let domain = self.domains[host].get(level);
            domain.zip(family).map_or(0, |(domain, family)| family.in_domain[*domain])
        };
        let takes = |host: &usize| self.hosts[*host].takes & item.kind != 0;
        if !(0..self.hosts.len()).any(|host| takes(&host)) {
            return Err(Lack::Kind);
        }
        let mut with_room = 0;
        let mut among = 0;
        let mut best: Option<(Rank, usize)> = None;
        for host in (0..self.hosts.len()).filter(takes).filter(|host| self.left[*host].holds(&item.room)) {
            with_room += 1;
            if item.apart && on_host(host) > 0 {
                continue;
            }
            among += 1;
            let whole = &self.hosts[host].room;
            let used = whole.less(&self.left[host]).plus(&item.room).share_of(whole);
            // Apart by host before all, since a host fails most often.
            let rank = (on_host(host), in_domain(host, 0), in_domain(host, 1), used, self.hosts[host].name.as_str());
            if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                best = Some((rank, host));
            }
        }
        match best {
            Some(((_, siblings, ..), host)) => {
                Ok((host, Reason::Chosen { among, siblings: usize::try_from(siblings).unwrap_or(usize::MAX) }))
            }
            None if with_room > 0 => Err(Lack::Apart),
            None => Err(Lack::Room),
        }
    }
}

/// The outermost failure domain or the host that holds more than half of the items with these places, of which there are
/// at least three: with it the majority is lost.
pub fn majority<'a>(hosts: &'a [Host], places: &[usize]) -> Option<&'a str> {
    // A host that stands in no domain may be called as another's is.
    let mut counts: BTreeMap<(Option<&str>, &str), usize> = BTreeMap::new();
    for host in places.iter().filter_map(|place| hosts.get(*place)) {
        let domain = host.domains.first();
        *counts.entry((domain.map(String::as_str), domain.unwrap_or(&host.name))).or_default() += 1;
    }
    let lost = |((_, name), count): ((Option<&'a str>, &'a str), usize)| {
        (places.len() >= 3 && count * 2 > places.len()).then_some(name)
    };
    counts.into_iter().find_map(lost)
}
