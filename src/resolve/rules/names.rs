//! Names: unique where Fabric and Kubernetes need them to be, and never those that akcgen gives itself.

use std::collections::{BTreeMap, BTreeSet};

use super::Scene;
use crate::base::bounded::label;
use crate::base::name::Label;
use crate::base::{Origin, Traced};
use crate::diag::{Code, Diagnostic, Diagnostics, code};
use crate::resolve::problem::{Also, problem, written};
use crate::resolve::{Cluster, Description, OrgIx, Organization};

/// The folder of a bundle that belongs to no organization.
const SHARED: &str = "consortium";
/// Kubernetes' own domain, in which every cluster has names that no other resolves.
const CLUSTER_DOMAIN: &str = "cluster.local";

/// Longer names are cut, which keeps them apart (`base::bounded`); only what is equal before can meet.
const LONGEST: usize = 250;

/// Names of which no two may be the same, by the form in which they would meet.
struct Unique<T>(BTreeMap<T, (Origin, String)>);

impl<T: Ord> Unique<T> {
    fn new() -> Self {
        Unique(BTreeMap::new())
    }

    /// Adds a name; if it meets another, what there is to say.
    fn add(&mut self, form: T, name: &str, origin: Origin) -> Option<(String, Origin)> {
        match self.0.get(&form) {
            Some((other, told)) => Some((told.clone(), *other)),
            None => {
                self.0.insert(form, (origin, name.to_owned()));
                None
            }
        }
    }
}

/// MSP ids differ in more than capitals (fabric.md §4: configtxgen accepts equal ones, joining then fails).
pub(super) fn msp_ids(scene: &Scene, diagnostics: &mut Diagnostics) {
    let mut ids = Unique::new();
    for organization in &scene.consortium.organizations {
        let id = &organization.msp_id;
        // A default has no place of its own.
        let origin = written(id.origin, organization.name.origin);
        if let Some((other, first)) = ids.add(id.value.to_ascii_lowercase(), &organization.name.value, origin) {
            let message = format!("`{other}` and `{}` both have the MSP id `{}`", organization.name.value, id.value);
            let twice = problem(code::DUPLICATE_MSP, origin, message, "this organization");
            diagnostics.push(twice.also(first, "and this one").help("give one of them another `mspId`"));
        }
    }
}

/// Every organization has a domain of its own.
pub(super) fn domains(scene: &Scene, diagnostics: &mut Diagnostics) {
    let mut domains = Unique::new();
    for organization in &scene.consortium.organizations {
        let domain = &organization.domain;
        if let Some((other, first)) = domains.add(domain.value.clone(), &organization.name.value, domain.origin) {
            let message = format!("`{other}` and `{}` share the domain `{}`", organization.name.value, domain.value);
            let twice = problem(code::DUPLICATE_DOMAIN, domain.origin, message, "this organization's");
            diagnostics.push(twice.also(first, "the other's").help("give each organization a domain of its own"));
        }
    }
}

/// Names that other organizations dial resolve everywhere (fabric.md §4, "Reachability").
pub(super) fn resolvable(scene: &Scene, diagnostics: &mut Diagnostics) {
    for organization in &scene.consortium.organizations {
        let domain = &organization.domain;
        let above = domain.value.as_str().strip_suffix(CLUSTER_DOMAIN);
        if above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) {
            let message = format!("names below `{}` resolve in one cluster alone", domain.value);
            let local = problem(code::LOCAL_DOMAIN, domain.origin, message, "Kubernetes' own domain");
            diagnostics.push(local.help(
                "peers and orderers of other organizations dial names of this domain: take one that is yours in DNS",
            ));
        }
    }
}

/// A service's name is unique over both clusters of its organization.
pub(super) fn services(scene: &Scene, diagnostics: &mut Diagnostics) {
    let mut names = Unique::new();
    for standing in scene.services() {
        let name = &standing.service.name;
        if let Some((_, first)) = names.add((standing.at, name.value.clone()), &name.value, name.origin) {
            let message = format!("`{}` has two services `{}`", standing.organization.name.value, name.value);
            let twice = problem(code::DUPLICATE_SERVICE, name.origin, message, "a second one");
            diagnostics.push(
                twice.also(first, "the first").help("rename one: services are called by name from both clusters"),
            );
        }
    }
}

fn reserve<T: std::fmt::Display>(name: &Traced<T>, what: &str, by: &str) -> Diagnostic {
    let message = format!("{what} cannot be called `{}`: {by}", name.value);
    problem(code::RESERVED_NAME, name.origin, message, "taken").help("choose another name")
}

