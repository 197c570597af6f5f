//! A build that finds what it would make is done before it compiles, and is wrong about it never.

use std::fs;
use std::path::Path;

use crate::program::{Ended, akcgen};

const LOCK: &str = "dist/akcgen.lock";
const FILE: &str = "dist/buyer/blockchain/manifests/production/peer0.yaml";
const ADMINISTRATORS: &str = r#"clusterAdministrators: ["arn:aws:iam::111122223333:role/platform"]"#;

/// A folder with a blueprint of which nothing is to be said, and its bundle.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints/minimal.yaml");
    let text = fs::read_to_string(shipped).unwrap();
    let text = text.replace("region: eu-central-1", &format!("region: eu-central-1, {ADMINISTRATORS}"));
    let text = text.replace("region: eu-west-1", &format!("region: eu-west-1, {ADMINISTRATORS}"));
    fs::create_dir(place.path().join("blueprint")).unwrap();
    fs::write(place.path().join("blueprint/consortium.yaml"), text).unwrap();
    run(&place, &["allocate", "blueprint"]);
    let first = run(&place, &["build", "blueprint"]);
    assert!(first.stderr.starts_with("dist: "), "nothing is to be said: {first:?}");
    place
}

#[track_caller]
fn run(place: &tempfile::TempDir, arguments: &[&str]) -> Ended {
    akcgen(place.path(), arguments).with(0)
}

#[track_caller]
fn edit(place: &tempfile::TempDir, path: &str, from: &str, to: &str) {
    let path = place.path().join(path);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// Whether a build is content with the folder as it is.
#[track_caller]
fn current(place: &tempfile::TempDir) -> bool {
    let outcome = run(place, &["build", "blueprint"]).stderr;
    assert!(outcome.contains("dist: "), "{outcome}");
    let current = outcome.contains("dist: 0 files written, ");
    // Whatever it did, the folder is what a whole compilation gives.
    run(place, &["build", "blueprint", "--check"]);
    current
}

/// The compiler reads what must not be there: that it is not told shows that nothing was compiled.
#[test]
fn nothing_is_compiled_where_nothing_changed() {
    let place = place();
    assert!(current(&place));
    let lock = fs::read_to_string(place.path().join(LOCK)).unwrap();
    assert_eq!(lock.lines().filter(|line| line.starts_with("# fingerprint ")).count(), 1, "{lock}");
    let before = fs::metadata(place.path().join(LOCK)).unwrap().modified().unwrap();
    assert!(current(&place));
    assert_eq!(fs::metadata(place.path().join(LOCK)).unwrap().modified().unwrap(), before);
    // A name that no target has is found by compiling alone.
    run(&place, &["build", "blueprint", "--check"]);
    let ended = akcgen(place.path(), &["build", "blueprint", "--target", "ekz"]).with(1);
    assert!(ended.stderr.contains("AKC0301") || ended.stderr.contains("ekz"), "{ended:?}");
}

/// What the sum of the program's code leaves out must have no part in the bytes of a bundle.
#[test]
fn every_text_of_a_bundle_is_part_of_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let build = fs::read_to_string(root.join("build.rs")).unwrap();
    let list = build.split("const CODE").nth(1).unwrap().split(';').nth(1).unwrap();
    let parts: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(parts.contains(&"src") && parts.contains(&"Cargo.lock"), "{parts:?}");
    let mut seen = 0;
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = fs::read_to_string(&entry).unwrap();
            let includes = [r#"include_str!("../../"#, r#"include_dir!("$CARGO_MANIFEST_DIR/"#];
            for place in includes.iter().flat_map(|start| text.split(start).skip(1)) {
                let Some((path, _)) = place.split_once('"') else { continue };
                seen += 1;
                assert!(parts.contains(&path.split('/').next().unwrap()), "{path} in {}", entry.display());
            }
        }
    }
    assert!(seen > 5, "{seen}");
}

