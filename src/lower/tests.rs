//! The sample plan, lowered: what a reviewer would look for in each object.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::base::bounded::hex;
use crate::base::{Object, Origin, TreePath};
use crate::expand::{Check, Shape};
use crate::lower::ClusterObjects;
use crate::lower::sample::{KAFKA, ORDERS, PEER, Sample, sample, told};
use crate::resolve::Copies;

pub(super) fn find<'a>(clusters: &'a [ClusterObjects], kind: &str, name: &str) -> Option<&'a Object> {
    let files = clusters.iter().flat_map(|cluster| cluster.prelude.iter().chain(&cluster.files));
    let mut objects = files.flat_map(|file| &file.objects);
    objects.find(|object| object.kind() == Some(kind) && object.name().is_some_and(|own| own == name))
}

fn get(clusters: &[ClusterObjects], kind: &str, name: &str) -> Value {
    find(clusters, kind, name).unwrap_or_else(|| panic!("no {kind} {name}")).tree.to_json()
}

fn everything(clusters: &[ClusterObjects]) -> Vec<&Object> {
    let files = clusters.iter().flat_map(|cluster| cluster.prelude.iter().chain(&cluster.files));
    files.flat_map(|file| &file.objects).collect()
}

pub(super) fn pod(object: &Value) -> &Value {
    &object["spec"]["template"]["spec"]
}

#[test]
fn files_are_named_after_workloads_and_namespaces() {
    let clusters = sample().lowered();
    let paths = |at: usize| -> Vec<&str> { clusters[at].files.iter().map(|file| file.path.as_str()).collect() };
    let blockchain =
        ["daemon", "kafka0", "kafka1", "org-blockchain", "peer0", "setup"].map(|name| format!("{name}.yaml"));
    assert_eq!(paths(0), blockchain);
    assert_eq!(paths(1), ["orders.yaml", "org-api.yaml"]);
    let prelude: Vec<&str> = clusters[0].prelude.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(prelude, ["namespaces.yaml", "priority-classes.yaml", "storage-classes.yaml"]);
    assert_eq!(clusters[0].files[4].cause, "organizations.org.blockchain.peers");
    assert_eq!(clusters[1].files[0].cause, "organizations.org.application.groups.api.services.orders");
}