/// Names that akcgen gives to workloads, namespaces, secrets and ways itself (ARCHITECTURE.md).
pub(super) fn reserved(scene: &Scene, diagnostics: &mut Diagnostics) {
    let made = made_for_chaincodes(scene);
    for standing in scene.services() {
        let name = &standing.service.name;
        if is_node_name(&name.value) || is_made(&name.value, &made) {
            diagnostics.push(reserve(name, "a service", "akcgen gives this name to a workload of its own"));
        } else if name.value.as_str() == "fabric-ca-server" {
            let by = "Kubernetes would set variables that Fabric CA takes for its own settings";
            diagnostics.push(reserve(name, "a service", by));
        }
    }
    for organization in scene.consortium.organizations.iter().filter(|one| one.name.value.as_str() == SHARED) {
        let by = "the bundle's folder of this name holds what all members share";
        diagnostics.push(reserve(&organization.name, "an organization", by));
    }
    for (_, organization, description) in scene.consortium.described() {
        reserved_in(organization, description, diagnostics);
    }
}

fn reserved_in(organization: &Organization, description: &Description, diagnostics: &mut Diagnostics) {
    let name = &organization.name;
    if name.value.as_str() == "kube" || name.value.starts_with("kube-") {
        // Kubernetes, "Namespaces": the prefix is reserved for its own.
        diagnostics.push(reserve(name, "an organization", "namespaces that begin with `kube-` are Kubernetes' own"));
    }
    for group in &description.groups {
        if matches!(group.name.value.as_str(), "blockchain" | "databases") {
            diagnostics.push(reserve(&group.name, "a group", "a namespace of the organization has this name"));
        }
    }
    for vpn in description.vpns.iter().filter(|vpn| vpn.name.value.as_str() == "internet") {
        diagnostics.push(reserve(&vpn.name, "a VPN", "`through: internet` means no VPN"));
    }
    for (name, purpose) in description.secrets.iter().filter(|(name, _)| is_made_secret(name)) {
        let name = Traced::new(name.clone(), purpose.origin);
        diagnostics.push(reserve(&name, "a secret", MADE_SECRET));
    }
    if let Some(name) = &description.pull_secret {
        let by = if description.secrets.contains_key(&name.value) {
            "a declared secret of the organization has this name"
        } else if is_made_secret(&name.value) {
            MADE_SECRET
        } else {
            return;
        };
        diagnostics.push(reserve(name, "the Secrets of a registry", by));
    }
}

const MADE_SECRET: &str = "akcgen gives such names to secrets of its own";

/// Whether a secret of akcgen's own can have a name.
fn is_made_secret(name: &str) -> bool {
    let ends = ["-msp", "-tls", "-admin", "-parent", "-postgresql", "-mysql", "-master"];
    name == "system-channel" || name.contains("-reader-") || ends.iter().any(|end| name.ends_with(end))
}

/// `peer0`, `orderer12`, `kafka`, `zookeeper3`, `postgresql-setup` …
fn is_node_name(name: &str) -> bool {
    let nodes = ["peer", "orderer", "kafka", "zookeeper", "couchdb"];
    let numbered =
        |node: &&str| name.strip_prefix(*node).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    nodes.iter().any(numbered) || matches!(name, "peers" | "orderers" | "postgresql-setup" | "mysql-setup")
}

/// Names of daemons, and of chaincode servers up to their number.
fn made_for_chaincodes(scene: &Scene) -> BTreeSet<String> {
    let channels = scene.consortium.channels.iter();
    let pairs = channels.flat_map(|channel| channel.chaincodes.iter().map(move |chaincode| (channel, chaincode)));
    let names =
        pairs.map(|(channel, chaincode)| label(&format!("{}-{}", channel.name.value, chaincode.name.value), LONGEST));
    names.flat_map(|name| [format!("{name}-peer"), format!("daemon-{name}")]).collect()
}

fn is_made(name: &str, made: &BTreeSet<String>) -> bool {
    let start = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    made.contains(name) || start.ends_with("-peer") && made.contains(start)
}

/// `calls` names services and systems alike.
pub(super) fn systems(scene: &Scene, diagnostics: &mut Diagnostics) {
    for (_, organization, description) in scene.consortium.described() {
        for system in &description.systems {
            let Some((_, _, service)) = description.service(&system.name.value) else { continue };
            let message = format!("`{}` of `{}` is a system and a service", system.name.value, organization.name.value);
            let both = problem(code::AMBIGUOUS_NAME, system.name.origin, message, "the system");
            diagnostics.push(both.also(service.name.origin, "the service").help("rename the system"));
        }
    }
}

