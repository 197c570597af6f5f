//! The bundle writer on a real disk: whole or not at all, and never a loss of what a person wrote.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use akcgen::base::Sources;
use akcgen::diag::{Diagnostics, code};
use akcgen::emit::{Scope, Session};

use crate::place::{Files, Place, provenance, report, snapshot};

#[test]
fn a_bundle_is_written_with_a_lock_that_sha256sum_reads() {
    let place = Place::new();
    assert_eq!(place.build(&[("README.md", "read me"), ("a/b/c.yaml", "c: 1\n")]), report(2, 0, 0));
    assert_eq!(place.read("a/b/c.yaml").unwrap(), "c: 1\n");
    assert_eq!(place.beside(), ["dist"]);
    let check = || {
        let mut command = std::process::Command::new("sha256sum");
        command.args(["--check", "--strict", "--status", "akcgen.lock"]).current_dir(&place.out).status().unwrap()
    };
    assert!(check().success());
    place.write("README.md", "changed");
    assert!(!check().success());
}

#[test]
fn a_build_without_changes_touches_nothing() {
    let place = Place::new();
    let files: Files = &[("a/x.yaml", "x"), ("b.yaml", "b")];
    place.build(files);
    let stamp = || {
        ["", "a", "a/x.yaml", "akcgen.lock"]
            .map(|path| fs::metadata(place.out.join(path)).unwrap())
            .map(|it| (it.ino(), it.mtime(), it.mtime_nsec(), it.ctime_nsec()))
    };
    let before = stamp();
    assert_eq!(place.build(files), report(0, 2, 0));
    assert_eq!(stamp(), before);
}

