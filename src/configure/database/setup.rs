use super::super::parts::Parts;
use super::super::site::{Place, Site};
use super::{authority_file, mysql, postgresql, trusted, verification};
use crate::base::Origin;
use crate::bind::Endpoint;
use crate::expand::{self, Schema, engine_name};
use crate::fabric::environment::*;
use crate::fabric::paths;
use crate::parse::blueprint::DatabaseEngine;

/// What a job is told that makes all databases of an engine whose owners run in its cluster.
pub(in super::super) fn setup(site: &Site, place: Place, engine: DatabaseEngine, parts: &mut Parts) {
    let Some(endpoint) = site.organization.databases.get(&engine) else { return };
    let workloads = &site.graph().workloads;
    let here =
        |schema: &&Schema| schema.engine == engine && workloads[schema.owner.0.0].cluster == place.workload.cluster;
    let schemas: Vec<&Schema> = site.graph().schemas.iter().filter(here).collect();
    for user in schemas.iter().flat_map(|schema| users(schema)) {
        let password = super::of_secret(&expand::secret_name(user.name, engine), "password");
        parts.variable(password_variable(user.name), password, user.origin);
    }
    if let Some(authority) = &endpoint.authority {
        parts.text(&authority_file(engine), authority.value.as_str(), authority.origin);
    }
    master(engine, endpoint, parts);
    let script = match engine {
        DatabaseEngine::Postgresql => postgresql::script(&schemas),
        DatabaseEngine::Mysql => mysql::script(&schemas, endpoint.authority.as_ref().map(|_| authority_file(engine))),
    };
    parts.text(paths::DATABASE_SETUP_START, script, place.workload.origin);
}

/// Where the server is and who may make databases on it.
fn master(engine: DatabaseEngine, endpoint: &Endpoint, parts: &mut Parts) {
    let (host, port, user, password) = match engine {
        DatabaseEngine::Postgresql => (PGHOST, PGPORT, PGUSER, PGPASSWORD),
        DatabaseEngine::Mysql => (MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_MASTER_USERNAME, MYSQL_MASTER_PASSWORD),
    };
    let rule = Origin::Rule("the master user makes databases and users and nothing else");
    let secret = format!("{}-master", engine_name(engine));
    parts.set(host, endpoint.host.value.as_str(), endpoint.host.origin);
    parts.set(port, endpoint.port.to_string(), endpoint.host.origin);
    parts.set_secret(user, &secret, "username", rule);
    parts.set_secret(password, &secret, "password", rule);
    if engine == DatabaseEngine::Postgresql {
        parts.set(PGSSLMODE, verification(engine), super::VERIFIED);
        parts.set(PGSSLROOTCERT, trusted(endpoint, engine), super::VERIFIED);
    }
}

/// A user of a database.
pub(super) struct User<'a> {
    pub name: &'a str,
    pub origin: Origin,
}

/// A database's owner and readers.
pub(super) fn users(schema: &Schema) -> impl Iterator<Item = User<'_>> {
    let owner = User { name: &schema.name, origin: schema.origin };
    [owner].into_iter().chain(schema.readers.iter().map(|reader| User { name: &reader.user, origin: reader.origin }))
}

/// The variable that holds a user's password. Users' names are made of lower-case letters, digits and underscores.
pub(super) fn password_variable(user: &str) -> String {
    format!("{}_PASSWORD", user.to_ascii_uppercase())
}