#[test]
fn every_input_counts() {
    let place = place();
    edit(&place, "blueprint/consortium.yaml", "asset:1.0.0", "asset:1.0.1");
    assert!(!current(&place) && current(&place), "a changed blueprint");
    edit(&place, "blueprint/allocations.yaml", "10.", "11.");
    assert!(!current(&place) && current(&place), "a changed allocation");
    fs::create_dir(place.path().join("blueprint/bindings")).unwrap();
    let bindings = place.path().join("blueprint/bindings/buyer.production.yaml");
    fs::write(&bindings, "vpcId: vpc-0a1b2c3d4e5f60718\n").unwrap();
    assert!(!current(&place) && current(&place), "new bindings");
    fs::remove_file(&bindings).unwrap();
    assert!(!current(&place) && current(&place), "bindings that went");
    let seller = fs::read_to_string(place.path().join("blueprint/consortium.yaml")).unwrap();
    let seller = seller.split("  seller:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let broker = seller.replace("seller", "broker").replace("444455556666", "777788889999").replace("\n    ", "\n");
    fs::create_dir(place.path().join("blueprint/organizations")).unwrap();
    fs::write(place.path().join("blueprint/organizations/broker.yaml"), broker.trim_start()).unwrap();
    let added = run(&place, &["build", "blueprint"]);
    assert!(place.path().join("dist/broker").is_dir(), "a new organization's own file: {added:?}");
}

#[test]
fn every_file_counts() {
    let place = place();
    fs::remove_file(place.path().join(FILE)).unwrap();
    assert!(!current(&place) && current(&place), "a missing file");
    fs::write(place.path().join(FILE), "edited\n").unwrap();
    let refused = akcgen(place.path(), &["build", "blueprint"]).with(1);
    assert!(refused.stderr.contains("AKC0506"), "{refused:?}");
    run(&place, &["build", "blueprint", "--force"]);
    // Somebody edits a file and its sum as well: the lock is no longer what the build wrote.
    let built = fs::read_to_string(place.path().join(FILE)).unwrap();
    let sum = |text: &str| akcgen::emit::Digest::of(text.as_bytes()).to_string();
    let edited = format!("# {built}");
    fs::write(place.path().join(FILE), &edited).unwrap();
    edit(&place, LOCK, &sum(&built), &sum(&edited));
    assert!(!current(&place), "an edited lock");
    assert_eq!(fs::read_to_string(place.path().join(FILE)).unwrap(), built);
}

#[test]
fn a_part_or_another_target_says_nothing_about_the_whole() {
    let place = place();
    run(&place, &["build", "blueprint", "--org", "buyer"]);
    assert!(current(&place), "a part that changed nothing");
    edit(&place, "blueprint/consortium.yaml", "asset:1.0.0", "asset:1.0.1");
    run(&place, &["build", "blueprint", "--org", "buyer"]);
    assert!(!current(&place), "the seller's part is old");
    run(&place, &["build", "blueprint", "--target", "eks"]);
    let lock = fs::read_to_string(place.path().join(LOCK)).unwrap();
    assert!(current(&place));
    assert_ne!(fs::read_to_string(place.path().join(LOCK)).unwrap(), lock, "made with other options");
}

/// The folder's `consortium.yaml` alone is another blueprint, though all that it is read from is in the lock.
#[test]
fn a_file_of_a_folder_is_not_the_folder() {
    let place = place();
    let blueprint = fs::read_to_string(place.path().join("blueprint/consortium.yaml")).unwrap();
    let seller = blueprint.split("  seller:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let broker = seller.replace("seller", "broker").replace("444455556666", "777788889999").replace("\n    ", "\n");
    fs::create_dir(place.path().join("blueprint/organizations")).unwrap();
    fs::write(place.path().join("blueprint/organizations/broker.yaml"), broker.trim_start()).unwrap();
    run(&place, &["allocate", "blueprint"]);
    run(&place, &["build", "blueprint"]);
    assert!(current(&place) && place.path().join("dist/broker").is_dir());
    let ended = run(&place, &["build", "blueprint/consortium.yaml"]);
    assert!(!place.path().join("dist/broker").exists(), "{ended:?}");
}

#[test]
fn targets_of_the_users_own_are_looked_for_every_time() {
    let place = place();
    let own = place.path().join("targets/own");
    fs::create_dir_all(own.join("templates")).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("targets/eks");
    fs::copy(shipped.join("target.yaml"), own.join("target.yaml")).unwrap();
    for template in fs::read_dir(shipped.join("templates")).unwrap().map(Result::unwrap) {
        fs::copy(template.path(), own.join("templates").join(template.file_name())).unwrap();
    }
    edit(&place, "blueprint/consortium.yaml", "target: eks", "target: own");
    edit(&place, "blueprint/consortium.yaml", "    eks:", "    own:");
    run(&place, &["build", "blueprint", "--target-dir", "targets"]);
    let refused = akcgen(place.path(), &["build", "blueprint"]).with(1);
    assert!(refused.stderr.contains("own"), "{refused:?}");
}

/// Else `--check` would ask for a build that does nothing.
#[test]
fn the_locks_own_bytes_count() {
    let place = place();
    let path = place.path().join(LOCK);
    let lock = fs::read_to_string(&path).unwrap();
    for part in [&[][..], &["--org", "buyer"]] {
        let anew = |what: &str| {
            run(&place, &[&["build", "blueprint"], part].concat());
            run(&place, &["build", "blueprint", "--check"]);
            assert!(fs::read_to_string(&path).unwrap() == lock && path.symlink_metadata().unwrap().is_file(), "{what}");
        };
        fs::write(&path, lock.replace('\n', "\r\n")).unwrap();
        anew("other line ends");
        fs::write(&path, lock.replacen("# Checked", "# a remark\n# Checked", 1)).unwrap();
        anew("a remark");
        fs::rename(&path, place.path().join("elsewhere.lock")).unwrap();
        std::os::unix::fs::symlink("../elsewhere.lock", &path).unwrap();
        anew("a link");
    }
}

#[test]
fn folders_that_cannot_be_read_are_told() {
    let place = place();
    for name in ["bindings", "organizations"] {
        let path = place.path().join("blueprint").join(name);
        fs::write(&path, "").unwrap();
        let refused = akcgen(place.path(), &["build", "blueprint"]).with(2);
        assert!(refused.stderr.contains("AKC0501"), "{refused:?}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn what_has_something_to_say_says_it_every_time() {
    let place = place();
    edit(&place, "blueprint/consortium.yaml", ADMINISTRATORS, "clusterAdministrators: []");
    for _ in 0..3 {
        let warned = run(&place, &["build", "blueprint"]);
        assert!(warned.stderr.contains("AKC0431"), "{warned:?}");
    }
    let refused = akcgen(place.path(), &["build", "blueprint", "--require-bound"]).with(1);
    assert!(refused.stderr.contains("bindings/buyer.production.yaml"), "{refused:?}");
}

#[cfg(unix)]
#[test]
fn a_name_of_several_lines_is_one_in_the_lock() {
    let place = place();
    fs::rename(place.path().join("blueprint/consortium.yaml"), place.path().join("blueprint/a\nb.yaml")).unwrap();
    run(&place, &["build", "blueprint/a\nb.yaml"]);
    let told = run(&place, &["build", "blueprint/a\nb.yaml"]).stderr;
    assert!(told.starts_with("dist: 0 files written, "), "{told}");
    run(&place, &["verify", "dist"]);
}
