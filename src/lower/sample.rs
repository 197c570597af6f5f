//! A small plan made by hand, for tests: one organization with one node or service of each shape.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::name::*;
use crate::base::{Object, Origin, Traced, Tree};
use crate::bind::*;
use crate::configure::Variable;
use crate::configure::*;
use crate::expand::*;
use crate::expand::{Port, Probe, Volume};
use crate::parse::blueprint::{Consensus, FabricRelease, Protocol, StateDatabase};
use crate::resolve::*;
use crate::target::definition::PodSecurity;

const TOLD: Origin = Origin::Rule("told by the sample");

pub(crate) fn told<T>(value: T) -> Traced<T> {
    Traced::new(value, TOLD)
}

/// A value with an origin of its own, to be found again.
pub(crate) fn by<T>(value: T, origin: &'static str) -> Traced<T> {
    Traced::new(value, Origin::Default(origin))
}

pub(crate) const PEER: WorkloadId = WorkloadId(3);
pub(crate) const KAFKA: WorkloadId = WorkloadId(1);
pub(crate) const ORDERS: WorkloadId = WorkloadId(5);

pub(crate) struct Sample {
    pub plan: Plan,
    pub configuration: Configuration,
}

impl Sample {
    pub fn organization(&mut self) -> &mut OrganizationPlan {
        &mut self.plan.organizations[0]
    }
    pub fn workload(&mut self, id: WorkloadId) -> &mut Workload {
        &mut self.organization().graph.workloads[id.0]
    }
    pub fn lowered(&self) -> Vec<super::ClusterObjects> {
        super::lower(&self.plan, &self.plan.organizations[0], &self.configuration)
    }
}

/// The workloads are, sorted as `expand` does it: daemon, kafka0, kafka1, peer0, setup; orders in the Application cluster.
pub(crate) fn sample() -> Sample {
    let workloads = vec![
        workload("daemon", Component::Daemon, Shape::Single, vec![container("daemon", Program::Service)]),
        workload(
            "kafka0",
            Component::Kafka,
            Shape::Stateful,
            vec![container("kafka", Program::KafkaBroker { index: 0 })],
        ),
        workload(
            "kafka1",
            Component::Kafka,
            Shape::Stateful,
            vec![container("kafka", Program::KafkaBroker { index: 1 })],
        ),
        peer(),
        workload("setup", Component::DatabaseSetup, Shape::Job, vec![job_container()]),
        orders(),
    ];
    let bound = workloads.iter().enumerate().map(|(at, workload)| bound(WorkloadId(at), workload)).collect();
    let configuration = Configuration {
        containers: workloads.iter().map(|workload| workload.containers.iter().map(configured).collect()).collect(),
    };
    let namespaces = [(Cluster::Blockchain, "org-blockchain"), (Cluster::Application, "org-api")];
    let graph = OrganizationGraph {
        organization: OrgIx(0),
        workloads,
        namespaces: namespaces.map(|(cluster, name)| Namespace { cluster, name: name.to_owned(), origin: TOLD }).into(),
        schemas: Vec::new(),
        streams: None,
        shared_files: None,
        links: Vec::new(),
        entries: Vec::new(),
        secrets: Vec::new(),
    };
    let organization = OrganizationPlan {
        graph,
        target: "sample".to_owned(),
        clusters: namespaces.map(|(cluster, namespace)| cluster_plan(cluster, namespace)).into(),
        network: Network::default(),
        workloads: bound,
        outer_ports: Vec::new(),
        databases: BTreeMap::new(),
        streams: None,
        database_images: Vec::new(),
        database_hops: BTreeMap::new(),
        flows: flows(),
        secret_locations: Vec::new(),
        secret_manual: None,
        entry_manuals: Vec::new(),
        unbound: Vec::new(),
        site: None,
    };
    let plan =
        Plan { consortium: Arc::new(consortium()), cards: Arc::new(Vec::new()), organizations: vec![organization] };
    Sample { plan, configuration }
}

fn workload(name: &str, component: Component, shape: Shape, containers: Vec<Container>) -> Workload {
    Workload {
        cluster: Cluster::Blockchain,
        namespace: "org-blockchain".to_owned(),
        name: name.to_owned(),
        component,
        origin: TOLD,
        shape,
        containers,
        volumes: Vec::new(),
        backup: None,
        addresses: Vec::new(),
        patches: Vec::new(),
    }
}

