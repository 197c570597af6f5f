//! Consortia of any size, as blueprints.

use std::fmt::Write;

/// Members of a channel.
const CHANNEL: usize = 10;

/// A blueprint of so many organizations, each with about ten workloads in each of its two clusters. Every organization is
/// a member of one channel; a channel has at most ten. Without organizations there is no consortium: at least one. Nothing
/// in it is warned of but numbers that are not allocated yet.
pub fn blueprint(organizations: usize) -> String {
    let names: Vec<String> = (0..organizations.max(1)).map(|at| format!("org-{at:03}")).collect();
    let mut text = String::from("blueprint: v1\nname: bench\n\nordering: {orderers: {org-000: 3}}\n\n");
    if names.len() > 1 {
        text.push_str("accept: {AKC0246: one member prunes a channel for all}\n\n");
    }
    text.push_str("organizations:\n");
    for (at, name) in names.iter().enumerate() {
        let _ = write!(
            text,
            "  {name}:
    domain: {name}.example
    target: eks
    eks:
      account: \"{account:012}\"
      region: ap-southeast-1
      clusterAdministrators: [\"arn:aws:iam::{account:012}:role/platform\"]
    frontends: {{portal: [203.0.113.0/24]}}
    blockchain:
      services:
        ca:
        daemon: {{image: \"bench/daemon:1.0.0\"}}
        dapp: {{image: \"bench/dapp:1.0.0\", exposure: organization}}
        explorer: {{exposure: {{internet: [203.0.113.0/24]}}}}
        data-sync: {{image: \"bench/data-sync:1.0.0\"}}
    application:
      groups:
        access-control:
          packing: apart
          services:
            authentication: {{image: \"bench/authentication:1.0.0\", database: mysql, exposure: [portal]}}
            user-management: {{image: \"bench/user-management:1.0.0\", database: mysql, exposure: [portal]}}
            token-management: {{image: \"bench/token-management:1.0.0\", reads: [user-management]}}
        application-api:
          packing: apart
          services:
            orders: {{image: \"bench/orders:1.0.0\", exposure: [portal], reads: [data-sync], calls: [dapp]}}
            payments: {{image: \"bench/payments:1.0.0\", database: postgresql, calls: [dapp]}}
            reports: {{image: \"bench/reports:1.0.0\", reads: [data-sync, payments]}}
            documents: {{image: \"bench/documents:1.0.0\", storage: {{files: {{size: 20Gi, path: /data}}}}}}
            notifications: {{image: \"bench/notifications:1.0.0\", reads: [data-sync]}}
",
            account = 100_000_000_000_u64 + at as u64,
        );
    }
    text.push_str("\nchannels:\n");
    for (at, members) in names.chunks(CHANNEL).enumerate() {
        let _ = write!(
            text,
            "  channel-{at:03}:\n    members: [{}]\n    chaincodes: {{asset: {{version: \"1.0\", image: \"bench/asset:1.0.0\", pruner: {}}}}}\n",
            members.join(", "),
            members.first().map_or("", String::as_str),
        );
    }
    text
}
