//! Names, published ports, firewall and load balancers agree about every link.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use crate::bind::HostPlan;
use crate::expand::{Destination, Source, WorkloadId};
use crate::hosts::tests::{Case, everywhere, list, rich, text, texts};

/// The ranges that the rules of a host let dial an address and port in both chains; everybody where none is dropped.
fn let_in(rules: &str, address: &str, port: &str) -> Option<Vec<String>> {
    let dropped = format!("ip daddr {address} tcp dport {port} ct direction original ip saddr != @");
    let set = rules.lines().find_map(|line| line.trim().strip_prefix(&dropped))?.split(' ').next()?;
    let body = rules.split(&format!("set {set} {{")).nth(1)?.split('}').next()?;
    let elements = body.split("elements = { ").nth(1).unwrap_or_default();
    Some(elements.trim().split(", ").filter(|one| !one.is_empty()).map(str::to_owned).collect())
}

fn holds(ranges: &[String], address: &str) -> bool {
    let address: std::net::Ipv4Addr = address.parse().unwrap();
    ranges.iter().any(|range| range.parse::<ipnet::Ipv4Net>().unwrap().contains(&address))
}

#[test]
fn every_link_is_named_published_and_let_in() {
    for case in everywhere() {
        let (organization, made) = (case.organization(), &case.made);
        let site = organization.site.as_ref().unwrap();
        let workloads = &organization.graph.workloads;
        let model_names = |id: WorkloadId| -> Vec<String> {
            let called = &workloads[id.0];
            let names = called.addresses.iter();
            names.map(|address| organization.host(&address.name, called.cluster, &called.namespace)).collect()
        };
        let mut seen = 0;
        for link in &organization.graph.links {
            let (Source::Workload(from), Destination::Workload(to, port)) = (&link.from, &link.to) else { continue };
            for host in site.hosts_of(*from) {
                let services = made.services(&host.name);
                let of = |id: usize| {
                    let name = &workloads[id].name;
                    services.iter().find(|(_, _, one)| text(&one["labels"]["akcgen.io/workload"]) == *name).unwrap()
                };
                let (_, client, tree) = of(from.0);
                let at = format!("{} {client} on {} to {} {port}", made.name, host.name, workloads[to.0].name);
                let is_between = workloads[from.0].cluster != workloads[to.0].cluster;
                let frontend = site.frontend(*to, port).zip(site.balancers.as_ref()).filter(|_| is_between);
                let by_entry = frontend.map(|(frontend, balancers)| (balancers.address, frontend.port));
                let Some((address, number)) = by_entry.or_else(|| site.answers(*to, port)) else {
                    // Both stand on one network that nobody else is on, where the one has the name that the other dials.
                    let (_, _, server) = of(to.0);
                    let networks = server["networks"].as_mapping().unwrap();
                    let (network, known) = networks.iter().next().unwrap();
                    assert!(tree["networks"].get(network).is_some() && networks.len() == 1, "{at}");
                    assert_eq!(texts(&known["aliases"]), model_names(*to), "{at}");
                    seen += 1;
                    continue;
                };
                let entries = organization.graph.entries.iter();
                let entries = entries.filter(|entry| entry.workload == *to && entry.port == *port);
                let hosts: Vec<String> = entries.map(|entry| entry.host.clone()).collect();
                for name in if by_entry.is_some() { hosts } else { model_names(*to) } {
                    assert!(texts(&tree["extra_hosts"]).contains(&format!("{name}:{address}")), "{at}: {name}");
                }
                // Wherever the address may be, the client comes as its host or, on the same one, as itself.
                let balancers = site.balancers.as_ref().filter(|balancers| balancers.address == address);
                let is_frontend = site.frontend(*to, port).is_some_and(|frontend| frontend.port == number);
                let behind: Vec<&HostPlan> = match balancers.filter(|_| is_frontend) {
                    Some(balancers) => balancers.hosts.iter().map(|at| &site.hosts[*at]).collect(),
                    None => site.hosts_of(*to).collect(),
                };
                for there in behind {
                    let rules = &made.files[&format!("hosts/{}/nftables/akcgen.nft", there.name)].text;
                    let comes =
                        if there.name == host.name { "172.30.0.9".to_owned() } else { host.address.to_string() };
                    let ranges = let_in(rules, &address.to_string(), &number.to_string());
                    assert!(ranges.is_none_or(|ranges| holds(&ranges, &comes)), "{at}: {comes} at {}", there.name);
                    seen += 1;
                }
            }
        }
        assert!(seen > 0, "{}", made.name);
    }
}

