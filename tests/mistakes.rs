//! Mistakes of the field that are paid for months later, on Kubernetes of one's own and on plain servers: each is either
//! refused where a blueprint can make it, or impossible, which the tests below hold over every object and file of
//! `golden/`. Their helpers are tested on what is broken.
//!
//! | mistake | where it is held off |
//! |---|---|
//! | more virtual servers than NSX's load balancer holds (kubernetes#68284) | AKC0430, `virtual-servers`, `network-profile`; `tests/binding/profiles.rs` |
//! | a NodePort, which NSX does not have | AKC0188; `services_open_no_port_of_a_node` |
//! | an Ingress before peers or orderers | AKC0295; AKC0440, `ingress-of-peers`; `ingresses_lead_to_http_alone` |
//! | NSX's own Ingresses, which let in everybody | AKC0430, `ingresses-of-nsx` |
//! | keys that vSphere's CSI driver does not know, provisioners that Kubernetes no longer has | AKC0430, `volumes-of-vsphere`; `vsphere_is_told_what_it_knows` |
//! | a block volume for many nodes | AKC0440, `ingress-of-peers`; `block_volumes_are_of_one_node` |
//! | the socket of a container engine | AKC0187; `nothing_of_a_node_is_mounted` |
//! | a worker made anew that keeps a volume | AKC0240; AKC0431, `two-workers`; `nodes_of_a_kind_stand_apart`; `capacity-plan.txt` |
//! | a datastore a zone without topology | AKC0430, `one-datastore-for-rooms`, `zones-of-a-compute-profile` |
//! | `--num-nodes` beside a compute profile, a control plane that a profile shrinks, two Kubernetes profiles | `tkgi_is_given_one_profile_of_each_kind` |
//! | MetalLB that advertises nothing, or what others have | AKC0410, `answered-twice`; AKC0430, `addresses-of-metallb`, `balancers-of-another-network`; `what_metallb_gives_out_it_answers_for` |
//! | a published port that a host's firewall does not see | `scripts/proofs/firewall`; `src/hosts/connections/tests.rs` |
//! | a missing source of a mount that becomes root's folder | `src/hosts/tests.rs`, `what_compose_takes_for_granted_is_there` |
//! | a folder of the system's or another's that gets an owner and a mode | AKC0430, `folders-of-the-system` |
//! | `$` in a value that Compose takes for a variable | `src/hosts/tests.rs`, `compose_reads_no_variable_anywhere` |
//! | two services on one port, a port that others are not told | AKC0404; `src/hosts/tests.rs`; `tests/binding/hosts.rs` |
//! | an address that two have, or that each server believes to be its own | AKC0410, `containers`, `containers-and-others`; AKC0426; AKC0430, `addresses-of-nobody` |
//! | a network that Docker gives a range which others have | `src/hosts/tests.rs`, `every_network_of_a_host_has_its_own_part_of_the_containers_range` |
//! | more cores than a server has, which Docker refuses | `src/hosts/tests.rs`, `limits_of_cores_are_what_docker_and_the_kernel_take` |
//! | names that HAProxy or Ansible take for others | AKC0430, `names-of-ansible`; `src/hosts/tests.rs`, `haproxy_is_told_no_name_twice_and_asks_nobody_for_an_address` |
//! | a schedule that never comes, a zone without the domain | AKC0282; AKC0430, `zone-of-another-domain`; `tests/binding/profiles.rs` |
//! | logs that nobody ends, services that stay down | `src/hosts/tests.rs`, `what_compose_takes_for_granted_is_there` |
//! | images that are gone or change | AKC0285, AKC0289; `images_stay_what_they_are` |
//! | a majority on one host or in one room, data that moves unasked | AKC0404, `peers-kept-together`; AKC0412, AKC0425; `tests/binding/hosts.rs` |
//! | a balancer that cuts silent streams | `streams_outlive_balancers`; `src/fabric/peer/tests.rs` |
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

/// A file of `golden/`: its path and its text.
type File = (String, String);

static GOLDEN: LazyLock<Vec<File>> = LazyLock::new(|| {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("golden"), &mut files);
    files
});

fn collect(folder: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Every object that is applied to a cluster as it stands there: the file, the object.
static OBJECTS: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    let applied =
        |path: &&File| path.0.ends_with(".yaml") && ["/manifests/", "/prelude/"].iter().any(|one| path.0.contains(one));
    let files = GOLDEN.iter().filter(applied).filter(|file| !file.0.ends_with(".values.yaml"));
    let objects = files.flat_map(|(path, text)| {
        let documents = serde_yaml::Deserializer::from_str(text);
        documents.map(move |one| (path.as_str(), Value::deserialize(one).unwrap()))
    });
    objects.collect()
});

