//! What the language cannot say, on purpose. Where a reader of other tools writes it, the answer is not "unknown key" but
//! what to do instead.

use serde_json::Value as Json;

use super::schema::{alternative, alternatives, property};
use crate::diag::{Code, Diagnostic, Diagnostics, code, shown};
use crate::source::{Node, Value};

/// Keys that are refused, wherever they are no keys of the language.
struct Refusal {
    keys: &'static [&'static str],
    /// A key that stands at the same place in the language; anywhere, if none.
    beside: Option<&'static str>,
    code: Code,
    message: &'static str,
    help: &'static str,
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        keys: &["tls", "ssl", "tlsEnabled", "tlsDisabled", "mutualTls", "mtls"],
        beside: None,
        code: code::TLS_SWITCH,
        message: "TLS cannot be switched: it is always on",
        help: "take the key away; certificates come from each organization's certificate authority",
    },
    Refusal {
        keys: &[
            "new", "isNew", "existing", "creator", "created", "create", "delete", "deleted", "enabled", "disabled",
            "state",
        ],
        beside: None,
        code: code::STATE_FLAG,
        message: "a blueprint says what shall be, never what is new or gone",
        help: "take the key away: what changes is found by comparing two blueprints; leave out what shall not \
            be, or name it under `without` in an environment",
    },
    Refusal {
        keys: &[
            "hooks",
            "preInstall",
            "postInstall",
            "preUpgrade",
            "postUpgrade",
            "preDeploy",
            "postDeploy",
            "scripts",
        ],
        beside: None,
        code: code::HOOKS,
        message: "there are no hooks",
        help: "steps that people or pipelines do stand in the organization's runbook; a program of your own \
            is a service",
    },
    Refusal {
        keys: &["nodePort", "nodePorts", "hostPort", "hostNetwork", "externalIPs"],
        beside: None,
        code: code::NODE_PORT,
        message: "no port of a node is opened",
        help: "say who may reach the service with `exposure`; the target makes the load balancer or gateway",
    },
    Refusal {
        keys: &["git", "repository", "directory", "dir", "lang", "language", "package", "sourcePath"],
        beside: None,
        code: code::CHAINCODE_SOURCE,
        message: "a chaincode is an image, not a folder or a repository",
        help: "build its server into an image and write `image:`; the package and its id follow from it",
    },
    Refusal {
        keys: &["path", "source"],
        beside: Some("pruner"),
        code: code::CHAINCODE_SOURCE,
        message: "a chaincode is an image, not a folder or a repository",
        help: "build its server into an image and write `image:`; the package and its id follow from it",
    },
    Refusal {
        keys: &[
            "sslTargetNameOverride",
            "ssl-target-name-override",
            "hostnameOverride",
            "serverNameOverride",
            "overrideAuthority",
            "insecure",
            "insecureSkipVerify",
            "skipVerify",
            "tlsVerify",
        ],
        beside: None,
        code: code::NAME_OVERRIDE,
        message: "a certificate's name is never overridden or left unchecked",
        help: "take the key away: every name that is dialled stands in the certificate",
    },
    Refusal {
        keys: &["ephemeral", "emptyDir", "persistence", "persistent", "inMemory", "tmpfs"],
        beside: None,
        code: code::EPHEMERAL,
        message: "ledgers and databases are always kept",
        help: "take the key away; `storage` says how large the volume is, and an environment can have a small one",
    },
    Refusal {
        keys: &["docker", "dockerSocket", "dockerSock", "dockerHost", "vmEndpoint", "privileged"],
        beside: None,
        code: code::DOCKER_SOCKET,
        message: "no workload gets at the container engine of its node",
        help: "take the key away: chaincode runs as a service of its own, which needs no Docker",
    },
    Refusal {
        keys: &[
            "password",
            "passwd",
            "adminPassword",
            "adminPw",
            "accessKey",
            "accessKeyId",
            "secretKey",
            "secretAccessKey",
            "privateKey",
            "token",
            "apiKey",
            "credentials",
        ],
        beside: None,
        code: code::SECRET_LITERAL,
        message: "no secret is written in a blueprint",
        help: "declare its name and purpose under the organization's `secrets`, and give it to a variable \
            under the service's `secrets`",
    },
    Refusal {
        keys: &["systemChannel", "genesisProfile", "genesis", "consortiums", "lscc"],
        beside: None,
        code: code::OLD_FABRIC,
        message: "this belongs to a Fabric that is no longer supported",
        help: "take the key away: each channel has a genesis block of its own, which orderers join",
    },
    Refusal {
        keys: &["groups", "clusters", "services"],
        beside: Some("zookeepers"),
        code: code::ORDERER_GROUPS,
        message: "a consortium has one ordering service",
        help: "write under `orderers` how many each organization runs; with Raft a channel may be served by \
            some of them (`channels.<channel>.orderers`)",
    },
];

