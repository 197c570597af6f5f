//! One cluster of an organization over all of its environments: what Kustomize and Helm, which describe them together,
//! are made from.

use std::collections::BTreeMap;
use std::ptr;

use crate::base::Object;
use crate::lower::ObjectFile;
use crate::resolve::Cluster;

use super::Lowered;

/// A cluster over the environments that have it.
#[derive(Debug)]
pub struct Union<'a> {
    pub cluster: Cluster,
    /// The environments' names, in their order.
    pub environments: Vec<&'a str>,
    /// Sorted by path.
    pub files: Vec<UnionFile<'a>>,
}

/// A file of the cluster's manifests over all environments. Every object belongs to one file.
#[derive(Debug)]
pub struct UnionFile<'a> {
    /// Path below the form's folder, such as `peer0.yaml`.
    pub path: &'a str,
    /// The key of the blueprint that has it there.
    pub cause: &'a str,
    /// Every object that belongs here, in the order of the environments' own files. Never empty.
    pub objects: Vec<Versions<'a>>,
    /// The file of the first environment that has one, if it holds these very objects as they are first.
    pub same: Option<&'a ObjectFile>,
}

/// An object in each environment, in the order of [`Union::environments`]; at least one has it.
#[derive(Debug, Clone)]
pub struct Versions<'a>(pub Vec<Option<&'a Object>>);

impl<'a> Versions<'a> {
    /// The object as the first environment has it that has it at all.
    pub fn first(&self) -> &'a Object {
        let Some(first) = self.0.iter().copied().flatten().next() else {
            unreachable!("an object is there because an environment has it")
        };
        first
    }

    /// The object as an environment has it, by its place in [`Union::environments`].
    pub fn of(&self, environment: usize) -> Option<&'a Object> {
        self.0.get(environment).copied().flatten()
    }
}

/// The clusters of an organization, in the order of the plan.
pub fn unions<'a>(environments: &'a [Lowered]) -> Vec<Union<'a>> {
    Cluster::ALL.into_iter().filter_map(|cluster| union(environments, cluster)).collect()
}

fn union<'a>(environments: &'a [Lowered], cluster: Cluster) -> Option<Union<'a>> {
    let having = environments.iter().filter_map(|lowered| {
        let objects = lowered.clusters.iter().find(|objects| objects.cluster == cluster)?;
        Some((lowered.environment(), objects))
    });
    let (names, clusters): (Vec<&str>, Vec<_>) = having.unzip();
    let files = files(&clusters.iter().map(|objects| objects.files.as_slice()).collect::<Vec<_>>());
    (!files.is_empty()).then_some(Union { cluster, environments: names, files })
}

/// The files of a cluster over its environments. An object that stands in different files, as a Secret does that one
/// workload uses here and several there, belongs to the file of the first environment that has it.
fn files<'a>(environments: &[&'a [ObjectFile]]) -> Vec<UnionFile<'a>> {
    let mut homes: BTreeMap<Identity, &str> = BTreeMap::new();
    let mut objects: Vec<BTreeMap<Identity, &Object>> = vec![BTreeMap::new(); environments.len()];
    let mut paths: BTreeMap<&str, (&ObjectFile, Vec<Vec<Identity>>)> = BTreeMap::new();
    for (files, (at, objects)) in environments.iter().zip(objects.iter_mut().enumerate()) {
        for file in *files {
            let (_, lists) = paths.entry(&file.path).or_insert_with(|| (file, vec![Vec::new(); environments.len()]));
            for object in &file.objects {
                let identity = identity(object);
                objects.insert(identity, object);
                if *homes.entry(identity).or_insert(&file.path) == file.path {
                    lists[at].push(identity);
                }
            }
        }
    }
    let versions =
        |identity: Identity| Versions(objects.iter().map(|objects| objects.get(&identity).copied()).collect());
    let file = |(path, (file, lists)): (_, (&'a ObjectFile, Vec<_>))| {
        let objects: Vec<Versions> = weave(&lists).into_iter().map(versions).collect();
        let firsts = objects.iter().map(Versions::first);
        let same = firsts.map(ptr::from_ref).eq(file.objects.iter().map(ptr::from_ref));
        UnionFile { path, cause: &file.cause, objects, same: same.then_some(file) }
    };
    paths.into_iter().map(file).filter(|file| !file.objects.is_empty()).collect()
}

