#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use crate::configure::tests::{told, written};

/// A blueprint whose services own and read databases of an engine.
fn blueprint(engine: &str) -> String {
    format!(
        r#"
blueprint: v1
name: net
organizations:
  one:
    domain: one.example
    target: eks
    eks: {{account: "111122223333", region: eu-central-1}}
    application:
      groups:
        api:
          services:
            orders: {{image: "one/orders:1", database: {engine}}}
            my-shop: {{image: "one/shop:1", database: {engine}}}
            reports: {{image: "one/reports:1", reads: [orders, my-shop]}}
ordering: {{orderers: {{one: 3}}}}
channels: {{trade: [one]}}
"#
    )
}

#[test]
fn owners_own_and_readers_read() {
    for engine in ["postgresql", "mysql"] {
        let job = told(&written(&blueprint(engine)), "one", &format!("{engine}-setup.setup"));
        let script = job.text("/etc/database-setup/setup.sh");
        let (_, calls) = script.split_once("\n\n\n").unwrap_or_else(|| script.rsplit_once("}\n\n").unwrap());
        let expected = "\
user my_shop \"$MY_SHOP_PASSWORD\"
user my_shop_reader_reports \"$MY_SHOP_READER_REPORTS_PASSWORD\"
database my_shop
reader my_shop my_shop_reader_reports

user orders \"$ORDERS_PASSWORD\"
user orders_reader_reports \"$ORDERS_READER_REPORTS_PASSWORD\"
database orders
reader orders orders_reader_reports
";
        assert_eq!(calls, expected);
        let secret = format!("my-shop-reader-reports-{engine}");
        assert_eq!(job.secret("MY_SHOP_READER_REPORTS_PASSWORD"), Some((secret.as_str(), "password")));
        assert!(job.environment.iter().all(|variable| job.plain(&variable.name).is_none_or(|text| text != "password")));
    }
}

#[test]
fn the_master_connects_with_a_verified_certificate() {
    let postgresql = told(&written(&blueprint("postgresql")), "one", "postgresql-setup.setup");
    assert_eq!(postgresql.plain("PGSSLMODE"), Some("verify-full"));
    assert_eq!(postgresql.plain("PGSSLROOTCERT"), Some("/etc/ssl/organization/postgresql.pem"));
    assert_eq!(postgresql.secret("PGPASSWORD"), Some(("postgresql-master", "password")));
    let mysql = told(&written(&blueprint("mysql")), "one", "mysql-setup.setup");
    let script = mysql.text("/etc/database-setup/setup.sh");
    assert!(script.contains("\nssl-mode=VERIFY_IDENTITY\nssl-ca=/etc/ssl/organization/mysql.pem\nEND\n"), "{script}");
}

#[test]
fn where_no_authority_is_given_the_systems_own_are_trusted() {
    let mut plan = written(&blueprint("postgresql"));
    for endpoint in plan.organizations[0].databases.values_mut() {
        endpoint.authority = None;
    }
    let job = told(&plan, "one", "postgresql-setup.setup");
    assert_eq!((job.plain("PGSSLMODE"), job.plain("PGSSLROOTCERT")), (Some("verify-full"), Some("system")));
    let orders = told(&plan, "one", "orders.orders");
    assert_eq!(orders.plain("ORDERS_DATABASE_CA_FILE"), None);
    assert_eq!(orders.plain("NODE_EXTRA_CA_CERTS"), None);
    assert!(orders.files.is_empty());
}

#[test]
fn scripts_are_read_by_a_posix_shell() {
    for engine in ["postgresql", "mysql"] {
        let job = told(&written(&blueprint(engine)), "one", &format!("{engine}-setup.setup"));
        assert!(parses(job.text("/etc/database-setup/setup.sh")));
    }
    assert!(parses(crate::fabric::ca::START));
    assert!(!parses("if true; then"), "a broken script is seen");
}

fn parses(script: &str) -> bool {
    let output = std::process::Command::new("sh").args(["-n", "-c", script]).output().unwrap();
    output.status.success()
}
