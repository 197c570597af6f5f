//! Blueprints bound to their targets, through the public stages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hosts;
mod platform;
mod profiles;
mod support;

use akcgen::base::{Object, Tree};
use akcgen::bind::{ClusterPlan, OrganizationPlan};
use akcgen::diag::code;
use akcgen::resolve::Cluster;
use support::*;

/// Two organizations on EKS; `more` is added to the first.
fn two(more: &str) -> String {
    format!(
        r#"
blueprint: v1
name: trade
organizations:
  buyer:
    domain: buyer.example
    target: eks
    eks: {{account: "111122223333", region: ap-southeast-1, clusterAdministrators: ["arn:aws:iam::111122223333:role/x"]}}
    {more}
  seller:
    domain: seller.example
    target: eks
    eks: {{account: "444455556666", region: eu-west-1, clusterAdministrators: ["arn:aws:iam::444455556666:role/x"]}}
ordering: {{orderers: {{seller: 3}}}}
channels: {{trade: [buyer, seller]}}
"#
    )
}

const TWO_APIS: &str = r#"blockchain: {services: {dapp: {image: "b/dapp:1.0", exposure: organization}, index: {image: "b/index:1.0", exposure: organization}}}
    application: {groups: {api: {services: {orders: {image: "b/orders:1.0", calls: [dapp, index], sharedFiles: /etc/shared}}}}}"#;

fn organization<'a>(run: &'a Run, name: &str) -> &'a OrganizationPlan {
    let bound = run.environments[0].as_ref().unwrap_or_else(|| panic!("{}", run.report()));
    let consortium = &bound.plan.consortium;
    let named = |plan: &&OrganizationPlan| consortium.organization(plan.graph.organization).name.value.as_str() == name;
    bound.plan.organizations.iter().find(named).unwrap()
}

fn cluster(plan: &OrganizationPlan, kind: Cluster) -> &ClusterPlan {
    plan.clusters.iter().find(|cluster| cluster.cluster == kind).unwrap()
}

/// The outer port of each entry, by workload and kind.
fn ports(plan: &OrganizationPlan) -> Vec<(String, u16)> {
    let entries = plan.graph.entries.iter().zip(&plan.outer_ports);
    entries.map(|(entry, port)| (plan.graph.workloads[entry.workload.0].name.clone(), *port)).collect()
}

fn text<'a>(tree: &'a Tree, path: &'static str) -> &'a str {
    tree.at(&path.into()).and_then(Tree::as_str).unwrap_or_else(|| panic!("there is text at {path}"))
}

#[test]
fn shipped_blueprints_are_bound() {
    for blueprint in ["blueprints/akachain.yaml", "blueprints/minimal.yaml"] {
        let run = Run::file(blueprint);
        assert!(run.environments.iter().all(Option::is_some), "{}", run.report());
    }
}

#[test]
fn a_row_decides_and_what_is_computed_keeps_away_from_it() {
    let rows = "allocations: v1\nenvironments:\n  production:\n    buyer:\n      ports: {peer0: 7061}\n";
    let run = Run::beside(&two(""), &[("allocations.yaml", rows)]);
    let peers = &run.environments[0].as_ref().unwrap().plan.cards[0].peers;
    assert_eq!(peers.iter().map(|peer| peer.port).collect::<Vec<_>>(), [7061, 7071, 7081]);
    let allocated = &run.environments[0].as_ref().unwrap().allocated;
    assert_eq!(allocated.iter().filter(|row| row.kept).count(), 1);
}

#[test]
fn a_row_that_is_no_network_is_told_where_it_stands() {
    for (range, expected) in
        [("300.0.0.0/16", code::ADDRESS), ("10.16.1.0/16", code::ADDRESS), ("10.16.0.0/20", code::BAD_ALLOCATION)]
    {
        let rows = format!("allocations: v1\nenvironments: {{production: {{buyer: {{cidr: {range}}}}}}}\n");
        let run = Run::beside(&two(""), &[("allocations.yaml", &rows)]);
        let found: Vec<_> =
            run.diagnostics.iter().map(|one| one.code).filter(|code| *code != code::UNALLOCATED).collect();
        assert_eq!(found, [expected], "{}", run.report());
    }
}

