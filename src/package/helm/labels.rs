//! Labels that the chart's helpers give.

use std::collections::BTreeMap;

use crate::base::Tree;

use super::super::Lowered;
use super::node::{Action, Labelled};
use super::path::Path;

const NAME: &str = "app.kubernetes.io/name";
const INSTANCE: &str = "app.kubernetes.io/instance";
const COMPONENT: &str = "app.kubernetes.io/component";

/// The labels of a chart's objects, and those of the workload of one of its files.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    /// Every object's, beside those that tell what the object is.
    common: BTreeMap<String, String>,
    pub workload: Option<Identity>,
}

/// What an object's labels say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub name: String,
    pub component: String,
}

impl Labels {
    /// Those of a cluster of an organization: akcgen's own, and the blueprint's where they are the same everywhere.
    pub fn of(lowered: &[&Lowered], cluster: &str) -> Labels {
        let mut common = BTreeMap::new();
        if let Some(first) = lowered.first() {
            let own = |one: &Lowered| {
                let labels = one.resolved().description().map(|description| &description.labels);
                let labels = labels.into_iter().flatten().map(|(key, value)| (key.clone(), value.value.clone()));
                labels.collect::<BTreeMap<String, String>>()
            };
            let others: Vec<_> = lowered.iter().map(|one| own(one)).collect();
            let everywhere = |(key, value): &(String, String)| others.iter().all(|one| one.get(key) == Some(value));
            common.extend(own(first).into_iter().filter(everywhere));
            common.extend([
                ("akcgen.io/cluster".to_owned(), cluster.to_owned()),
                ("akcgen.io/organization".to_owned(), first.name().to_owned()),
                ("app.kubernetes.io/part-of".to_owned(), first.plan.consortium.name.value.to_string()),
            ]);
        }
        common.retain(|key, _| ![NAME, INSTANCE, COMPONENT].contains(&key.as_str()));
        Labels { common, workload: None }
    }

    /// The same for a file with a workload.
    pub fn with(&self, workload: Option<Identity>) -> Labels {
        Labels { common: self.common.clone(), workload }
    }

    /// All labels in their order; none in the place of those that tell what the object is.
    pub fn rows(&self) -> BTreeMap<&str, Option<&str>> {
        let own = [NAME, INSTANCE, COMPONENT].map(|key| (key, None));
        self.common.iter().map(|(key, value)| (key.as_str(), Some(value.as_str()))).chain(own).collect()
    }

    /// The helper that gives labels, and which of them it gives. Objects whose labels are not such have those of the
    /// release alone from a helper.
    pub fn included<'t>(&self, parts: &[Option<&'t Tree>], path: &Path) -> Option<(Action, Vec<&'t str>)> {
        let of = place(path)?;
        let maps: Vec<&'t Tree> = parts.iter().copied().flatten().collect();
        let of = match of {
            Labelled::Selector => return self.selector(&maps),
            of => of,
        };
        self.whole(of, &maps).or_else(|| (of == Labelled::Object).then(|| (Action::ReleaseLabels, Vec::new())))
    }

    /// The labels of an object or a pod, where all of them are there.
    fn whole<'t>(&self, of: Labelled, maps: &[&'t Tree]) -> Option<(Action, Vec<&'t str>)> {
        let identity = maps.first().and_then(|map| Identity::of(map))?;
        let same = |map: &&Tree| {
            let common = self.common.iter().all(|(key, value)| text(map, key) == Some(value));
            common && text(map, INSTANCE) == Some(&identity.name) && Identity::of(map).as_ref() == Some(&identity)
        };
        let given = |key: &&str| self.common.contains_key(*key) || [NAME, INSTANCE, COMPONENT].contains(key);
        let entries = maps.first().and_then(|map| map.as_map())?;
        let covered = entries.iter().map(|(key, _)| key.as_ref()).filter(given).collect();
        maps.iter().all(same).then_some((Action::Labels { of, identity }, covered))
    }

    fn selector<'t>(&self, maps: &[&'t Tree]) -> Option<(Action, Vec<&'t str>)> {
        let workload = self.workload.as_ref()?;
        let own = |map: &&Tree| {
            map.as_map().is_some_and(|entries| entries.len() == 2) && Identity::of(map).as_ref() == Some(workload)
        };
        let covered = maps.first()?.as_map()?.iter().map(|(key, _)| key.as_ref()).collect();
        let action = Action::Labels { of: Labelled::Selector, identity: workload.clone() };
        maps.iter().all(own).then_some((action, covered))
    }
}

/// What the labels at a path are put on.
fn place(path: &Path) -> Option<Labelled> {
    match path.last()? {
        "labels" if path.fits(&["metadata", "labels"]) => Some(Labelled::Object),
        "labels" if path.fits(&["spec", "template", "metadata", "labels"]) => Some(Labelled::Pod),
        "matchLabels" | "selector" => Some(Labelled::Selector),
        _ => None,
    }
}

/// What the labels of an object say it is, where a part of an object is its labels: a helper gives those of one alone.
pub(super) fn told_identity(part: &Tree, path: &Path) -> Option<Identity> {
    if place(path) == Some(Labelled::Object) { Identity::of(part) } else { None }
}

impl Identity {
    /// What the labels of an object say.
    pub fn of(labels: &Tree) -> Option<Identity> {
        Some(Identity { name: text(labels, NAME)?.to_owned(), component: text(labels, COMPONENT)?.to_owned() })
    }
}

fn text<'t>(map: &'t Tree, key: &str) -> Option<&'t str> {
    map.get(key)?.as_str()
}