fn peer() -> Workload {
    let mut peer = container("peer", Program::Peer { index: 0 });
    peer.mounts = vec![(0, "/var/hyperledger/production".to_owned())];
    peer.user = 17051;
    let mut couchdb = container("couchdb", Program::CouchDb { peer: 0 });
    couchdb.mounts = vec![(1, "/opt/couchdb/data".to_owned())];
    couchdb.scratch = vec!["/opt/couchdb/etc/local.d".to_owned(), "/tmp".to_owned()];
    couchdb.ports[0].name = "couchdb".to_owned();
    couchdb.probe.check = Check::Tcp { port: "couchdb".to_owned() };
    let mut peer = workload("peer0", Component::Peer, Shape::Stateful, vec![peer, couchdb]);
    peer.volumes = vec![
        Volume { name: "ledger".to_owned(), size: by(Bytes::trusted("50Gi"), "ledger size"), content: Content::Ledger },
        Volume { name: "couchdb".to_owned(), size: told(Bytes::trusted("20Gi")), content: Content::State },
    ];
    peer
}

fn job_container() -> Container {
    let mut container = container("setup", Program::Service);
    container.probe.check = Check::None;
    container
}

fn orders() -> Workload {
    let copies =
        Copies::Scaled { minimum: by(2, "minimum"), maximum: by(6, "maximum"), cpu_percent: by(70, "percent") };
    let mut container = container("orders", Program::Service);
    container.service = Some("orders".to_owned());
    container.arguments = vec![told("--price=$(PRICE)".to_owned())];
    container.shared_files = Some(told("/etc/templates".to_owned()));
    container.writable_root = Some("it writes beside its code");
    let orders = workload("orders", Component::Service, Shape::Stateless(copies), vec![container]);
    Workload { cluster: Cluster::Application, namespace: "org-api".to_owned(), ..orders }
}

pub(crate) fn container(name: &str, program: Program) -> Container {
    let port = Port { name: "http".to_owned(), port: 8080, protocol: Protocol::Http, origin: TOLD };
    let check = Check::Http { port: "http".to_owned(), path: "/healthz".to_owned(), tls: false };
    Container {
        name: name.to_owned(),
        program,
        service: None,
        image: told(Image::trusted(format!("{name}:1.0.0"))),
        command: Vec::new(),
        arguments: Vec::new(),
        ports: vec![port],
        resources: Resources {
            cpu: told(Cpu::trusted("500m")),
            memory: told(Bytes::trusted("512Mi")),
            cpu_limit: told(Cpu::trusted("1")),
            memory_limit: by(Bytes::trusted("1Gi"), "memory limit"),
        },
        probe: Probe { check, start_seconds: 62, origin: TOLD },
        user: 10001,
        writable_root: None,
        mounts: Vec::new(),
        scratch: vec!["/tmp".to_owned()],
        shared_files: None,
        origin: TOLD,
    }
}

fn configured(container: &Container) -> ContainerConfiguration {
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        content: FileContent::Text(text.to_owned()),
        origin: Origin::Default("a file"),
        lines: Vec::new(),
    };
    let secret = |path: &str, key: &str| SecretFile {
        path: path.to_owned(),
        secret: "identity".to_owned(),
        key: key.to_owned(),
    };
    let variable = |name: &str, value: VariableValue| Variable { name: name.to_owned(), value, origin: TOLD };
    ContainerConfiguration {
        environment: vec![
            variable("PASSWORD", VariableValue::Secret { secret: "login".to_owned(), key: "password".to_owned() }),
            variable("PRICE", VariableValue::Plain("5$".to_owned())),
        ],
        files: vec![
            file("/etc/app/config.yaml", &format!("name: {}\n", container.name)),
            file("/etc/hyperledger/msp/config.yaml", "NodeOUs: {}\n"),
        ],
        secret_files: vec![
            secret("/etc/hyperledger/msp/cacerts/ca.pem", "ca"),
            secret("/etc/hyperledger/msp/keystore/key.pem", "key"),
            secret("/etc/hyperledger/tls/tls.key", "tls"),
        ],
    }
}