fn objects<'a>(kinds: &'a [&'a str]) -> impl Iterator<Item = &'a (&'static str, Value)> {
    let of = |object: &Value| object["kind"].as_str().is_some_and(|kind| kinds.contains(&kind));
    let found: Vec<&(&str, Value)> = OBJECTS.iter().filter(|(_, object)| of(object)).collect();
    assert!(!found.is_empty(), "{kinds:?}");
    found.into_iter()
}

/// What is wrong with any of the objects of some kinds.
fn faults(kinds: &[&str], fault: impl Fn(&Value) -> bool) -> Vec<String> {
    let wrong = objects(kinds).filter(|(_, object)| fault(object));
    wrong.map(|(path, object)| format!("{path}: {} {}", object["kind"], object["metadata"]["name"])).collect()
}

/// Whether a key stands anywhere in a value.
fn has_key(value: &Value, key: &str) -> bool {
    match value {
        Value::Object(map) => map.contains_key(key) || map.values().any(|value| has_key(value, key)),
        Value::Array(items) => items.iter().any(|item| has_key(item, key)),
        _ => false,
    }
}

const WORKLOADS: [&str; 3] = ["Deployment", "Job", "StatefulSet"];

#[test]
fn services_open_no_port_of_a_node() {
    let opens = |object: &Value| {
        object["spec"]["type"] == "NodePort"
            || ["nodePort", "hostPort", "hostNetwork"].iter().any(|key| has_key(object, key))
    };
    assert!(
        opens(&json!({"spec": {"ports": [{"nodePort": 30_051}]}})) && opens(&json!({"spec": {"type": "NodePort"}}))
    );
    assert_eq!(faults(&["Service"], opens), [""; 0]);
    assert_eq!(faults(&WORKLOADS, opens), [""; 0]);
}

#[test]
fn nothing_of_a_node_is_mounted() {
    assert_eq!(faults(&WORKLOADS, |object| has_key(object, "hostPath")), [""; 0]);
    let sockets = ["docker.sock", "containerd.sock", "crio.sock"];
    let named = GOLDEN.iter().filter(|(_, text)| sockets.iter().any(|socket| text.contains(socket)));
    assert_eq!(named.map(|(path, _)| path).collect::<Vec<_>>(), [""; 0]);
}

/// The component of the pods behind a Service of the object's own file or another of its folder.
fn component(path: &str, namespace: &Value, service: &str) -> String {
    let folder = path.rsplit_once('/').unwrap().0;
    let found = objects(&["Service"]).find(|(other, object)| {
        let own = &object["metadata"];
        other.starts_with(folder) && own["namespace"] == *namespace && own["name"] == service
    });
    let selector = &found.unwrap_or_else(|| panic!("{path}: {service}")).1["spec"]["selector"];
    selector["app.kubernetes.io/component"].as_str().unwrap().to_owned()
}

#[test]
fn ingresses_lead_to_http_alone() {
    for (path, ingress) in objects(&["Ingress"]) {
        assert_ne!(ingress["spec"]["ingressClassName"], "nsx", "{path}");
        for rule in ingress["spec"]["rules"].as_array().unwrap() {
            for way in rule["http"]["paths"].as_array().unwrap() {
                let service = way["backend"]["service"]["name"].as_str().unwrap();
                let component = component(path, &ingress["metadata"]["namespace"], service);
                assert!(
                    ["service", "dapp", "explorer", "data-sync"].contains(&component.as_str()),
                    "{path}: {component}"
                );
            }
        }
    }
}

/// Whether a class of vSphere's is told what the driver refuses.
fn is_misled(class: &Value) -> bool {
    const KNOWN: [&str; 3] = ["storagepolicyname", "datastoreurl", "csi.storage.k8s.io/fstype"];
    let provisioner = class["provisioner"].as_str().unwrap_or_default();
    let unknown =
        class["parameters"].as_object().is_some_and(|keys| keys.keys().any(|key| !KNOWN.contains(&key.as_str())));
    provisioner.starts_with("kubernetes.io/") || provisioner == "csi.vsphere.vmware.com" && unknown
}

#[test]
fn vsphere_is_told_what_it_knows() {
    assert!(is_misled(&json!({"provisioner": "kubernetes.io/vsphere-volume"})));
    assert!(is_misled(&json!({"provisioner": "csi.vsphere.vmware.com", "parameters": {"diskformat": "thin"}})));
    assert_eq!(faults(&["StorageClass"], is_misled), [""; 0]);
    assert!(objects(&["StorageClass"]).any(|(_, class)| class["provisioner"] == "csi.vsphere.vmware.com"));
}

#[test]
fn block_volumes_are_of_one_node() {
    let classes: BTreeSet<&str> =
        objects(&["StorageClass"]).filter_map(|(_, class)| class["metadata"]["name"].as_str()).collect();
    let shared = |claim: &Value| {
        let is_of_a_class = claim["spec"]["storageClassName"].as_str().is_some_and(|class| classes.contains(class));
        is_of_a_class && claim["spec"]["accessModes"] != json!(["ReadWriteOnce"])
    };
    let class = classes.first().unwrap();
    assert!(shared(&json!({"spec": {"storageClassName": class, "accessModes": ["ReadWriteMany"]}})));
    assert_eq!(faults(&["PersistentVolumeClaim"], shared), [""; 0]);
}

#[test]
fn nodes_of_a_kind_stand_apart() {
    let together = |object: &Value| {
        let template = &object["spec"]["template"];
        let node = ["peer", "orderer", "kafka", "zookeeper"];
        let component = template["metadata"]["labels"]["app.kubernetes.io/component"].as_str().unwrap_or_default();
        let spreads = template["spec"]["topologySpreadConstraints"].as_array();
        // Over zones where there are several, else over nodes; a broker stands in the zone that its rack names.
        let strict = |one: &Value| one["whenUnsatisfiable"] == "DoNotSchedule" && one["maxSkew"] == 1;
        let apart = spreads.is_some_and(|spreads| spreads.iter().any(strict))
            || template["spec"]["nodeSelector"].get("topology.kubernetes.io/zone").is_some();
        node.contains(&component) && !apart
    };
    let alone = json!({"app.kubernetes.io/component": "peer"});
    assert!(together(&json!({"spec": {"template": {"metadata": {"labels": alone}, "spec": {}}}})));
    for (path, node) in objects(&["StatefulSet"]).filter(|(_, object)| together(object)) {
        let labels = &node["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"];
        let folder = path.rsplit_once('/').unwrap().0;
        let alike = objects(&["StatefulSet"]).filter(|(other, object)| {
            let own = &object["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"];
            other.starts_with(folder) && own == labels
        });
        assert_eq!(alike.count(), 1, "{path}: it has siblings and nothing keeps them apart");
    }
}

#[test]
fn what_metallb_gives_out_it_answers_for() {
    for (path, pool) in objects(&["IPAddressPool"]) {
        let answers = objects(&["L2Advertisement"]).any(|(other, advertisement)| {
            let pools = advertisement["spec"]["ipAddressPools"].as_array().unwrap();
            other == path && pools.contains(&pool["metadata"]["name"])
        });
        assert!(answers, "{path}");
    }
}

#[test]
fn tkgi_is_given_one_profile_of_each_kind() {
    let lists: Vec<&File> = GOLDEN.iter().filter(|(path, _)| path.ends_with("/create-cluster.txt")).collect();
    assert!(lists.len() >= 4, "{}", lists.len());
    for (path, text) in lists {
        let commands: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let said = |words: &str| commands.iter().filter(|line| line.contains(words)).count();
        assert_eq!((said("create-kubernetes-profile "), said("--kubernetes-profile ")), (1, 1), "{path}");
        assert!(said("--compute-profile ") <= 1 && said("--network-profile ") <= 1, "{path}");
        assert_eq!((said("--num-nodes"), said("tkgi resize")), (0, 0), "{path}");
        let beside = path.replace("create-cluster.txt", "compute-profile.json");
        let profile = GOLDEN.iter().find(|(path, _)| *path == beside);
        let profile: Option<Value> = profile.map(|(_, text)| serde_json::from_str(text).unwrap());
        assert!(profile.is_none_or(|profile| !has_key(&profile, "control_plane")), "{beside}");
    }
}

#[test]
fn images_stay_what_they_are() {
    let loose = |image: &str| {
        let name = image.rsplit('/').next().unwrap_or(image);
        !name.contains([':', '@']) || name.ends_with(":latest") || image.contains("/bitnami")
    };
    for wrong in ["docker.io/library/redis", "a.example:5000/b/c:latest", "docker.io/bitnamilegacy/redis:7"] {
        assert!(loose(wrong), "{wrong}");
    }
    let lists: Vec<&File> = GOLDEN.iter().filter(|(path, _)| path.ends_with("/images.txt")).collect();
    let images: BTreeSet<&str> = lists.iter().flat_map(|(_, text)| text.split_whitespace()).collect();
    assert!(images.len() > 20, "{images:?}");
    assert_eq!(images.into_iter().filter(|image| loose(image)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn streams_outlive_balancers() {
    let files: Vec<&File> = GOLDEN.iter().filter(|(path, _)| path.ends_with("/haproxy.cfg")).collect();
    assert!(!files.is_empty());
    for (path, text) in files {
        let all = text.split("\nfrontend ").next().unwrap();
        for line in
            ["clitcpka", "srvtcpka", "timeout client 24h", "timeout server 24h", "timeout tunnel 24h", "retries 3"]
        {
            assert!(all.contains(line), "{path}: {line}");
        }
    }
}
