//! A consortium as a picture: text of Mermaid flow charts, which GitHub, GitLab and most wikis draw.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::expand::{
    Component, Destination, OrganizationGraph, Source, Workload, WorkloadId, orderer_count, peer_count,
};
use crate::parse::blueprint::{Consensus, DatabaseEngine};
use crate::resolve::{Cluster, Consortium, Description, OrgIx};

/// How much a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Organizations and their channels.
    Organizations,
    /// Clusters, databases, outside systems, front ends, and who calls whom.
    Clusters,
    /// Workloads, equal nodes drawn as one, and who calls whom.
    Workloads,
}

/// Draws a consortium. Where `focus` names organizations, the others are drawn as one box each.
pub fn mermaid(
    consortium: &Consortium,
    graphs: &[&OrganizationGraph],
    detail: Detail,
    focus: Option<&BTreeSet<OrgIx>>,
) -> String {
    let mut picture = Picture { consortium, detail, focus, boxes: BTreeMap::new(), arrows: BTreeSet::new() };
    match detail {
        Detail::Organizations => picture.channels(),
        Detail::Clusters | Detail::Workloads => graphs.iter().for_each(|graph| picture.organization(graph)),
    }
    picture.text()
}

/// What a box stands for. The order is that in which boxes of a frame are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Organization(OrgIx),
    Caller(OrgIx, String),
    Cluster(OrgIx, Cluster),
    Workload(OrgIx, Cluster, String),
    Database(OrgIx, DatabaseEngine),
    Streams(OrgIx),
    System(OrgIx, usize),
    Channel(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Box,
    Rounded,
    Cylinder,
    Hexagon,
}

struct Picture<'a> {
    consortium: &'a Consortium,
    detail: Detail,
    focus: Option<&'a BTreeSet<OrgIx>>,
    boxes: BTreeMap<Key, (String, Shape)>,
    arrows: BTreeSet<(Key, Key)>,
}

