//! Kustomize itself, as kubectl has it, as the judge.

use std::path::Path;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::Files;
use crate::support::kubectl::{Objects, built, objects, write};
use crate::{cases, patch, shipped};

/// How the overlay in a folder differs from the manifests of its environment, an object a line.
fn differences(root: &Path, overlay: &str, files: &Files) -> Result<Vec<String>, String> {
    let manifests = overlay.replace("/kustomize/overlays/", "/manifests/") + "/";
    let own = files.iter().filter(|(path, _)| path.starts_with(&manifests));
    let wanted: Objects = own.flat_map(|(_, text)| objects(text)).collect();
    assert!(!wanted.is_empty(), "{manifests}");
    let found = built(&root.join(overlay))?;
    let names: std::collections::BTreeSet<&String> = wanted.keys().chain(found.keys()).collect();
    let told = |name: &String| match (wanted.get(name), found.get(name)) {
        (Some(wanted), Some(found)) if wanted == found => None,
        (Some(_), Some(_)) => Some(format!("{name}: differs")),
        (Some(_), None) => Some(format!("{name}: missing")),
        _ => Some(format!("{name}: too much")),
    };
    Ok(names.into_iter().filter_map(told).collect())
}

#[test]
fn every_overlay_gives_the_manifests_of_its_environment() {
    for (name, files, overlays) in shipped() {
        let folder = TempDir::new().unwrap();
        files.iter().for_each(|(path, text)| write(folder.path(), path, text));
        for overlay in overlays {
            assert_eq!(differences(folder.path(), &overlay, &files), Ok(Vec::new()), "{name}: {overlay}");
        }
    }
}

#[test]
fn a_broken_overlay_is_found() {
    const OVERLAY: &str = "akachain/blockchain/kustomize/overlays/staging";
    let (_, files, _) = shipped().last().unwrap();
    let broken = |file: &str, from: &str, to: &str| {
        let folder = TempDir::new().unwrap();
        files.iter().for_each(|(path, text)| write(folder.path(), path, text));
        let path = format!("{OVERLAY}/{file}");
        assert!(files[&path].contains(from), "{path}: {from}");
        write(folder.path(), &path, &files[&path].replacen(from, to, 1));
        differences(folder.path(), OVERLAY, &files)
    };
    let service = "\"v1\" \"Service\" \"akachain-blockchain\" \"peer1\"".to_owned() + ": too much";
    let deployment = "\"apps/v1\" \"Deployment\" \"akachain-blockchain\" \"dapp\"";
    assert_eq!(broken("dapp.yaml", "value: trade", "value: trades"), Ok(vec![format!("{deployment}: differs")]));
    assert_eq!(
        broken("dapp.yaml", "        - name: FABRIC_CERTIFICATE_FILE\n", ""),
        Ok(vec![format!("{deployment}: differs")])
    );
    let left = broken("kustomization.yaml", "(peer, peer1, ", "(peer, ").unwrap();
    assert!(left.contains(&service), "{left:?}");
    let refused = broken("peer0.yaml", "kind: StatefulSet\n", "kind: StatefulSat\n").unwrap_err();
    assert!(refused.contains("no resource matches strategic merge patch"), "{refused}");
    let refused = broken("kustomization.yaml", "patches:\n", "patchesStrategicMerge:\n").unwrap_err();
    assert!(refused.contains("patchesStrategicMerge"), "{refused}");
}

/// Pairs that are drawn, besides what the blueprints give.
const DRAWN: usize = 600;

#[test]
fn patches_of_drawn_objects_give_exactly_the_wanted_ones() {
    let mut runner = TestRunner::new(cases(1));
    let pairs: Vec<(Value, Value)> =
        (0..DRAWN).map(|number| crate::objects::pair(number).new_tree(&mut runner).unwrap().current()).collect();
    let stream =
        |documents: Vec<Value>| documents.iter().map(|document| format!("---\n{document}\n")).collect::<String>();
    let folder = TempDir::new().unwrap();
    let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    write(folder.path(), "base/kustomization.yaml", &format!("{head}resources: [objects.yaml]\n"));
    write(folder.path(), "base/objects.yaml", &stream(pairs.iter().map(|(base, _)| base.clone()).collect()));
    let lists = "resources: [../base]\npatches: [{path: patches.yaml}]\n";
    write(folder.path(), "overlay/kustomization.yaml", &format!("{head}{lists}"));
    let patches: Vec<Value> = pairs.iter().filter_map(|(base, wanted)| patch(base, wanted)).collect();
    assert!(patches.len() > DRAWN * 3 / 4);
    write(folder.path(), "overlay/patches.yaml", &stream(patches));
    let found = built(&folder.path().join("overlay")).unwrap();
    let unlike = pairs.iter().filter_map(|(base, wanted)| {
        let found = found
            .values()
            .find(|found| found["kind"] == wanted["kind"] && found["metadata"]["name"] == wanted["metadata"]["name"])?;
        (found != wanted).then(|| {
            format!("base {base}\nwanted {wanted}\npatch {}\nfound {found}", patch(base, wanted).unwrap_or_default())
        })
    });
    let unlike: Vec<String> = unlike.collect();
    assert_eq!(found.len(), pairs.len());
    assert!(unlike.is_empty(), "{} of {DRAWN}\n{}", unlike.len(), unlike[..unlike.len().min(5)].join("\n\n"));
}
