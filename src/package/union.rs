//! One cluster of an organization over all of its environments: what Kustomize and Helm, which describe them together,
//! are made from.

use std::collections::BTreeMap;

use crate::base::Object;
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

/// A file of the cluster's manifests over all environments.
#[derive(Debug)]
pub struct UnionFile<'a> {
    /// Path below the form's folder, such as `peer0.yaml`.
    pub path: &'a str,
    /// The key of the blueprint that has it there.
    pub cause: &'a str,
    /// Every object that any environment has, those first that others refer to.
    pub objects: Vec<Versions<'a>>,
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
}

/// The clusters of an organization, in the order of the plan.
pub fn unions<'a>(environments: &'a [Lowered]) -> Vec<Union<'a>> {
    [Cluster::Blockchain, Cluster::Application].into_iter().filter_map(|cluster| union(environments, cluster)).collect()
}

fn union<'a>(environments: &'a [Lowered], cluster: Cluster) -> Option<Union<'a>> {
    let having = environments.iter().filter_map(|lowered| {
        let objects = lowered.clusters.iter().find(|objects| objects.cluster == cluster)?;
        Some((lowered.environment(), objects))
    });
    let (names, clusters): (Vec<&str>, Vec<_>) = having.unzip();
    let mut paths: BTreeMap<&str, (&str, Vec<&[Object]>)> = BTreeMap::new();
    for (at, objects) in clusters.iter().enumerate() {
        for file in &objects.files {
            let entry = paths.entry(&file.path).or_insert_with(|| (&file.cause, vec![&[]; clusters.len()]));
            entry.1[at] = &file.objects;
        }
    }
    let files = paths.into_iter().map(|(path, (cause, lists))| UnionFile { path, cause, objects: versions(&lists) });
    let files: Vec<UnionFile> = files.collect();
    (!files.is_empty()).then_some(Union { cluster, environments: names, files })
}

/// What makes two objects the same one.
fn identity(object: &Object) -> (Option<&str>, Option<&str>, Option<&str>, Option<&str>) {
    let version = object.tree.get("apiVersion").and_then(|version| version.as_str());
    (version, object.kind(), object.namespace(), object.name())
}

fn versions<'a>(lists: &[&'a [Object]]) -> Vec<Versions<'a>> {
    let keys: Vec<Vec<_>> = lists.iter().map(|list| list.iter().map(identity).collect()).collect();
    let found = |key: &_, list: &&'a [Object]| list.iter().find(|object| identity(object) == *key);
    weave(&keys).iter().map(|key| Versions(lists.iter().map(|list| found(key, list)).collect())).collect()
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
    use super::weave;

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
}
