//! The host names of web entries. One host may serve several workloads, each under a path of its own, so that hosts have
//! values of their own and are not repeated below each workload.

use std::collections::BTreeSet;

use crate::base::{Tree, TreePath};
use crate::package::UnionFile;
use crate::package::names::{camel_case, unique};

use super::super::node::ValuePath;

/// The hosts of a cluster.
#[derive(Debug, Default)]
pub(in crate::package::helm) struct Hosts {
    rows: Vec<Host>,
    /// Names that others dial, of which none can become that of a web entry.
    dialled: BTreeSet<String>,
}

#[derive(Debug)]
struct Host {
    name: String,
    /// By environment.
    values: Vec<Option<String>>,
    /// The objects' names, for people.
    serves: BTreeSet<String>,
}

impl Hosts {
    /// Those of the rules of all Ingresses, beside names that others dial.
    pub fn of(files: &[UnionFile], dialled: BTreeSet<String>) -> Hosts {
        let mut hosts = Hosts { dialled, ..Hosts::default() };
        let ingresses = files.iter().flat_map(|file| &file.objects).filter(|one| one.first().kind() == Some("Ingress"));
        for versions in ingresses {
            let rules = |at: usize| -> Vec<&str> {
                let object = versions.0.get(at).copied().flatten();
                let rules = object.and_then(|object| object.tree.at(&TreePath::from("spec/rules"))?.as_seq());
                rules.unwrap_or_default().iter().filter_map(|rule| rule.get("host")?.as_str()).collect()
            };
            let all: Vec<Vec<&str>> = (0..versions.0.len()).map(rules).collect();
            let count = all.iter().map(Vec::len).max().unwrap_or(0);
            for place in 0..count {
                let values = all.iter().map(|rules| rules.get(place).map(|host| (*host).to_owned())).collect();
                hosts.note(values, versions.first().name().unwrap_or_default());
            }
        }
        hosts.name_all();
        hosts
    }

    fn note(&mut self, values: Vec<Option<String>>, object: &str) {
        let row = match self.rows.iter_mut().find(|row| same(&row.values, values.iter().map(Option::as_deref))) {
            Some(row) => {
                for (known, value) in row.values.iter_mut().zip(values) {
                    *known = known.take().or(value);
                }
                row
            }
            None => {
                self.rows.push(Host { name: String::new(), values, serves: BTreeSet::new() });
                let Some(row) = self.rows.last_mut() else { return };
                row
            }
        };
        row.serves.insert(object.to_owned());
    }

    /// Each host is named after its first label.
    fn name_all(&mut self) {
        let mut taken = BTreeSet::new();
        for row in &mut self.rows {
            let host = row.values.iter().flatten().next().map(String::as_str).unwrap_or_default();
            row.name = unique(&mut taken, &camel_case(host.split('.').next().unwrap_or_default()));
        }
    }

    /// The name of a host, given in each environment.
    pub fn name(&self, parts: &[Option<&Tree>]) -> Option<&str> {
        let texts: Vec<Option<&str>> = parts.iter().map(|part| part.and_then(Tree::as_str)).collect();
        let row = self.rows.iter().find(|row| same(&row.values, texts.iter().copied()))?;
        Some(&row.name)
    }

    /// Names that no host can have.
    pub fn dialled(&self) -> &BTreeSet<String> {
        &self.dialled
    }

    /// The objects that have a host, as people read it.
    pub fn told(&self, path: &ValuePath) -> String {
        let row = self.rows.iter().find(|row| Some(&row.name) == path.0.last());
        row.map(|row| row.serves.iter().map(String::as_str).collect::<Vec<_>>().join(", ")).unwrap_or_default()
    }
}

/// Whether both are one host: they meet in an environment and differ in none.
fn same<'t>(known: &[Option<String>], other: impl Iterator<Item = Option<&'t str>>) -> bool {
    let mut meet = false;
    for (known, other) in known.iter().zip(other) {
        match (known, other) {
            (Some(known), Some(other)) if known == other => meet = true,
            (Some(_), Some(_)) => return false,
            _ => {}
        }
    }
    meet
}
