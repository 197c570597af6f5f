//! Relational databases: schemas, their owners and readers, and the jobs that make them.

use std::collections::BTreeSet;

use crate::base::bounded::bounded;
use crate::base::name::{Bytes, Cpu};
use crate::base::{Origin, Traced};
use crate::fabric::{commands, images, paths, ports, users};
use crate::parse::blueprint::{DatabaseEngine, Protocol};
use crate::resolve::{Backup, Cluster, Description, Resources};

use super::builder::{Builder, TLS_KEYS, by_place, credentials};
use super::graph::*;
use super::nodes::{Known, words};

/// Longest user name that MySQL takes; PostgreSQL takes 63.
const LONGEST_USER: usize = 32;

pub(super) fn schemas(builder: &mut Builder, description: &Description) {
    for (_, _, service) in description.services() {
        let (Some(database), Some(owner)) = (&service.database, builder.service(&service.name.value)) else { continue };
        let schema = Schema {
            engine: database.engine.value,
            name: database.schema.value.clone(),
            owner,
            readers: readers(builder, description, &service.name.value, &database.schema.value),
            origin: database.engine.origin,
        };
        builder.schema(schema);
    }
    secrets(builder);
    setups(builder);
}

fn readers(builder: &Builder, description: &Description, owner: &str, schema: &str) -> Vec<Reader> {
    let mut readers = Vec::new();
    for (_, _, service) in description.services() {
        let read = service.reads.iter().find(|read| read.value.as_str() == owner);
        if let (Some(read), Some(container)) = (read, builder.service(&service.name.value)) {
            let user = format!("{schema}_reader_{}", service.name.value.replace('-', "_"));
            let user = bounded(&user, LONGEST_USER, '_');
            readers.push(Reader { container, user, origin: read.origin });
        }
    }
    readers
}

/// Name of the secret that holds a database user and its password.
pub fn secret_name(user: &str, engine: DatabaseEngine) -> String {
    format!("{}-{}", user.replace('_', "-"), engine_name(engine))
}

/// The engine's name in texts.
pub fn engine_name(engine: DatabaseEngine) -> &'static str {
    match engine {
        DatabaseEngine::Postgresql => "postgresql",
        DatabaseEngine::Mysql => "mysql",
    }
}

/// A user's secret, the same in the namespace that uses it and in that of the job that creates it.
fn user_secret(builder: &mut Builder, beside: WorkloadId, user: &str, engine: DatabaseEngine, origin: Origin) {
    let name = secret_name(user, engine);
    let purpose = format!("user {user} of the {} database", engine_name(engine));
    let store_name = Some(format!("databases/{name}"));
    builder.secret(beside, credentials(name, purpose, store_name, origin));
}

fn secrets(builder: &mut Builder) {
    for schema in builder.schemas().to_vec() {
        user_secret(builder, schema.owner.0, &schema.name, schema.engine, schema.origin);
        for reader in &schema.readers {
            user_secret(builder, reader.container.0, &reader.user, schema.engine, reader.origin);
        }
    }
}

/// One job for each engine in each cluster whose workloads own schemas there, in a namespace of its own: nothing else
/// stands beside the master's credentials.
fn setups(builder: &mut Builder) {
    let schemas = builder.schemas().to_vec();
    let cluster_of = |builder: &Builder, schema: &Schema| builder.workload(schema.owner.0).cluster;
    let wanted: BTreeSet<(Cluster, DatabaseEngine)> =
        schemas.iter().map(|schema| (cluster_of(builder, schema), schema.engine)).collect();
    for (cluster, engine) in wanted {
        let own = |schema: &&Schema| schema.engine == engine && cluster_of(builder, schema) == cluster;
        let own: Vec<Schema> = schemas.iter().filter(own).cloned().collect();
        let origin = own.first().map_or(Origin::Rule("a database's setup"), |schema| schema.origin);
        let id = setup(builder, cluster, engine, origin);
        let purpose = format!("master user of the {} database, as the platform manages it", engine_name(engine));
        let name = format!("{}-master", engine_name(engine));
        let store_name = Some(format!("databases/{name}"));
        builder.secret(id, credentials(name, purpose, store_name, origin));
        for schema in &own {
            user_secret(builder, id, &schema.name, engine, schema.origin);
            for reader in &schema.readers {
                user_secret(builder, id, &reader.user, engine, reader.origin);
            }
        }
        builder.link(Source::Workload(id), Destination::Database(engine), origin);
    }
}

fn setup(builder: &mut Builder, cluster: Cluster, engine: DatabaseEngine, origin: Origin) -> WorkloadId {
    let known = Known {
        name: "setup",
        program: Program::DatabaseSetup { engine },
        image: images::database(engine),
        command: commands::DATABASE_SETUP,
        user: users::DATABASE_SETUP,
        scratch: paths::DATABASE_SETUP_SCRATCH,
        ports: &[],
        check: Check::None,
    };
    let client = resources("a database client that runs a few statements", ["50m", "64Mi", "200m", "128Mi"]);
    let container = known.container(&client, origin);
    let workload = Workload {
        cluster,
        namespace: format!("{}-databases", builder.organization().name.value),
        name: format!("{}-setup", engine_name(engine)),
        component: Component::DatabaseSetup,
        origin,
        shape: Shape::Job,
        containers: vec![container],
        volumes: Vec::new(),
        backup: None,
        addresses: Vec::new(),
        patches: Vec::new(),
    };
    builder.add(workload)
}

