//! Where workloads stand whose platform is hosts, and at which ports they answer.

use std::collections::{BTreeMap, BTreeSet};

use akcgen::bind::{OrganizationPlan, SitePlan};
use akcgen::expand::{Component, WorkloadId};

use super::*;

/// A buyer on so many hosts in three rooms, two of which balance; with more of its parameters and of itself.
fn buyer(hosts: usize, parameters: &str, more: &str) -> String {
    let mut text = String::from(
        "blueprint: v1\nname: trade\nordering: {orderers: {buyer: 3}}\norganizations:\n  buyer:\n    domain: buyer.example\n    target: plain\n",
    );
    text.push_str("    plain:\n      hosts:\n");
    for at in 1..=hosts {
        let room = ["a", "b", "c"][at % 3];
        text.push_str(&format!(
            "        host-{at}: {{address: 10.9.0.{at}, room: {room}, cpu: 16, memory: 64Gi, disk: 2Ti}}\n"
        ));
    }
    text.push_str(&format!(
        "      loadBalancers: {{hosts: [host-1, host-2], address: 10.9.0.100, interface: eth0}}\n      {parameters}\n    {more}\n"
    ));
    text.push_str(
        "channels: {trade: {members: [buyer], chaincodes: {asset: {version: '1.0', image: 'b/asset:1.0'}}}}\n",
    );
    text
}

const SERVICES: &str = r#"application: {groups: {api: {packing: apart, services: {
      orders: {image: "b/orders:1.0", replicas: 2, calls: [prices]},
      prices: {image: "b/prices:1.0", replicas: 2}}}}}"#;

fn plan(run: &Run) -> (&OrganizationPlan, &SitePlan) {
    let plan = organization(run, "buyer");
    (plan, plan.site.as_ref().unwrap())
}

/// Each workload with the names of its hosts.
fn places(run: &Run) -> BTreeMap<String, Vec<String>> {
    let (plan, site) = plan(run);
    let names = |at: usize| site.hosts_of(WorkloadId(at)).map(|host| host.name.clone()).collect();
    plan.graph.workloads.iter().enumerate().map(|(at, one)| (one.name.clone(), names(at))).collect()
}

#[test]
fn nodes_of_a_kind_stand_in_rooms_of_their_own_and_a_chaincode_beside_its_peer() {
    let run = Run::text(&buyer(6, "", SERVICES));
    let (plan, site) = plan(&run);
    for component in [Component::Peer, Component::Orderer] {
        let nodes = plan.graph.workloads.iter().enumerate().filter(|(_, one)| one.component == component);
        let rooms: Vec<&str> =
            nodes.flat_map(|(at, _)| site.hosts_of(WorkloadId(at))).map(|host| host.domains[0].as_str()).collect();
        assert_eq!(rooms.iter().collect::<BTreeSet<_>>().len(), 3, "{component:?}: {rooms:?}");
    }
    let places = places(&run);
    for peer in ["peer0", "peer1", "peer2"] {
        assert_eq!(places[&format!("trade-asset-{peer}")], places[peer]);
    }
    assert_eq!(places["orders"].iter().collect::<BTreeSet<_>>().len(), 2, "two copies on two hosts");
}

#[test]
fn what_keeps_data_stays_where_the_allocations_have_it() {
    let rows = "allocations: v1\nenvironments: {production: {buyer: {placements: {peer0: host-5, peer1: host-2}}}}\n";
    let text = buyer(6, "", "blockchain: {peers: 4}");
    let run = Run::beside(&text, &[("allocations.yaml", rows)]);
    let places = places(&run);
    assert_eq!(
        (places["peer0"].as_slice(), places["peer1"].as_slice()),
        (&["host-5".to_owned()][..], &["host-2".to_owned()][..])
    );
    let allocated = &run.environments[0].as_ref().unwrap().allocated;
    let kept: Vec<String> = allocated.iter().filter(|one| one.kept).map(|one| one.words()).collect();
    assert_eq!(kept, ["the host `host-5` of `peer0` at `buyer`", "the host `host-2` of `peer1` at `buyer`"]);
    let overfull =
        Run::beside(&buyer(6, "", "blockchain: {peers: {resources: {memory: 70Gi}}}"), &[("allocations.yaml", rows)]);
    assert!(overfull.report().contains("what stands on `host-5` asks for"), "{}", overfull.report());
}

