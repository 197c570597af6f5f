//! The objects of one cluster, and what is asked of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Everything that is applied to one cluster.
#[derive(Debug, Clone, Default)]
pub struct Cluster(pub Vec<Value>);

/// A pod template and whose it is.
pub struct Pod<'a> {
    pub owner: &'a Value,
    pub template: &'a Value,
}

pub fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap()
}

pub fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

pub fn namespace(object: &Value) -> Option<&str> {
    object["metadata"]["namespace"].as_str()
}

/// An array's items; none where there is no array.
pub fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Cluster {
    pub fn find(&self, wanted: &str, place: Option<&str>, named: &str) -> Option<&Value> {
        self.0.iter().find(|object| kind(object) == wanted && namespace(object) == place && name(object) == named)
    }

    pub fn pods(&self) -> impl Iterator<Item = Pod<'_>> {
        self.0.iter().filter_map(|owner| {
            let template = owner.pointer("/spec/template").filter(|template| template.get("spec").is_some())?;
            matches!(kind(owner), "Deployment" | "StatefulSet" | "Job").then_some(Pod { owner, template })
        })
    }

    /// The pods of a namespace that a selector's labels choose.
    pub fn chosen(&self, place: Option<&str>, labels: &Value) -> Vec<Pod<'_>> {
        self.pods().filter(|pod| namespace(pod.owner) == place && pod.has(labels)).collect()
    }

    /// The keys of a ConfigMap, or of the Secret that an ExternalSecret makes; `None` if there is none.
    pub fn keys(&self, wanted: &str, place: Option<&str>, named: &str) -> Option<BTreeSet<&str>> {
        if wanted == "ConfigMap" {
            let map = self.find(wanted, place, named)?;
            let keys = ["data", "binaryData"].into_iter().filter_map(|part| map[part].as_object());
            return Some(keys.flat_map(Map::keys).map(String::as_str).collect());
        }
        let made = |object: &&Value| {
            let target = object.pointer("/spec/target/name").and_then(Value::as_str).unwrap_or(name(object));
            kind(object) == "ExternalSecret" && namespace(object) == place && target == named
        };
        let secret = self.0.iter().find(made)?;
        let written = items(&secret["spec"]["data"]).filter_map(|row| row["secretKey"].as_str());
        let composed = secret.pointer("/spec/target/template/data").and_then(Value::as_object);
        Some(written.chain(composed.into_iter().flat_map(Map::keys).map(String::as_str)).collect())
    }
}

impl<'a> Pod<'a> {
    pub fn has(&self, labels: &Value) -> bool {
        let own = &self.template["metadata"]["labels"];
        labels.as_object().is_some_and(|labels| labels.iter().all(|(key, value)| &own[key] == value))
    }

    pub fn spec(&self) -> &'a Value {
        &self.template["spec"]
    }

    pub fn containers(&self) -> impl Iterator<Item = &'a Value> {
        items(&self.spec()["initContainers"]).chain(items(&self.spec()["containers"]))
    }

    /// Whether a container listens on a port, given by name or number.
    pub fn listens(&self, port: &Value) -> bool {
        let ports = self.containers().flat_map(|container| items(&container["ports"]));
        ports.into_iter().any(|one| one["name"] == *port || one["containerPort"] == *port)
    }
}
