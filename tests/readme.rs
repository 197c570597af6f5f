//! The commands that README.md shows do what it shows.
//!
//! Each block of `console` is run in a copy of the blueprints, with a bundle built from them. What stands below a command
//! must be printed, line by line and in this order; more may be printed. Where a report shows a line of a blueprint, the
//! copy is given that line first, so that README can show what akcgen says of a mistake.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned() + "\n").collect()
}

/// A copy of the shipped blueprints.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("blueprints")).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, place.path().join("blueprints").join(path.file_name().unwrap())).unwrap();
        }
    }
    place
}

/// The arguments of a command of README for akcgen; none for the project's own scripts.
fn arguments(command: &str) -> Option<Vec<String>> {
    let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["akcgen", rest @ ..] | ["cargo", "run", "--release", "--", rest @ ..] => {
            Some(rest.iter().map(|word| (*word).to_owned()).collect())
        }
        [script, ..] if script.starts_with("scripts/") => {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(script).is_file(), "{script} does not exist");
            None
        }
        _ => panic!("README shows `{command}`, which this test does not know"),
    }
}

fn run(place: &Path, arguments: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_akcgen")).args(arguments).current_dir(place).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// Gives the copies of blueprints the lines that a report shows of them.
fn give_lines(place: &Path, shown: &str) {
    let mut file = None;
    for line in shown.lines() {
        if let Some((_, at)) = line.split_once("--> ") {
            file = Some(place.join(at.split(':').next().unwrap()));
        } else if let Some((number, text)) = line.split_once(" | ")
            && let (Ok(number), Some(file)) = (number.trim().parse::<usize>(), &file)
        {
            let mut lines: Vec<String> = fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect();
            lines[number - 1] = text.to_owned();
            fs::write(file, lines.join("\n") + "\n").unwrap();
        }
    }
}

/// The first line of what README shows that was not printed at its place.
fn missing<'a>(shown: &'a str, printed: &str) -> Option<&'a str> {
    let mut printed = printed.lines().map(str::trim_end);
    shown.lines().map(str::trim_end).filter(|line| !line.is_empty()).find(|line| !printed.any(|one| one == *line))
}

#[test]
fn commands_print_what_is_shown() {
    let mut tried = 0;
    for block in blocks(&readme(), "console") {
        let place = place();
        for part in block.split("$ ").skip(1) {
            let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
            let Some(arguments) = arguments(command) else { continue };
            if command.contains("dist") {
                run(place.path(), &["build".to_owned()]);
            }
            give_lines(place.path(), shown);
            let printed = run(place.path(), &arguments);
            assert_eq!(missing(shown, &printed), None, "`{command}` printed\n{printed}");
            tried += 1;
        }
    }
    assert!(tried >= 3, "README shows how akcgen is used");
}

#[test]
fn the_picture_is_that_of_the_shipped_blueprint() {
    let printed = run(place().path(), &["graph".to_owned()]);
    assert!(blocks(&readme(), "mermaid").contains(&printed), "README shows\n{printed}");
}

#[test]
fn what_is_not_printed_is_found() {
    assert_eq!(missing("a\n\nc\n", "a\nb\nc\n"), None);
    assert_eq!(missing("c\na\n", "a\nb\nc\n"), Some("a"));
    assert_eq!(missing("d\n", "a\n"), Some("d"));
}
