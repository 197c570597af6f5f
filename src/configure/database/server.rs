use super::super::parts::Parts;
use super::super::site::{Place, Site};
use crate::base::Origin;
use crate::expand::engine_name;
use crate::fabric::environment::*;
use crate::fabric::paths;
use crate::parse::blueprint::DatabaseEngine;

const MASTER: Origin = Origin::Rule("the master user makes databases and users and nothing else");
const TLS_ALONE: Origin = Origin::Rule("nobody connects to a database but by TLS and with a password");

/// Who may connect to PostgreSQL: anybody with a password, by TLS or by its own socket.
const ACCESS: &str = "local all all scram-sha-256\nhostssl all all all scram-sha-256\n";

/// What a database's server is told.
pub(in super::super) fn server(site: &Site, place: Place, engine: DatabaseEngine, parts: &mut Parts) {
    let folder = match engine {
        DatabaseEngine::Postgresql => postgresql(parts),
        DatabaseEngine::Mysql => mysql(parts),
    };
    let Some(secret) = site.secret(place, &format!("{}-tls", engine_name(engine))) else { return };
    for key in &secret.keys {
        parts.secret_file(&format!("{folder}/{key}"), &secret.name, key);
    }
}

/// By its image's own entry point, which makes the databases' folder at the first start. Returns the folder of its
/// certificate.
fn postgresql(parts: &mut Parts) -> &'static str {
    parts.set(PGDATA, paths::POSTGRESQL_DATABASES, MASTER);
    parts.set(POSTGRES_INITDB_ARGS, "--data-checksums", MASTER);
    parts.set_secret(POSTGRES_USER, "postgresql-master", "username", MASTER);
    parts.set_secret(POSTGRES_PASSWORD, "postgresql-master", "password", MASTER);
    parts.text(paths::POSTGRESQL_ACCESS, ACCESS, TLS_ALONE);
    paths::POSTGRESQL_TLS
}

/// The same for MySQL, whose master is always `root`.
fn mysql(parts: &mut Parts) -> &'static str {
    parts.set_secret(MYSQL_ROOT_PASSWORD, "mysql-master", "password", MASTER);
    let folder = paths::MYSQL_TLS;
    let settings = format!(
        "[mysqld]\nrequire_secure_transport=ON\nssl_ca={folder}/ca.crt\nssl_cert={folder}/tls.crt\nssl_key={folder}/tls.key\n"
    );
    parts.text(paths::MYSQL_CONFIG, settings, TLS_ALONE);
    folder
}
