//! Adding an organization changes no byte of another's own cluster but what names the newcomer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;

use akcgen::base::{Sources, Tree};
use akcgen::diag::Diagnostics;
use akcgen::{source, text};
use support::{Files, compile, repository};

/// A name that sorts before, between or behind those that are there, and that nothing else contains.
const NEWCOMERS: [&str; 3] = ["aardvark", "banana", "zebra"];

/// The shipped blueprint with a newcomer, which may be a member of a channel.
fn with_newcomer(name: &'static str, channel: Option<&'static str>) -> Files {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = source::read_file(&repository("blueprints/akachain.yaml"), &mut sources, &mut diagnostics).unwrap();
    let mut tree = Tree::try_from(source::read(&sources, file, &mut diagnostics).unwrap().to_json()).unwrap();
    let eks = Tree::map([("account", "777788889999"), ("region", "ap-southeast-1"), ("cidr", "10.200.0.0/16")]);
    let newcomer = Tree::map([
        ("domain", Tree::from(format!("{name}.example"))),
        ("eks", eks),
        ("blockchain", Tree::map([("peers", 2)])),
    ]);
    assert!(tree.set(&format!("organizations/{name}").into(), newcomer));
    let staging = Tree::map([("account", "777788880000"), ("cidr", "10.201.0.0/16")]);
    assert!(tree.set(&format!("environments/staging/organizations/{name}/eks").into(), staging));
    if let Some(channel) = channel {
        let members = tree.at_mut(&format!("channels/{channel}/members").into()).unwrap();
        let Tree::Seq(members) = members else { panic!("a list of members") };
        members.push(name.into());
    }
    let place = tempfile::tempdir().unwrap();
    let blueprint = place.path().join("akachain.yaml");
    fs::copy(repository("blueprints/allocations.yaml"), place.path().join("allocations.yaml")).unwrap();
    let mut written = String::new();
    text::yaml::write(&tree, &mut written);
    fs::write(&blueprint, written).unwrap();
    compile(&blueprint)
}

/// The files of the clusters of everybody who was there before.
fn of_others(files: &Files, newcomer: &str) -> Files {
    let own = format!("{newcomer}/");
    let common = |path: &str| path.starts_with("consortium/") || !path.contains('/');
    // The system channel of Kafka has all members in it.
    let system = |path: &str| path.ends_with("/system-channel/configtx.yaml");
    let others = files.iter().filter(|(path, _)| !path.starts_with(&own) && !common(path) && !system(path));
    others.map(|(path, text)| (path.clone(), text.clone())).collect()
}

#[test]
fn an_organization_in_no_channel_changes_nothing() {
    let before = compile(&repository("blueprints/akachain.yaml"));
    for newcomer in NEWCOMERS {
        let after = with_newcomer(newcomer, None);
        assert!(after.keys().any(|path| path.starts_with(newcomer)), "the newcomer has a bundle of its own");
        assert_eq!(changed(&of_others(&before, newcomer), &of_others(&after, newcomer)), [""; 0]);
    }
}

#[test]
fn a_new_member_of_a_channel_changes_only_what_names_it() {
    let before = compile(&repository("blueprints/akachain.yaml"));
    for newcomer in NEWCOMERS {
        let after = with_newcomer(newcomer, Some("trade"));
        let (before, after) = (of_others(&before, newcomer), of_others(&after, newcomer));
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        let changed = changed(&before, &after);
        assert!(!changed.is_empty(), "the others have to know the newcomer");
        let strange: Vec<&String> = changed
            .iter()
            .filter(|line| !line.contains(newcomer) && !opens_port(line) && !is_condition(line))
            .collect();
        assert!(strange.is_empty(), "{strange:#?}");
    }
}

/// Whether a line lets others out to the port of one of the newcomer's peers: nobody knows its addresses, so that it stands
/// in a rule that names none.
fn opens_port(line: &str) -> bool {
    let rule = ["+    - port: 7051", "+    - port: 7061", "+      protocol: TCP"].iter().any(|end| line.ends_with(end));
    let anywhere = |port: u16| format!("\"to\":{{\"cidr\":\"0.0.0.0/0\"}},\"port\":{port},\"protocol\":\"TCP\"}}");
    rule || [7051, 7061].into_iter().any(|port| line.trim_end_matches(',').ends_with(&anywhere(port)))
}

/// Whether a line of a chart says which environments have what stands behind it: a rule that names no addresses may be one
/// of another environment's too when a port is added to it.
fn is_condition(line: &str) -> bool {
    let Some((path, text)) = line.split_once(": ") else { return false };
    let text = text.trim_start_matches(['+', '-', ' ']);
    path.contains("/helm/") && (text.starts_with("{{- if eq .Values.environment") || text == "{{- end }}")
}

/// The lines that only one of two sets of files has, each with its path.
fn changed(before: &Files, after: &Files) -> Vec<String> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let lines = |files: &Files, path: &str| -> Vec<String> {
        files.get(path).map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
    };
    let mut changed = Vec::new();
    for path in paths {
        let (old, new) = (lines(before, path), lines(after, path));
        changed.extend(difference(&old, &new).into_iter().map(|line| format!("{path}: {line}")));
    }
    changed
}

/// The lines of two texts that are not in their longest common subsequence.
fn difference(old: &[String], new: &[String]) -> Vec<String> {
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            common[at][to] = if old[at] == new[to] {
                common[at + 1][to + 1] + 1
            } else {
                common[at + 1][to].max(common[at][to + 1])
            };
        }
    }
    let (mut at, mut to, mut lines) = (0, 0, Vec::new());
    while at < old.len() || to < new.len() {
        if at < old.len() && to < new.len() && old[at] == new[to] {
            (at, to) = (at + 1, to + 1);
        } else if to == new.len() || (at < old.len() && common[at + 1][to] >= common[at][to + 1]) {
            lines.push(format!("-{}", old[at]));
            at += 1;
        } else {
            lines.push(format!("+{}", new[to]));
            to += 1;
        }
    }
    lines
}

#[test]
fn a_line_that_does_not_name_the_newcomer_would_be_found() {
    let files = |text: &str| Files::from([("other/a.yaml".to_owned(), text.to_owned())]);
    let found = changed(&files("a\nb\nc\n"), &files("a\nx\nc\n- zebra\n"));
    assert_eq!(found, ["other/a.yaml: -b", "other/a.yaml: +x", "other/a.yaml: +- zebra"]);
}
