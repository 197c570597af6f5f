//! Relational databases.

use std::collections::BTreeMap;

use super::Scene;
use crate::diag::{Diagnostics, code};
use crate::parse::blueprint::DatabaseEngine;
use crate::resolve::kinds;
use crate::resolve::problem::{Also, problem, written};

/// Explorer and Data Sync write into PostgreSQL.
pub(super) fn engines(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let Some(database) = &standing.service.database else { continue };
        if kinds::database(standing.service.kind).is_some() && database.engine.value != DatabaseEngine::Postgresql {
            let message = format!("`{}` knows PostgreSQL alone", standing.service.name.value);
            let wrong = problem(code::DATABASE_ENGINE, database.engine.origin, message, "another engine");
            diagnostics.push(wrong.help("leave `database` out"));
        }
    }
}

/// MySQL's longest user name.
const LONGEST: usize = 32;
/// Schemas and users of the engines and of managed services.
const RESERVED: [&str; 14] = [
    "admin",
    "information_schema",
    "master",
    "mysql",
    "performance_schema",
    "postgres",
    "public",
    "rdsadmin",
    "rdstopmgr",
    "root",
    "sys",
    "template0",
    "template1",
    "test",
];

/// A schema belongs to one service and has a name that both engines take.
pub(super) fn schemas(scene: &Scene, diagnostics: &mut Diagnostics) {
    let mut owners = BTreeMap::new();
    for standing in scene.services() {
        let Some(database) = &standing.service.database else { continue };
        let (schema, name) = (&database.schema, &standing.service.name);
        let origin = written(schema.origin, name.origin);
        if schema.value.len() > LONGEST {
            let message = format!("the schema `{}` has more than {LONGEST} characters", schema.value);
            let long = problem(code::SCHEMA_NAME, origin, message, "too long");
            diagnostics.push(long.help("write a shorter one: `database: {engine: …, schema: …}`"));
        }
        if RESERVED.contains(&schema.value.as_str()) {
            let message = format!("the schema `{}` belongs to the engine or its operator", schema.value);
            diagnostics.push(problem(code::SCHEMA_TAKEN, origin, message, "reserved").help("write another `schema`"));
        }
        let form = (standing.at, database.engine.value, schema.value.as_str());
        if let Some((other, first)) = owners.insert(form, (&name.value, origin)) {
            let message = format!("`{other}` and `{}` own one schema, `{}`", name.value, schema.value);
            let taken = problem(code::SCHEMA_TAKEN, origin, message, "this one").also(first, "and this one");
            diagnostics.push(taken.help("leave `schema` out; where one only reads, write `reads`"));
        }
    }
}
