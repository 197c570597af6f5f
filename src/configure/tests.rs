#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::base::Traced;
use crate::bind::{ClusterPlan, Endpoint, Network};
use crate::expand::{Entry, OrganizationGraph, Workload, expand};
use crate::fabric::{ca, environment, explorer};
use crate::parse::blueprint::{DatabaseEngine, FabricRelease, StateDatabase};
use crate::parse::tests::Folder;
use crate::resolve::tests::resolve_all;
use crate::resolve::{Card, Consortium, FabricNode, OrgIx, RunBy, SharedService};

const RULE: Origin = Origin::Rule("test");

fn traced(text: &str) -> Traced<String> {
    Traced::new(text.to_owned(), RULE)
}

/// The authority of every database of these tests.
const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\ndatabase\n-----END CERTIFICATE-----\n";

/// A plan as `bind` makes one, without what configuration doesn't look at.
pub(super) fn plan(consortium: Consortium) -> Plan {
    let cards: Vec<Card> = consortium.indices().map(|at| card(&consortium, at)).collect();
    let endpoint = |engine: &str, port| Endpoint {
        host: traced(&format!("{engine}.cluster-abc.example")),
        port,
        authority: Some(traced(AUTHORITY)),
    };
    let organizations = expand(&consortium).into_iter().map(|graph| OrganizationPlan {
        outer_ports: outer_ports(&graph),
        graph,
        target: "eks".to_owned(),
        clusters: [Cluster::Blockchain, Cluster::Application].map(cluster).into(),
        network: Network::default(),
        workloads: Vec::new(),
        databases: BTreeMap::from([
            (DatabaseEngine::Postgresql, endpoint("postgresql", 5432)),
            (DatabaseEngine::Mysql, endpoint("mysql", 3306)),
        ]),
        streams: Some(Endpoint { host: traced("redis.example"), port: 6379, authority: None }),
        database_images: Vec::new(),
        database_hops: BTreeMap::new(),
        flows: Vec::new(),
        secret_locations: Vec::new(),
        secret_manual: None,
        entry_manuals: Vec::new(),
        unbound: Vec::new(),
        site: None,
    });
    let organizations = organizations.collect();
    Plan { consortium: Arc::new(consortium), cards: Arc::new(cards), organizations }
}

/// Balancers that listen on other ports than what is behind them.
fn outer_ports(graph: &OrganizationGraph) -> Vec<u16> {
    let inner = |entry: &Entry| graph.workloads[entry.workload.0].port(&entry.port).map_or(0, |port| port.port);
    graph.entries.iter().map(|entry| inner(entry) + 10_000).collect()
}

fn cluster(cluster: Cluster) -> ClusterPlan {
    ClusterPlan {
        cluster,
        owner: OrgIx(0),
        name: cluster.as_str().to_owned(),
        name_scope: None,
        addresses: Vec::new(),
        kubernetes: traced("1.33"),
        connect: None,
        add_ons: Vec::new(),
        dns_suffix: "cluster.local".to_owned(),
        zones: ["zone-a", "zone-b", "zone-c"].map(str::to_owned).into(),
        pools: Vec::new(),
        namespaces: Vec::new(),
        storage_classes: BTreeMap::new(),
        prelude: Vec::new(),
        documents: Vec::new(),
        services: Vec::new(),
        controllers: Vec::new(),
        operated: Vec::new(),
        infra: Vec::new(),
    }
}

fn card(consortium: &Consortium, at: OrgIx) -> Card {
    use crate::base::name::{Domain, Label};
    let organization = consortium.organization(at);
    let RunBy::Us(description) = &organization.run_by else { panic!("a card") };
    let domain = &organization.domain.value;
    let node = |name: String, port| {
        let host = Domain::trusted(format!("{name}.{domain}"));
        FabricNode::new(Label::trusted(name), host, port)
    };
    let peers = (0..description.peers.count.value).map(|index| (index, crate::fabric::ports::shared_peer(index)));
    let host = Domain::trusted(format!("ca.{domain}"));
    Card {
        organization: organization.name.value.clone(),
        title: organization.title.clone(),
        msp_id: organization.msp_id.value.clone(),
        domain: domain.clone(),
        fabric: FabricRelease::V2_5,
        state_database: StateDatabase::Couchdb,
        peers: peers.map(|(index, port)| node(format!("peer{index}"), port)).collect(),
        orderers: Vec::new(),
        addresses: Vec::new(),
        parent_authority: None,
        services: vec![SharedService { name: Label::trusted("ca"), host, port: 7054 }],
        certificates: crate::parse::card::Certificates::default(),
    }
}

