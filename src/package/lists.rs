//! Which items of a list are the same one in two versions of an object, as the merge of a chart asks.

use crate::base::{Step, Text, Tree, merge_keys};

/// Lists whose items are who may connect: another one is never a version of the same.
const WHOLE_ITEMS: [&str; 2] = ["from", "to"];

/// Whether an item of the list that stands under `list` is the same in two versions only if all of it is.
pub fn whole_items(list: &str) -> bool {
    WHOLE_ITEMS.contains(&list)
}

/// The key that tells the items of a list apart, by the list's own key: the first of Kubernetes' [`merge_keys`], if
/// there are items and each has it.
pub fn merge_key(list: &str, items: &[Tree]) -> Option<&'static str> {
    let all_have = |key: &str| !items.is_empty() && items.iter().all(|item| item.get(key).is_some());
    merge_keys(&[Step::Key(Text::new(list))], all_have)?.first().copied().filter(|key| all_have(key))
}
