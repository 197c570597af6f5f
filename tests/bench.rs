//! What `scripts/bench` measures is a consortium as somebody would write it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../benches/consortium/generate.rs"]
mod generate;
mod support;

use std::fs;
use std::path::Path;

use akcgen::base::Sources;
use akcgen::compile::{self, Options};
use akcgen::diag::{Diagnostics, code};
use generate::Platforms;

/// The findings about a consortium of this size, by code.
fn findings(folder: &Path, organizations: usize, platforms: Platforms) -> Vec<code::Code> {
    let blueprint = folder.join(format!("{organizations}.yaml"));
    fs::write(&blueprint, generate::blueprint(organizations, platforms)).unwrap();
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let options = Options { blueprint, ..Options::default() };
    assert!(compile::plan(&options, &mut sources, &mut diagnostics).is_some(), "{organizations} organizations");
    diagnostics.iter().map(|finding| finding.code).collect()
}

#[test]
fn consortia_of_any_size_are_accepted_and_nothing_but_allocations_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    for organizations in [1, 2, 10, 11] {
        for platforms in [Platforms::Eks, Platforms::Three] {
            let found = findings(folder.path(), organizations, platforms);
            assert_eq!(found, [code::UNALLOCATED], "{organizations} organizations");
        }
    }
}

#[test]
fn a_cluster_has_about_ten_workloads() {
    let folder = tempfile::tempdir().unwrap();
    let blueprint = folder.path().join("consortium.yaml");
    fs::write(&blueprint, generate::blueprint(10, Platforms::Eks)).unwrap();
    let files = support::compile(&blueprint);
    let per_cluster = files.keys().filter(|path| path.contains("/manifests/")).count() / 20;
    assert!((8..=18).contains(&per_cluster), "{per_cluster} manifests a cluster");
}
