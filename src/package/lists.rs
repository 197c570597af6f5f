//! How the items of a list of a Kubernetes object are told apart, where they are.

use crate::base::{Step, Tree, TreePath, merge_keys};

/// The key that tells the items of a list apart, by the list's own key: the first of Kubernetes' [`merge_keys`], if
/// there are items and each has it.
pub fn merge_key(list: &str, items: &[Tree]) -> Option<&'static str> {
    let path = TreePath(vec![Step::from(list.to_owned())]);
    let all_have = |key: &str| !items.is_empty() && items.iter().all(|item| item.get(key).is_some());
    merge_keys(&path, all_have)?.first().copied().filter(|key| all_have(key))
}