#[test]
fn a_port_that_is_not_a_nodes_own_is_the_one_that_others_are_told() {
    let rows = "allocations: v1\nenvironments: {production: {buyer: {ports: {peer0: 7151, orderer1: 7150}}}}\n";
    let run = Run::beside(&buyer(6, "", ""), &[("allocations.yaml", rows)]);
    let (organization, site) = plan(&run);
    let card = &run.environments[0].as_ref().unwrap().plan.cards[organization.graph.organization.0];
    let told = |nodes: &[akcgen::resolve::FabricNode], name: &str| -> u16 {
        nodes.iter().find(|node| node.name.as_str() == name).unwrap().port
    };
    for (nodes, name, port) in
        [(&card.peers, "peer0", 7151), (&card.peers, "peer1", 7051), (&card.orderers, "orderer1", 7150)]
    {
        let at = organization.graph.workloads.iter().position(|one| one.name == name).unwrap();
        assert_eq!((told(nodes, name), site.placements[at].published["grpc"]), (port, port), "{name}");
    }
}

#[test]
fn no_two_listeners_of_a_host_share_a_port_and_nodes_have_their_own() {
    let run = Run::text(&buyer(3, "", SERVICES));
    let (plan, site) = plan(&run);
    let mut taken = BTreeSet::new();
    for (placement, workload) in site.placements.iter().zip(&plan.graph.workloads) {
        for (host, port) in
            placement.hosts.iter().flat_map(|host| placement.published.values().map(move |port| (host, port)))
        {
            assert!(taken.insert((*host, *port)), "{} at {port}", workload.name);
        }
        if Component::NODES.contains(&workload.component) {
            let own = workload.containers[0].ports[0].port;
            assert_eq!(placement.published["grpc"], own, "{}", workload.name);
        }
    }
    assert!(taken.len() > 10, "{taken:?}");
}

#[test]
fn load_balancers_with_nothing_behind_them_are_none() {
    let run = Run::text(&buyer(6, "", "blockchain: {peers: 1}"));
    assert!(plan(&run).1.balancers.is_none(), "HAProxy has nothing to listen on");
    assert!(plan(&Run::text(&buyer(6, "", ""))).1.balancers.is_some());
}

#[test]
fn copies_are_dialled_at_the_balancers_and_nodes_at_their_hosts() {
    let run = Run::text(&buyer(6, "", SERVICES));
    let (plan, site) = plan(&run);
    let id = |name: &str| WorkloadId(plan.graph.workloads.iter().position(|one| one.name == name).unwrap());
    let balancers = site.balancers.as_ref().unwrap();
    let (address, port) = site.answers(id("prices"), "http").unwrap();
    assert_eq!(address, balancers.address);
    assert!(balancers.frontends.iter().any(|frontend| frontend.port == port && frontend.behind[0].0 == id("prices")));
    let (address, port) = site.answers(id("peer1"), "grpc").unwrap();
    assert_eq!((address, port), (site.hosts_of(id("peer1")).next().unwrap().address, 7051));
    assert_eq!(site.peers().unwrap().behind.len(), 3, "clients have one address over all peers");
}

#[test]
fn a_majority_in_one_room_is_borne_where_somebody_says_why() {
    let text = buyer(3, "", "").replace("room: c", "room: a");
    let refused = Run::text(&text);
    assert!(refused.diagnostics.iter().any(|one| one.code == code::MAJORITY_TOGETHER), "{}", refused.report());
    assert!(refused.environments[0].is_some(), "it is settled once everything is found");
    let folder = tempfile::tempdir().unwrap();
    let blueprint = folder.path().join("blueprint.yaml");
    for (accept, errors) in [("", 1), ("accept: {AKC0425: there are two rooms}\n", 0)] {
        std::fs::write(&blueprint, format!("{text}{accept}")).unwrap();
        let (mut sources, mut diagnostics) = (akcgen::base::Sources::new(), akcgen::diag::Diagnostics::new());
        let options = akcgen::compile::Options { blueprint: blueprint.clone(), ..Default::default() };
        let plans = akcgen::compile::plan(&options, &mut sources, &mut diagnostics);
        assert_eq!((diagnostics.errors(), plans.is_none()), (errors, errors == 1), "{accept}");
        assert!(plans.is_none_or(|plans| plans.accepted.len() == 1), "the reason is kept for the review");
    }
}

