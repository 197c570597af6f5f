//! How the items of a list of a Kubernetes object are told apart, where they are.

use crate::base::Tree;

/// The keys that tell the items of a list apart, by the list's own key: the merge keys of Kubernetes' built-in kinds,
/// as their OpenAPI document has them (`x-kubernetes-patch-merge-key`), where akcgen emits the list. Every other list is
/// replaced as a whole by a strategic merge patch.
///
/// `ports` are told apart by `containerPort` in a container, by `port` in a Service.
const MERGE_KEYS: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("imagePullSecrets", &["name"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("ports", &["containerPort", "port"]),
];

/// The key by which a strategic merge patch finds the items of the list that stands under `list`; none where it
/// replaces the list.
pub fn merge_key(list: &str, items: &[Tree]) -> Option<&'static str> {
    let (_, keys) = MERGE_KEYS.iter().find(|(name, _)| *name == list)?;
    keys.iter().copied().find(|key| !items.is_empty() && items.iter().all(|item| item.get(key).is_some()))
}