/// Reports what the language refuses to say. The shape check stays silent at the same places.
pub(super) fn check(root: &Node, schema: &Json, diagnostics: &mut Diagnostics) {
    Walk { schema, diagnostics }.node(root, schema);
}

struct Walk<'a> {
    schema: &'a Json,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Walk<'a> {
    fn node(&mut self, node: &Node, schema: &'a Json) {
        match &node.value {
            Value::Map(entries) => {
                let Some(object) = alternative(self.schema, schema, "object") else { return };
                for entry in entries {
                    match property(object, &entry.key) {
                        Some(schema) => self.node(&entry.value, schema),
                        None => self.diagnostics.extend(refused_key(&entry.key, object).map(|refusal| {
                            Diagnostic::new(refusal.code, refusal.message)
                                .at(entry.key_span, format!("{} is not part of the language", shown(&entry.key)))
                                .help(refusal.help)
                        })),
                    }
                }
            }
            Value::Seq(items) => {
                let list = alternative(self.schema, schema, "array").and_then(|list| list.get("items"));
                if let Some(schema) = list {
                    items.iter().for_each(|item| self.node(item, schema));
                }
            }
            _ => self.diagnostics.extend(self.refused_value(node, schema)),
        }
    }

    /// A word of other tools where a choice is written.
    fn refused_value(&self, node: &Node, schema: &Json) -> Option<Diagnostic> {
        let seen = match &node.value {
            Value::Str(text) => text.to_ascii_lowercase(),
            Value::Int(_) | Value::Float(_) => node.to_json().to_string(),
            _ => return None,
        };
        let choices: Vec<&str> = alternatives(self.schema, schema)
            .flat_map(|one| {
                let words = one.get("enum").and_then(Json::as_array).into_iter().flatten();
                words.chain(one.get("const")).filter_map(Json::as_str)
            })
            .collect();
        let told = |code, message: &str, help: &str| {
            Some(Diagnostic::new(code, message).at(node.span, "not part of the language").help(help))
        };
        if choices.contains(&"raft") && seen == "solo" {
            let help = "write `raft`, with one orderer where the loss of all data does not matter";
            return told(code::SOLO, "the consensus `solo` does not survive anything", help);
        }
        if choices.contains(&"2.5") && is_old_release(&seen) {
            let help =
                "write \"2.5\", the long-term support line; older ones need Docker on the node or are no longer mended";
            return told(code::OLD_FABRIC, "Fabric before 2.5 is not supported", help);
        }
        if choices.contains(&"organization") && matches!(seen.as_str(), "nodeport" | "node-port" | "hostport") {
            let help = "say who may reach the service: `cluster`, `organization`, `consortium`, or address \
                ranges under `internet`";
            return told(code::NODE_PORT, "no port of a node is opened", help);
        }
        if choices.contains(&"organization") && matches!(seen.as_str(), "internet" | "public" | "external" | "world") {
            let message =
                format!("{} is no choice for who may reach a service: the internet is let in by ranges", shown(&seen));
            return told(code::NOT_A_CHOICE, &message, INTERNET);
        }
        None
    }
}

/// How a service is opened to the internet.
const INTERNET: &str = "write the address ranges that may reach it: `exposure: {internet: [203.0.113.0/24]}`, or name \
    front ends: `exposure: [portal]`";

fn refused_key(key: &str, object: &Json) -> Option<&'static Refusal> {
    let is_beside = |name| object.get("properties").is_some_and(|all| all.get(name).is_some());
    REFUSALS.iter().find(|refusal| refusal.keys.contains(&key) && refusal.beside.is_none_or(is_beside))
}

fn is_old_release(text: &str) -> bool {
    let mut numbers = text.trim_start_matches('v').split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), minor) = (numbers.next(), numbers.next()) else { return false };
    match minor {
        Some(Ok(minor)) => (major, minor) < (2, 5),
        None => major < 2,
        Some(Err(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_releases_are_known() {
        for old in ["1.4", "v1.4.12", "2.2", "2.4.9", "1"] {
            assert!(is_old_release(old), "{old}");
        }
        for other in ["2.5", "3.1", "latest", "", "2.x"] {
            assert!(!is_old_release(other), "{other}");
        }
    }

    /// A refusal of a key that the language has would never be told.
    #[test]
    fn no_refused_key_is_a_key_of_the_language_at_the_same_place() {
        let schema = crate::parse::blueprint_schema(&[]);
        let objects: Vec<&Json> = schema["$defs"].as_object().into_iter().flat_map(|all| all.values()).collect();
        for refusal in REFUSALS.iter().filter(|refusal| refusal.beside.is_some()) {
            let there = |object: &&&Json| refusal.beside.is_some_and(|name| object["properties"].get(name).is_some());
            let hosts: Vec<&&Json> = objects.iter().filter(there).collect();
            assert!(!hosts.is_empty(), "{:?} stands nowhere", refusal.beside);
            for key in refusal.keys {
                assert!(hosts.iter().all(|host| host["properties"].get(*key).is_none()), "{key}");
            }
        }
    }
}
