//! What outside tools do not see: everything that a host's files say of each other must hold.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use serde_yaml::Value;

use super::*;
use crate::base::Sources;
use crate::compile::{self, Options};
use crate::configure::configure;
use crate::diag::Diagnostics;
use crate::parse::tests::Folder;

/// A consortium on hosts with what the shipped ones lack: packed services, values full of dollars, files, storage.
const RICH: &str = r#"
blueprint: v1
name: net
organizations:
  one:
    domain: one.example
    target: plain
    plain:
      hosts:
        a: {address: 10.0.0.1, room: r1, cpu: 16, memory: 64Gi, disk: 2Ti}
        b: {address: 10.0.0.2, room: r2, cpu: 16, memory: 64Gi, disk: 2Ti}
        c: {address: 10.0.0.3, room: r3, cpu: 16, memory: 64Gi, disk: 2Ti}
      loadBalancers: {hosts: [a]}
      backups: /mnt/backups
      sharedFiles: {server: files.one.example, path: /export/one}
    secrets: {token: a token of somebody}
    frontends: {portal: [192.0.2.0/24]}
    blockchain:
      services:
        dapp: {image: "one/dapp:1", exposure: organization, probe: /healthz}
        sync: {kind: data-sync, image: "one/sync:1", channels: [trade], mode: poll, database: postgresql}
    application:
      groups:
        api:
          services:
            orders:
              image: "one/orders:1"
              calls: [dapp, tokens, uploads]
              exposure: {frontends: [portal]}
              replicas: 2
              database: postgresql
              configuration: {PRICE: "5$ or ${HOME} or $$", EMPTY: ""}
              secrets: {TOKEN: token}
              command: ["/run", "--cost=$5"]
              files: {/etc/orders/a_b.txt: "one", /etc/orders/a/b.txt: "two {{ not_a_template }}", /-x: "no option"}
              sharedFiles: /etc/templates
            # Names that HAProxy's own parts and groups have, too.
            web: {image: "one/web:1"}
            access-web: {image: "one/web:1", calls: [web, access]}
            access: {image: "one/web:1"}
            greedy: {image: "one/web:1", resources: {cpu: "1", cpuLimit: "64"}}
            modest: {image: "one/web:1", resources: {cpu: 1m, cpuLimit: 3m}}
            uploads:
              image: "one/uploads:1"
              storage: {files: {size: 20Gi, path: /data}}
              ports: {http: 8080, admin: 8081}
              exposure: consortium
        access:
          packing: together
          services:
            login: {image: "one/login:1", calls: [tokens]}
            tokens: {image: "one/tokens:1", ports: {http: 8081}}
ordering: {consensus: raft, orderers: {one: 3}}
channels:
  trade: {members: [one], chaincodes: {asset: {image: "one/asset:1", version: "1.0"}}}
"#;

/// An organization's site in one environment.
pub(super) struct Made {
    pub name: String,
    pub files: BTreeMap<String, HostFile>,
}

impl Made {
    pub fn yaml(&self, path: &str) -> Value {
        serde_yaml::from_str(&self.files[path].text).unwrap_or_else(|fault| panic!("{} {path}: {fault}", self.name))
    }

    pub fn hosts(&self) -> Vec<String> {
        let hosts = self.files.keys().filter_map(|path| path.strip_prefix("hosts/")?.strip_suffix("/host.yml"));
        hosts.map(str::to_owned).collect()
    }

    /// The services of every project of a host: project, service, what it is.
    pub fn services(&self, host: &str) -> Vec<(String, String, Value)> {
        let start = format!("hosts/{host}/projects/");
        let paths = self.files.keys().filter(|path| path.starts_with(&start) && path.ends_with("/compose.yaml"));
        let documents = paths.map(|path| self.yaml(path));
        let services = documents.flat_map(|document| {
            let project = text(&document["name"]);
            let map = document["services"].as_mapping().unwrap().clone();
            map.into_iter().map(move |(name, service)| (project.clone(), text(&name), service))
        });
        services.collect()
    }
    /// The first host on which a service stands, and what it is there.
    pub fn service(&self, name: &str) -> (String, Value) {
        let all = self.hosts().into_iter().flat_map(|host| {
            let services = self.services(&host);
            services.into_iter().map(move |(_, service, tree)| (host.clone(), service, tree))
        });
        all.filter(|(_, service, _)| service == name).map(|(host, _, tree)| (host, tree)).next().unwrap()
    }
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => panic!("{other:?} is no text"),
    }
}

