//! `lifts.json`: what changes with a value.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::charts::{Chart, Name, Objects};

pub fn rows(chart: &Chart) -> Vec<Value> {
    serde_json::from_str::<Vec<Value>>(chart.beside("lifts.json")).unwrap()
}

/// All values at once, each with its example.
pub fn examples(rows: &[Value]) -> Value {
    let mut values = Value::Object(Map::new());
    for row in rows {
        let key = row["value"].as_str().unwrap();
        let place = key.split('.').fold(&mut values, |map, key| {
            map.as_object_mut().unwrap().entry(key).or_insert_with(|| Value::Object(Map::new()))
        });
        *place = row["example"].clone();
    }
    values
}

/// What must change in each object of an environment.
pub fn expected(rows: &[Value], environment: &str, objects: &Objects) -> BTreeMap<Name, BTreeSet<String>> {
    let mut expected: BTreeMap<Name, BTreeSet<String>> = BTreeMap::new();
    for change in rows.iter().flat_map(|row| row["changes"].as_array().unwrap()) {
        if !change["environments"].as_array().unwrap().iter().any(|name| name == environment) {
            continue;
        }
        let text = |key: &str| change[key].as_str().unwrap_or_default();
        let same = |name: &&Name| {
            name[0] == text("apiVersion")
                && name[1] == text("kind")
                && name[2] == text("namespace")
                && name[3] == text("name")
        };
        let name = objects.keys().find(same).unwrap_or_else(|| panic!("no object for {change}"));
        expected.entry(name.clone()).or_default().insert(text("path").to_owned());
    }
    expected
}

/// The JSON pointers at which two values differ, maps being compared key by key and lists of one length item by item.
pub fn changed(one: &Value, other: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    compare(Some(one), Some(other), String::new(), &mut found);
    found
}

fn compare(one: Option<&Value>, other: Option<&Value>, path: String, found: &mut BTreeSet<String>) {
    match (one, other) {
        (Some(Value::Object(ones)), Some(Value::Object(others))) => {
            for key in ones.keys().chain(others.keys()).collect::<BTreeSet<_>>() {
                let step = key.replace('~', "~0").replace('/', "~1");
                compare(ones.get(key), others.get(key), format!("{path}/{step}"), found);
            }
        }
        (Some(Value::Array(ones)), Some(Value::Array(others))) if ones.len() == others.len() => {
            for (at, (one, other)) in ones.iter().zip(others).enumerate() {
                compare(Some(one), Some(other), format!("{path}/{at}"), found);
            }
        }
        _ if one == other => {}
        _ => {
            found.insert(path);
        }
    }
}
