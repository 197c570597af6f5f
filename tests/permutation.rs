//! What is without effect on the bytes of a bundle: the order of keys in a blueprint, how it is divided into files, and
//! the number of threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use akcgen::base::Sources;
use akcgen::compile::{self, Options};
use akcgen::diag::Diagnostics;
use akcgen::diag::render::{Format, render};
use akcgen::package::BundleFile;
use akcgen::source;
use serde_json::{Value as Json, json};

const BLUEPRINTS: [&str; 2] = ["minimal.yaml", "akachain.yaml"];

/// A bundle: the text of each file by its path.
type Bundle = BTreeMap<String, String>;

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints").join(name)
}

/// A blueprint as data.
fn read(name: &str) -> Json {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = source::read_file(&shipped(name), &mut sources, &mut diagnostics).unwrap();
    source::read(&sources, file, &mut diagnostics).unwrap().to_json()
}

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

/// What a blueprint compiles to.
fn bundle(blueprint: &Path) -> Bundle {
    let options = Options { blueprint: blueprint.to_owned(), ..Options::default() };
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let files = Mutex::new(Bundle::new());
    if let Some(plans) = compile::plan(&options, &mut sources, &mut diagnostics) {
        let sink = |path: String, file: BundleFile| drop(files.lock().unwrap().insert(path, file.text));
        compile::emit(&plans, &options, &sink, &mut diagnostics);
    }
    assert!(!diagnostics.has_errors(), "{}", render(Format::Human, &diagnostics, &sources, false));
    let files = files.into_inner().unwrap();
    assert!(files.len() > 10);
    files
}

/// What data compiles to, written as JSON, which is YAML.
fn bundle_of(value: &Json) -> Bundle {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blueprint.yaml");
    fs::write(&path, serde_json::to_string_pretty(value).unwrap()).unwrap();
    bundle(&path)
}

fn assert_same(found: &Bundle, expected: &Bundle, what: &str) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    for (path, text) in expected {
        assert!(found[path] == *text, "{what}: {path} differs");
    }
}

#[test]
fn another_order_of_keys_gives_the_same_bytes() {
    for name in BLUEPRINTS {
        let written = read(name);
        let expected = bundle(&shipped(name));
        for seed in 0..2 {
            let other = shuffled(&written, &mut Random(seed));
            assert_eq!(other, written, "the same data");
            assert_ne!(other.to_string(), written.to_string(), "in another order");
            assert_same(&bundle_of(&other), &expected, &format!("{name} with seed {seed}"));
        }
    }
}

#[test]
fn a_folder_gives_the_same_bytes_as_one_file() {
    for name in BLUEPRINTS {
        let mut consortium = read(name);
        let organizations = consortium.as_object_mut().unwrap().remove("organizations").unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("organizations")).unwrap();
        for (organization, described) in organizations.as_object().unwrap() {
            let path = folder.path().join("organizations").join(format!("{organization}.yaml"));
            fs::write(path, described.to_string()).unwrap();
        }
        fs::write(folder.path().join("consortium.yaml"), consortium.to_string()).unwrap();
        assert_same(&bundle(folder.path()), &bundle(&shipped(name)), name);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bundle(&shipped(BLUEPRINTS[1])))
    };
    assert_same(&with(4), &with(1), "four threads");
}

/// The comparison sees what differs.
#[test]
fn another_value_gives_other_bytes() {
    let mut changed = read(BLUEPRINTS[0]);
    let expected = bundle_of(&changed);
    changed["ordering"]["orderers"]["buyer"] = json!(5);
    assert!(bundle_of(&changed) != expected);
}