pub(super) fn list(value: &Value) -> Vec<Value> {
    value.as_sequence().cloned().unwrap_or_default()
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(text).collect()
}

/// An organization on hosts with everything that its site is made from.
pub(super) struct Case {
    plan: Plan,
    at: usize,
    configuration: Configuration,
    pub made: Made,
}

impl Case {
    pub fn organization(&self) -> &OrganizationPlan {
        &self.plan.organizations[self.at]
    }
}

/// Every site of a blueprint, with all its organizations on hosts.
fn cases(blueprint: &Path) -> Vec<Case> {
    let target = Some("plain".to_owned());
    let options = Options { blueprint: blueprint.to_owned(), target, traced: true, ..Options::default() };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let plans = compile::plan(&options, &mut sources, &mut diagnostics);
    let plans = plans.unwrap_or_else(|| panic!("{}: {diagnostics:?}", blueprint.display()));
    let plans = plans.environments.into_iter().map(|bound| bound.plan);
    plans.flat_map(|plan| (0..plan.organizations.len()).map(move |at| case(plan.clone(), at))).collect()
}

fn case(plan: Plan, at: usize) -> Case {
    let organization = &plan.organizations[at];
    let configuration = configure(&plan, organization, true);
    let files = site(&plan, organization, &configuration, true);
    let name = &plan.consortium.organization(organization.graph.organization).name.value;
    let name = format!("{name} in {}", plan.consortium.environment.value);
    let count = files.len();
    let files: BTreeMap<String, HostFile> = files.into_iter().map(|file| (file.path.clone(), file)).collect();
    assert_eq!(files.len(), count, "{name}: no two files have one path");
    Case { plan, at, configuration, made: Made { name, files } }
}

/// The sites of the shipped blueprints, and last that of one with all that those lack.
pub(super) fn everywhere() -> &'static [Case] {
    static ALL: OnceLock<Vec<Case>> = OnceLock::new();
    ALL.get_or_init(|| {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints");
        let folder = Folder::new(&[("a.yaml", RICH)]);
        let all = [shipped.join("plain.yaml"), shipped.join("akachain.yaml"), folder.path("a.yaml")];
        all.iter().flat_map(|blueprint| cases(blueprint)).collect()
    })
}

/// The site of [`RICH`].
pub(super) fn rich() -> &'static Made {
    &everywhere().last().unwrap().made
}

#[test]
fn every_line_has_an_origin_and_untraced_sites_are_the_same() {
    for Case { plan, at, configuration, made } in everywhere() {
        let organization = &plan.organizations[*at];
        for file in made.files.values() {
            assert_eq!(file.text.lines().count(), file.lines.len(), "{} {}", made.name, file.path);
            // What a service is given is its own affair.
            let is_given = file.path.contains("/files/");
            assert!(file.text.is_empty() || file.text.ends_with('\n') || is_given, "{} {}", made.name, file.path);
        }
        let untraced = site(plan, organization, configuration, false);
        assert_eq!(untraced.len(), made.files.len());
        for file in untraced {
            assert!(file.lines.is_empty(), "{}", file.path);
            assert_eq!(file.text, made.files[&file.path].text, "{} {}", made.name, file.path);
        }
    }
}

