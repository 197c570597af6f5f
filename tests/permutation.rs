//! What is without effect on the bytes of a bundle: the order of keys in a blueprint, how it is divided into files, and
//! the number of threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use serde_json::{Value as Json, json};
use support::{Files, compile, first_difference, read, repository};

const BLUEPRINTS: [&str; 2] = ["blueprints/minimal.yaml", "blueprints/akachain.yaml"];

/// The same data with the keys of every map in another order.
fn shuffled(value: &Json, random: &mut Random) -> Json {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<(&String, &Json)> = map.iter().collect();
            for at in (1..entries.len()).rev() {
                entries.swap(at, random.below(at + 1));
            }
            entries.into_iter().map(|(key, value)| (key.clone(), shuffled(value, random))).collect()
        }
        Json::Array(items) => items.iter().map(|item| shuffled(item, random)).collect(),
        other => other.clone(),
    }
}

/// A linear congruential generator (Knuth's MMIX), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// What data compiles to, written as JSON, which is YAML.
fn compile_data(value: &Json) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blueprint.yaml");
    fs::write(&path, serde_json::to_string_pretty(value).unwrap()).unwrap();
    compile(&path)
}

fn assert_same(found: &Files, expected: &Files, what: &str) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    for (path, text) in expected {
        assert_eq!(first_difference(&found[path], text), None, "{what}: {path}");
    }
}

#[test]
fn another_order_of_keys_gives_the_same_bytes() {
    for name in BLUEPRINTS {
        let written = read(&repository(name));
        let expected = compile_data(&written);
        for seed in 0..5 {
            let other = shuffled(&written, &mut Random(seed));
            assert_eq!(other, written, "the same data");
            assert_ne!(other.to_string(), written.to_string(), "in another order");
            assert_same(&compile_data(&other), &expected, &format!("{name} with seed {seed}"));
        }
    }
}

#[test]
fn a_folder_gives_the_same_bytes_as_one_file() {
    for name in BLUEPRINTS {
        let mut consortium = read(&repository(name));
        let expected = compile_data(&consortium);
        let organizations = consortium.as_object_mut().unwrap().remove("organizations").unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("organizations")).unwrap();
        for (organization, described) in organizations.as_object().unwrap() {
            let path = folder.path().join("organizations").join(format!("{organization}.yaml"));
            fs::write(path, described.to_string()).unwrap();
        }
        fs::write(folder.path().join("consortium.yaml"), consortium.to_string()).unwrap();
        assert_same(&compile(folder.path()), &expected, name);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| compile(&repository(BLUEPRINTS[1])))
    };
    assert_same(&with(4), &with(1), "four threads");
}

/// The comparison sees what differs.
#[test]
fn another_value_gives_other_bytes() {
    let mut changed = read(&repository(BLUEPRINTS[0]));
    let expected = compile_data(&changed);
    changed["ordering"]["orderers"]["buyer"] = json!(5);
    assert!(compile_data(&changed) != expected);
}
