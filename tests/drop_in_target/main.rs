//! A target that lives beside this test alone is compiled without any change in `src/`: own parameters, storage classes,
//! load balancers by Services, an Ingress with its own certificate, PostgreSQL run in the cluster, MySQL given by the user.
//! So are targets that refine it, or one of akcgen's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod infra;
mod refinements;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use akcgen::base::{Object, Origin, Sources, Tree};
use akcgen::bind::{Allocations, Bindings, End, Hop, Plan, bind};
use akcgen::diag::Diagnostics;
use akcgen::diag::render::{Format, render};
use akcgen::resolve::Cluster;
use akcgen::target::Shelf;
use akcgen::{configure, expand, lower, parse, resolve};
use serde_json::json;

const BLUEPRINT: &str = "tests/drop_in_target/blueprint.yaml";
const TARGETS: &str = "tests/drop_in_target/targets";

struct Compiled {
    sources: Sources,
    plan: Plan,
    /// The objects of the organization that was asked for.
    objects: Vec<Object>,
}

fn compile() -> Compiled {
    compile_one(BLUEPRINT, 0)
}

/// Compiles a blueprint and lowers one of its organizations, by its place in the order of names.
fn compile_one(blueprint: &str, organization: usize) -> Compiled {
    let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
    let shelf = Shelf::load(&[PathBuf::from(TARGETS)], &mut sources, &mut found);
    let parsed = parse::parse(Path::new(blueprint), &mut sources, &shelf.schemas(), &mut found);
    let parsed = parsed.unwrap_or_else(|| panic!("{}", render(Format::Human, &found, &sources, false)));
    let name = parsed.environments().remove(0);
    let blueprint = parsed.environment(&name.value, &sources, &mut found).unwrap();
    let consortium = Arc::new(resolve::resolve(&blueprint, &name, &parsed.files, &mut found).unwrap());
    let graphs = expand::expand(&consortium);
    let nothing = (Allocations::default(), Bindings::default());
    let bound = bind(Arc::clone(&consortium), graphs, &shelf, &nothing.0, &nothing.1, true, &mut found);
    let left = resolve::Acceptances::new().settle(&consortium, &found);
    assert_eq!(render(Format::Human, &left, &sources, false), "");
    let plan = bound.unwrap().plan;
    let one = &plan.organizations[organization];
    let configuration = configure::configure(&plan, one, false);
    let clusters = lower::lower(&plan, one, &configuration);
    let files = clusters.into_iter().flat_map(|cluster| cluster.prelude.into_iter().chain(cluster.files));
    let objects = files.flat_map(|file| file.objects).collect();
    Compiled { sources, plan, objects }
}

impl Compiled {
    fn get(&self, kind: &str, name: &str) -> &Tree {
        &self.object(kind, name).tree
    }

    fn object(&self, kind: &str, name: &str) -> &Object {
        let found = self.objects.iter().find(|object| object.kind() == Some(kind) && object.name() == Some(name));
        found.unwrap_or_else(|| panic!("there is a {kind} {name}"))
    }

    fn text(&self, kind: &str, name: &str, path: &'static str) -> Option<&str> {
        self.get(kind, name).at(&path.into()).and_then(Tree::as_str)
    }

    /// The file and line that a part of an object comes from.
    fn place(&self, object: &Object, path: &'static str) -> String {
        match object.origins.lookup(&path.into()) {
            Origin::Source(span) => {
                let position = self.sources.position(span);
                format!("{}:{}", self.sources.file(span.file).name, position.line)
            }
            other => format!("{other:?}"),
        }
    }
}

#[test]
fn a_target_beside_the_test_is_compiled() {
    let compiled = compile();
    assert_eq!(compiled.text("StorageClass", "array-ledger", "provisioner"), Some("csi.vsphere.vmware.com"));
    assert_eq!(compiled.text("StorageClass", "array-ledger", "parameters/storagepolicyname"), Some("platinum"));
    assert_eq!(compiled.text("Service", "peer0-balancer", "spec/type"), Some("LoadBalancer"));
    assert_eq!(
        compiled.text("Service", "peer0-balancer", "metadata/annotations/onsite.example~1host"),
        Some("peer0.maker.example")
    );
    assert_eq!(compiled.text("Ingress", "orders-portal", "spec/tls/0/secretName"), Some("portal-maker-example-tls"));
    assert_eq!(
        compiled.text("StatefulSet", "postgresql", "metadata/annotations/onsite.example~1schemas"),
        Some("data_sync")
    );
    let labels = compiled.get("StatefulSet", "peer0").at(&"spec/template/metadata/labels".into()).unwrap();
    assert_eq!(labels.get("onsite.example/room-spread").and_then(Tree::as_str), Some("yes"));
    let kinds: Vec<_> = compiled.objects.iter().filter_map(Object::kind).collect();
    assert!(!kinds.contains(&"TargetGroupBinding") && !kinds.contains(&"Schedule"), "{kinds:?}");
}