#[test]
fn unchanged_files_keep_their_time_and_permissions_when_others_change() {
    let place = Place::new();
    place.build(&[("a/x.yaml", "x"), ("a/y.sh", "y")]);
    let path = |name: &str| place.out.join(name);
    fs::set_permissions(path("a/y.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(path("a"), fs::Permissions::from_mode(0o700)).unwrap();
    let time = || (fs::metadata(path("a/x.yaml")).unwrap().mtime_nsec(), fs::metadata(path("a/x.yaml")).unwrap().ino());
    let before = time();
    assert_eq!(place.build(&[("a/x.yaml", "x"), ("a/y.sh", "other")]), report(1, 1, 0));
    assert_eq!(time(), before);
    assert_eq!(fs::metadata(path("a/y.sh")).unwrap().mode() & 0o777, 0o755);
    assert_eq!(fs::metadata(path("a")).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn orphans_go_and_files_of_others_stay() {
    let place = Place::new();
    place.build(&[("a/x.yaml", "x"), ("old/y.yaml", "y"), ("mixed/z.yaml", "z")]);
    place.write("a/note.txt", "mine");
    place.write("mixed/note.txt", "mine too");
    fs::create_dir_all(place.out.join("empty/folder")).unwrap();
    symlink("/nowhere", place.out.join("a/link")).unwrap();
    let note = fs::metadata(place.out.join("a/note.txt")).unwrap();
    assert_eq!(place.build(&[("a/x.yaml", "x2")]), report(1, 0, 2));
    let left = snapshot(&place.out).unwrap();
    let left: Vec<String> = left.keys().map(|path| path.display().to_string()).collect();
    assert_eq!(
        left,
        ["a", "a/link", "a/note.txt", "a/x.yaml", "akcgen.lock", "empty", "empty/folder", "mixed", "mixed/note.txt"]
    );
    let now = fs::metadata(place.out.join("a/note.txt")).unwrap();
    assert_eq!((now.ino(), now.mtime_nsec()), (note.ino(), note.mtime_nsec()), "it is the same file still");
    assert_eq!(place.beside(), ["dist"]);
}

#[test]
fn a_missing_file_is_written_again() {
    let place = Place::new();
    let files: Files = &[("a/x.yaml", "x"), ("b.yaml", "b")];
    place.build(files);
    fs::remove_dir_all(place.out.join("a")).unwrap();
    assert_eq!(place.build(files), report(1, 1, 0));
    assert_eq!(place.read("a/x.yaml").unwrap(), "x");
}

#[test]
fn edited_files_are_refused_until_force_replaces_them() {
    let place = Place::new();
    place.build(&[("a.yaml", "a"), ("b.yaml", "b"), ("orphan.yaml", "o")]);
    place.write("a.yaml", "edited");
    place.write("orphan.yaml", "edited too");
    let next: Files = &[("a.yaml", "a"), ("b.yaml", "b2")];
    assert_eq!(place.refused(next), [code::EDITED, code::EDITED]);
    let found = place.build_with(next, &Scope::whole(), false).unwrap_err();
    assert!(found[0].1.contains("`a.yaml`") && found[1].1.contains("`orphan.yaml`"), "{found:?}");
    assert_eq!(place.build_with(next, &Scope::whole(), true).unwrap(), report(2, 0, 1));
    assert_eq!((place.read("a.yaml").unwrap(), place.read("orphan.yaml")), ("a".to_owned(), None));
    assert_eq!(place.build(next), report(0, 2, 0));
}

#[test]
fn an_edit_that_equals_the_new_output_is_no_conflict() {
    let place = Place::new();
    place.build(&[("a.yaml", "a")]);
    place.write("a.yaml", "b");
    assert_eq!(place.build(&[("a.yaml", "b")]), report(0, 1, 0));
}

#[test]
fn what_stands_in_the_way_is_refused() {
    let place = Place::new();
    place.build(&[("a.yaml", "a")]);
    place.write("mine.yaml", "mine");
    fs::create_dir(place.out.join("folder")).unwrap();
    symlink("a.yaml", place.out.join("link.yaml")).unwrap();
    let outside = place.out.parent().unwrap().join("outside");
    fs::create_dir(&outside).unwrap();
    symlink(&outside, place.out.join("escape")).unwrap();
    let all: Files =
        &[("mine.yaml", "x"), ("folder", "x"), ("link.yaml", "x"), ("escape/x.yaml", "x"), ("a.yaml/x", "x")];
    let found = place.build_with(all, &Scope::whole(), false).unwrap_err();
    assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [code::IN_THE_WAY; 5], "{found:#?}");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "nothing was written through the link");
    let forced = place.build_with(all, &Scope::whole(), true).unwrap_err();
    assert_eq!(forced.len(), 4, "force replaces files, not folders and links: {forced:#?}");
    assert_eq!(place.read("mine.yaml").unwrap(), "mine");
}

#[test]
fn a_part_leaves_the_rest_and_its_entries() {
    let place = Place::new();
    place.build(&[("buyer/README.md", "b"), ("buyer/x/old.yaml", "o"), ("seller/README.md", "s"), ("README.md", "r")]);
    let buyer = Scope { organizations: Some(["buyer".to_owned()].into()), ..Scope::whole() };
    assert_eq!(place.build_with(&[("buyer/README.md", "b2")], &buyer, false).unwrap(), report(1, 0, 1));
    assert_eq!(place.read("seller/README.md").unwrap(), "s");
    let lock = place.read("akcgen.lock").unwrap();
    let listed: Vec<&str> = lock.lines().filter(|line| !line.starts_with('#')).map(|line| &line[66..]).collect();
    assert_eq!(listed, ["README.md", "buyer/README.md", "seller/README.md"]);
    assert_eq!(
        place.build(&[("buyer/README.md", "b2"), ("README.md", "r")]),
        report(0, 2, 1),
        "a whole build removes it"
    );
}

#[test]
fn folders_that_had_better_not_be_replaced_are_refused() {
    let place = Place::new();
    place.write("thesis.txt", "years of work");
    assert_eq!(place.refused(&[("a.yaml", "a")]), [code::NOT_REPLACEABLE]);
    assert!(place.build_with(&[("a.yaml", "a")], &Scope::whole(), true).is_ok());
    assert_eq!(place.read("thesis.txt").unwrap(), "years of work");
    fs::create_dir(place.out.join(".git")).unwrap();
    assert_eq!(place.refused(&[("a.yaml", "b")]), [code::NOT_REPLACEABLE]);
    let file = Place::new();
    fs::write(&file.out, "a file").unwrap();
    let found = file.build_with(&[("a.yaml", "a")], &Scope::whole(), false).unwrap_err();
    assert_eq!(found[0].0, code::NOT_REPLACEABLE);
    let root = Place { out: "/".into(), ..Place::new() };
    assert_eq!(root.build_with(&[("a.yaml", "a")], &Scope::whole(), true).unwrap_err()[0].0, code::NOT_REPLACEABLE);
    let here = Place { out: std::env::current_dir().unwrap().parent().unwrap().to_owned(), ..Place::new() };
    let found = here.build_with(&[("a.yaml", "a")], &Scope::whole(), true).unwrap_err();
    assert!(found[0].1.contains("current folder"), "{found:?}");
}

#[test]
fn a_broken_lock_is_refused_until_force_writes_it_anew() {
    let place = Place::new();
    place.build(&[("a.yaml", "a")]);
    let lock = place.read("akcgen.lock").unwrap();
    place.write("akcgen.lock", &format!("{lock}<<<<<<< HEAD\n"));
    assert_eq!(place.refused(&[("a.yaml", "a")]), [code::BROKEN_LOCK]);
    assert!(place.build_with(&[("a.yaml", "a")], &Scope::whole(), true).is_ok());
    assert_eq!(place.read("akcgen.lock").unwrap(), lock);
}

#[test]
fn one_writer_at_a_time() {
    let place = Place::new();
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let first = Session::begin(&place.out, false, &mut sources, &mut diagnostics).unwrap();
    let found = place.build_with(&[("a.yaml", "a")], &Scope::whole(), false).unwrap_err();
    assert_eq!(found[0].0, code::IN_USE);
    drop(first);
    assert!(!place.out.exists(), "an abandoned build leaves no folder that was not there");
    place.build(&[("a.yaml", "a")]);
}

#[test]
fn a_linked_output_folder_is_replaced_where_it_really_is() {
    let place = Place::new();
    let real = place.out.parent().unwrap().join("real");
    fs::create_dir(&real).unwrap();
    symlink("real", &place.out).unwrap();
    place.build(&[("a.yaml", "a")]);
    place.build(&[("a.yaml", "b")]);
    assert_eq!(fs::read_to_string(real.join("a.yaml")).unwrap(), "b");
    assert_eq!(place.beside(), ["dist", "real"]);
}

#[test]
fn two_files_with_one_path_and_paths_that_escape_are_bugs() {
    for files in
        [[("a.yaml", "a"), ("a.yaml", "b")], [("a.yaml", "a"), ("../b.yaml", "b")], [("akcgen.lock", "a"), ("b", "b")]]
    {
        let place = Place::new();
        let found = place.build_with(&files, &Scope::whole(), false).unwrap_err();
        assert_eq!(found[0].0, code::BUG);
        assert_eq!(place.beside(), [""; 0]);
    }
}

#[test]
fn a_folder_that_cannot_be_written_beside_is_told() {
    let place = Place::new();
    place.build(&[("a.yaml", "a")]);
    // Something that even root cannot remove or replace: a staging folder that holds a mount is not at hand, but a
    // name that is too long is.
    let long = Place { out: place.out.with_file_name("x".repeat(250)), ..Place::new() };
    let found = long.build_with(&[("a.yaml", "a")], &Scope::whole(), false).unwrap_err();
    assert_eq!(found[0].0, code::NOT_WRITTEN);
    assert!(found[0].1.contains(".akcgen-new"), "{found:?}");
    assert!(!long.out.exists());
}

#[test]
fn git_line_ends_are_recognised() {
    let place = Place::new();
    place.build(&[("a.yaml", "a: 1\nb: 2\n")]);
    place.write("a.yaml", "a: 1\r\nb: 2\r\n");
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let session = Session::begin(&place.out, false, &mut sources, &mut diagnostics).unwrap();
    session.put("a.yaml", b"a: 1\nb: 3\n");
    assert!(session.finish(provenance(), &Scope::whole(), &mut diagnostics).is_none());
    let help = &diagnostics.iter().next().unwrap().help;
    assert!(help.iter().any(|text| text.contains(".gitattributes")), "{help:?}");
}

#[test]
fn what_a_killed_build_left_is_removed() {
    let place = Place::new();
    place.build(&[("a.yaml", "a")]);
    let left = place.out.with_file_name(".dist.akcgen-new");
    fs::create_dir_all(left.join("half/way")).unwrap();
    fs::write(left.join("half/way/x.yaml"), "x").unwrap();
    place.build(&[("a.yaml", "b")]);
    assert_eq!((place.beside(), place.read("half/way/x.yaml")), (vec!["dist".to_owned()], None));
    fs::rename(&place.out, place.out.with_file_name(".dist.akcgen-old")).unwrap();
    assert_eq!(
        place.build(&[("a.yaml", "b")]),
        report(0, 1, 0),
        "an exchange in two steps was interrupted between them"
    );
}
