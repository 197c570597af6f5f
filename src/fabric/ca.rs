//! fabric-ca-server-config.yaml of an organization's certificate authority, root or intermediate, and the script that
//! completes it where it runs: what must stay secret never stands in a file of the bundle.
//!
//! Keys: cmd/fabric-ca-server/config.go of Fabric CA 1.5.21.

use serde::Serialize;

use super::{bccsp, operations, paths, ports};

/// What differs from authority to authority.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The hosts that its certificate names.
    pub hosts: Vec<String>,
    pub subject: Subject,
    pub role: Role,
}

/// A certificate's subject beside its common name.
#[derive(Debug, Clone, Serialize)]
pub struct Subject {
    #[serde(rename = "C", skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(rename = "ST", skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(rename = "L", skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    #[serde(rename = "O")]
    pub organization: String,
}

/// Where an authority stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Root,
    /// Enrols at the authority above it, whose address and identity the start script is given.
    Intermediate,
}

/// The name of every authority: each server is home to one.
pub const NAME: &str = "ca";

/// The start script: writes the configuration with its first administrator into the server's home and starts it.
///
/// Secrets come from the environment and go through the shell's own `printf`, so that none stands in an argument list.
/// Only characters that mean themselves in YAML's double quotes and in a URL are taken.
pub const START: &str = include_str!("ca.sh");

/// The file, without identities.
#[derive(Debug, Serialize)]
pub struct Server {
    version: &'static str,
    port: u16,
    debug: bool,
    crlsizelimit: u32,
    tls: Tls,
    ca: Authority,
    crl: Expiry,
    db: Database,
    signing: Signing,
    csr: Request,
    bccsp: bccsp::Lower,
    #[serde(skip_serializing_if = "Option::is_none")]
    intermediate: Option<Intermediate>,
    cfg: Limits,
    operations: operations::Peer,
    metrics: operations::PeerMetrics,
    affiliations: Affiliations,
    /// Last, so that [`START`] can add the identities.
    registry: Registry,
}

#[derive(Debug, Serialize)]
struct Tls {
    enabled: bool,
    certfile: &'static str,
    keyfile: &'static str,
    clientauth: ClientAuth,
}

