//! What is wrong with a cluster's objects, in words.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cluster::{Cluster, Pod, items, kind, name, namespace};

/// Namespaces that a controller's own installation makes.
const OTHERS: [&str; 2] = ["kube-system", "velero"];

pub fn all(cluster: &Cluster) -> Vec<String> {
    let mut faults = Vec::new();
    let mut known = BTreeSet::new();
    for object in &cluster.0 {
        let mut told = |fault: String| faults.push(format!("{} {}: {fault}", kind(object), name(object)));
        if !known.insert((kind(object), namespace(object), name(object))) {
            told("two objects bear this name".to_owned());
        }
        named(object, &mut told);
        labels(object, &mut told);
        if kind(object) == "Secret" {
            told("a secret in plain text".to_owned());
        }
        let home = namespace(object).filter(|home| !OTHERS.contains(home));
        if home.is_some_and(|home| cluster.find("Namespace", None, home).is_none()) {
            told("no such namespace".to_owned());
        }
        selectors(cluster, object, &mut told);
    }
    for pod in cluster.pods() {
        let mut told = |fault: String| faults.push(format!("{} {}: {fault}", kind(pod.owner), name(pod.owner)));
        references(cluster, &pod, &mut told);
        mounts(&pod, &mut told);
        ports(&pod, &mut told);
    }
    faults
}

/// Longest names: a StatefulSet's is in its pods' labels with a hash behind it (kubernetes#64023).
fn named(object: &Value, told: &mut dyn FnMut(String)) {
    let longest = match kind(object) {
        "StatefulSet" => 52,
        "Service" | "Namespace" | "Deployment" | "Job" => 63,
        _ => 253,
    };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let name = name(object);
    let edges = [name.bytes().next(), name.bytes().last()];
    let clean = name.bytes().all(|byte| plain(byte) || b"-.".contains(&byte));
    if name.len() > longest || !clean || !edges.into_iter().all(|edge| edge.is_some_and(plain)) {
        told("no name for Kubernetes".to_owned());
    }
}

/// Every map of labels, wherever it stands.
fn labels(value: &Value, told: &mut dyn FnMut(String)) {
    let Value::Object(fields) = value else {
        items(value).for_each(|item| labels(item, told));
        return;
    };
    for (key, field) in fields {
        let maps = ["labels", "matchLabels"].contains(&key.as_str()).then(|| field.as_object()).flatten();
        for (key, value) in maps.into_iter().flatten() {
            let value = value.as_str().unwrap_or("no text");
            let (prefix, short) = key.rsplit_once('/').unwrap_or(("", key));
            if short.is_empty() || !part(short) || !part(value) || prefix.len() > 253 {
                told(format!("no label for Kubernetes: {key}: {value}"));
            }
        }
        labels(field, told);
    }
}

/// A label's value, or the last part of its key.
fn part(text: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    let within = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.len() <= 63 && text.bytes().all(within) && edge(text.bytes().next()) && edge(text.bytes().last())
}