#[test]
fn no_port_of_a_host_is_opened_twice() {
    for case in everywhere() {
        let (organization, made) = (case.organization(), &case.made);
        let site = organization.site.as_ref().unwrap();
        for host in made.hosts() {
            let mut taken = BTreeSet::new();
            let mut take = |address: &str, port: &str| {
                assert!(taken.insert((address.to_owned(), port.to_owned())), "{} {host}: {address}:{port}", made.name);
            };
            if let Some(file) = made.files.get(&format!("hosts/{host}/haproxy/haproxy.cfg")) {
                let binds = file.text.lines().filter_map(|line| line.trim().strip_prefix("bind "));
                for bind in binds {
                    let (address, port) = bind.split(' ').next().unwrap().split_once(':').unwrap();
                    take(address, port);
                }
            }
            let own = site.hosts.iter().find(|one| one.name == host).unwrap().address.to_string();
            for (_, service, tree) in made.services(&host) {
                assert!(tree.get("container_name").is_none(), "{service}");
                for port in list(&tree["ports"]) {
                    assert_eq!(text(&port["host_ip"]), own, "{service} is published at its host's address alone");
                    take(&own, &text(&port["published"]));
                }
            }
        }
    }
}

#[test]
fn haproxy_is_told_no_name_twice_and_asks_nobody_for_an_address() {
    let named = regex::Regex::new(r"^(frontend|backend) (\S+)$").unwrap();
    let server = regex::Regex::new(r"^    server (\S+) ([0-9]+\.){3}[0-9]+:[0-9]+ check").unwrap();
    for Case { made, .. } in everywhere() {
        for (path, file) in made.files.iter().filter(|(path, _)| path.ends_with("/haproxy.cfg")) {
            let mut known = BTreeSet::new();
            for line in file.text.lines() {
                if let Some(parts) = named.captures(line) {
                    assert!(known.insert((parts[1].to_owned(), parts[2].to_owned())), "{} {path}: {line}", made.name);
                }
                assert!(!line.trim().starts_with("server ") || server.is_match(line), "{} {path}: {line}", made.name);
            }
        }
    }
    let (_, called) = rich().service("web");
    assert_eq!(text(&called["image"]), "one/web:1");
}

#[test]
fn every_network_of_a_host_has_its_own_part_of_the_containers_range() {
    for case in everywhere() {
        let (site, made) = (case.organization().site.as_ref().unwrap(), &case.made);
        let whole: ipnet::Ipv4Net = site.containers.value.parse().unwrap();
        for host in made.hosts() {
            let mut known: Vec<ipnet::Ipv4Net> = Vec::new();
            let start = format!("hosts/{host}/projects/");
            let paths = made.files.keys().filter(|path| path.starts_with(&start) && path.ends_with("/compose.yaml"));
            for document in paths.map(|path| made.yaml(path)) {
                let networks = document["networks"].as_mapping().unwrap();
                for (name, network) in networks.iter().filter(|(_, network)| network.get("external").is_none()) {
                    let range: ipnet::Ipv4Net = text(&network["ipam"]["config"][0]["subnet"]).parse().unwrap();
                    let at = format!("{} {host} {name:?} {range}", made.name);
                    assert!(whole.contains(&range) && range.prefix_len() > whole.prefix_len(), "{at}");
                    assert!(known.iter().all(|one| !one.contains(&range) && !range.contains(one)), "{at}");
                    known.push(range);
                }
            }
        }
    }
}

#[test]
fn limits_of_cores_are_what_docker_and_the_kernel_take() {
    let cpus = |name: &str| rich().service(name).1["cpus"].as_f64().unwrap();
    assert_eq!((cpus("greedy"), cpus("modest"), cpus("web")), (16.0, 0.01, 1.0));
}

