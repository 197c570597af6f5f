use std::fs;
use std::path::Path;

use crate::program::{Ended, akcgen};

/// A folder with the smallest shipped blueprint.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let blueprint = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints/minimal.yaml");
    fs::copy(blueprint, place.path().join("minimal.yaml")).unwrap();
    place
}

fn run(place: &tempfile::TempDir, arguments: &[&str]) -> Ended {
    akcgen(place.path(), arguments)
}

const PEER: &str = "dist/buyer/blockchain/manifests/production/peer0.yaml";

#[test]
fn a_build_writes_and_a_second_one_finds_nothing_to_do() {
    let place = place();
    let first = run(&place, &["build", "minimal.yaml"]).with(0);
    assert!(
        first.stdout.is_empty() && first.stderr.contains("dist: ") && first.stderr.contains(" files written"),
        "{first:?}"
    );
    assert!(place.path().join(PEER).is_file());
    let second = run(&place, &["build", "minimal.yaml"]).with(0);
    assert!(second.stderr.contains("dist: 0 files written, "), "{second:?}");
    run(&place, &["build", "minimal.yaml", "--check"]).with(0);
    run(&place, &["verify"]).with(0);
}

#[test]
fn check_tells_what_is_stale_and_how_to_mend_it() {
    let place = place();
    let missing = run(&place, &["build", "minimal.yaml", "--check", "--out", "my dist"]).with(1);
    assert!(missing.stderr.contains("run `akcgen build minimal.yaml --out 'my dist'`"), "{missing:?}");
    run(&place, &["build", "minimal.yaml"]).with(0);
    let blueprint = fs::read_to_string(place.path().join("minimal.yaml")).unwrap();
    fs::write(place.path().join("minimal.yaml"), blueprint.replace("{ca: }}", "{ca: }, peers: 4}")).unwrap();
    let stale = run(&place, &["build", "minimal.yaml", "--check"]).with(1);
    assert!(stale.stderr.contains("missing: dist/buyer/blockchain/manifests/production/peer3.yaml"), "{stale:?}");
    assert!(stale.stderr.contains("+++ what the blueprint gives\n@@ "), "{stale:?}");
    let github = run(&place, &["build", "minimal.yaml", "--check", "--message-format", "github"]).with(1);
    assert!(github.stderr.contains("::error file=dist/akcgen.lock,line="), "{github:?}");
    run(&place, &["build", "minimal.yaml"]).with(0);
    fs::write(place.path().join("minimal.yaml"), blueprint).unwrap();
    let orphaned = run(&place, &["build", "minimal.yaml", "--check"]).with(1);
    assert!(
        orphaned.stderr.contains("orphaned: dist/buyer/blockchain/manifests/production/peer3.yaml"),
        "{orphaned:?}"
    );
    run(&place, &["build", "minimal.yaml"]).with(0);
    assert!(!place.path().join("dist/buyer/blockchain/manifests/production/peer3.yaml").exists());
}

#[test]
fn an_edited_file_is_not_overwritten_unasked() {
    let place = place();
    run(&place, &["build", "minimal.yaml"]).with(0);
    let built = fs::read_to_string(place.path().join(PEER)).unwrap();
    fs::write(place.path().join(PEER), "edited\n").unwrap();
    let refused = run(&place, &["build", "minimal.yaml"]).with(1);
    assert!(refused.stderr.contains("AKC0506") && refused.stderr.contains("--force"), "{refused:?}");
    assert_eq!(fs::read_to_string(place.path().join(PEER)).unwrap(), "edited\n");
    run(&place, &["build", "minimal.yaml", "--force"]).with(0);
    assert_eq!(fs::read_to_string(place.path().join(PEER)).unwrap(), built);
}

#[test]
fn a_refused_blueprint_writes_nothing() {
    let place = place();
    let blueprint = fs::read_to_string(place.path().join("minimal.yaml")).unwrap();
    fs::write(
        place.path().join("minimal.yaml"),
        blueprint.replace("members: [buyer, seller]", "members: [buyer, sellar]"),
    )
    .unwrap();
    for command in ["build", "check"] {
        let refused = run(&place, &[command, "minimal.yaml"]).with(1);
        assert!(refused.stderr.contains("minimal.yaml:") && refused.stderr.contains("seller"), "{refused:?}");
    }
    assert!(!place.path().join("dist").exists());
}