fn bound(id: WorkloadId, workload: &Workload) -> WorkloadPlan {
    let registry = |container: &Container| Some(told(format!("registry.example/{}", container.image.value)));
    let service = ServicePlan {
        name: workload.name.clone(),
        namespace: workload.namespace.clone(),
        select: Select::Workload(id),
        ports: vec![http()],
        annotations: BTreeMap::new(),
        load_balancer: None,
        origin: TOLD,
    };
    let has_service = !matches!(workload.shape, Shape::Job | Shape::Single);
    let ingress = (id == ORDERS).then(|| IngressPlan {
        name: "orders".to_owned(),
        namespace: workload.namespace.clone(),
        class: "alb".to_owned(),
        annotations: BTreeMap::from([("scheme".to_owned(), by("internal".to_owned(), "scheme"))]),
        host: by("orders.org.example".to_owned(), "host"),
        path: told("/".to_owned()),
        service: "orders".to_owned(),
        service_port: "http".to_owned(),
        tls_secret: None,
        origin: TOLD,
    });
    WorkloadPlan {
        images: workload.containers.iter().map(registry).collect(),
        services: has_service.then_some(service).into_iter().collect(),
        ingresses: ingress.into_iter().collect(),
        shared_claim: Some("shared-files".to_owned()),
        ..WorkloadPlan::default()
    }
}

fn http() -> ServicePort {
    let http = || "http".to_owned();
    ServicePort { name: http(), port: 8080, target: http(), app_protocol: Some(http()) }
}

fn flows() -> Vec<Flow> {
    let balancer = End::Ranges { what: "balancer".to_owned(), ranges: vec!["10.0.0.0/24".to_owned()] };
    let unknown = End::Ranges { what: "nobody knows".to_owned(), ranges: Vec::new() };
    let daemon = End::Workload(WorkloadId(0));
    let hop = |from: &End, to: &End, port: u16| Hop { from: from.clone(), to: to.clone(), port };
    let (peer, orders) = (End::Workload(PEER), End::Workload(ORDERS));
    let flow = |hops: Vec<Hop>, origin: &'static str| Flow { hops, origin: Origin::Default(origin) };
    vec![
        flow(vec![hop(&daemon, &peer, 7051)], "daemon calls peer"),
        flow(vec![hop(&orders, &balancer, 443), hop(&balancer, &peer, 7051)], "orders call peer"),
        flow(vec![hop(&balancer, &peer, 9443)], "health"),
        flow(vec![hop(&unknown, &peer, 1234)], "from nowhere"),
    ]
}

