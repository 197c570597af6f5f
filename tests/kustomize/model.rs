//! How Kustomize merges a patch (`kyaml/yaml/merge2` and `kyaml/yaml/walk`), as far as patches of akcgen go.

use akcgen::base::{TreePath, merge_keys};
use serde_json::{Map, Value};

/// The object that a patch makes of a base. Panics where Kustomize would refuse the patch.
pub fn apply(base: &Value, patch: &Value) -> Value {
    let keyed = matches!(base["apiVersion"].as_str(), Some("v1" | "apps/v1" | "batch/v1"));
    merged(Some(base), patch, &TreePath::ROOT, keyed).expect("an object that is not deleted")
}

/// What becomes of the value at a path; none if it goes.
fn merged(base: Option<&Value>, patch: &Value, path: &TreePath, keyed: bool) -> Option<Value> {
    match (base, patch) {
        (_, Value::Null) => None,
        (Some(Value::Object(base)), Value::Object(patch)) => map(base, patch, path, keyed),
        (None, Value::Object(patch)) => map(&Map::new(), patch, path, keyed),
        (None | Some(Value::Array(_)), Value::Array(patch)) => {
            let base = base.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            Some(Value::Array(list(base, patch, path, keyed)))
        }
        (Some(Value::Object(_) | Value::Array(_)), _) | (Some(_), Value::Object(_) | Value::Array(_)) => {
            panic!("wrong node kind: {patch} for {base:?}")
        }
        (Some(Value::String(text)), patch) if !patch.is_string() => panic!("{patch} would get the quotes of {text:?}"),
        _ => Some(patch.clone()),
    }
}

fn map(base: &Map<String, Value>, patch: &Map<String, Value>, path: &TreePath, keyed: bool) -> Option<Value> {
    let mut merging = match patch.get("$patch").and_then(Value::as_str) {
        Some("delete") => return None,
        Some("replace") => Map::new(),
        Some(other) => panic!("unknown directive {other}"),
        None => base.clone(),
    };
    for (key, value) in patch.iter().filter(|(key, _)| *key != "$patch") {
        let new = merged(merging.get(key), value, &path.join(key.clone()), keyed);
        merging.remove(key);
        merging.extend(new.map(|new| (key.clone(), new)));
    }
    Some(Value::Object(merging))
}

fn list(base: &[Value], patch: &[Value], path: &TreePath, keyed: bool) -> Vec<Value> {
    assert!(base.is_empty() || !path.to_string().ends_with("/finalizers"), "items without keys are merged, too");
    let all_have = |key: &str| base.iter().chain(patch).all(|item| item.get(key).is_some());
    let Some(keys) = merge_keys(&path.0, all_have).filter(|_| keyed) else { return patch.to_vec() };
    let replaced = |item: &Value| item["$patch"] == "replace" && item.as_object().unwrap().len() == 1;
    if base.is_empty() || patch.iter().any(replaced) {
        return patch.iter().filter(|item| !replaced(item)).cloned().collect();
    }
    assert_eq!(keys.len(), 1, "{path}: the order of items with two keys is not the patch's");
    let find = |items: &[Value], item: &Value| items.iter().find(|other| other[keys[0]] == item[keys[0]]).cloned();
    assert!(patch.iter().all(|item| !item[keys[0]].is_null()), "{path}: an item without a key");
    let first = patch.iter().filter_map(|item| merged(find(base, item).as_ref(), item, &path.join(0), keyed));
    let others = base.iter().filter(|item| find(patch, item).is_none()).cloned();
    first.chain(others).collect()
}
