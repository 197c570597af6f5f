use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use crate::program::{akcgen, command};

fn here(arguments: &[&str]) -> crate::program::Ended {
    akcgen(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

#[test]
fn help_goes_to_standard_output_and_mistakes_to_standard_error() {
    assert!(here(&["--help"]).with(0).stdout.contains("Usage: akcgen"));
    assert!(here(&["--version"]).with(0).stdout.starts_with("akcgen 0."));
    let ended = here(&["bild"]).with(2);
    assert!(ended.stdout.is_empty() && ended.stderr.contains("bild"), "{ended:?}");
    assert_eq!(here(&[]).with(2).stdout, "");
}

#[test]
fn explain_tells_the_long_form_of_a_code() {
    let page = include_str!("../../docs/errors/AKC0110.md");
    assert_eq!(here(&["explain", "AKC0110"]).with(0).stdout, page);
    assert_eq!(here(&["explain", "akc0110"]).with(0).stdout, page);
    let ended = here(&["explain", "AKC0119999"]).with(2);
    assert!(ended.stderr.contains("AKC0512"), "{ended:?}");
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(here(&["completions", shell]).with(0).stdout.contains("verify"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command(Path::new("."), &["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(0), ""));
}