#[test]
fn two_services_of_one_port_behind_one_balancer_have_two() {
    let run = Run::text(&two(TWO_APIS));
    let ports = ports(organization(&run, "buyer"));
    let of = |name: &str| ports.iter().find(|(workload, _)| workload == name).unwrap().1;
    assert_eq!(of("dapp"), 8080, "the first by name keeps its own");
    assert!((20_000..30_000).contains(&of("index")), "{ports:?}");
    let plan = organization(&run, "buyer");
    let used: Vec<u16> = plan.flows.iter().flat_map(|flow| &flow.hops).map(|hop| hop.port).collect();
    assert!(used.contains(&of("index")), "the way to it goes through its outer port");
}

#[test]
fn a_node_keeps_the_name_that_its_network_has_given_it() {
    let rows = "allocations: v1\nenvironments: {production: {seller: {hosts: {peer0: a.old.example, orderer2: c.old.example}}}}\n";
    let run = Run::beside(&two(""), &[("allocations.yaml", rows)]);
    let card = &run.environments[0].as_ref().unwrap().plan.cards[1];
    let hosts =
        |nodes: &[akcgen::resolve::FabricNode]| nodes.iter().map(|node| node.host.to_string()).collect::<Vec<_>>();
    assert_eq!(hosts(&card.peers), ["a.old.example", "peer1.seller.example", "peer2.seller.example"]);
    assert_eq!(hosts(&card.orderers)[2], "c.old.example");
    let port = "allocations: v1\nenvironments: {production: {seller: {ports: {peer0: 0}}}}\n";
    let told = Run::beside(&two(""), &[("allocations.yaml", port)]).report();
    assert!(told.contains("error[AKC0115]: `peer0` must be at least 1"), "{told}");
}

#[test]
fn no_organization_disturbs_another() {
    let before = Run::text(&two(""));
    let third = "  third:\n    domain: third.example\n    target: eks\n    eks: {account: \"555566667777\", region: eu-west-1}\n";
    let after = Run::text(&two("").replace("ordering:", &format!("{third}ordering:")));
    for name in ["buyer", "seller"] {
        let (one, other) = (organization(&before, name), organization(&after, name));
        assert_eq!(ports(one), ports(other));
        assert_eq!(one.network, other.network);
        let documents = |plan: &OrganizationPlan| -> Vec<Tree> {
            plan.workloads.iter().flat_map(|one| &one.documents).map(|document| document.tree.clone()).collect()
        };
        assert_eq!(documents(one), documents(other));
    }
}

#[test]
fn what_is_bound_stands_where_the_placeholder_stood() {
    let key = "arn:aws:kms:ap-southeast-1:111122223333:key/1f0e9d8c-7b6a-4594-8372-615049382716";
    let bound = Run::beside(&two(""), &[("bindings/buyer.production.yaml", &format!("volumesKeyArn: {key}\n"))]);
    let class = |run: &Run, name: &str| {
        let plan = organization(run, name);
        let class = cluster(plan, Cluster::Blockchain).storage_classes.values().next().unwrap().clone();
        class.parameters["kmsKeyId"].value.clone()
    };
    assert_eq!(class(&bound, "buyer"), key);
    assert_eq!(class(&bound, "seller"), "arn:aws:kms:unbound");
    let missing = |name: &str| -> Vec<String> {
        let unbound = organization(&bound, name).unbound.iter().map(|one| one.name.clone());
        unbound.filter(|name| !name.ends_with("Certificate")).collect()
    };
    assert_eq!(
        (missing("buyer"), missing("seller")),
        (vec!["vpcId".into()], vec!["volumesKeyArn".into(), "vpcId".into()])
    );
}

