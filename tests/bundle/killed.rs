//! A build that is killed at any moment leaves the old bundle or the new one, whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use akcgen::base::Sources;
use akcgen::diag::Diagnostics;
use akcgen::emit::{Provenance, Scope, Session};
use rayon::prelude::*;

/// Enough that a build takes long enough to be killed in its middle.
const FILES: usize = 300;
const FOLDER: &str = "AKCGEN_TEST_FOLDER";
const GENERATION: &str = "AKCGEN_TEST_GENERATION";

/// Builds a bundle in which every file says which generation it is of.
fn build(out: &Path, generation: &str) {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let session = Session::begin(out, false, &mut sources, &mut diagnostics).unwrap();
    (0..FILES).into_par_iter().for_each(|at| {
        let path = format!("organization-{}/blockchain/manifests/production/peer{at}.yaml", at % 20);
        session.put(&path, format!("generation: {generation}\nfile: {at}\n").repeat(50).as_bytes());
    });
    assert!(session.finish(Provenance::default(), &Scope::whole(), &mut diagnostics).is_some(), "{diagnostics:?}");
}

/// What the child process runs; without its variables there is nothing to do.
#[test]
fn child() {
    if let (Some(folder), Ok(generation)) = (std::env::var_os(FOLDER), std::env::var(GENERATION)) {
        build(Path::new(&folder), &generation);
    }
}

fn start_child(out: &Path, generation: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "killed::child"]).env(FOLDER, out).env(GENERATION, generation);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn count(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
}

/// The one generation that all files are of.
fn generation(out: &Path) -> String {
    let mut found = BTreeSet::new();
    let mut folders = vec![out.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = fs::read_to_string(&path).unwrap();
                assert_eq!(text.lines().count(), 100, "{} is whole", path.display());
                found.insert(text.lines().next().unwrap().to_owned());
                files += 1;
            }
        }
    }
    assert_eq!(files, FILES);
    assert_eq!(found.len(), 1, "files of several builds stand side by side");
    found.pop_first().unwrap()
}

#[test]
fn a_killed_build_leaves_one_whole_bundle() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("dist");
    let staging = place.path().join(".dist.akcgen-new");
    build(&out, "0");
    fs::write(out.join("note.txt"), "mine").unwrap();
    let mut kept_old = 0;
    for round in 1..=8 {
        let before = generation(&out);
        let mut child = start_child(&out, &round.to_string());
        // Killed when so many files are staged, at the last rounds when all are and linking or exchanging is under way.
        while count(&staging) < FILES * round / 7 && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        child.wait().unwrap();
        let after = generation(&out);
        kept_old += usize::from(after == before);
        assert!(after == before || after == format!("generation: {round}"), "{after}");
        assert_eq!(fs::read_to_string(out.join("note.txt")).unwrap(), "mine");
    }
    assert!(kept_old > 0, "no build was killed before it was done: the test shows nothing");
    build(&out, "last");
    assert_eq!(generation(&out), "generation: last");
    let beside: Vec<_> = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside, ["dist"]);
}
