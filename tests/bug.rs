//! A bug of akcgen ends a run as one. In a process of its own, since a panic's hook is the whole process'.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::env;
use std::fs;
use std::process::Command;

use akcgen::cli::{ExitStatus, guarded};

/// Set in the process that fails.
const FAILS: &str = "AKCGEN_TEST_FAILS";

/// Something that is put away when the stack unwinds, as a build's half-written folder is.
struct Begun(String);

impl Drop for Begun {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

#[test]
fn a_bug_is_told_as_one_and_what_was_begun_is_put_away() {
    if let Ok(file) = env::var(FAILS) {
        let status = guarded(move || {
            fs::write(&file, "half").unwrap();
            let _begun = Begun(file);
            panic!("the wheels came off");
        });
        assert!(status == ExitStatus::Failed);
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("half");
    let mut own = Command::new(env::current_exe().unwrap());
    let ended = own.args(["--exact", "a_bug_is_told_as_one_and_what_was_begun_is_put_away"]).env(FAILS, &file);
    let ended = ended.output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success(), "{told}");
    assert!(told.starts_with("error: this is a bug of akcgen, not of your input: "), "{told}");
    assert!(told.contains("tests/bug.rs:") && told.contains("the wheels came off"), "{told}");
    assert!(told.ends_with("please report it, with the command and, if you may share it, the blueprint\n"), "{told}");
    assert!(!told.contains("RUST_BACKTRACE") && !file.exists(), "{told}");
}
