//! Compiles blueprints in memory.
#![allow(dead_code)] // Every test uses what it needs.

#[cfg(feature = "outside-tools")]
pub mod kubectl;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use akcgen::base::Sources;
use akcgen::compile::{self, Options};
use akcgen::diag::Diagnostics;
use akcgen::diag::render::{Format, render};

/// Path below the output folder to text.
pub type Files = BTreeMap<String, String>;

/// A path of the checkout.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file of a blueprint's bundle.
pub fn compile(blueprint: &Path) -> Files {
    compile_with(Options { blueprint: blueprint.to_owned(), ..Options::default() })
}

/// Every file of a bundle.
#[track_caller]
pub fn compile_with(options: Options) -> Files {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let files = Mutex::new(Files::new());
    if let Some(plans) = compile::plan(&options, &mut sources, &mut diagnostics) {
        let sink = |path: String, file: akcgen::package::BundleFile| {
            let twice = files.lock().unwrap().insert(path.clone(), file.text);
            assert!(twice.is_none(), "{path} is emitted twice");
        };
        compile::emit(&plans, &options, &sink, &mut diagnostics);
    }
    assert!(!diagnostics.has_errors(), "{}", render(Format::Human, &diagnostics, &sources, false));
    files.into_inner().unwrap()
}

/// A text of the blueprint language as data.
pub fn read(path: &Path) -> serde_json::Value {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = akcgen::source::read_file(path, &mut sources, &mut diagnostics).unwrap();
    akcgen::source::read(&sources, file, &mut diagnostics).unwrap().to_json()
}

/// The first line in which two texts differ, as both have it.
pub fn first_difference<'a>(one: &'a str, other: &'a str) -> Option<(usize, &'a str, &'a str)> {
    let (mut ones, mut others) = (one.lines(), other.lines());
    for number in 1.. {
        match (ones.next(), others.next()) {
            (None, None) => return None,
            (left, right) if left == right => {}
            (left, right) => return Some((number, left.unwrap_or("(end)"), right.unwrap_or("(end)"))),
        }
    }
    None
}
