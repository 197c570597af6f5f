use std::fs;
use std::path::Path;

use crate::program::{Ended, akcgen};

fn here(arguments: &[&str]) -> Ended {
    akcgen(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

#[test]
fn a_starter_blueprint_builds_at_once_and_is_never_overwritten() {
    let place = tempfile::tempdir().unwrap();
    akcgen(place.path(), &["init"]).with(0);
    akcgen(place.path(), &["build", "blueprint.yaml"]).with(0);
    let before = fs::read_to_string(place.path().join("blueprint.yaml")).unwrap();
    let refused = akcgen(place.path(), &["init", "--org", "other"]).with(2);
    assert!(refused.stderr.contains("exists already"), "{refused:?}");
    assert_eq!(fs::read_to_string(place.path().join("blueprint.yaml")).unwrap(), before);
    akcgen(
        place.path(),
        &["init", "more.yaml", "--name", "fruit", "--org", "grower=eks", "--org", "b", "--target", "eks"],
    )
    .with(0);
    akcgen(place.path(), &["check", "more.yaml"]).with(0);
}

#[test]
fn a_starter_blueprint_builds_at_once_for_every_target() {
    let place = tempfile::tempdir().unwrap();
    let targets = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("targets")).unwrap();
    let names: Vec<String> = targets.map(|target| target.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().any(|name| name == "pks"), "{names:?}");
    for name in names {
        akcgen(place.path(), &["init", "blueprint.yaml", "--target", &name]).with(0);
        akcgen(place.path(), &["build", "blueprint.yaml", "--out", &name]).with(0);
        fs::remove_file(place.path().join("blueprint.yaml")).unwrap();
    }
}

#[test]
fn a_starter_blueprint_that_would_be_refused_is_not_left_behind() {
    let place = tempfile::tempdir().unwrap();
    let refused = akcgen(place.path(), &["init", "--org", "Not A Name"]).with(1);
    assert!(refused.stderr.contains("blueprint.yaml:"), "{refused:?}");
    akcgen(place.path(), &["init", "--target", "ekz"]).with(2);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn a_name_of_the_command_line_is_that_name_and_no_yaml() {
    let place = tempfile::tempdir().unwrap();
    // An organization may be called so, if it is in quotes.
    akcgen(place.path(), &["init", "on.yaml", "--org", "on", "--name", "null"]).with(0);
    for name in ["x # y", "a: {b", "a, b"] {
        for flag in ["--name", "--org"] {
            let refused = akcgen(place.path(), &["init", flag, name]).with(1).stderr;
            assert!(refused.starts_with(&format!("error[AKC0114]: `{name}` cannot be")), "{refused}");
        }
    }
}

#[test]
fn targets_are_listed_and_described() {
    let table = here(&["targets"]).with(0).stdout;
    assert!(table.starts_with(' ') && table.contains("eks") && table.contains("PostgreSQL"), "{table}");
    assert!(here(&["targets", "eks"]).with(0).stdout.contains("account (required): "));
    here(&["targets", "ekz"]).with(2);
    let own = ["targets", "annexe", "--target-dir", "tests/drop_in_target/targets"];
    let page = here(&own).with(0).stdout;
    assert!(page.starts_with("annexe: Kubernetes in the annexe, on kubernetes, refines onsite\n"), "{page}");
}

#[test]
fn schemas_are_json_schemas() {
    for what in ["blueprint", "target", "allocations", "bindings", "card", "consortium-card", "diagnostic"] {
        let text = here(&["schema", what]).with(0).stdout;
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    assert_eq!(here(&["schema"]).with(0).stdout, here(&["schema", "blueprint"]).stdout);
}

#[test]
fn a_line_of_a_json_report_has_the_shape_that_is_published() {
    let schema = serde_json::from_str(&here(&["schema", "diagnostic"]).with(0).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("a.yaml"), "blueprint: v1\nnmae: x\norganizations: [\n").unwrap();
    fs::write(place.path().join("b.yaml"), "blueprint: v1\nnmae: x\nname: y\nname: z\n").unwrap();
    for blueprint in ["a.yaml", "b.yaml"] {
        let report = akcgen(place.path(), &["check", blueprint, "--message-format", "json"]).with(1).stderr;
        assert!(report.lines().count() > 0);
        for line in report.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(validator.is_valid(&line), "{line:#}");
        }
    }
    assert!(!validator.is_valid(&serde_json::json!({"code": "AKC0101"})));
}

#[test]
fn the_picture_is_text_of_mermaid() {
    for detail in ["organizations", "clusters", "workloads"] {
        let picture = here(&["graph", "--detail", detail]).with(0).stdout;
        assert!(picture.starts_with("flowchart LR\n"), "{picture}");
        for name in ["Akachain", "Member One", "Member Two"] {
            assert!(picture.contains(name), "{detail} shows {name}:\n{picture}");
        }
    }
    let focused = here(&["graph", "--org", "member-one"]).with(0).stdout;
    assert!(focused.contains("subgraph x_member_one") && !focused.contains("subgraph x_akachain"), "{focused}");
    here(&["graph", "--org", "member-three"]).with(2);
}