#[test]
fn what_nobody_dials_is_let_in_from_nowhere_else() {
    let made = rich();
    let rules = &made.files["hosts/b/nftables/akcgen.nft"].text;
    // Only the load balancer asks how a peer is, and only what is behind it is dialled by it.
    assert_eq!(let_in(rules, "10.0.0.2", "9443"), Some(vec!["10.0.0.1/32".to_owned()]));
    let rows = made.yaml("flows.json");
    for host in made.hosts() {
        let rules = &made.files[&format!("hosts/{host}/nftables/akcgen.nft")].text;
        let rows: Vec<Value> = list(&rows["flows"]).into_iter().filter(|row| text(&row["host"]) == host).collect();
        let sets = rules.lines().filter(|line| line.trim_start().starts_with("ip daddr "));
        for line in sets {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (address, port) = (words[2], words[5]);
            let told: BTreeSet<String> = rows
                .iter()
                .filter(|row| text(&row["to"]) == address && text(&row["port"]) == port)
                .flat_map(|row| texts(&row["from"]))
                .collect();
            let aggregated: Vec<ipnet::Ipv4Net> = told.iter().map(|range| range.parse().unwrap()).collect();
            let mut expected: Vec<String> =
                ipnet::Ipv4Net::aggregate(&aggregated).iter().map(ToString::to_string).collect();
            let mut found = let_in(rules, address, port).unwrap();
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{host} {address}:{port}");
        }
    }
}

#[test]
fn load_balancers_dial_what_is_published() {
    for Case { made, .. } in everywhere() {
        let mut published = BTreeSet::new();
        for host in made.hosts() {
            for (.., service) in made.services(&host) {
                let ports = list(&service["ports"]);
                published.extend(ports.iter().map(|port| (text(&port["host_ip"]), text(&port["published"]))));
            }
        }
        for (path, file) in made.files.iter().filter(|(path, _)| path.ends_with("haproxy.cfg")) {
            let mut names = BTreeSet::new();
            for line in file.text.lines().map(str::trim) {
                if line.starts_with("backend ") {
                    names.clear();
                }
                let Some(server) = line.strip_prefix("server ") else { continue };
                let words: Vec<&str> = server.split(' ').collect();
                assert!(names.insert(words[0].to_owned()), "{} {path}: {line}", made.name);
                let (address, port) = words[1].split_once(':').unwrap();
                let asked = words.iter().position(|word| *word == "port").map(|at| words[at + 1]);
                for port in asked.into_iter().chain([port]) {
                    assert!(published.contains(&(address.to_owned(), port.to_owned())), "{} {line}", made.name);
                }
            }
        }
    }
}

#[test]
fn what_programs_are_told_to_dial_has_one_address_and_answers_there() {
    let mut seen = 0;
    for Case { made, .. } in everywhere() {
        // Which hosts take connections at an address and port.
        let mut takers: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for host in made.hosts() {
            for (.., service) in made.services(&host) {
                for port in list(&service["ports"]) {
                    takers.entry((text(&port["host_ip"]), text(&port["published"]))).or_default().push(host.clone());
                }
            }
            let balancer = made.files.get(&format!("hosts/{host}/haproxy/haproxy.cfg"));
            let lines = balancer.iter().flat_map(|file| file.text.lines());
            for bind in lines.filter_map(|line| line.trim().strip_prefix("bind ")?.split(' ').next()) {
                let (address, port) = bind.split_once(':').unwrap();
                takers.entry((address.to_owned(), port.to_owned())).or_default().push(host.clone());
            }
        }
        for host in made.hosts() {
            let own = made.yaml("inventory/hosts.yml")["all"]["hosts"][host.as_str()]["ansible_host"].clone();
            for (_, name, service) in made.services(&host) {
                let mut known: BTreeMap<String, String> = BTreeMap::new();
                for row in texts(&service["extra_hosts"]) {
                    let (name, address) = row.split_once(':').unwrap();
                    let other = known.insert(name.to_owned(), address.to_owned());
                    assert_eq!(other, None, "{} {host}: {name} has one address", made.name);
                }
                let told = |key: &str| service["environment"].get(key).map(text);
                let keys = service["environment"].as_mapping().into_iter().flatten().map(|(key, _)| text(key));
                let pairs = keys.filter_map(|key| {
                    let start = key.strip_suffix("_HOST")?;
                    Some((told(&key)?, told(&format!("{start}_PORT"))?))
                });
                let gateway = told("FABRIC_GATEWAY_ADDRESS");
                let gateway = gateway.iter().filter_map(|address| address.split_once(':'));
                let gateway = gateway.map(|(host, port)| (host.to_owned(), port.to_owned()));
                for (dialled, port) in pairs.chain(gateway) {
                    let Some(address) = known.get(&dialled) else { continue };
                    let at = format!("{} {name} on {host} dials {dialled}:{port}", made.name);
                    for taker in takers.get(&(address.clone(), port.clone())).unwrap_or_else(|| panic!("{at}")) {
                        let rules = &made.files[&format!("hosts/{taker}/nftables/akcgen.nft")].text;
                        let comes = if *taker == host { "172.30.0.9".to_owned() } else { text(&own) };
                        let ranges = let_in(rules, address, &port);
                        assert!(ranges.is_none_or(|ranges| holds(&ranges, &comes)), "{at}: {comes} at {taker}");
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 20, "{seen}");
}
