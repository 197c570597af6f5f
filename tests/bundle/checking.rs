//! `build --check` and `verify` on a real disk: neither misses a difference, neither writes.

use std::fs;

use akcgen::diag::{Code, code};
use akcgen::emit::{Drift, Scope};

use crate::place::{Files, Place, snapshot};

const FILES: Files = &[("README.md", "read me\n"), ("buyer/a.yaml", "a: 1\nb: 2\n"), ("seller/b.yaml", "b: 1\n")];

fn found(drifts: &[Drift]) -> Vec<(Code, &str)> {
    drifts.iter().map(|drift| (drift.finding.code, drift.path.as_str())).collect()
}

#[test]
fn a_fresh_bundle_is_neither_stale_nor_damaged() {
    let place = Place::new();
    place.build(FILES);
    let before = snapshot(&place.out);
    let (drifts, diagnostics) = place.check(FILES, &Scope::whole());
    assert_eq!((found(&drifts), diagnostics.is_empty()), (vec![], true));
    assert_eq!(place.verify(), (Some(3), vec![]));
    assert_eq!(snapshot(&place.out), before);
}

#[test]
fn changed_missing_and_orphaned_files_are_found() {
    let place = Place::new();
    place.build(FILES);
    fs::remove_file(place.out.join("README.md")).unwrap();
    let next: Files = &[("README.md", "read me\n"), ("buyer/a.yaml", "a: 1\nb: 3\n"), ("buyer/c.yaml", "c\n")];
    let (drifts, _) = place.check(next, &Scope::whole());
    let expected = [
        (code::MISSING_FILE, "README.md"),
        (code::STALE_FILE, "akcgen.lock"),
        (code::STALE_FILE, "buyer/a.yaml"),
        (code::MISSING_FILE, "buyer/c.yaml"),
        (code::ORPHANED_FILE, "seller/b.yaml"),
    ];
    assert_eq!(found(&drifts), expected);
    let hunk = &drifts[2].difference.as_ref().unwrap().hunk;
    assert_eq!(hunk, "@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n");
    place.build(next);
    assert_eq!(place.check(next, &Scope::whole()).0, []);
}

#[test]
fn the_lock_alone_can_be_stale() {
    let place = Place::new();
    place.build(FILES);
    let lock = place.read("akcgen.lock").unwrap();
    place.write("akcgen.lock", &lock.replace("# akcgen ", "# akcgen 99."));
    let (drifts, _) = place.check(FILES, &Scope::whole());
    assert_eq!(found(&drifts), [(code::STALE_FILE, "akcgen.lock")]);
    assert!(drifts[0].finding.help[0].contains("built by akcgen 99."), "{:?}", drifts[0].finding.help);
}

#[test]
fn a_missing_folder_misses_everything() {
    let place = Place::new();
    let (drifts, _) = place.check(&[("a.yaml", "a")], &Scope::whole());
    assert_eq!(found(&drifts), [(code::MISSING_FILE, "a.yaml"), (code::MISSING_FILE, "akcgen.lock")]);
    assert_eq!(place.verify().1[0].0, code::UNREADABLE);
    assert!(!place.out.exists());
}

#[test]
fn a_part_is_compared_with_its_part() {
    let place = Place::new();
    place.build(FILES);
    let buyer = Scope { organizations: Some(["buyer".to_owned()].into()), ..Scope::whole() };
    let (drifts, _) = place.check(&[("buyer/a.yaml", "a: 1\nb: 2\n")], &buyer);
    assert_eq!(found(&drifts), []);
    let (drifts, _) = place.check(&[], &buyer);
    assert_eq!(found(&drifts), [(code::STALE_FILE, "akcgen.lock"), (code::ORPHANED_FILE, "buyer/a.yaml")]);
}

#[test]
fn verify_finds_every_damage() {
    let place = Place::new();
    place.build(FILES);
    place.write("README.md", "changed\n");
    place.write("buyer/a.yaml", "a: 1\r\nb: 2\r\n");
    fs::remove_file(place.out.join("seller/b.yaml")).unwrap();
    fs::create_dir(place.out.join("seller/b.yaml")).unwrap();
    place.write("buyer/debug.yaml", "not generated");
    place.write("notes/mine.txt", "elsewhere");
    let (listed, found) = place.verify();
    assert_eq!(listed, Some(3));
    let codes: Vec<Code> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [code::EDITED, code::EDITED, code::EDITED, code::UNLISTED_FILE], "{found:?}");
    assert!(found[3].1.contains("buyer/debug.yaml"));
    fs::remove_dir(place.out.join("seller/b.yaml")).unwrap();
    assert!(place.verify().1.iter().any(|(code, text)| *code == code::MISSING_FILE && text.contains("seller/b.yaml")));
}

#[test]
fn many_differences_are_all_named_and_some_shown() {
    let place = Place::new();
    let paths: Vec<String> = (0..200).map(|at| format!("buyer/{at:03}.yaml")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "a\n")).collect();
    place.build(&files);
    let next: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "b\n")).collect();
    let (drifts, _) = place.check(&next, &Scope::whole());
    assert_eq!(drifts.len(), 201);
    let shown = drifts.iter().take_while(|drift| drift.difference.is_some()).count();
    assert_eq!(
        shown,
        drifts.iter().filter(|drift| drift.difference.is_some()).count(),
        "the first ones, always the same"
    );
    assert_eq!(shown, 50);
}
