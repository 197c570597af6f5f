//! TKGI's own files: what hangs on the parameters of `pks`.

use akcgen::bind::InfraContent;
use serde_json::{Value as Json, json};

use super::*;

/// A file of the first cluster of the organization that these parameters and this part describe.
fn file(name: &str, parameters: &str, more: &str) -> Option<Json> {
    let run = Run::text(&format!(
        "blueprint: v1\nname: trade\norganizations:\n  buyer:\n    domain: buyer.example\n    target: pks\n    \
         pks: {{tkgiVersion: \"1.22\", network: nsx, plan: large, zones: [room-1, room-2], velero: {{namespace: velero}}, \
         {parameters}}}\n{more}channels: {{trade: [buyer]}}\n"
    ));
    assert!(run.environments.iter().all(Option::is_some), "{}", run.report());
    let cluster = organization(&run, "buyer").clusters[0].clone();
    let file = cluster.infra.into_iter().find(|file| file.name == name)?;
    Some(match file.content {
        InfraContent::Json(object) => object.tree.to_json(),
        InfraContent::Lines(lines) => {
            json!(lines.iter().map(|line| line.value.as_str()).collect::<Vec<_>>().join("\n"))
        }
        InfraContent::Yaml(documents) => documents.iter().map(|one| one.tree.to_json()).collect(),
    })
}

#[test]
fn the_size_of_a_load_balancer_is_the_smallest_that_holds_all_virtual_servers() {
    let size = |balancers: &str, orderers: u32| {
        let balancers = format!("loadBalancers: {{ranges: [100.64.32.0/24]{balancers}}}");
        let ordering = format!("ordering: {{orderers: {{buyer: {orderers}}}}}\n");
        file("network-profile.json", &balancers, &ordering).unwrap()["parameters"]["lb_size"].clone()
    };
    // Three peers, and three for the API server and NSX's own Ingresses: ten at most for a small one unless told otherwise.
    assert_eq!(size("", 3), "small");
    assert_eq!(size("", 5), "large");
    assert_eq!(size(", virtualServers: {medium: 11}", 5), "medium");
    assert_eq!(size(", virtualServers: {small: 11}", 5), "small");
    assert_eq!(size(", size: large", 3), "large");
}

#[test]
fn zones_of_a_compute_profile_are_those_that_pools_name() {
    let zone = |name: &str, rule: &str| {
        format!("{name}: {{cpi: ff8d, datacenter: hall, cluster: compute, hostGroup: {name}{rule}}}")
    };
    let parameters = format!(
        "loadBalancers: {{ranges: [100.64.32.0/24]}}, availabilityZones: {{{}, {}}}",
        zone("room-1", ""),
        zone("room-2", ", rule: SHOULD")
    );
    let pools = "    blockchain: {nodePools: {general: {minimum: 4}, archive: {zones: [room-2]}}}\n";
    let profile = file("compute-profile.json", &parameters, pools).unwrap();
    let parameters = &profile["parameters"];
    let group = |at: usize| &parameters["azs"][at]["cloud_properties"]["datacenters"][0]["clusters"][0]["compute"];
    assert_eq!(group(0), &json!({"host_group": {"drs_rule": "MUST", "name": "room-1"}}));
    assert_eq!(group(1), &json!({"host_group": {"drs_rule": "SHOULD", "name": "room-2"}}));
    let pools = &parameters["cluster_customization"]["node_pools"];
    assert_eq!(pools[0]["az_names"], json!(["room-2"]));
    assert_eq!((&pools[0]["instances"], &pools[0]["max_worker_instances"]), (&json!(1), &json!(3)));
    assert_eq!(pools[1]["az_names"], json!(["room-1", "room-2"]));
}

#[test]
fn no_command_says_what_no_file_says() {
    let plain = "loadBalancers: {ranges: [100.64.32.0/24]}";
    let said = |parameters: &str| file("create-cluster.txt", parameters, "").unwrap().as_str().unwrap().to_owned();
    let text = said(plain);
    assert!(text.contains("--network-profile buyer-blockchain-production-r1 "), "{text}");
    for absent in ["--num-nodes", "--config-file", "--private-registries", "EncryptionConfiguration"] {
        assert!(!text.contains(absent), "{text}");
    }
    assert!(text.contains("update-cluster buyer-blockchain-production --kubernetes-profile"), "{text}");
    let encrypted = said(&format!("{plain}, profileRevision: 4, etcdEncryption: {{file: /secure/etcd.yml}}"));
    assert!(encrypted.contains("--kubernetes-profile buyer-blockchain-production-r4"), "{encrypted}");
    assert!(!encrypted.contains("update-cluster buyer-blockchain-production --kubernetes-profile"), "{encrypted}");
}

#[test]
fn a_dns_of_ones_own_is_told_every_name_and_what_answers_for_it() {
    let balancers = "loadBalancers: {ranges: [100.64.32.0/24]}";
    let records = |more: &str| file("dns-records.csv", &format!("{balancers}{more}"), "");
    let rows = records("").unwrap();
    let rows: Vec<&str> = rows.as_str().unwrap().lines().collect();
    assert_eq!(rows[0], "name,type,for,namespace,kind,object");
    let peer = "peer0.buyer.example,A,other organizations,buyer-blockchain,Service,peer0-balancer";
    assert!(rows.contains(&peer), "{rows:#?}");
    assert_eq!(records(", dns: {server: 10.20.0.53, key: external-dns}"), None, "external-dns writes them");
    assert_eq!(records(", access: cluster"), None, "nothing answers outside of the cluster");
}

#[test]
fn what_only_looks_like_a_schedule_or_an_address_is_none() {
    for (parameters, key) in [
        (r#"postgresql: {backup: "0 25 * * *"}"#, "`backup`"),
        (r#"postgresql: {backup: "0 2 30 2 *"}"#, "`backup`"),
        ("nsx: {nodesDns: [10.20.0.531]}", "an item of `nodesDns`"),
    ] {
        let run = Run::text(&format!(
            "blueprint: v1\nname: trade\norganizations:\n  buyer:\n    domain: buyer.example\n    target: pks\n    \
             pks: {{tkgiVersion: \"1.22\", network: nsx, plan: large, {parameters}}}\nchannels: {{trade: [buyer]}}\n"
        ));
        let report = run.report();
        assert!(report.contains("error[AKC0114]") && report.contains(key), "{parameters}: {report}");
    }
}

#[test]
fn a_plan_tells_what_workers_have_and_what_is_asked_of_them() {
    let pools = "    blockchain: {nodePools: {general: {minimum: 4, maximum: 6}, large: {minimum: 3, maximum: 3}}}\n";
    let plan = file("capacity-plan.txt", "loadBalancers: {ranges: [100.64.32.0/24]}", pools).unwrap();
    let plan = plan.as_str().unwrap();
    // Workers of four cores and 16 GiB, by the rule of `nodes.allocatable`.
    let pool = "pool general: 4 workers, at most 6; each has 3700m, 15616Mi and 105 pods to give";
    assert!(plan.contains(pool), "{plan}");
    assert!(plan.contains("--node-pool-instances \"general:5\""), "{plan}");
    assert!(plan.contains("# large has all that it can have") && !plan.contains("\"large:"), "{plan}");
    assert!(plan.contains("workloads ask for ") && !plan.contains(" for 0m"), "{plan}");
}
