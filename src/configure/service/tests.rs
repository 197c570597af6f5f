#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use crate::configure::tests::{told, written};

const BLUEPRINT: &str = r#"
blueprint: v1
name: net
organizations:
  one:
    domain: one.example
    target: eks
    eks: {account: "111122223333", region: eu-central-1}
    proxy: {http: "http://proxy.example:3128", https: "http://proxy.example:3128", without: [10.0.0.0/8]}
    secrets: {key: signs tokens}
    vpn: {office: {gateway: 198.51.100.7, ranges: [10.9.0.0/16]}}
    systems:
      erp: {address: 10.9.0.8, port: 443, through: office}
      mail-relay: {address: mail.example, port: 25}
    blockchain:
      services:
        dapp: {image: "one/dapp:1", exposure: organization, ports: {api: 8080, metrics: 9100}}
    application:
      groups:
        access:
          packing: together
          services:
            tokens: {image: "one/tokens:1", ports: {http: 8081}}
            login:
              image: one/login:1
              ports: {http: 8082}
              calls: [tokens]
        api:
          services:
            orders:
              image: one/orders:1
              database: {engine: mysql, schema: shop}
              calls: [dapp, tokens, erp]
              configuration: {DAPP_PORT: "1", LEVEL: info}
              secrets: {JWT: key}
              files: {/etc/orders/a.json: "{}"}
            reports: {image: "one/reports:1", reads: [orders]}
ordering: {orderers: {one: 3}}
channels: {trade: [one]}
"#;

#[test]
fn calls_lead_to_services_of_the_other_cluster_of_another_pod_and_of_the_same() {
    let plan = written(BLUEPRINT);
    let orders = told(&plan, "one", "orders.orders");
    assert_eq!(orders.plain("DAPP_URL"), Some("http://dapp.one.example:18080"));
    assert_eq!(orders.plain("DAPP_METRICS_URL"), Some("http://dapp.one.example:19100"));
    let tokens = "tokens.one-access.svc.cluster.local";
    assert_eq!((orders.plain("TOKENS_HOST"), orders.plain("TOKENS_PORT")), (Some(tokens), Some("8081")));
    assert_eq!(orders.plain("ERP_URL"), Some("https://10.9.0.8:443"));
    assert_eq!(orders.plain("MAIL_RELAY_HOST"), None, "what is not called is not told");
    let login = told(&plan, "one", "access.login");
    assert_eq!(login.plain("TOKENS_URL"), Some("http://localhost:8081"));
}

#[test]
fn what_the_blueprint_says_holds_over_what_akcgen_says() {
    let plan = written(BLUEPRINT);
    let orders = told(&plan, "one", "orders.orders");
    assert_eq!((orders.plain("DAPP_PORT"), orders.plain("LEVEL")), (Some("1"), Some("info")));
    assert_eq!(orders.secret("JWT"), Some(("key", "value")));
    assert_eq!(orders.text("/etc/orders/a.json"), "{}");
    let variable = orders.environment.iter().find(|variable| variable.name == "DAPP_PORT").unwrap();
    assert!(variable.origin.span().is_some(), "its line is known");
}

#[test]
fn databases_are_told_to_owners_and_readers() {
    let plan = written(BLUEPRINT);
    let owner = told(&plan, "one", "orders.orders");
    let expected = [
        ("ENGINE", "mysql"),
        ("HOST", "mysql.cluster-abc.example"),
        ("PORT", "3306"),
        ("NAME", "shop"),
        ("USER", "shop"),
        ("SSLMODE", "VERIFY_IDENTITY"),
        ("CA_FILE", "/etc/ssl/organization/mysql.pem"),
    ];
    for (name, value) in expected {
        assert_eq!(owner.plain(&format!("SHOP_DATABASE_{name}")), Some(value));
    }
    assert_eq!(owner.secret("SHOP_DATABASE_PASSWORD"), Some(("shop-mysql", "password")));
    assert!(owner.text("/etc/ssl/organization/mysql.pem").contains("database"));
    let reader = told(&plan, "one", "reports.reports");
    assert_eq!(reader.plain("SHOP_DATABASE_USER"), Some("shop_reader_reports"));
    assert_eq!(reader.secret("SHOP_DATABASE_PASSWORD"), Some(("shop-reader-reports-mysql", "password")));
}

#[test]
fn the_proxy_is_passed_by_for_everything_near() {
    let plan = written(BLUEPRINT);
    let orders = told(&plan, "one", "orders.orders");
    assert_eq!(orders.plain("HTTPS_PROXY"), Some("http://proxy.example:3128"));
    assert_eq!(orders.plain("https_proxy"), orders.plain("HTTPS_PROXY"));
    let without = "localhost,127.0.0.1,.svc,.cluster.local,10.0.0.0/8,mysql.cluster-abc.example,redis.example,\
                   dapp.one.example,tokens.one.example,10.9.0.8";
    assert_eq!(orders.plain("NO_PROXY"), Some(without));
    assert_eq!(told(&plan, "one", "peer0.peer").plain("HTTPS_PROXY"), None, "Fabric's nodes need a straight way");
}