#[test]
fn a_part_leaves_the_rest() {
    let place = place();
    run(&place, &["build", "minimal.yaml"]).with(0);
    let lock = || fs::read_to_string(place.path().join("dist/akcgen.lock")).unwrap();
    let whole = lock();
    let blueprint = fs::read_to_string(place.path().join("minimal.yaml")).unwrap();
    fs::write(place.path().join("minimal.yaml"), blueprint.replace("asset:1.0.0", "asset:1.0.1")).unwrap();
    run(&place, &["build", "minimal.yaml", "--org", "buyer"]).with(0);
    let changed: Vec<String> = lock().lines().filter(|line| !whole.contains(line)).map(str::to_owned).collect();
    assert!(!changed.is_empty());
    assert!(changed.iter().all(|line| line.starts_with('#') || line[66..].starts_with("buyer/")), "{changed:#?}");
    run(&place, &["verify"]).with(0);
    run(&place, &["build", "minimal.yaml", "--check", "--org", "buyer"]).with(0);
    run(&place, &["build", "minimal.yaml", "--check"]).with(1);
}

#[test]
fn a_build_of_one_environment_leaves_what_describes_all_of_them() {
    let place = place();
    run(&place, &["build", "minimal.yaml"]).with(0);
    let read = |path: &str| fs::read_to_string(place.path().join("dist/buyer/blockchain").join(path)).unwrap();
    let (base, overlay) = ("kustomize/base/ca.yaml", "kustomize/overlays/production/kustomization.yaml");
    let before = (read(base), read(overlay));
    let blueprint = fs::read_to_string(place.path().join("minimal.yaml")).unwrap();
    fs::write(place.path().join("minimal.yaml"), blueprint.replace("buyer.example", "purchaser.example")).unwrap();
    run(&place, &["build", "minimal.yaml", "--environment", "production"]).with(0);
    assert!(read("manifests/production/ca.yaml").contains("purchaser.example"));
    assert!((read(base), read(overlay)) == before);
    let nothing = run(&place, &["build", "minimal.yaml", "--environment", "production", "--form", "kustomize"]).with(2);
    assert!(nothing.stderr.contains("AKC0512") && nothing.stderr.contains("leave out `--environment`"), "{nothing:?}");
    run(&place, &["build", "minimal.yaml", "--form", "kustomize"]).with(0);
    assert!(read(base).contains("purchaser.example"));
}

#[test]
fn what_does_not_exist_is_not_built() {
    let place = place();
    let wrong = run(&place, &["build", "minimal.yaml", "--org", "byer"]).with(2);
    assert!(wrong.stderr.contains("AKC0512") && wrong.stderr.contains("buyer"), "{wrong:?}");
    run(&place, &["build", "minimal.yaml", "--environment", "prod"]).with(2);
    run(&place, &["build", "minimal.yaml", "--target", "ekz"]).with(1);
    run(&place, &["build", "minimal.yaml", "--form", "helmet"]).with(2);
    run(&place, &["build", "nowhere.yaml"]).with(2);
    assert!(!place.path().join("dist").exists());
}

#[test]
fn values_that_only_the_platform_knows_can_be_required() {
    let place = place();
    let refused = run(&place, &["build", "minimal.yaml", "--require-bound"]).with(1);
    assert!(refused.stderr.contains("bindings/buyer.production.yaml"), "{refused:?}");
}

#[test]
fn the_bundle_does_not_depend_on_the_folder_it_is_built_from() {
    let place = place();
    run(&place, &["build", "minimal.yaml"]).with(0);
    let inner = place.path().join("inner");
    fs::create_dir(&inner).unwrap();
    akcgen(&inner, &["build", "../minimal.yaml", "--out", "../again"]).with(0);
    akcgen(&inner, &["build", place.path().join("minimal.yaml").to_str().unwrap(), "--out", "../again", "--check"])
        .with(0);
    let lock = |folder: &str| fs::read_to_string(place.path().join(folder).join("akcgen.lock")).unwrap();
    assert_eq!(lock("dist"), lock("again"));
}