/// What a program of the databases' own asks for and may take: CPU and memory, twice.
fn resources(rule: &'static str, [cpu, memory, cpu_limit, memory_limit]: [&'static str; 4]) -> Resources {
    let origin = Origin::Rule(rule);
    Resources {
        cpu: Traced::new(Cpu::trusted(cpu), origin),
        memory: Traced::new(Bytes::trusted(memory), origin),
        cpu_limit: Traced::new(Cpu::trusted(cpu_limit), origin),
        memory_limit: Traced::new(Bytes::trusted(memory_limit), origin),
    }
}

/// Adds the server of an engine that anything connects to, for a target that has none of its own: beside the job that
/// prepares it, with a volume of this size. Nothing is added where nobody connects.
pub fn add_server(graph: &mut OrganizationGraph, organization: &str, engine: DatabaseEngine, size: Traced<Bytes>) {
    let to = Destination::Database(engine);
    let clients: Vec<Link> = graph.links.iter().filter(|link| link.to == to).cloned().collect();
    let Some(origin) = clients.first().map(|link| link.origin) else { return };
    let prepares = |link: &Link| match link.from {
        Source::Workload(id) => Some(id).filter(|id| graph.workloads[id.0].component == Component::DatabaseSetup),
        Source::Organization(_) | Source::Range(_) | Source::Administrators(_) => None,
    };
    let cluster = clients.iter().find_map(prepares).map_or(Cluster::Blockchain, |id| graph.workloads[id.0].cluster);
    let namespace = format!("{organization}-databases");
    let id = WorkloadId(graph.workloads.len());
    graph.workloads.push(server(cluster, namespace.clone(), engine, size, origin));
    let own = Namespace { cluster, name: namespace.clone(), origin };
    if !graph.namespaces.iter().any(|known| known.cluster == cluster && known.name == own.name) {
        graph.namespaces.push(own);
        graph.namespaces.sort();
    }
    let name = engine_name(engine);
    let dials = |link: Link| Link { to: Destination::Workload(id, name.to_owned()), ..link };
    graph.links.extend(clients.into_iter().map(dials));
    graph.links.sort();
    let master = format!("{name}-master");
    let secrets = graph.secrets.iter_mut().filter(|secret| secret.cluster == cluster && secret.name == master);
    secrets.for_each(|secret| secret.beside.push(id));
    graph.secrets.push(Secret {
        cluster,
        namespace,
        beside: vec![id],
        name: format!("{name}-tls"),
        keys: TLS_KEYS.map(str::to_owned).into(),
        purpose: format!("certificate of the {name} server, its key, and the authority that issued it"),
        store_name: format!("databases/{name}-tls"),
        origin,
    });
    graph.secrets.sort_by(by_place);
}

fn server(
    cluster: Cluster,
    namespace: String,
    engine: DatabaseEngine,
    size: Traced<Bytes>,
    origin: Origin,
) -> Workload {
    let name = engine_name(engine);
    let (user, data, scratch, port, check) = match engine {
        DatabaseEngine::Postgresql => (
            users::POSTGRESQL,
            paths::POSTGRESQL_DATA,
            paths::POSTGRESQL_SCRATCH,
            (name, ports::POSTGRESQL, Protocol::Tcp),
            ["pg_isready", "--quiet", "--host", "127.0.0.1"],
        ),
        DatabaseEngine::Mysql => (
            users::MYSQL,
            paths::MYSQL_DATA,
            paths::MYSQL_SCRATCH,
            (name, ports::MYSQL, Protocol::Tcp),
            ["mysqladmin", "ping", "--silent", "--host=127.0.0.1"],
        ),
    };
    let known = Known {
        name,
        program: Program::DatabaseServer { engine },
        image: images::database(engine),
        command: &[],
        user,
        scratch,
        ports: &[port],
        check: Check::Command(check.map(str::to_owned).into()),
    };
    let server = resources("a database server of a few small schemas", ["250m", "1Gi", "2", "2Gi"]);
    let mut container = known.container(&server, origin);
    if engine == DatabaseEngine::Postgresql {
        container.arguments = words(commands::POSTGRESQL_ARGUMENTS);
    }
    container.mounts.push((0, data.to_owned()));
    Workload {
        cluster,
        namespace,
        name: name.to_owned(),
        component: Component::Database,
        origin,
        shape: Shape::Stateful,
        containers: vec![container],
        volumes: vec![Volume { name: "data".to_owned(), size, content: Content::Ledger }],
        backup: Some(Backup::usual()),
        addresses: vec![Address { name: name.to_owned(), container: None, origin }],
        patches: Vec::new(),
    }
}
