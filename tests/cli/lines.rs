use std::fs;
use std::path::Path;

use crate::program::{Ended, akcgen};

/// A folder with the smallest shipped blueprint, built.
fn built() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let blueprint = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints/minimal.yaml");
    fs::copy(blueprint, place.path().join("minimal.yaml")).unwrap();
    akcgen(place.path(), &["build", "minimal.yaml"]).with(0);
    place
}

const PEER: &str = "dist/buyer/blockchain/manifests/production/peer0.yaml";

/// The number of the first line of a file that holds a text.
fn line(place: &Path, file: &str, text: &str) -> usize {
    let content = fs::read_to_string(place.join(file)).unwrap();
    content.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{file} has {text}")) + 1
}

fn explain(place: &Path, file: &str, line: usize) -> Ended {
    akcgen(place, &["explain", &format!("{file}:{line}"), "--blueprint", "minimal.yaml"])
}

#[test]
fn a_line_is_traced_to_the_blueprint_a_default_or_a_rule() {
    let place = built();
    let authority = "dist/buyer/blockchain/manifests/production/ca.yaml";
    let told = explain(place.path(), authority, line(place.path(), authority, "kind: Service")).with(0).stdout;
    assert!(told.contains("comes from minimal.yaml:11:") && told.contains("{services: {ca: }}"), "{told}");
    let storage = line(place.path(), PEER, "storage: ");
    let told = explain(place.path(), PEER, storage).with(0).stdout;
    assert!(told.contains("the default of `"), "{told}");
    let told = explain(place.path(), PEER, 1).with(0).stdout;
    assert!(told.contains("a rule of akcgen: "), "{told}");
    let told = explain(&place.path().join("dist"), "buyer/blockchain/manifests/production/peer0.yaml", 1);
    assert!(told.with(2).stderr.contains("AKC0501"), "the blueprint is not in that folder");
}

#[test]
fn every_line_of_a_manifest_can_be_explained() {
    let place = built();
    let file = "dist/seller/blockchain/manifests/production/ca.yaml";
    let lines = fs::read_to_string(place.path().join(file)).unwrap().lines().count();
    for line in (1..=lines).step_by(lines / 12) {
        let told = explain(place.path(), file, line).with(0).stdout;
        assert!(!told.contains("nothing is known"), "{told}");
    }
    assert!(explain(place.path(), file, lines + 1).with(2).stderr.contains("no line"));
    explain(place.path(), file, 0).with(2);
}

#[test]
fn an_edited_line_is_told_to_be_one() {
    let place = built();
    let text = fs::read_to_string(place.path().join(PEER)).unwrap();
    fs::write(place.path().join(PEER), text.replacen("kind: ", "kind:  ", 1)).unwrap();
    let edited = line(place.path(), PEER, "kind:  ");
    assert!(explain(place.path(), PEER, edited).with(0).stderr.contains("the file on disk is not"));
}

#[test]
fn what_is_no_file_of_the_bundle_is_refused() {
    let place = built();
    fs::write(place.path().join("dist/mine.yaml"), "a: 1\n").unwrap();
    assert!(explain(place.path(), "dist/mine.yaml", 1).with(2).stderr.contains("gives no file `mine.yaml`"));
    assert!(explain(place.path(), "minimal.yaml", 1).with(2).stderr.contains("lies in no bundle"));
}

#[test]
fn allocations_are_added_and_never_altered() {
    let place = built();
    let path = place.path().join("allocations.yaml");
    akcgen(place.path(), &["allocate", "minimal.yaml", "--check"]).with(1);
    assert!(!path.exists());
    akcgen(place.path(), &["allocate", "minimal.yaml"]).with(0);
    akcgen(place.path(), &["allocate", "minimal.yaml", "--check"]).with(0);
    let first = fs::read_to_string(&path).unwrap();
    let unwarned = akcgen(place.path(), &["build", "minimal.yaml"]).with(0);
    assert!(!unwarned.stderr.contains("AKC0405"), "{unwarned:?}");
    let lock = fs::read_to_string(place.path().join("dist/akcgen.lock")).unwrap();
    assert!(lock.contains("# allocations "), "{lock}");

    let own = first.replacen("peer0: 7051", "peer0: 7951 # as it always was", 1);
    assert_ne!(own, first);
    fs::write(&path, &own).unwrap();
    let blueprint = fs::read_to_string(place.path().join("minimal.yaml")).unwrap();
    fs::write(place.path().join("minimal.yaml"), blueprint.replacen("{ca: }}", "{ca: }, peers: 4}", 1)).unwrap();
    akcgen(place.path(), &["allocate", "minimal.yaml"]).with(0);
    let second = fs::read_to_string(&path).unwrap();
    let added: Vec<&str> = second.lines().filter(|line| !own.contains(*line)).collect();
    assert!(own.lines().all(|line| second.contains(line)), "{second}");
    assert!(added.len() == 1 && added[0].trim_start().starts_with("peer3: "), "{added:?}");
    akcgen(place.path(), &["allocate", "minimal.yaml"]).with(0);
    assert_eq!(fs::read_to_string(&path).unwrap(), second);
    let built = akcgen(place.path(), &["build", "minimal.yaml"]).with(0);
    assert!(built.stderr.contains("written"), "{built:?}");
    assert!(
        fs::read_to_string(place.path().join("dist/consortium/production/endpoints.yaml")).unwrap().contains("7951")
    );
}
