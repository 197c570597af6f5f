#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use super::*;
use crate::base::{Origin, Sources};
use crate::diag::render::{Format, render};
use crate::parse::{self, tests::Folder};

/// Everything that is said of a blueprint, in the short form, and its environments as far as they were accepted.
pub(crate) fn resolve_all(entry: &Path) -> (Vec<Consortium>, String) {
    let any =
        ["eks", "kubernetes", "pks", "plain"].map(|name| (name.to_owned(), serde_json::json!({"type": "object"})));
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let mut resolved = Vec::new();
    if let Some(parsed) = parse::parse(entry, &mut sources, &any, &mut diagnostics) {
        for name in parsed.environments() {
            let blueprint = parsed.environment(&name.value, &sources, &mut diagnostics);
            resolved
                .extend(blueprint.and_then(|blueprint| resolve(&blueprint, &name, &parsed.files, &mut diagnostics)));
        }
        compare(&resolved, &mut diagnostics);
    }
    (resolved, render(Format::Short, &diagnostics, &sources, false))
}

fn shipped(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("blueprints").join(name)
}

/// The one environment of a blueprint that nothing is said about.
fn accepted(text: &str) -> Consortium {
    let folder = Folder::new(&[("a.yaml", text)]);
    let (mut all, told) = resolve_all(&folder.path("a.yaml"));
    assert_eq!(told, "");
    all.remove(0)
}

#[test]
fn the_minimal_blueprint_has_every_default() {
    let (all, told) = resolve_all(&shipped("minimal.yaml"));
    assert_eq!(told, "");
    let consortium = &all[0];
    let buyer = consortium.organization(consortium.find("buyer").unwrap());
    let description = buyer.description().unwrap();
    assert_eq!((buyer.msp_id.value.as_str(), buyer.release.value), ("BuyerMSP", parse::blueprint::FabricRelease::V2_5));
    assert_eq!(description.peers.count.value, 3);
    assert_eq!(description.peers.count.origin, Origin::Default("blockchain.peers.count"));
    assert_eq!(description.peers.resources.cpu_limit.value.as_str(), "2");
    assert!(description.groups.is_empty());
    let trade = &consortium.channels[0];
    assert_eq!(
        trade.members.iter().map(|member| (member.peers, member.anchors.clone())).collect::<Vec<_>>(),
        [(3, vec![0, 1]), (3, vec![0, 1])]
    );
    assert_eq!(trade.orderers, [(OrgIx(0), 3)]);
    assert_eq!(trade.policies.endorsement.value, Policy::Majority);
}

#[test]
fn the_seed_is_resolved_in_both_environments() {
    let (all, told) = resolve_all(&shipped("akachain.yaml"));
    assert_eq!(all.len(), 2, "{told}");
    let staging = &all[1];
    assert_eq!(staging.channels.len(), 1);
    let akachain = staging.organization(staging.find("akachain").unwrap());
    assert_eq!(akachain.domain.value.as_str(), "staging.akachain.example");
    assert_eq!(akachain.description().unwrap().peers.count.value, 1);
}

/// What is said of a blueprint with these changes to one that nothing is said about.
fn told(organizations: &str, rest: &str) -> String {
    let text = format!("blueprint: v1\nname: trade\norganizations: {{{organizations}}}\n{rest}\n");
    let folder = Folder::new(&[("a.yaml", &text)]);
    resolve_all(&folder.path("a.yaml")).1
}

fn buyer(body: &str) -> String {
    told(&format!("buyer: {{domain: buyer.example, target: eks, {body}}}"), "channels: {trade: [buyer]}")
}

fn services(body: &str) -> String {
    buyer(&format!("blockchain: {{services: {{{body}}}}}"))
}

const BOTH: &str = "buyer: {domain: buyer.example, target: eks}, seller: {domain: seller.example, target: eks}";
const NEW: &str = "buyer: {domain: buyer.example, target: eks, fabric: \"3.1\"}";