#[test]
fn what_compose_takes_for_granted_is_there() {
    for Case { made, .. } in everywhere() {
        for host in made.hosts() {
            let told = made.yaml(&format!("hosts/{host}/host.yml"));
            let paths =
                |key: &str| -> BTreeSet<String> { list(&told[key]).iter().map(|row| text(&row["path"])).collect() };
            let laid: BTreeSet<String> =
                ["host_directories", "host_files", "host_secrets"].iter().flat_map(|key| paths(key)).collect();
            let templates = paths("host_templates");
            for (project, name, service) in made.services(&host) {
                let at = format!("{} {host} {project}/{name}", made.name);
                for volume in list(&service["volumes"]).iter().filter(|volume| text(&volume["type"]) == "bind") {
                    assert!(laid.contains(&text(&volume["source"])), "{at}: {volume:?}");
                    assert_eq!(volume["bind"]["create_host_path"], Value::Bool(false), "{at}");
                }
                for file in texts(&service["env_file"]) {
                    assert!(templates.contains(&format!("/etc/akcgen/{project}/{file}")), "{at}: {file}");
                }
                let restart = text(&service["restart"]);
                let is_job = service.get("profiles").is_some();
                assert_eq!(restart, if is_job { "no" } else { "unless-stopped" }, "{at}");
                assert!(amount(&service["mem_reservation"]) <= amount(&service["mem_limit"]), "{at}");
                assert_eq!(text(&service["logging"]["options"]["max-size"]), "20m", "{at}");
                for (needed, how) in service["depends_on"].as_mapping().into_iter().flatten() {
                    let all = made.services(&host);
                    let (_, _, other) =
                        all.iter().find(|(own, other, _)| *own == project && *other == text(needed)).unwrap();
                    let is_seen = other.get("healthcheck").is_some();
                    assert_eq!(text(&how["condition"]) == "service_healthy", is_seen, "{at}");
                }
            }
        }
    }
}

/// Bytes of an amount in Docker's units.
fn amount(value: &Value) -> u64 {
    let text = text(value);
    let (number, unit) = text.split_at(text.len() - 1);
    number.parse::<u64>().unwrap()
        << match unit {
            "k" => 10,
            "m" => 20,
            "g" => 30,
            "t" => 40,
            _ => panic!("{text}"),
        }
}

#[test]
fn compose_reads_no_variable_anywhere() {
    for Case { made, .. } in everywhere() {
        for (path, file) in made.files.iter().filter(|(path, _)| path.ends_with("/compose.yaml")) {
            let runs = file.text.split(|letter| letter != '$').map(str::len);
            assert!(runs.clone().all(|run| run % 2 == 0), "{} {path}", made.name);
        }
    }
    let made = rich();
    let (_, orders) = made.service("orders");
    assert_eq!(text(&orders["environment"]["PRICE"]), "5$$ or $${HOME} or $$$$");
    assert_eq!(texts(&orders["entrypoint"]), ["/run", "--cost=$$5"]);
}

#[test]
fn templates_hold_nothing_but_what_the_vault_has() {
    let line = regex::Regex::new(
        r"^[A-Za-z_][A-Za-z0-9_]*=\{\{ quoted\(vault_secrets\['([a-z0-9/.-]+)'\]\['([a-z0-9.-]+)'\]\) \}\}$",
    )
    .unwrap();
    for Case { made, .. } in everywhere() {
        let required = made.yaml("secrets.required.yaml");
        let is_required = |secret: &str, key: &str| {
            let keys = required["vault_secrets"][secret].as_mapping();
            keys.is_some_and(|keys| keys.contains_key(key))
        };
        for (path, file) in made.files.iter().filter(|(path, _)| path.ends_with(".j2")) {
            for text in file.text.lines().skip(3) {
                let parts = line.captures(text).unwrap_or_else(|| panic!("{} {path}: {text}", made.name));
                assert!(is_required(&parts[1], &parts[2]), "{} {path}: {text}", made.name);
            }
        }
        for host in made.hosts() {
            let told = made.yaml(&format!("hosts/{host}/host.yml"));
            for row in list(&told["host_secrets"]) {
                assert!(is_required(&text(&row["secret"]), &text(&row["key"])), "{} {host}: {row:?}", made.name);
                assert_eq!(text(&row["mode"]), "0400");
            }
            // Ansible would take braces in what it is told for a template.
            let file = &made.files[&format!("hosts/{host}/host.yml")];
            assert!(!file.text.contains("{{") && !file.text.contains("{%"), "{} {host}", made.name);
        }
    }
}

