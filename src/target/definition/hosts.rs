//! What a target says of servers, where its platform is hosts.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::target::Template;

/// The servers of an organization. In scope of each: what is always there.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hosts {
    /// A map of servers by name, each a map of `address`, `cpu` (cores), `memory` and `disk` (amounts with a unit), and
    /// where it says so `room`, `rack` and `clusters` (a list of `blockchain` and `application`; both unless given).
    #[schemars(example = &"<$ parameters.hosts $>")]
    pub servers: Template,
    /// What of each server its own system keeps: a map of `cpu` (cores) and `memory`.
    #[schemars(example = serde_json::json!({"cpu": 1, "memory": "2Gi"}))]
    pub reserved: Option<Template>,
    /// The servers that run HAProxy: a map of `hosts` (one or two names), `address`, `interface` and `router`; null where
    /// there are none.
    #[schemars(example = &"<$ parameters.loadBalancers $>")]
    pub balancers: Option<Template>,
    /// The databases whose servers the bundle runs: a map of engines, `postgresql` and `mysql`, to maps of `size`; those that are
    /// null or left out are the user's own. In scope: neither `values` nor `bindings`.
    #[schemars(example = serde_json::json!({"postgresql": {"size": "20Gi"}}))]
    pub databases: Option<Template>,
    /// The address ranges from which administrators dial Fabric's nodes. In scope: neither `values` nor `bindings`.
    #[schemars(example = &"<$ parameters.administrators $>")]
    pub administrators: Option<Template>,
    /// The folder that holds what workloads keep, on every server.
    #[schemars(example = &"/srv/akcgen")]
    pub data: Template,
    /// The range of containers' addresses on each server; they are the same everywhere and never leave one.
    #[schemars(example = &"172.30.0.0/16")]
    pub containers: Template,
    /// The user as whom Ansible comes.
    #[schemars(example = &"ansible")]
    pub user: Template,
    /// The folder that backups are written to; null where nothing is backed up.
    #[schemars(example = &"/var/backups/akcgen")]
    pub backups: Option<Template>,
    /// The export that the shared files come from, `server:/path`; null where there is none.
    #[schemars(example = &"files.example:/export/consortium")]
    pub shared_files: Option<Template>,
}