fn shipped(name: &str) -> Vec<Plan> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints").join(name);
    resolve_all(&path).0.into_iter().map(plan).collect()
}

/// The plan of a text, which must be accepted.
pub(super) fn written(text: &str) -> Plan {
    let folder = Folder::new(&[("a.yaml", text)]);
    let (mut all, told) = resolve_all(&folder.path("a.yaml"));
    assert!(!all.is_empty(), "{told}");
    plan(all.remove(0))
}

/// Every container of an organization with its workload and configuration.
pub(super) fn containers<'a>(
    organization: &'a OrganizationPlan,
    configuration: &'a Configuration,
) -> impl Iterator<Item = (&'a Workload, &'a Container, &'a ContainerConfiguration)> {
    organization.graph.workloads.iter().zip(&configuration.containers).flat_map(|(workload, configured)| {
        workload.containers.iter().zip(configured).map(move |(container, told)| (workload, container, told))
    })
}

/// What a container is told; `name` is its workload's, a dot and its own.
pub(super) fn told(plan: &Plan, organization: &str, name: &str) -> ContainerConfiguration {
    let at = plan.consortium.find(organization).unwrap();
    let own = plan.organizations.iter().find(|own| own.graph.organization == at).unwrap();
    let configuration = configure(plan, own, false);
    let mut all = containers(own, &configuration);
    let found = all.find(|(workload, container, _)| format!("{}.{}", workload.name, container.name) == name);
    found.unwrap_or_else(|| panic!("no container {name}")).2.clone()
}

impl ContainerConfiguration {
    pub(super) fn plain(&self, name: &str) -> Option<&str> {
        match &self.environment.iter().find(|variable| variable.name == name)?.value {
            VariableValue::Plain(text) => Some(text),
            VariableValue::Secret { .. } => None,
        }
    }

    pub(super) fn secret(&self, name: &str) -> Option<(&str, &str)> {
        match &self.environment.iter().find(|variable| variable.name == name)?.value {
            VariableValue::Plain(_) => None,
            VariableValue::Secret { secret, key } => Some((secret, key)),
        }
    }

    pub(super) fn text(&self, path: &str) -> &str {
        let file = self.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no file {path}"));
        match &file.content {
            FileContent::Text(text) => text,
            FileContent::Binary(_) => panic!("{path} is no text"),
        }
    }
}

/// Programs that akcgen knows: they are given variables of the table alone.
fn is_known(program: Program) -> bool {
    !matches!(program, Program::Service | Program::Dapp | Program::Daemon { .. } | Program::DataSync)
        && !matches!(program, Program::DatabaseSetup { .. })
}

#[test]
fn every_reference_leads_to_a_key_of_a_secret_beside_the_container() {
    for plan in shipped("akachain.yaml").iter().chain(&shipped("minimal.yaml")) {
        for own in &plan.organizations {
            let configuration = configure(plan, own, false);
            for (workload, container, told) in containers(own, &configuration) {
                let variables = told.environment.iter().filter_map(|variable| match &variable.value {
                    VariableValue::Secret { secret, key } => Some((secret, key)),
                    VariableValue::Plain(_) => None,
                });
                let files = told.secret_files.iter().map(|file| (&file.secret, &file.key));
                for (name, key) in variables.chain(files) {
                    let beside = own.graph.secrets.iter().find(|secret| {
                        secret.cluster == workload.cluster
                            && secret.namespace == workload.namespace
                            && secret.name == *name
                    });
                    let keys = beside.map(|secret| &secret.keys);
                    assert!(
                        keys.is_some_and(|keys| keys.contains(key)),
                        "{}.{}: {name}/{key}",
                        workload.name,
                        container.name
                    );
                }
            }
        }
    }
}