#[test]
fn every_file_of_host_yml_is_there_and_every_folder_before_what_is_in_it() {
    for Case { made, .. } in everywhere() {
        for host in made.hosts() {
            let told = made.yaml(&format!("hosts/{host}/host.yml"));
            for row in list(&told["host_files"]).iter().chain(&list(&told["host_templates"])) {
                let path = format!("hosts/{host}/{}", text(&row["src"]));
                assert!(made.files.contains_key(&path), "{}: {path}", made.name);
            }
            for row in list(&told["host_units"]) {
                assert!(made.files.contains_key(&format!("hosts/{host}/units/{}", text(&row["name"]))), "{row:?}");
            }
            let mut known = BTreeSet::new();
            for row in list(&told["host_directories"]) {
                let path = text(&row["path"]);
                let above = path.rsplit_once('/').unwrap().0;
                let is_first = path == "/etc/akcgen" || path == "/srv/akcgen" || path == "/mnt/backups";
                assert!(is_first || known.contains(above), "{} {host}: {path}", made.name);
                known.insert(path);
            }
            let rows: Vec<Value> =
                ["host_files", "host_secrets", "host_templates"].iter().flat_map(|key| list(&told[*key])).collect();
            let paths: BTreeSet<String> = rows.iter().map(|row| text(&row["path"])).collect();
            assert_eq!(paths.len(), rows.len(), "{} {host}: no file is written twice", made.name);
            for path in paths {
                assert!(known.contains(path.rsplit_once('/').unwrap().0), "{} {host}: {path}", made.name);
            }
        }
    }
}

#[test]
fn containers_of_one_workload_have_names_for_each_other() {
    let made = rich();
    let find = |name: &str| made.service(name).1;
    let couchdb = find("peer0-couchdb");
    assert_eq!(texts(&couchdb["networks"]["peer0-private"]["aliases"]), ["couchdb"]);
    assert_eq!((couchdb["networks"].as_mapping().unwrap().len(), couchdb.get("ports")), (1, None));
    let core = made.files.iter().find(|(path, _)| path.ends_with("peer0/etc_hyperledger_fabric_core.yaml")).unwrap().1;
    assert!(core.text.contains("couchDBAddress: couchdb:5984"));
    let (login, tokens) = (find("access"), find("access-tokens"));
    let name = "tokens.one-access.one.example";
    assert_eq!(text(&login["environment"]["TOKENS_URL"]), format!("http://{name}:8081"));
    assert_eq!(texts(&tokens["networks"]["access-private"]["aliases"]), [name]);
    assert!(
        tokens["networks"]["bridge"].is_null(),
        "its name is not told on the bridge, where its neighbour cannot reach it"
    );
}

#[test]
fn files_keep_apart_whose_paths_are_alike() {
    let made = rich();
    let (host, _) = made.service("orders");
    let folder = format!("hosts/{host}/projects/one-application/files/orders/");
    let files: Vec<&str> = made.files.keys().filter_map(|path| path.strip_prefix(&folder)).collect();
    assert_eq!(files[..3], ["_-x", "etc_orders_a_b.txt", "etc_orders_a_b.txt.2"]);
}

#[test]
fn backups_of_peers_are_taken_one_after_the_other() {
    let made = rich();
    let mut times: Vec<String> = Vec::new();
    for (path, file) in made.files.iter().filter(|(path, _)| path.contains("-peer") && path.ends_with(".timer")) {
        times.extend(file.text.lines().filter_map(|line| line.strip_prefix("OnCalendar=")).map(str::to_owned));
        let service = &made.files[&path.replace(".timer", ".service")].text;
        assert_eq!(service.matches(" --unless-well ").count(), 2, "{service}");
    }
    let all: BTreeSet<&String> = times.iter().collect();
    assert_eq!((all.len(), times.len()), (3, 3), "{times:?}");
}
