//! Every diagnostic is shown on a broken input, in `blueprints/broken/`: `<code>-<slug>.yaml`, or a folder of that name
//! where more than one file is needed (`blueprint.yaml` and what it names, or `consortium.yaml` and `organizations/`).
//! The report that people see stands beside it in `<code>-<slug>.stderr`.
//!
//! `AKCGEN_BLESS=1 cargo test --test diagnostics` writes the reports anew; read the difference before you commit it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use akcgen::base::Sources;
use akcgen::compile::{self, Options};
use akcgen::diag::render::{Format, render};
use akcgen::diag::{Code, Diagnostics};
use akcgen::{parse, resolve, source};
use serde_json::{Value as Json, json};

/// Relative to the repository's root, where tests run, so that reports name no folder of this machine.
const BROKEN: &str = "blueprints/broken";
const MINIMAL: &str = "blueprints/minimal.yaml";

/// Codes that need more than a blueprint in the repository, by the name of their report.
const MADE: &[(&str, Make)] = &[
    ("AKC0103-too-many-values", too_many_values),
    ("AKC0119-parameters-without-a-schema", parameters_without_a_schema),
    ("AKC0122-no-such-environment", no_such_environment),
    ("AKC0401-target-of-the-command-line", no_such_target),
];

/// The codes of a run, and the report that people see.
type Told = (BTreeSet<Code>, String);
type Make = fn() -> Told;

/// Codes that no blueprint causes, with the test that shows them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("AKC0502", "tests/bundle"),
    ("AKC0503", "tests/bundle"),
    ("AKC0504", "tests/bundle"),
    ("AKC0505", "tests/bundle"),
    ("AKC0506", "tests/bundle"),
    ("AKC0507", "tests/bundle"),
    ("AKC0508", "tests/bundle"),
    ("AKC0509", "tests/bundle"),
    ("AKC0510", "tests/bundle"),
    ("AKC0511", "tests/bundle"),
    ("AKC0512", "tests/cli"),
    ("AKC0901", "tests/bundle"),
];

/// One broken input.
struct Case {
    /// `AKC0105-written-twice`.
    name: String,
    code: Code,
    entry: PathBuf,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = fs::read_dir(BROKEN)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "stderr"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert!(
                path.is_dir() || path.extension().is_some_and(|one| one == "yaml"),
                "{name}: neither input nor report"
            );
            let whole = path.join("consortium.yaml").exists() || !path.is_dir();
            let entry = if whole { path } else { path.join("blueprint.yaml") };
            Case { code: code(&name), name, entry }
        })
        .collect();
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

fn code(name: &str) -> Code {
    let id = name.split('-').next().unwrap();
    Code::parse(id).unwrap_or_else(|| panic!("{name}: `{id}` is no code"))
}

/// What is said of a blueprint in all its environments: by the stages up to the codes that it is to show, so that what
/// only a whole blueprint has need not stand in every file.
fn report(case: &Case) -> Told {
    if ("AKC0300".."AKC0500").contains(&case.code.id()) { bound(&case.entry) } else { resolved(&case.entry) }
}

/// By all stages that may refuse the input, with akcgen's own targets and those beside the blueprint.
fn bound(entry: &Path) -> Told {
    let beside = entry.parent().unwrap().join("targets");
    let options = Options {
        blueprint: entry.to_owned(),
        target_folders: [beside].into_iter().filter(|folder| folder.exists()).collect(),
        require_bound: entry.to_string_lossy().contains("AKC0441"),
        ..Options::default()
    };
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    compile::plan(&options, &mut sources, &mut diagnostics);
    told(&diagnostics, &sources)
}

fn resolved(entry: &Path) -> Told {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    if let Some(parsed) = parse::parse(entry, &mut sources, &targets(json!({"type": "object"})), &mut diagnostics) {
        let (mut resolved, mut acceptances) = (Vec::new(), resolve::Acceptances::new());
        for name in parsed.environments() {
            let mut found = Diagnostics::new();
            let blueprint = parsed.environment(&name.value, &sources, &mut found);
            let consortium =
                blueprint.and_then(|blueprint| resolve::resolve(&blueprint, &name, &parsed.files, &mut found));
            let left = consortium.as_ref().map(|consortium| acceptances.settle(consortium, &found));
            diagnostics.extend(left.unwrap_or(found).iter().cloned());
            resolved.extend(consortium);
        }
        resolve::compare(&resolved, &mut diagnostics);
        acceptances.finish(&mut diagnostics);
    }
    told(&diagnostics, &sources)
}

fn targets(parameters: Json) -> Vec<(String, Json)> {
    ["eks", "kubernetes", "pks", "plain"].map(|name| (name.to_owned(), parameters.clone())).to_vec()
}