#[test]
fn every_secret_is_used() {
    for plan in &shipped("akachain.yaml") {
        for own in &plan.organizations {
            let configuration = configure(plan, own, false);
            let used: BTreeSet<(Cluster, &str, &str)> = containers(own, &configuration)
                .flat_map(|(workload, _, told)| {
                    let variables = told.environment.iter().filter_map(|variable| match &variable.value {
                        VariableValue::Secret { secret, .. } => Some(secret),
                        VariableValue::Plain(_) => None,
                    });
                    let all = variables.chain(told.secret_files.iter().map(|file| &file.secret));
                    all.map(|name| (workload.cluster, workload.namespace.as_str(), name.as_str()))
                })
                .collect();
            for secret in &own.graph.secrets {
                assert!(
                    used.contains(&(secret.cluster, secret.namespace.as_str(), secret.name.as_str())),
                    "{secret:?}"
                );
            }
        }
    }
}

#[test]
fn known_programs_are_given_variables_of_the_table_alone_and_all_are_sorted() {
    let table: BTreeSet<&str> = environment::ALL.iter().map(|key| key.name()).collect();
    for plan in &shipped("akachain.yaml") {
        for own in &plan.organizations {
            let configuration = configure(plan, own, false);
            for (workload, container, told) in containers(own, &configuration) {
                let names: Vec<&str> = told.environment.iter().map(|variable| variable.name.as_str()).collect();
                assert!(names.is_sorted() && told.files.is_sorted_by_key(|file| &file.path));
                let unknown: Vec<_> = names.iter().filter(|name| !table.contains(*name)).collect();
                assert!(!is_known(container.program) || unknown.is_empty(), "{}: {unknown:?}", workload.name);
            }
        }
    }
}

/// Secrets never reach the compiler; nothing may look as if they had.
#[test]
fn nothing_that_everybody_may_see_holds_a_secret() {
    let secretive = ["PASSWORD", "PASSWD", "SECRET", "TOKEN"];
    for plan in &shipped("akachain.yaml") {
        for own in &plan.organizations {
            let configuration = configure(plan, own, false);
            for (workload, _, told) in containers(own, &configuration) {
                for variable in &told.environment {
                    let plain = matches!(variable.value, VariableValue::Plain(_));
                    let secret = secretive.iter().any(|word| variable.name.ends_with(word));
                    assert!(!(plain && secret), "{}: {}", workload.name, variable.name);
                }
                // The same text for everybody: it holds no value of any blueprint.
                let constant = [ca::START, explorer::START];
                for file in told.files.iter().filter(|file| !constant.contains(&told.text(&file.path))) {
                    assert_eq!(literal_secret(told.text(&file.path)), None, "{}: {}", workload.name, file.path);
                }
            }
        }
    }
}

/// A line that gives a password, a private key or the like.
fn literal_secret(text: &str) -> Option<&str> {
    let given = |line: &&str| {
        let line = line.trim().trim_start_matches("- ").replace('"', "");
        let (key, value) = line.split_once([':', '=']).unwrap_or(("", ""));
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        let secretive = ["pass", "password", "passwd", "secret", "pin"].iter().any(|word| key.ends_with(word));
        // A reference to what stands elsewhere, in a shell or a script.
        let refers = value.starts_with(['$', '%']) || value.starts_with("environment.");
        secretive && !value.is_empty() && !refers
    };
    text.lines().find(|line| line.contains("PRIVATE KEY") || given(line))
}

#[test]
fn a_literal_secret_would_be_seen() {
    for text in ["a: 1\n  pass: adminpw\n", "db.password=x", "\"password\": \"x\",", "-----BEGIN PRIVATE KEY-----"] {
        assert!(literal_secret(text).is_some(), "{text}");
    }
    assert_eq!(literal_secret("password: $PASSWORD\npassword: ''\nusername: x\n".replace("''", "").as_str()), None);
}

