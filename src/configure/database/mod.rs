//! Relational databases: what their users are told, and the jobs that make them.

mod mysql;
mod postgresql;
mod server;
mod setup;
#[cfg(test)]
mod tests;

use super::VariableValue;
use super::parts::{Parts, of_secret};
use super::service::prefix;
use super::site::{Place, Site};
use crate::base::Origin;
use crate::bind::Endpoint;
use crate::expand::{self, Schema};
use crate::fabric::environment::{PGSSLMODE, PGSSLROOTCERT};
use crate::fabric::paths;
use crate::parse::blueprint::DatabaseEngine;
pub(super) use server::server;
pub(super) use setup::setup;

/// One database that a container uses, as its owner or as a reader.
pub(super) struct Use<'a> {
    pub schema: &'a Schema,
    /// The user's name.
    pub user: &'a str,
    /// The line that asked for it.
    pub origin: Origin,
    pub endpoint: Option<&'a Endpoint>,
}

/// The databases of one container.
pub(super) fn uses<'a>(site: &Site<'a>, place: Place, container: usize) -> Vec<Use<'a>> {
    let here = (place.id, container);
    let mut uses = Vec::new();
    for schema in &site.graph().schemas {
        let endpoint = site.organization.databases.get(&schema.engine);
        if schema.owner == here {
            uses.push(Use { schema, user: &schema.name, origin: schema.origin, endpoint });
        }
        for reader in schema.readers.iter().filter(|reader| reader.container == here) {
            uses.push(Use { schema, user: &reader.user, origin: reader.origin, endpoint });
        }
    }
    uses
}

/// The variables of each database, `<SCHEMA>_DATABASE_*`.
pub(super) fn variables(uses: &[Use], parts: &mut Parts) {
    for one in uses {
        let Some(endpoint) = one.endpoint else { continue };
        let engine = one.schema.engine;
        let prefix = format!("{}_DATABASE", prefix(&one.schema.name));
        let mut plain = |name: &str, value: &str, origin| {
            parts.variable(format!("{prefix}_{name}"), VariableValue::Plain(value.to_owned()), origin);
        };
        plain("ENGINE", expand::engine_name(engine), one.origin);
        plain("HOST", &endpoint.host.value, endpoint.host.origin);
        plain("PORT", &endpoint.port.to_string(), endpoint.host.origin);
        plain("NAME", &one.schema.name, one.origin);
        plain("USER", one.user, one.origin);
        plain("SSLMODE", verification(engine), VERIFIED);
        if endpoint.authority.is_some() {
            plain("CA_FILE", &authority_file(engine), VERIFIED);
        }
        let password = of_secret(&expand::secret_name(one.user, engine), "password");
        parts.variable(format!("{prefix}_PASSWORD"), password, one.origin);
    }
}

const VERIFIED: Origin = Origin::Rule("a database's certificate and name are always checked");

/// The authorities of each engine in use as a file of their own; for PostgreSQL's libraries, how to check.
pub(super) fn authorities(uses: &[Use], parts: &mut Parts) {
    for one in uses {
        let Some(endpoint) = one.endpoint else { continue };
        if let Some(authority) = &endpoint.authority {
            parts.text(&authority_file(one.schema.engine), authority.value.as_str(), authority.origin);
        }
        if one.schema.engine == DatabaseEngine::Postgresql {
            parts.set(PGSSLMODE, verification(one.schema.engine), VERIFIED);
            parts.set(PGSSLROOTCERT, trusted(endpoint, one.schema.engine), VERIFIED);
        }
    }
}

/// The check of certificate and host name, in the engine's own words.
fn verification(engine: DatabaseEngine) -> &'static str {
    match engine {
        DatabaseEngine::Postgresql => "verify-full",
        DatabaseEngine::Mysql => "VERIFY_IDENTITY",
    }
}

fn authority_file(engine: DatabaseEngine) -> String {
    format!("{}/{}.pem", paths::TRUST, expand::engine_name(engine))
}

/// What libpq checks against: the file, or the authorities of the system.
fn trusted(endpoint: &Endpoint, engine: DatabaseEngine) -> String {
    match &endpoint.authority {
        Some(_) => authority_file(engine),
        None => "system".to_owned(),
    }
}
