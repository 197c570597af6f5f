//! A small language with every feature of the blueprint's schema, for the tests of this room.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value as Json, json};

use super::schema;
use crate::base::Sources;
use crate::base::name::Label as Name;
use crate::diag::Diagnostics;
use crate::source::{Node, read as read_node};

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-targets" = true))]
#[allow(dead_code)]
pub struct Toy {
    peers: Option<Peers>,
    #[serde(default)]
    groups: BTreeMap<Name, Group>,
    reach: Option<Reach>,
    #[serde(default)]
    channels: BTreeMap<Name, Channel>,
    #[serde(default)]
    list: Vec<Peers>,
    #[schemars(extend("x-merge" = "replace"))]
    hosts: Option<BTreeMap<String, Host>>,
    free: Option<Json>,
    target: Option<Name>,
    mode: Option<Mode>,
    value: Option<Scalar>,
    ratio: Option<f64>,
    #[schemars(length(min = 1, max = 3))]
    words: Option<std::collections::BTreeSet<String>>,
    environments: Option<BTreeMap<Name, Environment>>,
    need: Option<Need>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code)]
enum Need {
    Managed(Host),
    Workload(Host),
    Omit(String),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-short" = "count"))]
#[allow(dead_code)]
struct Peers {
    #[schemars(range(min = 0, max = 25))]
    count: Option<u32>,
    database: Option<Database>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Group {
    peers: Option<Peers>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-short" = {"string": "to", "array": "frontends"}))]
#[allow(dead_code)]
struct Reach {
    to: Option<Mode>,
    #[serde(default)]
    frontends: Vec<Name>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-short" = "members"))]
#[allow(dead_code)]
struct Channel {
    #[serde(default)]
    members: Vec<Name>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Host {
    address: String,
    port: u16,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-overlay" = true))]
#[allow(dead_code)]
struct Environment {
    hosts: Option<BTreeMap<String, Host>>,
    groups: Option<BTreeMap<Name, Group>>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code)]
enum Mode {
    /// Documented, so that schemars writes `oneOf` with `const`.
    Cluster,
    /// Likewise.
    Organization,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code)]
enum Database {
    Couchdb,
    Leveldb,
    /// With a value.
    Other {
        url: String,
    },
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)]
enum Scalar {
    Text(String),
    Integer(i64),
    Boolean(bool),
}

/// The composed schema with a target `eks`.
pub fn schema() -> Json {
    let eks = json!({
        "type": "object", "additionalProperties": false, "required": ["region"],
        "properties": {"region": {"type": "string"}, "pool": {"$ref": "#/$defs/Pool"}},
        "$defs": {"Pool": {"type": "object", "additionalProperties": false, "properties": {"size": {"type": ["integer", "null"]}}}}
    });
    schema::compose(schema::of::<Toy>(), &[("eks".into(), eks)])
}

/// The tree of a text that has no faults of its own.
pub fn read(text: &str) -> Node {
    let (sources, mut diagnostics) = (sources(text), Diagnostics::new());
    let (file, _) = sources.iter().next().unwrap();
    let node = read_node(&sources, file, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    node.unwrap()
}

/// A table that holds this text alone.
pub fn sources(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("toy.yaml".into(), text.into());
    sources
}
