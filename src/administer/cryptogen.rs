//! What cryptogen reads, for test networks alone: it keeps every private key of an organization in one folder.
//!
//! cryptogen gives all nodes of an organization one role. One that has peers and orderers is therefore made twice: with its
//! peers, and, extended by the same authorities, with its orderers. Keys: cmd/cryptogen/main.go of Fabric 2.5 and 3.1.

use serde::Serialize;

use super::Desk;
use super::identities::{Identities, Kind, Row};
use crate::base::{Object, SerError, to_tree};
use crate::package::BundleFile;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Peers {
    peer_orgs: [Organization; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Orderers {
    orderer_orgs: [Organization; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Organization {
    name: String,
    domain: String,
    #[serde(rename = "EnableNodeOUs")]
    enable_node_ous: bool,
    specs: Vec<Node>,
    users: Users,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Node {
    hostname: String,
    #[serde(rename = "SANS")]
    sans: Vec<String>,
}

/// Clients, called `User1` and so on.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Users {
    count: usize,
}

/// The files for the organization's peers and all other servers, and for its orderers where it has any.
pub(super) fn files(desk: &Desk, identities: &Identities) -> Result<Vec<(String, BundleFile)>, SerError> {
    let of = |kind: Kind| identities.rows.iter().filter(move |row| row.kind == kind);
    let orders = |row: &Row| of(Kind::Orderer).any(|orderer| orderer.name == row.name);
    let node = |row: &Row| Node { hostname: row.name.clone(), sans: row.hosts.clone() };
    let organization = |specs: Vec<Node>, count: usize| Organization {
        name: desk.own.name.value.to_string(),
        domain: desk.own.domain.value.to_string(),
        enable_node_ous: true,
        specs,
        users: Users { count },
    };
    let (orderers, others): (Vec<&Row>, Vec<&Row>) = of(Kind::Tls).partition(|row| orders(row));
    let others = organization(others.into_iter().map(node).collect(), of(Kind::Client).count());
    let mut files = vec![file("crypto-config.yaml", &Peers { peer_orgs: [others] }, desk)?];
    if !orderers.is_empty() {
        let orderers = organization(orderers.into_iter().map(node).collect(), 0);
        files.push(file("crypto-config-orderers.yaml", &Orderers { orderer_orgs: [orderers] }, desk)?);
    }
    Ok(files)
}

fn file(name: &str, content: &impl Serialize, desk: &Desk) -> Result<(String, BundleFile), SerError> {
    let object = Object::new(to_tree(content)?, desk.own.name.origin);
    let comment = "What cryptogen makes identities from, for test networks alone.";
    Ok((name.to_owned(), BundleFile::of(comment, [&object], desk.traced)))
}