/// The objects of lists, one of each environment.
pub(super) fn versions<'a>(lists: &[&'a [Object]]) -> Vec<Versions<'a>> {
    let identities: Vec<Vec<Identity>> = lists.iter().map(|list| list.iter().map(identity).collect()).collect();
    let found = |wanted: Identity, list: &'a [Object]| list.iter().find(|object| identity(object) == wanted);
    let all = weave(&identities).into_iter();
    all.map(|identity| Versions(lists.iter().map(|list| found(identity, list)).collect())).collect()
}

/// What makes two objects the same one: apiVersion, kind, namespace and name.
type Identity<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn identity(object: &Object) -> Identity<'_> {
    let version = object.tree.get("apiVersion").and_then(|version| version.as_str());
    (version, object.kind(), object.namespace(), object.name())
}

/// All items of several lists, each once: those of the first list in its order, an item that only later lists have
/// behind the one that it follows there.
pub fn weave<T: Clone + Eq>(lists: &[Vec<T>]) -> Vec<T> {
    let mut woven: Vec<T> = Vec::new();
    for list in lists {
        let mut at = 0;
        for item in list {
            match woven.iter().position(|other| other == item) {
                Some(found) => at = found + 1,
                None => {
                    woven.insert(at, item.clone());
                    at += 1;
                }
            }
        }
    }
    woven
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::base::{Origin, Tree};

    #[test]
    fn what_only_later_lists_have_stands_behind_what_it_follows_there() {
        let lists = |lists: &[&str]| lists.iter().map(|list| list.chars().collect()).collect::<Vec<Vec<char>>>();
        let woven = |all: &[&str]| weave(&lists(all)).into_iter().collect::<String>();
        assert_eq!(woven(&["abc", "abc"]), "abc");
        assert_eq!(woven(&["ad", "abcd"]), "abcd");
        assert_eq!(woven(&["bd", "abcde"]), "abcde");
        assert_eq!(woven(&["", "ab", "cb"]), "cab");
        assert_eq!(woven(&["ab", "ba"]), "ab");
        assert_eq!(woven(&[]), "");
    }

    /// A file of Secrets with the given names, each marked with its environment.
    fn file(environment: &str, path: &str, names: &[&str]) -> ObjectFile {
        let object = |name: &&str| {
            let metadata = Tree::map([("name".to_owned(), (*name).to_owned())]);
            let kind = Tree::from("Secret");
            let data = Tree::from(environment.to_owned());
            Object::new(Tree::map([("kind", kind), ("metadata", metadata), ("data", data)]), Origin::Rule("test"))
        };
        let cause = format!("cause of {path}");
        ObjectFile::new(path.to_owned(), cause, names.iter().map(object).collect())
    }

    /// The files as `path: name=environments …`.
    fn told(files: &[UnionFile]) -> Vec<String> {
        fn mark<'a>(object: &Option<&'a Object>) -> &'a str {
            object.map_or("-", |object| object.tree.get("data").unwrap().as_str().unwrap())
        }
        let object = |versions: &Versions| {
            let marks: String = versions.0.iter().map(mark).collect();
            format!(" {}={marks}", versions.first().name().unwrap())
        };
        files
            .iter()
            .map(|file| format!("{}:{}", file.path, file.objects.iter().map(object).collect::<String>()))
            .collect()
    }

    #[test]
    fn an_object_belongs_to_the_file_of_the_first_environment_that_has_it() {
        let first = [file("p", "peer0.yaml", &["tls"]), file("p", "shared.yaml", &["store", "admin"])];
        let second = [
            file("s", "ca.yaml", &["ca"]),
            file("s", "peer0.yaml", &["admin", "tls", "msp"]),
            file("s", "shared.yaml", &["store"]),
        ];
        let third = [file("t", "moved.yaml", &["admin"])];
        let files = files(&[&first, &second, &third]);
        assert_eq!(
            told(&files),
            ["ca.yaml: ca=-s-", "peer0.yaml: tls=ps- msp=-s-", "shared.yaml: store=ps- admin=pst"]
        );
        assert_eq!(files[1].cause, "cause of peer0.yaml");
        assert_eq!(files[0].objects[0].first().name(), Some("ca"));
    }
}
