//! Consortia of any size, as blueprints.

use std::fmt::Write;

/// Members of a channel.
const CHANNEL: usize = 10;

/// Where the organizations stand.
#[derive(Clone, Copy)]
pub enum Platforms {
    /// All on EKS.
    Eks,
    /// A third each on EKS, on VMware PKS and on plain servers.
    Three,
}

impl Platforms {
    /// The lines that say where an organization stands.
    fn target(self, at: usize) -> String {
        let account = 100_000_000_000_u64 + at as u64;
        match (self, at % 3) {
            (Platforms::Eks, _) | (_, 0) => format!(
                "    target: eks
    eks:
      account: \"{account:012}\"
      region: ap-southeast-1
      clusterAdministrators: [\"arn:aws:iam::{account:012}:role/platform\"]
"
            ),
            (Platforms::Three, 1) => format!(
                "    target: pks
    pks:
      tkgiVersion: \"1.22\"
      network: nsx
      plan: large
      zones: [room-1, room-2, room-3]
      loadBalancers: {{ranges: [100.64.32.0/24]}}
      ingress: {{class: haproxy, namespace: haproxy-controller, labels: {{app.kubernetes.io/name: kubernetes-ingress}}, rangesAnnotation: haproxy.org/allow-list, issuer: public}}
      velero: {{namespace: velero}}
      postgresql: {{host: postgresql.org-{at:03}.example}}
      mysql: {{host: mysql.org-{at:03}.example}}
"
            ),
            (Platforms::Three, _) => plain(at),
        }
    }
}

/// Six servers, two of which balance.
fn plain(at: usize) -> String {
    let address = |host: usize| format!("10.{}.{}.{host}", 64 + at / 250, at % 250);
    let mut text = String::from("    target: plain\n    plain:\n      hosts:\n");
    for host in 1..=6 {
        let room = ["a", "b", "c"][host % 3];
        let _ = writeln!(
            text,
            "        server-{host}: {{address: {}, room: {room}, cpu: 16, memory: 64Gi, disk: 2Ti}}",
            address(host)
        );
    }
    let _ = write!(
        text,
        "      loadBalancers: {{hosts: [server-1, server-2], address: {}, interface: eth0}}
      backups: /mnt/backups
      postgresql: {{host: postgresql.org-{at:03}.example}}
      mysql: {{host: mysql.org-{at:03}.example}}
",
        address(10)
    );
    text
}

/// A blueprint of so many organizations, each with about ten workloads in each of its two clusters. Every organization is
/// a member of one channel; a channel has at most ten. Without organizations there is no consortium: at least one. Nothing
/// in it is warned of but numbers that are not allocated yet.
pub fn blueprint(organizations: usize, platforms: Platforms) -> String {
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
{target}    frontends: {{portal: [203.0.113.0/24]}}
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
            target = platforms.target(at),
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