fn cluster_plan(cluster: Cluster, namespace: &str) -> ClusterPlan {
    let class = |name: &str| StorageClassPlan {
        name: name.to_owned(),
        provisioner: "disks.example".to_owned(),
        parameters: BTreeMap::from([("type".to_owned(), by("fast".to_owned(), "type"))]),
        reclaim_policy: "Retain".to_owned(),
        volume_binding_mode: "WaitForFirstConsumer".to_owned(),
        allow_expansion: true,
        origin: TOLD,
    };
    let zones: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
    let pool = |zone: &String| PoolPlan {
        name: format!("general-{zone}"),
        instance_type: told("t3.large".to_owned()),
        zone: zone.clone(),
        minimum: 1,
        maximum: 3,
        cpu_millis: 1930,
        memory_mib: 7168,
        pods: 35,
        origin: TOLD,
    };
    let document = |api: &'static str, kind: &'static str, name: &'static str, spec: Tree| {
        let metadata = [("name", Tree::from(name)), ("namespace", Tree::from(namespace.to_owned()))];
        let parts =
            [("apiVersion", api.into()), ("kind", kind.into()), ("metadata", Tree::map(metadata)), ("spec", spec)];
        Object::new(Tree::map(parts), TOLD)
    };
    let provider = Tree::map([("provider", Tree::map([("fake", Tree::map([("data", Tree::Seq(Vec::new()))]))]))]);
    let size = Tree::map([("requests", Tree::map([("storage", "1Gi")]))]);
    let shared = Tree::map([
        ("accessModes", Tree::seq(["ReadWriteMany"])),
        ("resources", size),
        ("storageClassName", Tree::from("ledger")),
    ]);
    let peers = ServicePlan {
        name: "peers".to_owned(),
        namespace: namespace.to_owned(),
        select: Select::Component("peer"),
        ports: vec![http()],
        annotations: BTreeMap::new(),
        load_balancer: None,
        origin: TOLD,
    };
    ClusterPlan {
        cluster,
        owner: OrgIx(0),
        name: format!("org-{}", cluster.as_str()),
        name_scope: None,
        addresses: Vec::new(),
        kubernetes: told("1.34".to_owned()),
        connect: None,
        add_ons: Vec::new(),
        dns_suffix: "cluster.local".to_owned(),
        pools: zones.iter().map(pool).collect(),
        zones,
        namespaces: vec![NamespacePlan {
            name: namespace.to_owned(),
            labels: BTreeMap::from([("pod-security.kubernetes.io/enforce".to_owned(), "restricted".to_owned())]),
            annotations: BTreeMap::new(),
            origin: TOLD,
        }],
        storage_classes: BTreeMap::from([(Content::Ledger, class("ledger")), (Content::State, class("ledger"))]),
        prelude: Vec::new(),
        documents: vec![
            document("external-secrets.io/v1", "SecretStore", "store", provider),
            document("v1", "PersistentVolumeClaim", "shared-files", shared),
        ],
        services: (cluster == Cluster::Blockchain).then_some(peers).into_iter().collect(),
        operated: Vec::new(),
        infra: Vec::new(),
        controllers: vec![ControllerPlan {
            name: "autoscaler".to_owned(),
            namespace: "kube-system".to_owned(),
            pod_security: PodSecurity::default(),
            chart: "oci://charts.example/autoscaler".to_owned(),
            repository: None,
            version: "9.0.0".to_owned(),
            images: vec![TargetImage {
                reference: "registry.example/autoscaler:9".to_owned(),
                source: told("autoscaler:9".to_owned()),
            }],
            values: Object::new(Tree::map([("replicas", 1)]), TOLD),
        }],
    }
}

fn consortium() -> Consortium {
    let resources = container("none", Program::Service).resources;
    let description = Description {
        within: None,
        target: told(Label::trusted("sample")),
        parameters: None,
        registry: None,
        pull_secret: None,
        gitops: None,
        proxy: None,
        certificate_authorities: BTreeMap::new(),
        tags: BTreeMap::new(),
        labels: BTreeMap::from([("team".to_owned(), by("platform".to_owned(), "team label"))]),
        secrets: BTreeMap::new(),
        systems: Vec::new(),
        vpns: Vec::new(),
        frontends: Vec::new(),
        addresses: Vec::new(),
        peers: Peers {
            count: told(1),
            database: told(StateDatabase::Couchdb),
            endpoints: told(crate::parse::blueprint::Endpoints::Shared),
            storage: told(Bytes::trusted("50Gi")),
            resources: resources.clone(),
            database_storage: told(Bytes::trusted("20Gi")),
            database_resources: resources,
        },
        blockchain: Vec::new(),
        blockchain_pools: Vec::new(),
        groups: Vec::new(),
        application_pools: Vec::new(),
    };
    let organization = Organization {
        name: told(OrganizationName::trusted("org")),
        title: crate::base::name::Line::trusted("Org"),
        msp_id: told(MspId::trusted("OrgMSP")),
        domain: told(Domain::trusted("org.example")),
        release: told(FabricRelease::V2_5),
        run_by: RunBy::Us(Box::new(description)),
    };
    Consortium {
        version: told(Version::trusted("1.0.0")),
        name: told(Label::trusted("network")),
        environment: told(Label::trusted("production")),
        ordering: Ordering {
            consensus: told(Consensus::Kafka),
            groups: Vec::new(),
            kafka: None,
            batch: Batch {
                timeout: told(Duration::trusted("2s")),
                messages: told(500),
                absolute_bytes: told(Bytes::trusted("10Mi")),
                preferred_bytes: told(Bytes::trusted("2Mi")),
            },
        },
        organizations: vec![organization],
        channels: Vec::new(),
        acceptances: Vec::new(),
    }
}
