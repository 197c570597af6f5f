use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use akcgen::emit::{Digest, Lock};

use crate::program::akcgen;

/// A folder `dist` with one file and its lock.
fn bundle() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let dist = place.path().join("dist");
    fs::create_dir_all(dist.join("buyer")).unwrap();
    fs::write(dist.join("buyer/a.yaml"), "a: 1\n").unwrap();
    let files = BTreeMap::from([("buyer/a.yaml".to_owned(), Digest::of(b"a: 1\n"))]);
    let lock = Lock { version: "0.1.0".into(), files, ..Lock::default() };
    fs::write(dist.join("akcgen.lock"), lock.text()).unwrap();
    place
}

fn change(place: &Path) {
    fs::write(place.join("dist/buyer/a.yaml"), "a: 2\n").unwrap();
}

#[test]
fn a_whole_folder_is_confirmed_and_a_damaged_one_is_not() {
    let place = bundle();
    let ended = akcgen(place.path(), &["verify"]).with(0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", "dist: 1 file as akcgen wrote them\n"));
    change(place.path());
    let ended = akcgen(place.path(), &["verify", "dist"]).with(1);
    assert!(ended.stderr.contains("error[AKC0506]") && ended.stderr.ends_with("1 error\n"), "{}", ended.stderr);
    assert!(!ended.stderr.contains('\u{1b}'), "no colour but on a terminal");
    let ended = akcgen(place.path(), &["verify", "elsewhere"]).with(2);
    assert!(ended.stderr.contains("error[AKC0501]"), "{}", ended.stderr);
}

#[test]
fn a_broken_lock_is_a_refusal() {
    let place = bundle();
    let lock = place.path().join("dist/akcgen.lock");
    fs::write(&lock, fs::read_to_string(&lock).unwrap() + "=======\n").unwrap();
    let ended = akcgen(place.path(), &["verify"]).with(1);
    assert!(ended.stderr.contains("AKC0505") && ended.stderr.contains("akcgen.lock:5:1"), "{}", ended.stderr);
}

#[test]
fn every_form_of_report_can_be_had() {
    let place = bundle();
    change(place.path());
    let report = |format: &str| akcgen(place.path(), &["verify", "--message-format", format]).with(1).stderr;
    assert_eq!(report("short").lines().filter(|line| line.contains("AKC0506")).count(), 1);
    let json: serde_json::Value = serde_json::from_str(report("json").lines().next().unwrap()).unwrap();
    assert_eq!(json["code"], "AKC0506");
    assert!(report("github").starts_with("::error "));
    let sarif: serde_json::Value = serde_json::from_str(&report("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "AKC0506");
}