#[test]
fn the_schema_of_bindings_knows_every_certificate_that_is_asked_for() {
    let known = regex::Regex::new(akcgen::bind::bindings::CERTIFICATES).unwrap();
    let bft = "fabric: \"3.1\"\nordering: {consensus: bft, orderers: {seller: 4}}";
    for (ordering, count) in [("ordering: {orderers: {seller: 3}}", 5), (bft, 10)] {
        let run = Run::text(&two("").replace("ordering: {orderers: {seller: 3}}", ordering));
        let unbound = organization(&run, "seller").unbound.iter().map(|one| one.name.as_str());
        let asked: Vec<&str> = unbound.filter(|name| name.ends_with("Certificate")).collect();
        assert_eq!(asked.len(), count, "{asked:?}");
        assert!(asked.iter().all(|name| known.is_match(name)), "{asked:?}");
    }
    assert!(!known.is_match("caCertificat") && !known.is_match("vpcCertificate"));
}

#[test]
fn shared_files_are_claimed_where_they_are_mounted_and_before_anything_runs() {
    let run = Run::text(&two(TWO_APIS));
    let plan = organization(&run, "buyer");
    let prelude: Vec<&Object> = cluster(plan, Cluster::Application).prelude.iter().collect();
    let kinds: Vec<_> = prelude.iter().filter_map(|object| object.kind()).collect();
    assert_eq!(kinds, ["PersistentVolume", "PersistentVolumeClaim"]);
    assert_eq!(text(&prelude[0].tree, "spec/csi/volumeHandle"), "fs-unbound::fsap-unbound");
    assert_eq!(text(&prelude[1].tree, "metadata/namespace"), "buyer-api");
    assert!(cluster(plan, Cluster::Blockchain).prelude.is_empty());
    let claims: Vec<_> = plan.workloads.iter().filter_map(|one| one.shared_claim.as_deref()).collect();
    assert_eq!(claims, ["shared-files"]);
}

#[test]
fn controllers_know_their_cluster_and_come_from_the_organizations_registry() {
    let run = Run::text(&two("registry: harbor.buyer.example/mirror"));
    let controllers = &cluster(organization(&run, "buyer"), Cluster::Blockchain).controllers;
    let named = |name: &str| controllers.iter().find(|one| one.name == name).map(|one| &one.values.tree);
    let autoscaler = named("cluster-autoscaler").unwrap();
    assert_eq!(text(autoscaler, "autoDiscovery/clusterName"), "buyer-blockchain-production");
    assert_eq!(text(autoscaler, "image/tag"), "v1.36.1", "the minor version is the cluster's");
    assert_eq!(text(autoscaler, "image/repository"), "harbor.buyer.example/mirror/autoscaling/cluster-autoscaler");
    assert!(named("external-dns").is_none(), "nothing faces the web");
    let images: Vec<&String> = controllers.iter().flat_map(|one| &one.images).map(|image| &image.reference).collect();
    assert!(images.iter().all(|image| image.starts_with("harbor.buyer.example/mirror/")), "{images:?}");
}

#[test]
fn controllers_pull_as_the_organizations_own_pods_do() {
    let run = |registry: &str| {
        let services = "blockchain: {services: {explorer: {exposure: none}, ca: {}}}";
        Run::text(&two(&format!("{services}\n    registry: {registry}")))
    };
    let pulling = run("{address: harbor.buyer.example, pullSecret: harbor}");
    let controllers = &cluster(organization(&pulling, "buyer"), Cluster::Blockchain).controllers;
    for (name, path) in [
        ("aws-load-balancer-controller", "imagePullSecrets/0/name"),
        ("cluster-autoscaler", "image/pullSecrets/0"),
        ("external-secrets", "global/imagePullSecrets/0/name"),
        ("velero", "image/imagePullSecrets/0"),
    ] {
        let values = &controllers.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name}")).values.tree;
        assert_eq!(text(values, path), "harbor", "{name}");
    }
    let plain = run("harbor.buyer.example");
    for controller in &cluster(organization(&plain, "buyer"), Cluster::Blockchain).controllers {
        assert!(!controller.values.tree.to_json().to_string().contains("ullSecrets"), "{}", controller.name);
    }
}

