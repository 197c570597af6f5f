//! `lifts.json`, for tools: of every value its key, another valid value, and exactly what changes with it.

use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::super::super::BundleFile;
use super::super::lift::{Change, Lifted};
use crate::text::rows::{self, Row};

#[derive(Serialize)]
struct LiftRow<'a> {
    value: String,
    /// A value that differs from what every environment has.
    example: Value,
    changes: Vec<ChangeRow<'a>>,
}

/// The part of an object that is another then.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeRow<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    name: &'a str,
    /// A JSON pointer.
    path: String,
    /// Those in which it is so.
    environments: Vec<&'a str>,
}

/// The file beside a chart.
pub(in crate::package::helm) fn lifts(lifted: &[Lifted], environments: &[&str], traced: bool) -> BundleFile {
    let rows: Vec<Row> = lifted.par_iter().map(|one| (rows::json(&row(one, environments)), one.origin)).collect();
    rows::list(&rows, traced).into()
}

fn row<'a>(lifted: &'a Lifted, environments: &[&'a str]) -> LiftRow<'a> {
    let mut changes: Vec<ChangeRow> = Vec::new();
    for change in &lifted.changes {
        let Change { environment, api_version, kind, namespace, name, pointer } = change;
        let environment = environments.get(*environment).copied().unwrap_or_default();
        let path = pointer.to_string();
        let same = |one: &&mut ChangeRow| {
            one.api_version == api_version
                && one.kind == kind
                && one.namespace == namespace.as_deref()
                && one.name == name
                && one.path == path
        };
        match changes.iter_mut().find(same) {
            Some(known) => known.environments.push(environment),
            None => {
                let (namespace, environments) = (namespace.as_deref(), vec![environment]);
                changes.push(ChangeRow { api_version, kind, namespace, name, path, environments });
            }
        }
    }
    LiftRow { value: lifted.path.to_string(), example: lifted.example().to_json(), changes }
}