#[derive(Debug, Serialize)]
struct ClientAuth {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct Authority {
    name: &'static str,
    #[serde(rename = "reenrollIgnoreCertExpiry")]
    reenroll_expired: bool,
}

#[derive(Debug, Serialize)]
struct Expiry {
    expiry: &'static str,
}

/// In the server's home; one copy of the server may run.
#[derive(Debug, Serialize)]
struct Database {
    #[serde(rename = "type")]
    kind: &'static str,
    datasource: &'static str,
}

#[derive(Debug, Serialize)]
struct Signing {
    default: Profile,
    profiles: Profiles,
}

#[derive(Debug, Serialize)]
struct Profiles {
    ca: Profile,
    tls: Profile,
}

#[derive(Debug, Serialize)]
struct Profile {
    usage: Vec<&'static str>,
    expiry: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    caconstraint: Option<Constraint>,
}

#[derive(Debug, Serialize)]
struct Constraint {
    isca: bool,
    maxpathlen: u32,
}

/// The request for the authority's own certificate. An intermediate's common name is empty: it becomes the identity by
/// which it enrols, and a name here is refused.
#[derive(Debug, Serialize)]
struct Request {
    cn: String,
    keyrequest: Key,
    names: Vec<Subject>,
    hosts: Vec<String>,
    ca: OwnCertificate,
}

#[derive(Debug, Serialize)]
struct Key {
    algo: &'static str,
    size: u32,
}

#[derive(Debug, Serialize)]
struct OwnCertificate {
    expiry: &'static str,
    /// How many authorities may stand below one another under this one.
    pathlength: u32,
}

#[derive(Debug, Serialize)]
struct Intermediate {
    parentserver: Parent,
    enrollment: Enrollment,
    tls: Trust,
}

/// The URL holds the password, so that the environment gives it.
#[derive(Debug, Serialize)]
struct Parent {
    caname: &'static str,
}

#[derive(Debug, Serialize)]
struct Enrollment {
    hosts: String,
    profile: &'static str,
}

#[derive(Debug, Serialize)]
struct Trust {
    certfiles: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct Limits {
    identities: Identities,
}

#[derive(Debug, Serialize)]
struct Identities {
    /// Wrong passwords after which an identity is locked.
    passwordattempts: u32,
}

/// None: identities belong to the organization as a whole.
#[derive(Debug, Serialize)]
struct Affiliations {}

#[derive(Debug, Serialize)]
struct Registry {
    maxenrollments: i32,
}

impl Server {
    /// The file of one authority.
    pub fn new(settings: &Settings) -> Server {
        Server {
            version: "1.5.21",
            port: ports::CA_HTTPS,
            debug: false,
            crlsizelimit: 512_000,
            tls: Tls {
                enabled: true,
                certfile: paths::TLS_CERTIFICATE,
                keyfile: paths::TLS_KEY,
                clientauth: ClientAuth { kind: "noclientcert" },
            },
            ca: Authority { name: NAME, reenroll_expired: false },
            crl: Expiry { expiry: "24h" },
            db: Database { kind: "sqlite3", datasource: "fabric-ca-server.db" },
            signing: Signing::new(),
            csr: Request::new(settings),
            bccsp: bccsp::Lower::software(),
            intermediate: (settings.role == Role::Intermediate).then(|| Intermediate::new(settings)),
            cfg: Limits { identities: Identities { passwordattempts: 10 } },
            operations: operations::Peer::new(ports::CA_OPERATIONS),
            metrics: operations::PeerMetrics { provider: "prometheus" },
            affiliations: Affiliations {},
            registry: Registry { maxenrollments: -1 },
        }
    }
}

impl Signing {
    /// A year for nodes and people, five for an authority below this one.
    fn new() -> Signing {
        let profile = |usage, expiry| Profile { usage, expiry, caconstraint: None };
        Signing {
            default: profile(vec!["digital signature"], "8760h"),
            profiles: Profiles {
                ca: Profile {
                    usage: vec!["cert sign", "crl sign"],
                    expiry: "43800h",
                    caconstraint: Some(Constraint { isca: true, maxpathlen: 0 }),
                },
                tls: profile(
                    vec!["digital signature", "key encipherment", "server auth", "client auth", "key agreement"],
                    "8760h",
                ),
            },
        }
    }
}

impl Request {
    fn new(settings: &Settings) -> Request {
        let (cn, pathlength) = match settings.role {
            Role::Root => (settings.hosts.first().cloned().unwrap_or_default(), 1),
            Role::Intermediate => (String::new(), 0),
        };
        Request {
            cn,
            keyrequest: Key { algo: "ecdsa", size: 256 },
            names: vec![settings.subject.clone()],
            hosts: settings.hosts.clone(),
            ca: OwnCertificate { expiry: "131400h", pathlength },
        }
    }
}

impl Intermediate {
    fn new(settings: &Settings) -> Intermediate {
        Intermediate {
            parentserver: Parent { caname: NAME },
            enrollment: Enrollment { hosts: settings.hosts.join(","), profile: "ca" },
            tls: Trust { certfiles: vec![paths::CA_PARENT_AUTHORITY] },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::base::{Tree, to_tree};

    fn tree(role: Role) -> Tree {
        let subject = Subject {
            country: Some("VN".to_owned()),
            state: None,
            locality: Some("Hanoi".to_owned()),
            organization: "Akachain".to_owned(),
        };
        let hosts = vec!["ca.akachain.example".to_owned(), "ca.akachain-blockchain.svc.cluster.local".to_owned()];
        to_tree(&Server::new(&Settings { hosts, subject, role })).unwrap()
    }

    #[test]
    fn only_a_root_has_a_name_and_may_have_authorities_below_it() {
        let (root, intermediate) = (tree(Role::Root), tree(Role::Intermediate));
        let text = |tree: &Tree, path: &'static str| tree.at(&path.into()).and_then(Tree::as_str).map(str::to_owned);
        assert_eq!(text(&root, "csr/cn").unwrap(), "ca.akachain.example");
        assert_eq!(root.at(&"csr/ca/pathlength".into()), Some(&Tree::Int(1)));
        assert!(root.get("intermediate").is_none());
        assert_eq!(text(&intermediate, "csr/cn").unwrap(), "");
        assert_eq!(intermediate.at(&"csr/ca/pathlength".into()), Some(&Tree::Int(0)));
        assert!(intermediate.at(&"intermediate/parentserver/url".into()).is_none(), "it would hold a password");
    }

    #[test]
    fn the_script_finds_the_registry_at_the_end_and_the_file_at_its_path() {
        let tree = tree(Role::Root);
        assert_eq!(tree.as_map().unwrap().last().unwrap().0, "registry");
        assert!(tree.at(&"registry/identities".into()).is_none());
        assert!(START.contains(&format!("cat {} >", paths::CA_CONFIG)));
    }
}