#[test]
fn who_lives_within_another_has_namespaces_in_its_cluster_and_nothing_of_the_cluster_itself() {
    let lodger = "  lodger: {domain: lodger.example, within: buyer, blockchain: {services: {ca: {}}}}\n";
    let text = two("").replace("ordering:", &format!("{lodger}ordering:"));
    let run = Run::text(&text.replace("[buyer, seller]", "[buyer, seller, lodger]"));
    let (host, guest) = (organization(&run, "buyer"), organization(&run, "lodger"));
    let (own, lent) = (cluster(host, Cluster::Blockchain), cluster(guest, Cluster::Blockchain));
    assert_eq!((&lent.name, lent.owner), (&own.name, host.graph.organization));
    assert!(lent.controllers.is_empty() && lent.pools.is_empty());
    assert_eq!(lent.namespaces.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["lodger-blockchain"]);
    assert_eq!(guest.network, host.network, "one network for both");
}

/// A `lodger` within the buyer's clusters, who has a group of services with a volume, which the buyer has not.
fn with_a_lodger(more: &str) -> String {
    let services = r#"{orders: {image: "b/orders:1.0", storage: {uploads: {size: 20Gi, path: /data}}}}"#;
    let groups = format!("application: {{groups: {{api: {{services: {services}}}}}}}");
    let lodger = format!("  lodger: {{domain: lodger.example, within: buyer, {more}{groups}}}\n");
    two("").replace("ordering:", &format!("{lodger}ordering:"))
}

#[test]
fn a_cluster_is_there_for_the_sake_of_one_who_lives_within_alone() {
    let run = Run::text(&with_a_lodger(""));
    let (host, guest) = (organization(&run, "buyer"), organization(&run, "lodger"));
    let (own, lent) = (cluster(host, Cluster::Application), cluster(guest, Cluster::Application));
    assert_eq!((lent.owner, &lent.name), (own.owner, &own.name));
    assert!(own.namespaces.is_empty() && !own.pools.is_empty(), "nodes and nothing of its own");
    let controllers: Vec<&str> = own.controllers.iter().map(|controller| controller.name.as_str()).collect();
    assert_eq!(controllers, ["aws-load-balancer-controller", "cluster-autoscaler", "velero"]);
    let classes =
        |plan: &ClusterPlan| -> Vec<String> { plan.storage_classes.values().map(|class| class.name.clone()).collect() };
    assert_eq!((classes(own), classes(lent)), (vec!["files".to_owned()], vec!["files".to_owned()]));
    assert!(guest.clusters.len() == 1 && organization(&run, "seller").clusters.len() == 1);
    assert!(guest.unbound.is_empty(), "the key of the host's volumes is the host's to give: {:?}", guest.unbound);
}

#[test]
fn what_is_wrong_with_a_cluster_is_told_of_its_owner_alone() {
    let ending = with_a_lodger("").replace("region: ap", "nat: single, kubernetes: \"1.34\", region: ap");
    let refused = with_a_lodger("").replace("region: ap", "kubernetes: \"1.99\", zones: [ap-southeast-1a], region: ap");
    for (text, expected) in [
        (ending, vec![code::KUBERNETES_ENDING, code::PLATFORM_ADVICE]),
        (refused, vec![code::ZONES_REFUSED, code::KUBERNETES_VERSION]),
    ] {
        let run = Run::text(&text);
        let found = run.diagnostics.iter().filter(|one| one.code != code::UNALLOCATED);
        let found: Vec<_> = found.map(|one| (one.code, one.organization.as_deref())).collect();
        let expected: Vec<_> = expected.into_iter().map(|code| (code, Some("buyer"))).collect();
        let sorted = |mut all: Vec<_>| {
            all.sort();
            all
        };
        assert_eq!(sorted(found), sorted(expected), "{}", run.report());
    }
}