fn told(diagnostics: &Diagnostics, sources: &Sources) -> Told {
    (diagnostics.iter().map(|one| one.code).collect(), render(Format::Human, diagnostics, sources, false))
}

fn too_many_values() -> Told {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let text = "- a\n".repeat(source::read::MOST_NODES + 1);
    let file = source::admit("large.yaml".into(), text.into_bytes(), &mut sources, &mut diagnostics).unwrap();
    assert!(source::read(&sources, file, &mut diagnostics).is_none());
    told(&diagnostics, &sources)
}

fn parameters_without_a_schema() -> Told {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let targets = targets(json!({"type": "objekt"}));
    assert!(parse::parse(Path::new(MINIMAL), &mut sources, &targets, &mut diagnostics).is_none());
    told(&diagnostics, &sources)
}

fn no_such_environment() -> Told {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let targets = targets(json!({"type": "object"}));
    let parsed = parse::parse(Path::new("blueprints/akachain.yaml"), &mut sources, &targets, &mut diagnostics).unwrap();
    assert!(parsed.environment("stagin", &sources, &mut diagnostics).is_none());
    told(&diagnostics, &sources)
}

fn no_such_target() -> Told {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let options = Options { blueprint: MINIMAL.into(), target: Some("ekz".to_owned()), ..Options::default() };
    assert!(compile::plan(&options, &mut sources, &mut diagnostics).is_none());
    told(&diagnostics, &sources)
}

/// Compares a report with the committed one, or writes it.
fn compare(name: &str, report: &str, wrong: &mut Vec<String>) {
    let path = Path::new(BROKEN).join(format!("{name}.stderr"));
    if bless() {
        fs::write(&path, report).unwrap();
    } else if fs::read_to_string(&path).unwrap_or_default() != report {
        wrong.push(format!("{} is not what is told now:\n{report}", path.display()));
    }
}

fn bless() -> bool {
    let asked = std::env::var_os("AKCGEN_BLESS").is_some();
    assert!(!(asked && std::env::var_os("CI").is_some()), "expectations are never written where CI runs");
    asked
}

#[test]
fn every_broken_input_is_told_as_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (codes, report) = report(&case);
        if codes != BTreeSet::from([case.code]) {
            wrong.push(format!("{}: expected {} alone, found {codes:?}\n{report}", case.name, case.code));
        }
        compare(&case.name, &report, &mut wrong);
    }
    for (name, make) in MADE {
        let (codes, report) = make();
        assert_eq!(codes, BTreeSet::from([code(name)]));
        compare(name, &report, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_is_shown() {
    let shown: BTreeSet<Code> =
        cases().iter().map(|case| case.code).chain(MADE.iter().map(|(name, _)| code(name))).collect();
    let elsewhere: BTreeSet<Code> = ELSEWHERE.iter().map(|(id, _)| code(id)).collect();
    let missing: Vec<&str> = Code::all()
        .iter()
        .filter(|code| !shown.contains(code) && !elsewhere.contains(code))
        .map(|code| code.id())
        .collect();
    assert!(missing.is_empty(), "without a broken input in {BROKEN}: {missing:?}");
}

#[test]
fn codes_without_a_broken_blueprint_are_tested_where_it_is_said() {
    for (id, place) in ELSEWHERE {
        let constant = constant(id);
        let mut texts = String::new();
        read_all(Path::new(place), &mut texts);
        assert!(texts.contains(&constant) || texts.contains(id), "{place} never names {id} ({constant})");
    }
}

/// The constant of a code, from the table.
fn constant(id: &str) -> String {
    let table = fs::read_to_string("src/diag/code.rs").unwrap();
    let row = table.lines().find(|line| line.contains(&format!("\"{id}\""))).unwrap();
    row.trim().trim_start_matches('(').split(',').next().unwrap().to_owned()
}

fn read_all(path: &Path, out: &mut String) {
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| read_all(&entry.unwrap().path(), out));
    } else {
        out.push_str(&fs::read_to_string(path).unwrap());
    }
}

#[test]
fn every_input_says_what_it_shows_and_every_report_has_its_input() {
    let cases = cases();
    for case in &cases {
        let text = String::from_utf8_lossy(&fs::read(first_file(&case.entry)).unwrap()).into_owned();
        let heading = format!("# {}: {}\n", case.code, case.code.title());
        assert!(text.contains(&heading), "{}: begins with {heading}", case.name);
    }
    let names: BTreeSet<&str> =
        cases.iter().map(|case| case.name.as_str()).chain(MADE.iter().map(|(name, _)| *name)).collect();
    for entry in fs::read_dir(BROKEN).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(names.contains(name), "{} belongs to no input", path.display());
    }
}

fn first_file(entry: &Path) -> PathBuf {
    if entry.is_dir() { entry.join("consortium.yaml") } else { entry.to_owned() }
}