impl Picture<'_> {
    /// Organizations, channels, and who is a member of which.
    fn channels(&mut self) {
        for organization in self.consortium.indices() {
            self.whole_organization(organization);
        }
        for (at, channel) in self.consortium.channels.iter().enumerate() {
            let members = channel.members.iter().map(|member| member.organization.value);
            let members: Vec<OrgIx> = members.filter(|member| self.in_focus(*member)).collect();
            if members.is_empty() {
                continue;
            }
            let chaincodes: Vec<&str> = channel.chaincodes.iter().map(|chaincode| chaincode.name.as_str()).collect();
            self.add(Key::Channel(at), &[channel.name.as_str(), &chaincodes.join(", ")], Shape::Hexagon);
            self.arrows.extend(members.into_iter().map(|member| (Key::Organization(member), Key::Channel(at))));
        }
        let focus = self.focus;
        self.boxes.retain(|key, _| match key {
            Key::Organization(at) => focus.is_none_or(|focus| focus.contains(at)),
            _ => true,
        });
    }

    /// One organization with all that its links reach.
    fn organization(&mut self, graph: &OrganizationGraph) {
        let owner = graph.organization;
        let Some(description) = self.consortium.organization(owner).description() else { return };
        if !self.in_focus(owner) {
            return;
        }
        match self.detail {
            Detail::Workloads => self.workloads(graph),
            Detail::Clusters | Detail::Organizations => self.clusters(graph),
        }
        for link in &graph.links {
            let from = match &link.from {
                Source::Workload(at) => self.workload(graph, *at),
                // An organization that is drawn in full draws this arrow itself.
                Source::Organization(other) if self.in_full(*other) => None,
                Source::Organization(other) => Some(self.whole_organization(*other)),
                Source::Range(range) => Some(self.caller(owner, description, range)),
                // No part of what a network does.
                Source::Administrators(_) => None,
            };
            let to = match &link.to {
                Destination::Workload(at, _) => self.workload(graph, *at),
                Destination::Peer(other, _) => Some(self.nodes_of(*other, Component::Peer)),
                Destination::Orderer(other, _) => Some(self.nodes_of(*other, Component::Orderer)),
                Destination::Shared(other, name) => Some(self.shared(*other, name)),
                Destination::Database(engine) => {
                    let key = Key::Database(owner, *engine);
                    Some(self.add(key, &[engine_title(*engine)], Shape::Cylinder))
                }
                Destination::Streams => Some(self.add(Key::Streams(owner), &["Redis"], Shape::Cylinder)),
                Destination::System(at) => description.systems.get(*at).map(|system| {
                    let label = [system.name.as_str(), system.address.as_str()];
                    self.add(Key::System(owner, *at), &label, Shape::Rounded)
                }),
            };
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                self.arrows.insert((from, to));
            }
        }
    }

    fn clusters(&mut self, graph: &OrganizationGraph) {
        for (cluster, title) in
            [(Cluster::Blockchain, "Blockchain cluster"), (Cluster::Application, "Application cluster")]
        {
            let workloads = graph.workloads.iter().filter(|workload| workload.cluster == cluster);
            let mut counts: BTreeMap<(Component, String), (usize, &Workload)> = BTreeMap::new();
            for workload in workloads.filter(|workload| workload.component != Component::DatabaseSetup) {
                counts.entry((workload.component, name_of(workload))).or_insert((0, workload)).0 += 1;
            }
            if counts.is_empty() {
                continue;
            }
            let lines = counts.into_values().map(|(count, workload)| counted(workload, count));
            let lines: Vec<String> = [title.to_owned()].into_iter().chain(lines).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            self.add(Key::Cluster(graph.organization, cluster), &lines, Shape::Box);
        }
    }

    fn workloads(&mut self, graph: &OrganizationGraph) {
        let mut counts: BTreeMap<Key, (usize, &Workload)> = BTreeMap::new();
        for workload in &graph.workloads {
            let key = Key::Workload(graph.organization, workload.cluster, name_of(workload));
            counts.entry(key).or_insert((0, workload)).0 += 1;
        }
        for (key, (count, workload)) in counts {
            let services: Vec<&str> = workload.containers.iter().filter_map(|one| one.service.as_deref()).collect();
            let services = if services.len() > 1 { services.join(", ") } else { String::new() };
            self.add(key, &[&counted(workload, count), &services], Shape::Box);
        }
    }

    /// The box of a workload, or of its cluster.
    fn workload(&self, graph: &OrganizationGraph, at: WorkloadId) -> Option<Key> {
        let workload = graph.workloads.get(at.0)?;
        Some(match self.detail {
            Detail::Workloads => Key::Workload(graph.organization, workload.cluster, name_of(workload)),
            Detail::Clusters | Detail::Organizations => Key::Cluster(graph.organization, workload.cluster),
        })
    }

    /// The box of an organization's peers or orderers.
    fn nodes_of(&mut self, organization: OrgIx, component: Component) -> Key {
        if !self.in_full(organization) {
            return self.whole_organization(organization);
        }
        match self.detail {
            Detail::Workloads => {
                let name = equal(component).map_or("", |(_, many)| many).to_owned();
                Key::Workload(organization, Cluster::Blockchain, name)
            }
            Detail::Clusters | Detail::Organizations => Key::Cluster(organization, Cluster::Blockchain),
        }
    }

    /// The box of a service that an organization shares with the others.
    fn shared(&mut self, organization: OrgIx, name: &str) -> Key {
        let description = self.consortium.organization(organization).description();
        let found = description.filter(|_| self.in_full(organization)).and_then(|all| all.service(name));
        match (found, self.detail) {
            (None, _) => self.whole_organization(organization),
            (Some((cluster, ..)), Detail::Workloads) => Key::Workload(organization, cluster, name.to_owned()),
            (Some((cluster, ..)), _) => Key::Cluster(organization, cluster),
        }
    }

    /// Who calls from the internet: a front end by its name, or an address range.
    fn caller(&mut self, owner: OrgIx, description: &Description, range: &str) -> Key {
        let from =
            |ranges: &[crate::base::Traced<crate::base::name::Cidr>]| ranges.iter().any(|one| one.as_str() == range);
        let frontends = description.frontends.iter().filter(|frontend| from(&frontend.ranges));
        let names: Vec<&str> = frontends.map(|frontend| frontend.name.as_str()).collect();
        let title = if names.is_empty() { "internet".to_owned() } else { names.join(", ") };
        self.add(Key::Caller(owner, title.clone()), &[&title], Shape::Rounded)
    }

    /// An organization as one box.
    fn whole_organization(&mut self, at: OrgIx) -> Key {
        let organization = self.consortium.organization(at);
        let count = |count: usize, one: &str| match count {
            0 => String::new(),
            1 => format!("1 {one}"),
            _ => format!("{count} {one}s"),
        };
        let peers = count(peer_count(self.consortium, at), "peer");
        let orderers = count(orderer_count(self.consortium, at), orderer(self.consortium));
        let card = if organization.description().is_none() { "run by its own operator" } else { "" };
        self.add(Key::Organization(at), &[&organization.title, &peers, &orderers, card], Shape::Box)
    }

    fn in_focus(&self, organization: OrgIx) -> bool {
        self.focus.is_none_or(|focus| focus.contains(&organization))
    }

    fn in_full(&self, organization: OrgIx) -> bool {
        self.in_focus(organization) && self.consortium.organization(organization).description().is_some()
    }

    fn add(&mut self, key: Key, lines: &[&str], shape: Shape) -> Key {
        let lines: Vec<String> = lines.iter().filter(|line| !line.is_empty()).map(|line| escape(line)).collect();
        self.boxes.entry(key.clone()).or_insert_with(|| (lines.join("<br/>"), shape));
        key
    }

    fn text(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        let arrows =
            self.arrows.iter().filter(|(from, to)| self.boxes.contains_key(from) && self.boxes.contains_key(to));
        for frame in self.frames() {
            self.frame(&mut text, frame);
        }
        for (from, to) in arrows {
            let back = self.arrows.contains(&(to.clone(), from.clone()));
            let arrow = match (self.detail, back) {
                (Detail::Organizations, _) => "---",
                (_, true) if from < to => "<-->",
                (_, true) => continue,
                (_, false) => "-->",
            };
            let _ = writeln!(text, "  {} {arrow} {}", self.id(from), self.id(to));
        }
        text
    }

    /// The organizations that are drawn as frames, and `None` for what stands in no frame.
    fn frames(&self) -> BTreeSet<Option<OrgIx>> {
        self.boxes.keys().map(frame_of).collect()
    }

    fn frame(&self, text: &mut String, frame: Option<OrgIx>) {
        let boxes: Vec<&Key> = self.boxes.keys().filter(|key| frame_of(key) == frame).collect();
        let Some(at) = frame else {
            boxes.into_iter().for_each(|key| self.show(text, 1, key));
            return;
        };
        let organization = self.consortium.organization(at);
        let title = escape(&organization.title);
        let _ = writeln!(
            text,
            "  subgraph {}[\"{title} · {}\"]",
            identifier(&[&organization.name]),
            organization.domain.value
        );
        for cluster in Cluster::ALL {
            let inner = boxes.iter().filter(|key| matches!(key, Key::Workload(_, of, _) if *of == cluster));
            let inner: Vec<&&Key> = inner.collect();
            if !inner.is_empty() {
                let id = identifier(&[&organization.name, cluster.as_str()]);
                let _ = writeln!(text, "    subgraph {id}[\"{} cluster\"]", capital(cluster.as_str()));
                inner.into_iter().for_each(|key| self.show(text, 3, key));
                let _ = writeln!(text, "    end");
            }
        }
        boxes.iter().filter(|key| !matches!(key, Key::Workload(..))).for_each(|key| self.show(text, 2, key));
        let _ = writeln!(text, "  end");
    }

    fn show(&self, text: &mut String, depth: usize, key: &Key) {
        let Some((label, shape)) = self.boxes.get(key) else { return };
        let (open, close) = match shape {
            Shape::Box => ("[", "]"),
            Shape::Rounded => ("(", ")"),
            Shape::Cylinder => ("[(", ")]"),
            Shape::Hexagon => ("{{", "}}"),
        };
        let _ = writeln!(text, "{:width$}{}{open}\"{label}\"{close}", "", self.id(key), width = depth * 2);
    }

    fn id(&self, key: &Key) -> String {
        let name = |at: OrgIx| self.consortium.organization(at).name.value.as_str();
        match key {
            Key::Organization(at) => identifier(&[name(*at)]),
            Key::Caller(at, caller) => identifier(&[name(*at), "from", caller]),
            Key::Cluster(at, cluster) => identifier(&[name(*at), cluster.as_str()]),
            Key::Workload(at, cluster, workload) => identifier(&[name(*at), cluster.as_str(), workload]),
            Key::Database(at, engine) => identifier(&[name(*at), engine_title(*engine)]),
            Key::Streams(at) => identifier(&[name(*at), "redis"]),
            Key::System(at, system) => identifier(&[name(*at), "system", &system.to_string()]),
            Key::Channel(at) => identifier(&["channel", &at.to_string()]),
        }
    }
}