#[test]
fn those_within_have_the_owners_range_and_no_row_of_their_own() {
    let run = Run::text(&with_a_lodger(""));
    let mut rows = run.environments[0].as_ref().unwrap().allocated.clone();
    let count = rows.len();
    rows.dedup();
    assert_eq!(rows.len(), count, "the network's row stands once: {rows:?}");
    // What a network of its own would have kept away from is in the way of the owner's.
    let vpn = "vpn: {office: {gateway: 198.51.100.7, ranges: [10.0.0.0/9, 10.128.0.0/9]}}, ";
    let run = Run::text(&with_a_lodger(vpn));
    let overlap = run.diagnostics.iter().find(|one| one.code == code::NETWORK_OVERLAP).unwrap();
    assert_eq!(overlap.organization.as_deref(), Some("lodger"));
    assert!(overlap.message.contains("the network of `buyer`"), "{}", overlap.message);
}

#[test]
fn what_the_target_and_its_controllers_have_is_not_taken_from_them() {
    let labels = two("labels: {elbv2.k8s.aws/pod-readiness-gate-inject: disabled}");
    let namespace = two("application: {groups: {secrets: {services: {x: {image: \"x/x:1\"}}}}}");
    let namespace = namespace.replace("  buyer:", "  external:").replace("[buyer,", "[external,");
    for (text, expected, words) in [
        (labels, code::PLATFORM_RULE, "the target `eks` sets it itself"),
        (namespace, code::NAMES_COLLIDE, "the namespace `external-secrets` is that of the controller"),
    ] {
        let run = Run::text(&text);
        let found: Vec<_> = run.diagnostics.iter().filter(|one| one.code == expected).collect();
        assert_eq!(found.len(), 1, "{}", run.report());
        assert!(found[0].message.contains(words) && found[0].span.is_some(), "{}", run.report());
    }
}

#[test]
fn zones_hold_equal_parts_of_a_pool_and_every_broker_its_own_rack() {
    let run = Run::file("blueprints/akachain.yaml");
    let plan = organization(&run, "akachain");
    let pools = &cluster(plan, Cluster::Blockchain).pools;
    let rows: Vec<_> = pools.iter().map(|pool| (pool.name.as_str(), pool.minimum, pool.maximum)).collect();
    assert_eq!(
        rows,
        [("general-ap-southeast-1a", 3, 6), ("general-ap-southeast-1b", 3, 6), ("general-ap-southeast-1c", 3, 6)]
    );
    assert!(pools.iter().all(|pool| (pool.cpu_millis, pool.pods) == (1730, 30)), "a t3.large: 35 pods, 5 of daemons");
}

#[test]
fn names_of_target_groups_fit_and_stay_apart() {
    let long = two(TWO_APIS).replace("buyer", "a-buyer-with-a-very-long-name");
    let run = Run::text(&long);
    let plan = organization(&run, "a-buyer-with-a-very-long-name");
    let documents = plan.workloads.iter().flat_map(|one| &one.documents);
    let bindings = documents.filter(|document| document.kind() == Some("TargetGroupBinding"));
    let mut names: Vec<&str> = bindings.map(|binding| text(&binding.tree, "spec/targetGroupName")).collect();
    assert!(names.iter().all(|name| name.len() <= 32), "{names:?}");
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), count), (5, 5), "three peers and two services");
}