/// Namespaces of organizations that share clusters.
pub(super) fn namespaces(scene: &Scene, diagnostics: &mut Diagnostics) {
    let mut names = Unique::new();
    for (at, organization, description) in scene.consortium.described() {
        let host = description.within.map_or(at, |host| host.value);
        let own = |part: &str| format!("{}-{part}", organization.name.value);
        let groups = description.groups.iter().map(|group| (own(&group.name.value), group.name.origin));
        let databases = (own("databases"), organization.name.origin);
        let application = groups.chain([databases.clone()]).map(|(name, origin)| (Cluster::Application, name, origin));
        let blockchain = [(own("blockchain"), organization.name.origin), databases];
        let blockchain = blockchain.into_iter().map(|(name, origin)| (Cluster::Blockchain, name, origin));
        for (cluster, name, origin) in application.chain(blockchain) {
            let form: (OrgIx, Cluster, String) = (host, cluster, name.clone());
            // A group called `databases` is told as a reserved name.
            match names.add(form, &organization.name.value, origin) {
                Some((other, first)) if other != organization.name.value.as_str() => {
                    let message =
                        format!("`{other}` and `{}` would share the namespace `{name}`", organization.name.value);
                    diagnostics.push(collision(message, origin, first));
                }
                _ => {}
            }
        }
    }
}

/// The longest DNS label (RFC 1123), which namespaces and volumes of a pod are.
const LONGEST_LABEL: usize = 63;

/// Names that are joined from two stay within what Kubernetes takes.
pub(super) fn lengths(scene: &Scene, diagnostics: &mut Diagnostics) {
    let mut check = |what: &str, first: &str, second: &Traced<Label>| {
        let joined = first.len() + 1 + second.value.len();
        if joined > LONGEST_LABEL {
            let message = format!("the {what} `{first}-{}` would have {joined} characters", second.value);
            let long = problem(code::NAMES_TOO_LONG, second.origin, message, "too long together");
            diagnostics.push(long.help(format!("Kubernetes takes {LONGEST_LABEL}: shorten one of the two names")));
        }
    };
    for (_, organization, description) in scene.consortium.described() {
        for group in &description.groups {
            check("namespace", &organization.name.value, &group.name);
        }
        for (_, _, service) in description.services() {
            for volume in &service.storage {
                check("volume", &service.name.value, &volume.name);
            }
        }
    }
}

fn collision(message: String, origin: Origin, first: Origin) -> Diagnostic {
    let code: Code = code::NAMES_COLLIDE;
    problem(code, origin, message, "this one").also(first, "and this one").help("rename one of the two")
}

/// Channels and chaincodes as Kubernetes sees them.
pub(super) fn chaincodes(scene: &Scene, diagnostics: &mut Diagnostics) {
    let (mut channels, mut servers) = (Unique::new(), Unique::new());
    for channel in &scene.consortium.channels {
        let name = &channel.name;
        if let Some((other, first)) = channels.add(label(&name.value, LONGEST), &name.value, name.origin) {
            let message = format!("the channels `{other}` and `{}` have one name in Kubernetes", name.value);
            diagnostics.push(collision(message, name.origin, first));
            continue;
        }
        for chaincode in &channel.chaincodes {
            let both = format!("{}-{}", name.value, chaincode.name.value);
            let shown = format!("{}/{}", name.value, chaincode.name.value);
            if let Some((other, first)) = servers.add(label(&both, LONGEST), &shown, chaincode.name.origin) {
                let message = format!("the chaincodes `{other}` and `{shown}` have one name in Kubernetes");
                diagnostics.push(collision(message, chaincode.name.origin, first));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_nodes() {
        for node in ["peer", "peer0", "peer12", "peers", "orderer3", "kafka", "mysql-setup"] {
            assert!(is_node_name(node), "{node}");
        }
        for own in ["peer-monitor", "peerage", "kafka-connect", "orders", "mysql"] {
            assert!(!is_node_name(own), "{own}");
        }
        let made = BTreeSet::from(["trade-asset-peer".to_owned(), "daemon-trade-asset2".to_owned()]);
        for taken in ["trade-asset-peer0", "trade-asset-peer12", "daemon-trade-asset2"] {
            assert!(is_made(taken, &made), "{taken}");
        }
        for own in ["trade-asset", "trade-asset-peers", "daemon-trade-asset"] {
            assert!(!is_made(own, &made), "{own}");
        }
    }
}
