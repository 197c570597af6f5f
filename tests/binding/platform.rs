//! What a target knows of its platform, and what is told where a blueprint says otherwise.

use super::*;

/// The findings about the first organization, with more of its parameters.
fn told(more: &str) -> String {
    Run::text(&two("").replacen("account", &format!("{more}, account"), 1)).report()
}

#[test]
fn halves_of_the_internet_are_the_internet() {
    for ranges in ["0.0.0.0/0", "0.0.0.0/1, 128.0.0.0/1"] {
        let report = told(&format!("publicAccess: [{ranges}]"));
        assert!(report.contains("AKC0430") && report.contains("open to the whole internet"), "{report}");
    }
    assert!(!told("publicAccess: [0.0.0.0/1]").contains("whole internet"));
}

#[test]
fn a_region_that_nobody_knows_is_told_with_the_nearest() {
    let region = |name: &str| Run::text(&two("").replace("eu-west-1", name)).report();
    let report = region("eu-wset-1");
    assert!(report.contains("warning[AKC0431]: AWS had no region `eu-wset-1`"), "{report}");
    assert!(report.contains("write `eu-west-1` here"), "{report}");
    assert!(!region("eu-west-1").contains("AKC0431"));
}

#[test]
fn a_key_of_another_region_is_refused() {
    let key =
        |region: &str| told(&format!(r#"existing: {{keys: {{volumes: "arn:aws:kms:{region}:999900001111:key/1f"}}}}"#));
    let report = key("eu-west-1");
    assert!(report.contains("AKC0430") && report.contains("does not lie in the region `ap-southeast-1`"), "{report}");
    assert!(!key("ap-southeast-1").contains("AKC0430"), "{}", key("ap-southeast-1"));
}

#[test]
fn a_binding_of_another_account_or_region_is_refused() {
    let bound = |values: &str| {
        let blueprint = two(r#"blockchain: {services: {explorer: {exposure: none}}}"#);
        Run::beside(&blueprint, &[("bindings/buyer.production.yaml", values)]).report()
    };
    let key = |place: &str| bound(&format!("volumesKeyArn: arn:aws:kms:{place}:key/1f0e9d8c\n"));
    assert!(!key("ap-southeast-1:111122223333").contains("AKC0403"), "{}", key("ap-southeast-1:111122223333"));
    for place in ["ap-southeast-1:999900001111", "eu-west-1:111122223333"] {
        let report = key(place);
        assert!(report.contains("error[AKC0403]: this is another ARN of the KMS key"), "{report}");
        assert!(report.contains("`:kms:ap-southeast-1:111122223333:`") && report.contains(":1:16"), "{report}");
    }
    let host = |region: &str| bound(&format!("postgresqlEndpoint: b.cluster-c0ffee.{region}.rds.amazonaws.com\n"));
    assert!(!host("ap-southeast-1").contains("AKC0403") && host("ap-southeast-2").contains("AKC0403"));
}

#[test]
fn controllers_call_aws_through_the_proxy() {
    let values = |more: &str| {
        let run = Run::text(&two(&format!("{more}{TWO_APIS}")));
        let clusters = &organization(&run, "buyer").clusters;
        let controllers = clusters.iter().flat_map(|cluster| &cluster.controllers);
        controllers.map(|controller| (controller.name.clone(), controller.values.tree.clone())).collect::<Vec<_>>()
    };
    let proxy = r#"proxy: {https: "http://proxy.example:3128", without: [.corp.example]}
    "#;
    let near = "localhost,127.0.0.1,169.254.169.254,169.254.170.23,.svc,.cluster.local,172.20.0.0/16,10.";
    for (name, tree) in values(proxy) {
        let places: &[&'static str] = match name.as_str() {
            "aws-load-balancer-controller" => &["env"],
            "cluster-autoscaler" => &["extraEnv"],
            "external-dns" => &["env"],
            "external-secrets" => &["extraEnv"],
            "velero" => &["configuration/extraEnvVars"],
            other => panic!("{other} is told nothing of the proxy"),
        };
        let told = tree.at(&places[0].into()).unwrap_or_else(|| panic!("{name}")).to_json();
        let of = |key: &str| match &told {
            serde_json::Value::Array(rows) => {
                rows.iter().find(|row| row["name"] == key).map(|row| row["value"].as_str().unwrap().to_owned())
            }
            map => map.get(key).map(|value| value.as_str().unwrap().to_owned()),
        };
        assert_eq!(of("HTTPS_PROXY").as_deref(), Some("http://proxy.example:3128"), "{name}");
        assert_eq!(of("HTTP_PROXY"), None, "{name}");
        let without = of("NO_PROXY").unwrap();
        assert!(without.starts_with(near) && without.ends_with("/16,.corp.example"), "{name}: {without}");
    }
    for (name, tree) in values("proxy: {http: \"http://proxy.example:3128\"}\n    ") {
        let told = tree.to_json().to_string();
        assert!(told.contains("HTTP_PROXY") && !told.contains("HTTPS_PROXY"), "{name}: {told}");
        assert!(!told.contains("/16,\""), "{name}: nothing stands behind a comma: {told}");
    }
    for (name, tree) in values("") {
        assert!(!tree.to_json().to_string().contains("PROXY"), "{name}");
    }
}

/// An organization with a cluster of any kind, whose names lead to its own Services.
const WITHIN_REACH: &str = r#"
blueprint: v1
name: trial
organizations:
  buyer:
    domain: buyer.example
    target: kubernetes
    kubernetes: {access: cluster, volumes: {provisioner: rancher.io/local-path}}
ordering: {orderers: {buyer: 3}}
channels: {trade: [buyer]}
"#;

#[test]
fn where_no_balancer_stands_nothing_answers_on_another_port() {
    let told = |access: &str, port: u16| {
        let rows = format!("allocations: v1\nenvironments: {{production: {{buyer: {{ports: {{peer0: {port}}}}}}}}}\n");
        Run::beside(&WITHIN_REACH.replace("access: cluster", access), &[("allocations.yaml", &rows)]).report()
    };
    let report = told("access: cluster", 7061);
    assert!(report.contains("error[AKC0404]: nothing answers for `peer0` on the port 7061"), "{report}");
    assert!(report.contains("allocations.yaml:2:") && report.contains("write 7051"), "{report}");
    assert!(!told("access: cluster", 7051).contains("AKC0404"));
    assert!(!told("access: loadBalancer", 7061).contains("AKC0404"), "a balancer has any port");
}

#[test]
fn the_network_plugins_that_do_not_fit_are_named_where_it_matters() {
    let add_ons = |access: &str| {
        let run = Run::text(&WITHIN_REACH.replace("access: cluster", access));
        cluster(organization(&run, "buyer"), Cluster::Blockchain).add_ons.join("\n")
    };
    assert!(add_ons("access: cluster").contains("Cilium") && !add_ons("access: loadBalancer").contains("Cilium"));
}

#[test]
fn what_nobody_else_does_before_the_web_answers_is_said() {
    let manuals = |exposure: &str| {
        let services = format!(r#"{{api: {{image: "b/api:1.0", exposure: {exposure}}}}}"#);
        let run = Run::text(&two(&format!("blockchain: {{services: {services}}}")));
        organization(&run, "buyer").entry_manuals.join("\n")
    };
    let manual = manuals("{internet: [203.0.113.0/24]}");
    assert!(manual.contains("request-certificate --region ap-southeast-1"), "{manual}");
    assert!(manual.contains("account 111122223333") && manual.contains("zone `buyer.example`"), "{manual}");
    assert_eq!(manuals("none"), "");
}

#[test]
fn names_of_clusters_are_told_apart_where_they_are_looked_for() {
    let shared = WITHIN_REACH.replace(
        "ordering:",
        "  seller:\n    domain: seller.example\n    target: kubernetes\n    kubernetes: {clusters: {blockchain: buyer-blockchain-production}, \
         volumes: {provisioner: rancher.io/local-path}}\nordering:",
    );
    let run = Run::text(&shared.replace("[buyer]", "[buyer, seller]"));
    let mut found = akcgen::diag::Diagnostics::new();
    let bound: Vec<_> = run.environments.into_iter().flatten().collect();
    akcgen::bind::compare(&bound, &mut found);
    let told = found.iter().next().unwrap();
    assert_eq!(told.code, code::CLUSTER_NAME_TAKEN);
    assert!(!told.help.iter().any(|help| help.contains("account")), "{:?}: it has none", told.help);
}

#[test]
fn what_no_cluster_takes_is_told_where_it_is_written() {
    // The first error and its place.
    let told = |more: &str| {
        let report = Run::text(&WITHIN_REACH.replace("access: cluster", more)).report();
        let error = report.find("error[").map_or("", |at| &report[at..]);
        error.lines().take(2).collect::<Vec<_>>().join("\n")
    };
    for (more, code, what) in [
        (
            r#"loadBalancers: {annotations: {"external-dns.alpha.kubernetes.io/hostname": a.b}}"#,
            "AKC0430",
            "a host name of its own",
        ),
        (r#"loadBalancers: {privateAnnotations: {"bad key": x}}"#, "AKC0114", "`bad key`"),
        ("nodeTypes: {standard: {cpu: 4, memory: 16, pods: 999999999999}}", "AKC0115", "`pods`"),
        ("nodeTypes: {small: {cpu: 4, memory: 16}}", "AKC0414", "`standard` is no node type"),
    ] {
        let report = told(more);
        assert!(report.starts_with(&format!("error[{code}]")) && report.contains(what), "{more}: {report}");
        assert!(report.contains("blueprint.yaml:"), "{more}: {report}");
    }
    let ingress = |labels: &str, ranges: &str| {
        told(&format!("ingress: {{class: x, namespace: z, labels: {labels}, rangesAnnotation: {ranges}, issuer: w}}"))
    };
    assert!(ingress(r#"{a: "b c"}"#, "x").starts_with("error[AKC0114]"));
    let hidden = ingress("{a: b}", "cert-manager.io/cluster-issuer");
    assert!(hidden.starts_with("error[AKC0430]: this annotation names the issuer"), "{hidden}");
}

#[test]
fn ranges_that_aws_refuses_are_refused() {
    for range in ["0.1.0.0/16", "127.0.0.0/16", "169.254.0.0/16", "224.1.0.0/16", "255.1.0.0/16"] {
        let report = told(&format!("cidr: {range}"));
        assert!(report.contains("error[AKC0430]: no VPC can have addresses of"), "{range}: {report}");
    }
    assert!(!told("cidr: 10.20.0.0/16").contains("AKC0430"));
    for (range, refused) in [("100.64.0.0/16", true), ("172.32.0.0/16", true), ("172.31.0.0/16", false)] {
        let report = told(&format!("serviceCidr: {range}"));
        assert_eq!(report.contains("error[AKC0430]: Services of EKS"), refused, "{range}: {report}");
    }
}
