#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::io::Write;
use std::process::{Command, Stdio};

use super::*;

/// The ids were computed by another program: Python's tarfile (ustar, mode 0644), zlib (raw deflate, level 0) and
/// hashlib.
#[test]
fn ids_are_those_of_an_independent_implementation() {
    let host = "trade-asset-{{.peername}}.akachain-blockchain.svc.cluster.local";
    let plain = package(&label("asset", "1.0"), host, &BTreeMap::new());
    assert_eq!(plain.id, "asset_1.0:c62030b237d296502a5a3dd9e4aff1c417cbf4e895168ba645dd6d78afa3b0d2");
    let index = r#"{"index":{"fields":["owner"]},"name":"owner","type":"json"}"#;
    let indexes = BTreeMap::from([("owner.json".to_owned(), index.to_owned())]);
    let indexed = package("asset_1.0", "asset", &indexes);
    assert_eq!(indexed.id, "asset_1.0:420cd6776e8fe537a757dae67df77511aa8e61a7d7a066b9eeed7280a110d2f4");
}

#[test]
fn another_host_label_or_index_is_another_package() {
    let none = BTreeMap::new();
    let index = BTreeMap::from([("a.json".to_owned(), "{}".to_owned())]);
    let ids: std::collections::BTreeSet<String> = [
        package("a_1", "x", &none),
        package("a_1", "y", &none),
        package("a_2", "x", &none),
        package("a_1", "x", &index),
    ]
    .map(|package| package.id)
    .into();
    assert_eq!(ids.len(), 4);
}

#[test]
fn tar_reads_packages_of_several_blocks() {
    let big = "x".repeat(200_000);
    let indexes = BTreeMap::from([("big.json".to_owned(), big.clone())]);
    let package = package("big_1", "big", &indexes);
    assert_eq!(tar(&["tzf", "-"], &package.bytes), b"metadata.json\ncode.tar.gz\n");
    let code = tar(&["xzOf", "-", "code.tar.gz"], &package.bytes);
    let connection = tar(&["xzOf", "-", "connection.json"], &code);
    assert_eq!(connection, br#"{"address":"big:9999","dial_timeout":"10s","tls_required":false}"#);
    assert_eq!(tar(&["xzOf", "-", "META-INF/statedb/couchdb/indexes/big.json"], &code), big.as_bytes());

    let mut broken = package.bytes;
    let last = broken.len() - 5;
    broken[last] ^= 1;
    assert!(!run_tar(&["tzf", "-"], &broken).status.success(), "a broken sum is seen");
}

#[test]
fn what_a_builder_reads_is_json() {
    assert_eq!(builder_config("peer0"), r#"{"peername":"peer0"}"#);
}

fn tar(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let output = run_tar(arguments, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn run_tar(arguments: &[&str], input: &[u8]) -> std::process::Output {
    let mut tar = Command::new("tar")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (tar.stdin.take().unwrap(), input.to_vec());
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = tar.wait_with_output().unwrap();
    // A reader that ends early closes the pipe.
    let _ = writer.join().unwrap();
    output
}