#[test]
fn more_copies_than_hosts_are_told_of_and_run_one_a_host() {
    let more = SERVICES.replace("replicas: 2, calls", "replicas: 5, calls");
    let run = Run::text(&buyer(3, "", &more));
    let found = run.diagnostics.iter().find(|one| one.code == code::NO_ROOM_TO_SCALE).unwrap();
    assert_eq!(found.message, "of 5 copies of `orders` 3 run: one a host");
    assert_eq!(places(&run)["orders"].len(), 3);
}

#[test]
fn nobody_lives_within_servers_of_another() {
    let text = buyer(3, "", "").replace("channels:", "  guest: {domain: guest.example, within: buyer}\nchannels:");
    let run = Run::text(&text);
    assert!(run.report().contains("`guest` cannot live within the servers of `buyer`"), "{}", run.report());
}

#[test]
fn a_database_without_a_host_is_a_workload_that_its_clients_alone_reach() {
    let services = SERVICES
        .replace(", calls: [prices]", ", calls: [prices], database: postgresql")
        .replace("prices:1.0\", replicas: 2", "prices:1.0\", replicas: 2, database: mysql");
    let run = Run::text(&buyer(6, "mysql: {host: mysql.buyer.example}\n      postgresql: {size: 40Gi}", &services));
    let (plan, site) = plan(&run);
    let id = plan.graph.workloads.iter().position(|one| one.component == Component::Database).unwrap();
    let server = &plan.graph.workloads[id];
    assert_eq!((server.name.as_str(), server.volumes[0].size.value.as_str()), ("postgresql", "40Gi"));
    assert_eq!(plan.graph.workloads.iter().filter(|one| one.component == Component::Database).count(), 1);
    let endpoint = &plan.databases[&akcgen::parse::blueprint::DatabaseEngine::Postgresql];
    assert_eq!((endpoint.host.value.as_str(), endpoint.port), ("postgresql.buyer-databases.buyer.example", 5432));
    assert_eq!(site.answers(WorkloadId(id), "postgresql").unwrap().1, 5432);
    let dials = |link: &akcgen::expand::Link| match (&link.from, &link.to) {
        (akcgen::expand::Source::Workload(from), akcgen::expand::Destination::Workload(to, _)) => {
            (to.0 == id).then(|| plan.graph.workloads[from.0].name.as_str())
        }
        _ => None,
    };
    let clients: BTreeSet<&str> = plan.graph.links.iter().filter_map(dials).collect();
    assert_eq!(clients, BTreeSet::from(["orders", "postgresql-setup"]));
    let secret = |name: &str| plan.graph.secrets.iter().find(|one| one.name == name).unwrap();
    assert!(
        secret("postgresql-tls").beside == [WorkloadId(id)]
            && secret("postgresql-master").beside.contains(&WorkloadId(id))
    );
    let unbound = plan.unbound.iter().map(|one| one.name.as_str());
    let unbound: Vec<&str> = unbound.filter(|name| !name.ends_with("Certificate")).collect();
    assert_eq!(unbound, ["postgresqlAuthority"]);
}

#[test]
fn nothing_is_called_as_what_keeps_data() {
    let services =
        r#"blockchain: {services: {postgresql: {image: "b/pg:1.0", ports: {sql: 5432}}, explorer: {exposure: none}}}"#;
    let run = Run::text(&buyer(6, "", services));
    let found: Vec<_> = run.diagnostics.iter().filter(|one| one.code == code::NAMES_COLLIDE).collect();
    assert_eq!(found.len(), 1, "{}", run.report());
    assert!(
        run.report().contains("two workloads of the blockchain cluster are called `postgresql`"),
        "{}",
        run.report()
    );
    let external = Run::text(&buyer(6, "postgresql: {host: postgresql.buyer.example}", services));
    assert!(external.environments[0].is_some(), "{}", external.report());
}
