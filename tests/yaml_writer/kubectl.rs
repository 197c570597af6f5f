//! kubectl as a reader: the hostile strings as keys and as values of real objects. `AKCGEN_KUBECTL` names the program,
//! otherwise it is the `kubectl` on the path; without one the test fails.

use crate::hostile;
use akcgen::base::{Object, Origin, Tree};
use akcgen::text::yaml;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

/// How many strings are drawn beside the known traps.
const DRAWN: usize = 3_000;
/// How many strings stand in one object.
const IN_ONE: usize = 40;

/// The known traps and strings drawn beside them, the same in every run.
fn strings() -> Vec<String> {
    let mut runner = TestRunner::new(crate::cases(1));
    let drawn = (0..DRAWN).map(|_| hostile::string().new_tree(&mut runner).unwrap().current());
    let traps = hostile::TRAPS.iter().map(|text| (*text).to_owned());
    traps.chain(drawn.collect::<Vec<_>>()).collect()
}

/// A ConfigMap with the strings as keys of its data, and as annotations: as values, and as ends of keys.
fn object(number: usize, strings: &[String]) -> Object {
    let keyed = |(at, text): (usize, &String)| (format!("{at}{text}"), Tree::from(text.clone()));
    let bare: std::collections::BTreeMap<_, _> = strings.iter().map(|text| (text.clone(), "value")).collect();
    let tree = Tree::map([
        ("apiVersion", Tree::from("v1")),
        ("kind", "ConfigMap".into()),
        (
            "metadata",
            Tree::map([
                ("name", Tree::from(format!("hostile-{number}"))),
                ("annotations", Tree::map(strings.iter().enumerate().map(keyed))),
            ]),
        ),
        ("data", Tree::map(bare)),
    ]);
    Object::new(tree, Origin::Rule("test"))
}

#[test]
fn kubectl_reads_what_was_meant() {
    let objects: Vec<Object> =
        strings().chunks(IN_ONE).enumerate().map(|(number, strings)| object(number, strings)).collect();
    let program = std::env::var("AKCGEN_KUBECTL").unwrap_or_else(|_| "kubectl".to_owned());
    let mut kubectl = Command::new(&program)
        .args(["patch", "--local", "--type=merge", "--patch={}", "--output=json", "--filename=-"])
        .env("KUBECONFIG", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("this test needs kubectl, and `{program}` does not start: {error}"));
    let mut stdin = kubectl.stdin.take().unwrap();
    let stream = yaml::documents(&objects);
    let writer = std::thread::spawn(move || stdin.write_all(stream.as_bytes()));
    let output = kubectl.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{} failed", program);
    let read: Vec<Value> =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(read.len(), objects.len());
    for (object, read) in objects.iter().zip(&read) {
        let meant = object.tree.to_json();
        assert_eq!(read["metadata"]["annotations"], meant["metadata"]["annotations"]);
        assert_eq!(read["data"], meant["data"]);
    }
}