#[test]
fn each_node_has_the_port_of_its_own_balancer() {
    let plan = compile().plan;
    let ports =
        |organization: usize| -> Vec<u16> { plan.cards[organization].peers.iter().map(|peer| peer.port).collect() };
    assert_eq!(ports(0), [7051, 7051, 7051], "a balancer each");
    assert_eq!(ports(1), [7051, 7061, 7071], "one balancer for all");
}

#[test]
fn policies_name_the_pods_of_a_database_in_the_cluster_and_the_range_of_one_outside() {
    let compiled = compile();
    let policy = |name| compiled.get("NetworkPolicy", name).to_json().to_string();
    assert!(
        policy("data-sync").contains(r#""kubernetes.io/metadata.name":"maker-postgresql""#),
        "{}",
        policy("data-sync")
    );
    assert!(policy("orders").contains("192.168.7.0/24"), "{}", policy("orders"));
    assert!(policy("dapp").contains("192.168.0.0/20"), "{}", policy("dapp"));
}

#[test]
fn what_a_database_adds_to_the_flows_has_pods_or_ranges_at_its_ends() {
    let plan = compile().plan;
    let pods = |namespace: &str, key: &str, value: &str| End::Platform {
        namespace: namespace.to_owned(),
        labels: [(key.to_owned(), value.to_owned())].into(),
    };
    let server = pods("maker-postgresql", "app.kubernetes.io/name", "postgresql");
    let watcher = pods("onsite-agents", "onsite.example/role", "watcher");
    let keeper = pods("onsite-agents", "onsite.example/role", "keeper");
    let office = End::Ranges { what: "what PostgreSQL dials".to_owned(), ranges: vec!["192.168.9.0/24".to_owned()] };
    let hops: Vec<&Hop> =
        plan.organizations[0].database_hops[&Cluster::Blockchain].iter().map(|(hop, _)| hop).collect();
    let expected = [
        Hop { from: server.clone(), to: server.clone(), port: 5432 },
        Hop { from: watcher.clone(), to: server.clone(), port: 8008 },
        Hop { from: watcher, to: keeper, port: 2379 },
        Hop { from: server, to: office, port: 443 },
    ];
    assert_eq!(hops, expected.iter().collect::<Vec<_>>());
}

#[test]
fn the_commands_of_a_database_are_those_of_its_cluster() {
    let clusters = &compile().plan.organizations[0].clusters;
    let checks = |at: usize| -> Vec<&String> { clusters[at].operated.iter().flat_map(|one| &one.check).collect() };
    assert_eq!(checks(0), ["kubectl --context maker-blockchain-production exec postgresql-0 -- pg_isready"]);
    assert_eq!(checks(1), [""; 0], "nobody there uses it");
}

#[test]
fn policies_name_the_pods_through_which_http_comes_and_not_its_clients() {
    let policy = compile().get("NetworkPolicy", "orders").to_json()["spec"]["ingress"].clone();
    let from = json!([{
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "onsite-ingress"}},
        "podSelector": {"matchLabels": {"onsite.example/role": "ingress"}},
    }]);
    assert_eq!(policy, json!([{"from": from, "ports": [{"port": 8080, "protocol": "TCP"}]}]));
}

#[test]
fn balancers_dial_the_nodes_of_their_pods_alone_where_policies_name_clients() {
    let compiled = compile();
    let kept = |name| compiled.text("Service", name, "spec/externalTrafficPolicy");
    assert_eq!(kept("peer0-balancer"), Some("Local"));
    assert_eq!(kept("dapp-private-balancer"), None, "its balancers' own ranges are known");
}

#[test]
fn values_lead_back_to_the_lines_that_caused_them() {
    let compiled = compile();
    let place = |object: &Object, path| compiled.place(object, path);
    let ledger = compiled.object("StorageClass", "array-ledger");
    assert_eq!(place(ledger, "parameters/storagepolicyname"), format!("{BLUEPRINT}:11"));
    let state = compiled.object("StorageClass", "array-state");
    assert_eq!(place(state, "parameters/storagepolicyname"), format!("{TARGETS}/onsite/target.yaml:81"));
    let server = compiled.object("StatefulSet", "postgresql");
    let template = "tests/drop_in_target/targets/onsite/templates/postgresql.yaml";
    assert_eq!(place(server, "spec/replicas"), format!("{template}:21"));
}