/// One case a line: the code that is told alone, and what is written.
#[test]
fn rules_in_forms_that_no_broken_blueprint_shows() {
    let ca = |authority: &str| services(&format!("ca: {{authority: {authority}}}"));
    let ordered =
        |ordering: &str| told(BOTH, &format!("ordering: {{{ordering}}}\nchannels: {{trade: [buyer, seller]}}"));
    let cases = [
        ("AKC0201", ca("{role: client, parent: nobody}")),
        ("AKC0236", ca("{role: root, parent: buyer}")),
        ("AKC0236", ca("{role: client, parent: buyer}")),
        (
            "AKC0236",
            told(
                "buyer: {domain: buyer.example, target: eks}, seller: {domain: seller.example, target: eks, blockchain: {services: {ca: {authority: {role: client, parent: buyer}}}}}",
                "channels: {trade: [buyer, seller]}",
            ),
        ),
        ("AKC0241", ordered("orderers: {buyer: 1, seller: 1}")),
        ("AKC0241", ordered("consensus: kafka, orderers: {buyer: 1}")),
        ("AKC0242", told(NEW, "ordering: {consensus: bft, orderers: {buyer: 5}}\nchannels: {trade: [buyer]}")),
        (
            "AKC0242",
            told(
                BOTH,
                "ordering: {orderers: {buyer: 2, seller: 3}}\nchannels: {trade: {members: [buyer], orderers: {buyer: 1}}}",
            ),
        ),
        (
            "AKC0241",
            told(BOTH, "ordering: {orderers: {buyer: 3}}\nchannels: {trade: {members: [buyer], orderers: {buyer: 2}}}"),
        ),
        (
            "AKC0259",
            told(
                NEW,
                "ordering: {consensus: bft, orderers: {buyer: 4}}\nchannels: {trade: {members: [buyer], orderers: {buyer: 3}}}",
            ),
        ),
        ("AKC0257", ordered("consensus: kafka, orderers: {buyer: 3}, brokers: {replication: 4}")),
        ("AKC0240", told(BOTH, "channels: {trade: {members: [buyer, seller], peers: {buyer: 1}}}")),
        (
            "AKC0266",
            told(BOTH, "channels: {trade: {members: [buyer, seller], peers: {buyer: 2}, anchors: {buyer: [2, 0]}}}"),
        ),
        ("AKC0266", told(BOTH, "channels: {trade: {members: [buyer, seller], anchors: {buyer: []}}}")),
        ("AKC0117", told(BOTH, "channels: {trade: [buyer, seller, buyer]}")),
        ("AKC0215", told(BOTH, "channels: {trade: }")),
        ("AKC0244", buyer("frontends: {all: [0.0.0.0/0]}, blockchain: {services: {explorer: {exposure: [all]}}}")),
        (
            "AKC0244",
            buyer("frontends: {all: [0.0.0.0/1, 128.0.0.0/1]}, blockchain: {services: {explorer: {exposure: [all]}}}"),
        ),
        ("AKC0215", buyer(r#"gitops: {repository: "ssh://git@git.example/b.git", tool: flux}"#)),
        ("AKC0276", buyer(r#"gitops: {repository: "https://git.example/b.git", tool: argocd, secret: key}"#)),
        ("AKC0114", buyer(r#"gitops: {repository: "https://git.example/b.git", branch: refs/heads/main}"#)),
        ("AKC0114", buyer(r#"gitops: {repository: "https://git.example/b.git", branch: a.lock/b}"#)),
        ("AKC0281", buyer("blockchain: {peers: {storage: 1Ki}}")),
        (
            "AKC0246",
            told("buyer: {domain: buyer.example, target: eks, blockchain: {services: {dapp: {image: \"a/b:1\"}}}}", ""),
        ),
        ("AKC0203", services("relay: {image: \"a/b:1\", calls: [relay]}")),
        ("AKC0209", services("relay: {image: \"a/b:1\", database: mysql, reads: [relay]}")),
        ("AKC0277", services("relay: {image: \"a/b:1\", calls: [hidden]}, hidden: {image: \"a/b:1\", exposure: none}")),
        ("AKC0223", services("peers: {image: \"a/b:1\"}")),
        ("AKC0223", services("fabric-ca-server: {image: \"a/b:1\"}")),
        (
            "AKC0226",
            buyer(
                "frontends: {orders: [203.0.113.0/24]}, application: {groups: {api: {services: {orders: {image: \"a/b:1\", exposure: [orders]}}}}}",
            ),
        ),
        (
            "AKC0276",
            told(
                "buyer: {domain: buyer.example, target: eks, blockchain: {services: {daemon: {image: \"a/b:1\", exposure: consortium}}}}",
                "channels: {trade: {members: [buyer], chaincodes: {a: {version: \"1\", image: \"a/b:1\", pruner: buyer}}}}",
            ),
        ),
        ("AKC0278", services("explorer: {replicas: 2}")),
        ("AKC0278", services("data-sync: {image: \"a/b:1\", autoscaling: {maximum: 3}}")),
        ("AKC0290", buyer("addresses: [1.2.3.4/33]")),
        ("AKC0291", buyer("addresses: [10.0.0.0/8, 10.1.0.0/16, 11.0.0.0/8]")),
        ("AKC0225", told(BOTH, "channels: {a.b: [buyer], a-b: [buyer]}")),
        (
            "AKC0225",
            told(
                BOTH,
                "channels: {a-b: {members: [buyer], chaincodes: {c: {version: \"1\", image: \"a/b:1\"}}}, a: {members: [buyer], chaincodes: {b-c: {version: \"1\", image: \"a/b:1\"}}}}",
            ),
        ),
        (
            "AKC0270",
            told(
                BOTH,
                "channels: {trade: {members: [buyer], chaincodes: {a: {version: \"1\", image: \"a/b:1\", collections: {c: {members: [buyer], requiredPeers: 5}}}}}}",
            ),
        ),
        (
            "AKC0214",
            told(
                BOTH,
                "channels: {trade: {members: [buyer], chaincodes: {a: {version: \"1\", image: \"a/b:1\", collections: {c: [seller]}}}}}",
            ),
        ),
        (
            "AKC0214",
            told(
                BOTH,
                "channels: {trade: {members: [buyer], chaincodes: {a: {version: \"1\", image: \"a/b:1\", pruner: seller}}}}",
            ),
        ),
        ("AKC0233", told("buyer: {domain: buyer.example, within: buyer}", "")),
    ];
    for (at, (code, told)) in cases.iter().enumerate() {
        let codes: std::collections::BTreeSet<&str> =
            told.match_indices("AKC").map(|(at, _)| &told[at..at + 7]).collect();
        assert_eq!(codes, std::collections::BTreeSet::from([*code]), "case {at}: {told}");
    }
}

#[test]
fn an_organization_in_no_channel_has_no_peers_unless_it_says_so() {
    let consortium = accepted(
        "blueprint: v1
name: trade
defaults: {target: eks, blockchain: {peers: {count: 2, storage: 10Gi}}}
organizations: {buyer: {domain: buyer.example}, operator: {domain: operator.example}, watcher: {domain: watcher.example, blockchain: {peers: 4}}}
ordering: {orderers: {operator: 3}}
channels: {trade: [buyer]}
",
    );
    let count = |name: &str| {
        let organization = consortium.organization(consortium.find(name).unwrap());
        organization.description().unwrap().peers.count.value
    };
    assert_eq!((count("buyer"), count("operator"), count("watcher")), (2, 0, 4));
}

#[test]
fn an_organization_within_another_has_its_target_and_no_nodes() {
    let consortium = accepted(
        "blueprint: v1
name: trade
organizations: {buyer: {domain: buyer.example, target: eks}, guest: {domain: guest.example, within: buyer}}
channels: {trade: [buyer, guest]}
",
    );
    let guest = consortium.organization(consortium.find("guest").unwrap()).description().unwrap();
    assert_eq!((guest.target.value.as_str(), guest.within.unwrap().value), ("eks", OrgIx(0)));
    assert!(guest.blockchain_pools.is_empty());
}

#[test]
fn policies_are_written_one_way() {
    let consortium = accepted(
        "blueprint: v1
name: trade
organizations: {buyer: {domain: buyer.example, target: eks}}
channels:
  trade:
    members: [buyer]
    policies: {endorsement: all, lifecycle: \"or( 'BuyerMSP.admin' )\"}
    chaincodes: {asset: {version: \"1\", image: \"a/b:1\"}}
",
    );
    let trade = &consortium.channels[0];
    assert_eq!(trade.policies.lifecycle.value, Policy::Expression("OR('BuyerMSP.admin')".into()));
    assert_eq!(
        trade.chaincodes[0].endorsement.value,
        Policy::All,
        "the channel's, unless the chaincode says otherwise"
    );
    assert_eq!(trade.policies.administration.origin, Origin::Default("channels.policies.administration"));
}

/// Settles every environment as the pipeline does; what is left, and the reasons of what was accepted.
fn settled(text: &str) -> (String, Vec<String>) {
    let folder = Folder::new(&[("a.yaml", text)]);
    let any = vec![("eks".to_owned(), serde_json::json!({"type": "object"}))];
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let parsed = parse::parse(&folder.path("a.yaml"), &mut sources, &any, &mut diagnostics).unwrap();
    let mut acceptances = Acceptances::new();
    for name in parsed.environments() {
        let mut found = Diagnostics::new();
        let blueprint = parsed.environment(&name.value, &sources, &mut found).unwrap();
        let consortium = resolve(&blueprint, &name, &parsed.files, &mut found).unwrap();
        diagnostics.extend(acceptances.settle(&consortium, &found).iter().cloned());
    }
    let accepted = acceptances.finish(&mut diagnostics);
    let reasons = accepted.into_iter().map(|one| format!("{}: {}", one.environment, one.reason)).collect();
    (render(Format::Short, &diagnostics, &sources, false), reasons)
}

#[test]
fn findings_are_accepted_where_it_is_said() {
    let text = |accept: &str| {
        format!(
            "blueprint: v1
name: trade
defaults: {{target: eks}}
organizations:
  buyer: {{domain: buyer.example, blockchain: {{peers: 1}}{}}}
  seller: {{domain: seller.example, blockchain: {{peers: 1}}}}
channels: {{trade: [buyer, seller]}}
environments:
  production: {{organizations: {{buyer: {{blockchain: {{peers: 2}}}}, seller: {{blockchain: {{peers: 2}}}}}}}}
  staging: {{domains: \"staging.{{domain}}\"{}}}
{}",
            if accept == "organization" { ", accept: {AKC0240: enough}" } else { "" },
            if accept == "environment" { ", accept: {AKC0240: enough}" } else { "" },
            if accept == "blueprint" { "accept: {AKC0240: enough}\n" } else { "" },
        )
    };
    let single = |told: &str| told.matches("AKC0240").count();
    let (told, reasons) = settled(&text("nowhere"));
    assert_eq!((single(&told), reasons), (2, vec![]));
    for (place, left) in [("blueprint", 0), ("environment", 0), ("organization", 1)] {
        let (told, reasons) = settled(&text(place));
        assert_eq!((single(&told), reasons.len()), (left, 2 - left), "{place}: {told}");
        assert!(reasons.iter().all(|reason| reason == "staging: enough"));
        // Used in one environment is used.
        assert!(!told.contains("AKC0245"), "{told}");
    }
}

const OWN: &str = "blueprint: v1
name: trade
consortium: consortium.yaml
organizations: {buyer: {domain: buyer.example, target: eks, blockchain: {peers: 3}}}
";

fn consortium_card(peers_of_buyer: usize) -> String {
    let nodes = |name: &str, organization: &str, port: u16, count: usize| {
        let node = |at: usize| format!("{{name: {name}{at}, host: {name}{at}.{organization}.example, port: {port}}}");
        (0..count).map(node).collect::<Vec<_>>().join(", ")
    };
    format!(
        "consortium: v1
name: trade
environments:
  production:
    fabric: \"2.5\"
    ordering: {{orderers: {{seller: 3}}}}
    channels: {{trade: {{members: [buyer, seller], chaincodes: {{asset: {{version: \"1\", image: \"a/b:1\", endorsement: \"OR('SellerMSP.peer')\"}}}}}}}}
    organizations:
      buyer: {{organization: buyer, title: buyer, mspId: BuyerMSP, domain: buyer.example, fabric: \"2.5\", stateDatabase: couchdb, peers: [{}]}}
      seller: {{organization: seller, title: Seller, mspId: SellerMSP, domain: seller.example, fabric: \"2.5\", stateDatabase: couchdb,
        peers: [{}], orderers: [{}]}}
",
        nodes("peer", "buyer", 7051, peers_of_buyer),
        nodes("peer", "seller", 7051, 2),
        nodes("orderer", "seller", 7050, 3),
    )
}

#[test]
fn a_member_alone_knows_the_others_by_the_consortium_card() {
    let folder = Folder::new(&[("a.yaml", OWN), ("consortium.yaml", &consortium_card(3))]);
    let (all, told) = resolve_all(&folder.path("a.yaml"));
    assert_eq!(told, "");
    let consortium = &all[0];
    let seller = consortium.find("seller").unwrap();
    assert!(matches!(&consortium.organization(seller).run_by, RunBy::Others(card) if card.orderers.len() == 3));
    let trade = &consortium.channels[0];
    assert_eq!(trade.members.iter().map(|member| member.peers).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(trade.orderers, [(seller, 3)]);
    assert_eq!(consortium.described().count(), 1);
}

#[test]
fn a_member_alone_is_what_its_card_says() {
    let folder = Folder::new(&[("a.yaml", OWN), ("consortium.yaml", &consortium_card(2))]);
    let (_, told) = resolve_all(&folder.path("a.yaml"));
    assert!(told.contains("AKC0232") && told.contains("number of peers"), "{told}");
    let folder = Folder::new(&[
        ("a.yaml", &format!("{OWN}environments: {{staging: {{domains: \"staging.{{domain}}\"}}}}\n")),
        ("consortium.yaml", &consortium_card(3)),
    ]);
    let (_, told) = resolve_all(&folder.path("a.yaml"));
    assert!(told.contains("AKC0231"), "{told}");
}