/// What chooses pods chooses some, and what names another object finds it.
fn selectors(cluster: &Cluster, object: &Value, told: &mut dyn FnMut(String)) {
    let (spec, home) = (&object["spec"], namespace(object));
    let mut some = |labels: &Value| {
        let pods = cluster.chosen(home, labels);
        if pods.is_empty() && labels.as_object().is_some_and(|labels| !labels.is_empty()) {
            told(format!("selects nothing: {labels}"));
        }
        pods
    };
    match kind(object) {
        "Service" => {
            for pod in some(&spec["selector"]) {
                for port in items(&spec["ports"]).map(|port| &port["targetPort"]).filter(|port| !pod.listens(port)) {
                    told(format!("{} has no port {}", name(pod.owner), port.as_str().unwrap_or("of that number")));
                }
            }
        }
        "NetworkPolicy" => drop(some(&spec["podSelector"]["matchLabels"])),
        "PodDisruptionBudget" => drop(some(&spec["selector"]["matchLabels"])),
        "HorizontalPodAutoscaler" => {
            let (kind, named) = (text(&spec["scaleTargetRef"]["kind"]), text(&spec["scaleTargetRef"]["name"]));
            match cluster.find(kind, home, named) {
                None => told(format!("there is no {kind} {named}")),
                Some(scaled) if scaled["spec"].get("replicas").is_some() => told("its target has replicas".to_owned()),
                Some(_) => {}
            }
        }
        "TargetGroupBinding" => {
            let (named, port) = (text(&spec["serviceRef"]["name"]), &spec["serviceRef"]["port"]);
            serves(cluster, home, named, port, told);
        }
        "Ingress" => {
            for path in items(&spec["rules"]).flat_map(|rule| items(&rule["http"]["paths"])) {
                let service = &path["backend"]["service"];
                let port = service["port"].get("name").unwrap_or(&service["port"]["number"]);
                serves(cluster, home, text(&service["name"]), port, told);
            }
        }
        "ExternalSecret"
            if cluster
                .find(text(&spec["secretStoreRef"]["kind"]), home, text(&spec["secretStoreRef"]["name"]))
                .is_none() =>
        {
            told("there is no such store".to_owned());
        }
        "PersistentVolumeClaim" => {
            let class = spec["storageClassName"].as_str().filter(|class| !class.is_empty());
            if class.is_some_and(|class| cluster.find("StorageClass", None, class).is_none()) {
                told(format!("there is no StorageClass {}", class.unwrap_or_default()));
            }
        }
        _ => {}
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn serves(cluster: &Cluster, home: Option<&str>, named: &str, port: &Value, told: &mut dyn FnMut(String)) {
    let service = cluster.find("Service", home, named);
    let has =
        |service: &Value| items(&service["spec"]["ports"]).any(|one| one["name"] == *port || one["port"] == *port);
    if !service.is_some_and(has) {
        told(format!("there is no Service {named} with the port {port}"));
    }
}

/// What a pod needs beside itself.
fn references(cluster: &Cluster, pod: &Pod, told: &mut dyn FnMut(String)) {
    let (spec, home) = (pod.spec(), namespace(pod.owner));
    if pod.owner["spec"].get("selector").is_some() && !pod.has(&pod.owner["spec"]["selector"]["matchLabels"]) {
        told("does not select its own pods".to_owned());
    }
    let mut there = |kind: &str, home: Option<&str>, named: &str| {
        if cluster.find(kind, home, named).is_none() {
            told(format!("there is no {kind} {named}"));
        }
    };
    there("ServiceAccount", home, text(&spec["serviceAccountName"]));
    if let Some(class) = spec["priorityClassName"].as_str() {
        there("PriorityClass", None, class);
    }
    if kind(pod.owner) == "StatefulSet" {
        there("Service", home, text(&pod.owner["spec"]["serviceName"]));
    }
    let claims = items(&spec["volumes"]).filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName"));
    claims.for_each(|claim| there("PersistentVolumeClaim", home, text(claim)));
    for volume in items(&spec["volumes"]) {
        for source in std::iter::once(volume).chain(items(&volume["projected"]["sources"])) {
            for (kind, field, key) in
                [("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName"), ("Secret", "secret", "name")]
            {
                let Some(named) = source[field][key].as_str() else { continue };
                let wanted = items(&source[field]["items"]).map(|item| text(&item["key"]));
                keyed(cluster, (kind, home, named), wanted, told);
            }
        }
    }
    for variable in pod.containers().flat_map(|container| items(&container["env"])) {
        for (kind, field) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
            let reference = &variable["valueFrom"][field];
            let Some(named) = reference["name"].as_str() else { continue };
            keyed(cluster, (kind, home, named), std::iter::once(text(&reference["key"])), told);
        }
    }
}

/// A ConfigMap or Secret is there and has the keys.
fn keyed<'a>(
    cluster: &Cluster,
    (kind, home, named): (&str, Option<&str>, &str),
    wanted: impl Iterator<Item = &'a str>,
    told: &mut dyn FnMut(String),
) {
    let Some(keys) = cluster.keys(kind, home, named) else { return told(format!("there is no {kind} {named}")) };
    wanted.filter(|key| !keys.contains(key)).for_each(|key| told(format!("{kind} {named} has no key {key}")));
}

/// Every mount has its volume and its own path; every volume is used.
fn mounts(pod: &Pod, told: &mut dyn FnMut(String)) {
    let volumes: Vec<&str> = items(&pod.spec()["volumes"]).map(|volume| text(&volume["name"])).collect();
    let mut used = BTreeSet::new();
    for container in pod.containers() {
        let (mut paths, mut variables) = (BTreeSet::new(), BTreeSet::new());
        for mount in items(&container["volumeMounts"]) {
            used.insert(text(&mount["name"]));
            if !paths.insert(text(&mount["mountPath"])) {
                told(format!("two mounts at {}", mount["mountPath"]));
            }
        }
        for variable in items(&container["env"]).filter(|variable| !variables.insert(text(&variable["name"]))) {
            told(format!("the variable {} twice", variable["name"]));
        }
    }
    let distinct: BTreeSet<&str> = volumes.iter().copied().collect();
    if distinct.len() != volumes.len() || distinct != used {
        told(format!("its volumes {volumes:?} are not what is mounted, {used:?}"));
    }
}

/// No two containers of a pod listen on one port, and no two ports share a name.
fn ports(pod: &Pod, told: &mut dyn FnMut(String)) {
    let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for port in pod.containers().flat_map(|container| items(&container["ports"])) {
        let named = text(&port["name"]);
        if named.len() > 15 || !names.insert(named) || !numbers.insert(port["containerPort"].as_u64()) {
            told(format!("the port {named} twice, or its name is longer than 15"));
        }
    }
}