#[test]
fn what_a_target_must_be_told_may_be_written_in_parts_and_is_asked_of_the_whole() {
    let parts = |defaults: &str, own: &str, environment: &str| {
        Run::text(&format!(
            "blueprint: v1\nname: trade\ndefaults: {{target: eks, eks: {{clusterAdministrators: []{defaults}}}}}\n\
             organizations:\n  buyer: {{domain: buyer.example{own}}}\n  guest: {{domain: guest.example, within: buyer}}\n\
             channels: {{trade: [buyer]}}\nenvironments: {{production: {{organizations: {{buyer: {environment}}}}}}}\n"
        ))
    };
    let whole = parts(", region: eu-west-1", "", r#"{eks: {account: "111122223333"}}"#);
    assert!(whole.environments[0].is_some(), "{}", whole.report());
    let nothing = Run::text(
        "blueprint: v1\nname: trade\norganizations: {buyer: {domain: buyer.example, target: eks}}\nchannels: {trade: [buyer]}\n",
    );
    let told = nothing.report();
    assert!(told.contains("error[AKC0111]: `eks` lacks the key `account`"), "{told}");
    assert!(told.contains("for example `region: \"ap-southeast-1\"`") && told.contains("2 errors"), "{told}");
    let subnets = r#", eks: {account: "111122223333", existing: {subnets: {data: {eu-west-1a: {cidr: 10.1.0.0/20}}}}}"#;
    let told = parts(", region: eu-west-1", subnets, "{}").report();
    assert!(told.contains("`eu-west-1a` lacks the key `id`") && told.contains("1 error"), "{told}");
}

#[test]
fn what_is_exposed_is_the_port_of_the_web_whatever_the_others_are_called() {
    let entry = |ports: &str, more: &str| {
        let services = format!(
            r#"{{api: {{image: "b/api:1.0", ports: {ports}, exposure: {{internet: [203.0.113.0/24]{more}}}}}}}"#
        );
        let run = Run::text(&two(&format!("blockchain: {{services: {services}}}")));
        organization(&run, "buyer")
            .graph
            .entries
            .iter()
            .find(|entry| entry.host == "api.buyer.example")
            .unwrap()
            .port
            .clone()
    };
    assert_eq!(entry("{admin: 9000, http: 8080}", ""), "http");
    assert_eq!(entry("{debug: {port: 9000, protocol: tcp}, web: 8080}", ""), "web");
    assert_eq!(entry("{admin: 9000, http: 8080}", ", port: admin"), "admin");
}

#[test]
fn a_zone_holds_the_domain_and_a_vpc_its_subnets() {
    let told = |more: &str| Run::text(&two("").replacen("account", &format!("{more}, account"), 1)).report();
    assert!(
        told("dnsZone: other.example")
            .contains("error[AKC0430]: names below `buyer.example` cannot stand in the zone `other.example`")
    );
    assert!(told("dnsZone: yer.example").contains("AKC0430"), "half a label is no zone");
    assert!(!told("dnsZone: buyer.example").contains("AKC0430"));
    let subnets = |kind: &str, third: u8| {
        let zone = |(at, zone): (usize, &str)| {
            format!(
                "ap-southeast-1{zone}: {{id: subnet-0a1b2c3d4e5f6071{at}, cidr: 10.{third}.{}.0/24}}",
                at * 8 + kind.len()
            )
        };
        format!("{kind}: {{{}}}", ["a", "b", "c"].into_iter().enumerate().map(zone).collect::<Vec<_>>().join(", "))
    };
    let existing = |third: u8| {
        let all = [subnets("public", third), subnets("private", 16), subnets("data", 16)].join(", ");
        format!("cidr: 10.16.0.0/16, existing: {{vpc: vpc-0a1b2c3d4e5f60718, subnets: {{{all}}}}}")
    };
    assert!(!told(&existing(16)).contains("error"), "{}", told(&existing(16)));
    let outside = told(&existing(17));
    assert!(outside.contains("the public subnet 10.17.6.0/24 lies outside the VPC's 10.16.0.0/16"), "{outside}");
}

#[test]
fn ranges_that_are_none_are_told_before_a_target_meets_them() {
    for (key, value) in [("cidr", "300.1.0.0/16"), ("cidr", "10.1.1.0/16"), ("serviceCidr", "172.20.0.1/16")] {
        let told = Run::text(&two("").replacen("account", &format!("{key}: {value}, account"), 1)).report();
        let expected = format!("error[AKC0114]: `{value}` cannot be `{key}`");
        assert!(told.contains(&expected) && told.contains("1 error"), "{told}");
    }
}