#[test]
fn peers_find_each_other_inside_and_are_found_from_outside() {
    let production = &shipped("akachain.yaml")[0];
    let core = told(production, "member-one", "peer1.peer");
    let core = core.text("/etc/hyperledger/fabric/core.yaml");
    let inside = |index: u32| format!("peer{index}.member-one-blockchain.svc.cluster.local:7051");
    assert!(core.contains(&format!("\n  address: {}\n", inside(1))), "{core}");
    assert!(core.contains(&format!("\n    bootstrap: {} {}\n", inside(0), inside(2))), "{core}");
    assert!(core.contains("\n    externalEndpoint: peer1.member-one.example:7061\n"), "{core}");

    let staging = &shipped("akachain.yaml")[1];
    let alone = told(staging, "member-one", "peer0.peer");
    let alone = alone.text("/etc/hyperledger/fabric/core.yaml");
    assert!(alone.contains(&format!("\n    bootstrap: {}\n", inside(0))), "{alone}");
}

#[test]
fn all_servers_of_a_chaincode_bear_the_id_of_the_one_package() {
    let plan = &shipped("akachain.yaml")[0];
    let trade = plan.consortium.channels.iter().position(|channel| channel.name.value.as_str() == "trade").unwrap();
    let mut ids = BTreeSet::new();
    for own in &plan.organizations {
        let package = package(plan, own, trade, 0).unwrap();
        let name = plan.consortium.organization(own.graph.organization).name.value.as_str();
        for peer in 0..3 {
            let server = told(plan, name, &format!("trade-asset-peer{peer}.chaincode"));
            assert_eq!(server.plain("CHAINCODE_ID"), Some(package.id.as_str()));
        }
        assert!(package.id.starts_with("asset_1.0:"));
        ids.insert(package.id);
    }
    assert_eq!(ids.len(), 3, "each organization has its own servers and so its own package");
    // The name in the package leads to each peer's own server.
    let server = crate::expand::server_name("trade", "asset", "{{.peername}}");
    let config = told(plan, "akachain", "peer2.peer");
    assert_eq!(config.plain("CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG"), Some(r#"{"peername":"peer2"}"#));
    let own = &plan.organizations[0].graph;
    assert!(own.workloads.iter().any(|workload| workload.name == server.replace("{{.peername}}", "peer2")));
}

#[test]
fn kafka_is_spread_over_zones_and_takes_what_the_channels_allow() {
    let plan = &shipped("akachain.yaml")[0];
    let racks: Vec<String> = (0..4)
        .map(|index| {
            let broker = told(plan, "akachain", &format!("kafka{index}.kafka"));
            let properties = broker.text("/etc/kafka/server.properties").to_owned();
            properties.lines().find_map(|line| line.strip_prefix("broker.rack=")).unwrap().to_owned()
        })
        .collect();
    assert_eq!(racks, ["zone-a", "zone-b", "zone-c", "zone-a"]);
    let orderer = told(plan, "akachain", "orderer0.orderer");
    assert_eq!(orderer.plain("FABRIC_LOGGING_SPEC"), Some("info:orderer.common.server=warn"));
    let genesis = orderer.secret_files.iter().find(|file| file.key == "genesis.block").unwrap();
    assert_eq!(genesis.path, "/etc/hyperledger/genesis/system-channel.block");
    let keeper = told(plan, "akachain", "zookeeper2.zookeeper");
    assert_eq!(keeper.plain("ZOO_MY_ID"), Some("3"));
}

#[test]
fn an_intermediate_authority_enrols_at_its_parent() {
    let plan = &shipped("akachain.yaml")[0];
    let root = told(plan, "akachain", "ca.ca");
    assert_eq!(root.plain("CA_PARENT_ADDRESS"), None);
    let intermediate = told(plan, "member-one", "ca.ca");
    assert_eq!(intermediate.plain("CA_PARENT_ADDRESS"), Some("ca.akachain.example:7054"));
    assert_eq!(intermediate.secret("CA_PARENT_PASSWORD"), Some(("ca-parent", "password")));
    assert!(intermediate.text("/etc/hyperledger/fabric-ca/fabric-ca-server-config.yaml").contains("\nintermediate:\n"));
    let member = told(plan, "member-one", "peer0.peer");
    let chain = member.secret_files.iter().find(|file| file.key == "intermediatecert.pem").unwrap();
    assert_eq!(chain.path, "/etc/hyperledger/msp/intermediatecerts/ca.pem");
}