#[test]
fn the_namespaces_of_controllers_are_made_before_them_and_kubernetes_own_is_not() {
    let mut sample = sample();
    assert!(find(&sample.lowered(), "Namespace", "kube-system").is_none());
    sample.organization().clusters[0].controllers[0].namespace = "velero".to_owned();
    let velero = get(&sample.lowered(), "Namespace", "velero");
    assert_eq!(velero["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "baseline");
    assert_eq!(velero["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"], "disabled");
    sample.organization().clusters[0].controllers[0].namespace = "org-blockchain".to_owned();
    let namespaces = get(&sample.lowered(), "Namespace", "org-blockchain");
    assert_eq!(namespaces["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    let clusters = sample.lowered();
    let count = everything(&clusters).into_iter().filter(|object| object.kind() == Some("Namespace")).count();
    assert_eq!(count, 2);
}

#[test]
fn a_workload_called_like_another_file_gets_its_namespace_before_it() {
    for (workload, name) in [(PEER, "org-blockchain"), (KAFKA, "blockchain"), (PEER, "kustomization")] {
        let mut sample = sample();
        sample.workload(workload).name = name.to_owned();
        let paths: Vec<String> = sample.lowered()[0].files.iter().map(|file| file.path.clone()).collect();
        assert!(paths.contains(&format!("org-blockchain.{name}.yaml")), "{paths:?}");
        assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len());
    }
}

#[test]
fn every_object_has_the_labels_and_selectors_have_two_of_them() {
    let clusters = sample().lowered();
    for object in everything(&clusters) {
        let labels = object.tree.at(&"metadata/labels".into()).map(|labels| labels.to_json()).unwrap_or_default();
        let name = format!("{:?} {:?}", object.kind(), object.name());
        let keys = ["name", "instance", "component", "part-of"].map(|key| format!("app.kubernetes.io/{key}"));
        for key in keys.iter().map(String::as_str).chain(["akcgen.io/organization", "akcgen.io/cluster", "team"]) {
            assert!(labels[key].is_string(), "{name} has no label {key}");
        }
        assert_eq!(object.origins.lookup(&"metadata/labels/team".into()), Origin::Default("team label"), "{name}");
    }
    let labels = json!({"app.kubernetes.io/component": "peer", "app.kubernetes.io/name": "peer0"});
    assert_eq!(get(&clusters, "StatefulSet", "peer0")["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(get(&clusters, "Service", "peer0")["spec"]["selector"], labels);
    assert_eq!(get(&clusters, "Service", "peers")["spec"]["selector"], json!({"app.kubernetes.io/component": "peer"}));
    assert_eq!(get(&clusters, "SecretStore", "store")["metadata"]["labels"]["akcgen.io/organization"], "org");
}

#[test]
fn a_stateful_workload_keeps_its_claims_apart() {
    let clusters = sample().lowered();
    let peer = get(&clusters, "StatefulSet", "peer0");
    assert_eq!((&peer["spec"]["replicas"], &peer["spec"]["podManagementPolicy"]), (&json!(1), &json!("Parallel")));
    assert_eq!(peer["spec"]["volumeClaimTemplates"], Value::Null);
    let claim = find(&clusters, "PersistentVolumeClaim", "peer0.ledger").unwrap();
    let json = claim.tree.to_json();
    assert_eq!(json["spec"]["resources"]["requests"]["storage"], "50Gi");
    assert_eq!(json["spec"]["storageClassName"], "ledger");
    assert_eq!(json["metadata"]["annotations"]["argocd.argoproj.io/sync-options"], "Prune=false,Delete=false");
    assert_eq!(json["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
    let shared = get(&clusters, "PersistentVolumeClaim", "shared-files");
    assert_eq!(shared["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
    assert_eq!(shared["metadata"]["labels"]["akcgen.io/organization"], "org");
    let size = TreePath::from("spec/resources/requests/storage");
    assert_eq!(claim.origins.lookup(&size), Origin::Default("ledger size"));
    let volumes = pod(&peer)["volumes"].as_array().unwrap();
    assert_eq!(volumes[0], json!({"name": "ledger", "persistentVolumeClaim": {"claimName": "peer0.ledger"}}));
    assert_eq!(pod(&peer)["priorityClassName"], "org-ledger");
    assert!(find(&clusters, "PriorityClass", "org-ledger").is_some());
    assert_eq!(pod(&get(&clusters, "Deployment", "daemon"))["priorityClassName"], Value::Null);
}

#[test]
fn the_database_starts_before_its_peer_and_ends_after_it() {
    let peer = get(&sample().lowered(), "StatefulSet", "peer0");
    let sidecar = &pod(&peer)["initContainers"][0];
    assert_eq!((&sidecar["name"], &sidecar["restartPolicy"]), (&json!("couchdb"), &json!("Always")));
    assert!(sidecar["startupProbe"].is_object());
    assert_eq!(pod(&peer)["containers"].as_array().unwrap().len(), 1);
    assert_eq!(pod(&peer)["containers"][0]["restartPolicy"], Value::Null);
}

#[test]
fn shapes_become_the_kinds_that_keep_their_promise() {
    let clusters = sample().lowered();
    let orders = get(&clusters, "Deployment", "orders");
    assert_eq!(orders["spec"]["replicas"], Value::Null);
    assert_eq!(orders["spec"]["strategy"]["rollingUpdate"], json!({"maxSurge": 1, "maxUnavailable": 0}));
    let scaler = find(&clusters, "HorizontalPodAutoscaler", "orders").unwrap();
    assert_eq!(scaler.tree.to_json()["spec"]["maxReplicas"], 6);
    assert_eq!(scaler.origins.lookup(&"spec/maxReplicas".into()), Origin::Default("maximum"));
    let daemon = get(&clusters, "Deployment", "daemon");
    assert_eq!((&daemon["spec"]["replicas"], &daemon["spec"]["strategy"]), (&json!(1), &json!({"type": "Recreate"})));
    assert!(find(&clusters, "HorizontalPodAutoscaler", "daemon").is_none());
}

#[test]
fn budgets_never_block_every_drain() {
    let mut sample = sample();
    let clusters = sample.lowered();
    let budgets: Vec<&Object> =
        everything(&clusters).into_iter().filter(|object| object.kind() == Some("PodDisruptionBudget")).collect();
    let of = |object: &&Object| {
        let spec = object.tree.to_json()["spec"].clone();
        (object.name().unwrap_or_default().to_owned(), spec["minAvailable"].clone(), spec["maxUnavailable"].clone())
    };
    let found: Vec<_> = budgets.iter().map(of).collect();
    // A network's only node has none, and a network's nodes are counted by those that must stay.
    let expected = [("kafka", json!(1), json!(null)), ("orders", json!(null), json!("25%"))];
    assert_eq!(found, expected.map(|(name, least, most)| (name.to_owned(), least, most)));
    let brokers = json!({"app.kubernetes.io/component": "kafka"});
    assert_eq!(get(&clusters, "PodDisruptionBudget", "kafka")["spec"]["selector"]["matchLabels"], brokers);
    sample.workload(ORDERS).shape = Shape::Stateless(Copies::Fixed(told(1)));
    assert!(find(&sample.lowered(), "PodDisruptionBudget", "orders").is_none());
}

#[test]
fn nodes_of_a_network_are_spread_and_brokers_stand_in_their_rack() {
    let mut sample = sample();
    let clusters = sample.lowered();
    let peer = get(&clusters, "StatefulSet", "peer0");
    let zone = &pod(&peer)["topologySpreadConstraints"][0];
    assert_eq!(
        (&zone["topologyKey"], &zone["whenUnsatisfiable"]),
        (&json!("topology.kubernetes.io/zone"), &json!("DoNotSchedule"))
    );
    assert_eq!(zone["labelSelector"]["matchLabels"], json!({"app.kubernetes.io/component": "peer"}));
    assert_eq!(zone["nodeTaintsPolicy"], "Honor");
    let kafka = get(&clusters, "StatefulSet", "kafka1");
    assert_eq!(pod(&kafka)["nodeSelector"], json!({"topology.kubernetes.io/zone": "b"}));
    assert_eq!(pod(&kafka)["topologySpreadConstraints"][0]["whenUnsatisfiable"], "ScheduleAnyway");
    let orders = get(&clusters, "Deployment", "orders");
    assert_eq!(pod(&orders)["topologySpreadConstraints"][0]["whenUnsatisfiable"], "ScheduleAnyway");
    assert_eq!(pod(&get(&clusters, "Deployment", "daemon"))["topologySpreadConstraints"], Value::Null);
    // Without zones nothing can be pinned, and at least two brokers must not share a node.
    sample.organization().clusters[0].zones.clear();
    let clusters = sample.lowered();
    let kafka = get(&clusters, "StatefulSet", "kafka1");
    assert_eq!(pod(&kafka)["nodeSelector"], Value::Null);
    let constraints = pod(&kafka)["topologySpreadConstraints"].as_array().unwrap();
    assert_eq!((constraints.len(), &constraints[0]["whenUnsatisfiable"]), (1, &json!("DoNotSchedule")));
}

#[test]
fn pods_are_restricted_and_exceptions_give_their_reason() {
    let clusters = sample().lowered();
    for object in everything(&clusters) {
        let json = object.tree.to_json();
        let pod = pod(&json);
        if pod.is_null() {
            continue;
        }
        let security = json!({"fsGroupChangePolicy": "OnRootMismatch", "runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
        for (key, value) in security.as_object().unwrap() {
            assert_eq!(&pod["securityContext"][key], value, "{:?}", object.name());
        }
        assert_eq!((&pod["automountServiceAccountToken"], &pod["enableServiceLinks"]), (&json!(false), &json!(false)));
        assert_eq!(
            pod["serviceAccountName"].as_str(),
            json["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"].as_str()
        );
        for container in pod["containers"].as_array().unwrap() {
            let security = &container["securityContext"];
            assert_eq!(security["capabilities"], json!({"drop": ["ALL"]}));
            assert_eq!(security["allowPrivilegeEscalation"], false);
            let exception = &json["metadata"]["annotations"]["akcgen.io/exception"];
            assert_eq!(security["readOnlyRootFilesystem"].as_bool(), Some(exception.is_null()));
            for amounts in ["requests", "limits"] {
                assert!(
                    container["resources"][amounts]["cpu"].is_string()
                        && container["resources"][amounts]["memory"].is_string()
                );
            }
        }
    }
    let orders = get(&clusters, "Deployment", "orders");
    let reason = "orders: writable root file system: it writes beside its code";
    assert_eq!(orders["metadata"]["annotations"]["akcgen.io/exception"], reason);
    assert_eq!(get(&clusters, "ServiceAccount", "orders")["automountServiceAccountToken"], false);
}

#[test]
fn probes_follow_the_check() {
    let mut sample = sample();
    let peer = get(&sample.lowered(), "StatefulSet", "peer0");
    let container = &pod(&peer)["containers"][0];
    assert_eq!(container["startupProbe"]["httpGet"], json!({"path": "/healthz", "port": "http", "scheme": "HTTP"}));
    assert_eq!(
        (&container["startupProbe"]["failureThreshold"], &container["startupProbe"]["periodSeconds"]),
        (&json!(13), &json!(5))
    );
    assert_eq!(pod(&peer)["initContainers"][0]["readinessProbe"]["tcpSocket"], json!({"port": "couchdb"}));
    let command = Check::Command(vec!["test".to_owned(), "-f".to_owned()]);
    sample.workload(PEER).containers[0].probe.check = command;
    let peer = get(&sample.lowered(), "StatefulSet", "peer0");
    assert_eq!(pod(&peer)["containers"][0]["livenessProbe"]["exec"], json!({"command": ["test", "-f"]}));
}

#[test]
fn policies_hold_the_hops_that_start_or_end_at_the_pods_and_no_other() {
    let clusters = sample().lowered();
    let policy = find(&clusters, "NetworkPolicy", "peer0").unwrap();
    let json = policy.tree.to_json();
    let range = json!({"ipBlock": {"cidr": "10.0.0.0/24"}});
    let daemon = json!({"podSelector": {"matchLabels": {"app.kubernetes.io/component": "daemon", "app.kubernetes.io/name": "daemon"}}});
    assert_eq!(
        json["spec"]["ingress"],
        json!([
            {"from": [daemon, range], "ports": [{"port": 7051, "protocol": "TCP"}]},
            {"from": [range], "ports": [{"port": 9443, "protocol": "TCP"}]},
        ])
    );
    assert_eq!(json["spec"]["egress"], Value::Null);
    assert_eq!(policy.origins.lookup(&"spec/ingress/0/from/1/ipBlock".into()), Origin::Default("orders call peer"));
    let egress = get(&clusters, "NetworkPolicy", "orders")["spec"]["egress"].clone();
    assert_eq!(egress, json!([{"to": [range], "ports": [{"port": 443, "protocol": "TCP"}]}]));
    assert!(find(&clusters, "NetworkPolicy", "kafka0").is_none());
    let deny = get(&clusters, "NetworkPolicy", "default-deny");
    assert_eq!(deny["spec"], json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
    let dns = get(&clusters, "NetworkPolicy", "allow-dns");
    assert_eq!(
        dns["spec"]["egress"][0]["ports"],
        json!([{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}])
    );
}

#[test]
fn files_reach_the_containers_without_hiding_what_the_image_has() {
    let clusters = sample().lowered();
    let map = find(&clusters, "ConfigMap", "peer0").unwrap();
    let keys: Vec<String> = map.tree.to_json()["data"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["config.yaml", "couchdb.config.yaml", "peer.config.yaml"]);
    assert_eq!(map.origins.lookup(&"data/config.yaml".into()), Origin::Default("a file"));
    let peer = get(&clusters, "StatefulSet", "peer0");
    let mounts = pod(&peer)["containers"][0]["volumeMounts"].as_array().unwrap();
    let whole = json!({"mountPath": "/etc/hyperledger/msp", "name": "peer-msp", "readOnly": true});
    let single =
        json!({"mountPath": "/etc/app/config.yaml", "name": "peer-files", "readOnly": true, "subPath": "config.yaml"});
    assert!(mounts.contains(&whole) && mounts.contains(&single), "{mounts:?}");
    let tls = json!({"mountPath": "/etc/hyperledger/tls", "name": "peer-tls", "readOnly": true});
    assert!(mounts.contains(&tls), "{mounts:?}");
    let volume = |name: &str| {
        pod(&peer)["volumes"].as_array().unwrap().iter().find(|volume| volume["name"] == name).unwrap().clone()
    };
    let msp = json!({"defaultMode": 288, "sources": [
        {"configMap": {"name": "peer0", "items": [{"key": "peer.config.yaml", "path": "config.yaml"}]}},
        {"secret": {"name": "identity", "items": [{"key": "ca", "path": "cacerts/ca.pem"}, {"key": "key", "path": "keystore/key.pem"}]}}]});
    assert_eq!(volume("peer-msp")["projected"], msp);
    assert_eq!(volume("couchdb-opt-couchdb-etc-local-d")["emptyDir"], json!({"sizeLimit": "1Gi"}));
    let orders = get(&clusters, "Deployment", "orders");
    let shared = json!({"mountPath": "/etc/templates", "name": "shared-files", "readOnly": true});
    assert!(pod(&orders)["containers"][0]["volumeMounts"].as_array().unwrap().contains(&shared));
    assert_eq!(pod(&orders)["containers"][0]["args"], json!(["--price=$$(PRICE)"]));
}

#[test]
fn a_folder_with_a_writable_place_below_it_is_not_mounted_whole() {
    let mut sample = sample();
    sample.workload(PEER).containers[0].scratch.push("/etc/hyperledger/tls/cache".to_owned());
    let peer = get(&sample.lowered(), "StatefulSet", "peer0");
    let mounts = pod(&peer)["containers"][0]["volumeMounts"].as_array().unwrap();
    let paths: Vec<&str> = mounts.iter().filter_map(|mount| mount["mountPath"].as_str()).collect();
    assert!(!paths.contains(&"/etc/hyperledger/tls") && paths.contains(&"/etc/hyperledger/tls/tls.key"), "{paths:?}");
    assert!(paths.contains(&"/etc/hyperledger/msp"), "{paths:?}");
}

#[test]
fn a_changed_file_restarts_the_pods_and_renames_the_job() {
    let mut sample = sample();
    let sum = |sample: &Sample| {
        let peer = get(&sample.lowered(), "StatefulSet", "peer0");
        peer["spec"]["template"]["metadata"]["annotations"]["akcgen.io/configuration"].as_str().unwrap().to_owned()
    };
    let job = |sample: &Sample| -> String {
        let clusters = sample.lowered();
        let jobs = everything(&clusters).into_iter().filter(|object| object.kind() == Some("Job"));
        jobs.map(|job| job.name().unwrap().to_owned()).next().unwrap()
    };
    let (sum_before, job_before) = (sum(&sample), job(&sample));
    assert_eq!((sum_before.len(), job_before.len()), (64, "setup-".len() + 8));
    assert_eq!(job(&sample), job_before);
    for container in sample.configuration.containers.iter_mut().flatten() {
        container.files[0].path.push('x');
    }
    assert_ne!(sum(&sample), sum_before);
    assert_ne!(job(&sample), job_before);
    let clusters = sample.lowered();
    let renamed = get(&clusters, "Job", &job(&sample));
    assert_eq!(
        (&renamed["spec"]["ttlSecondsAfterFinished"], &renamed["spec"]["backoffLimit"]),
        (&Value::Null, &json!(6))
    );
    assert_eq!(pod(&renamed)["restartPolicy"], "Never");
}

#[test]
fn the_checksum_is_what_sha256sum_prints_over_the_files() {
    let clusters = sample().lowered();
    let data = get(&clusters, "ConfigMap", "peer0")["data"].as_object().unwrap().clone();
    let sum = |text: &str| hex(&Sha256::digest(text));
    let keys: BTreeSet<&String> = data.keys().collect();
    let listing: String = keys.iter().map(|key| format!("{}  {key}\n", sum(data[*key].as_str().unwrap()))).collect();
    let template = &get(&clusters, "StatefulSet", "peer0")["spec"]["template"];
    assert_eq!(template["metadata"]["annotations"]["akcgen.io/configuration"], sum(&listing));
}

#[test]
fn origins_lead_from_the_line_to_its_cause() {
    let clusters = sample().lowered();
    let ingress = find(&clusters, "Ingress", "orders").unwrap();
    assert_eq!(ingress.origins.lookup(&"spec/rules/0/host".into()), Origin::Default("host"));
    assert_eq!(ingress.origins.lookup(&"metadata/annotations/scheme".into()), Origin::Default("scheme"));
    let peer = find(&clusters, "StatefulSet", "peer0").unwrap();
    let memory = "spec/template/spec/initContainers/0/resources/limits/memory";
    assert_eq!(peer.origins.lookup(&memory.into()), Origin::Default("memory limit"));
    // Every row leads to something that is there.
    for object in everything(&clusters) {
        for (path, _) in &object.origins.rows {
            assert!(object.tree.at(path).is_some(), "{:?} {:?} has nothing at {path}", object.kind(), object.name());
        }
    }
}