/// The organization in whose frame a box stands. One that is a box itself stands in none.
fn frame_of(key: &Key) -> Option<OrgIx> {
    match key {
        Key::Organization(_) | Key::Channel(_) => None,
        Key::Caller(at, _) | Key::Cluster(at, _) | Key::Workload(at, ..) | Key::Database(at, _) => Some(*at),
        Key::Streams(at) | Key::System(at, _) => Some(*at),
    }
}

/// The name under which a workload is drawn: equal nodes share one.
fn name_of(workload: &Workload) -> String {
    equal(workload.component).map_or_else(|| workload.name.clone(), |(_, many)| many.to_owned())
}

/// What one and several equal nodes are called; none where each has a name of its own.
fn equal(component: Component) -> Option<(&'static str, &'static str)> {
    match component {
        Component::Peer => Some(("peer", "peers")),
        Component::Orderer => Some(("orderer", "orderers")),
        Component::Kafka => Some(("Kafka broker", "Kafka brokers")),
        Component::ZooKeeper => Some(("ZooKeeper node", "ZooKeeper nodes")),
        Component::Chaincode => Some(("chaincode server", "chaincode servers")),
        Component::Daemon => Some(("daemon", "daemons")),
        Component::DatabaseSetup => Some(("database setup", "database setups")),
        _ => None,
    }
}

/// What is written in the box of so many workloads.
fn counted(workload: &Workload, count: usize) -> String {
    match (equal(workload.component), count) {
        (None, _) => workload.name.clone(),
        (Some((one, _)), 1) => one.to_owned(),
        (Some((_, many)), count) => format!("{count} {many}"),
    }
}

fn orderer(consortium: &Consortium) -> &'static str {
    match consortium.ordering.consensus.value {
        Consensus::Raft => "Raft orderer",
        Consensus::Bft => "BFT orderer",
        Consensus::Kafka => "Kafka orderer",
    }
}

fn engine_title(engine: DatabaseEngine) -> &'static str {
    match engine {
        DatabaseEngine::Postgresql => "PostgreSQL",
        DatabaseEngine::Mysql => "MySQL",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// An identifier that Mermaid takes for no word of its own, such as `end`.
fn identifier(parts: &[&str]) -> String {
    let plain = |part: &&str| part.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    format!("x_{}", parts.iter().map(plain).collect::<Vec<_>>().join("__"))
}

/// A text within a quoted label.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}
