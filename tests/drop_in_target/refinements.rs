//! Targets that say only what differs from another: one of the user's own, or one of akcgen's.

use akcgen::compile::{self, Options};

use super::*;

const REFINEMENTS: &str = "tests/drop_in_target/refinements.yaml";

#[test]
fn a_target_of_the_users_own_is_refined() {
    let compiled = compile_one(REFINEMENTS, 0);
    assert_eq!(compiled.text("StorageClass", "array-ledger", "parameters/storagepolicyname"), Some("silver"));
    let tenant = "metadata/annotations/annexe.example~1tenant";
    assert_eq!(compiled.text("Service", "peer0-balancer", tenant), Some("research"));
    let gone = "metadata/annotations/onsite.example~1address-pool";
    assert_eq!(compiled.text("Service", "peer0-balancer", gone), None, "a need is replaced whole");
    assert_eq!(compiled.text("Namespace", "maker-postgresql", tenant), Some("research"), "its own template wins");
    let server = compiled.object("StatefulSet", "postgresql");
    assert_eq!(compiled.place(server, "spec/replicas"), format!("{TARGETS}/onsite/templates/postgresql.yaml:21"));
    let ledger = compiled.object("StorageClass", "array-ledger");
    assert_eq!(
        compiled.place(ledger, "parameters/storagepolicyname"),
        format!("{TARGETS}/annexe/target.yaml:17"),
        "a default of its own"
    );
}

#[test]
fn a_target_of_akcgens_own_is_refined() {
    let compiled = compile_one(REFINEMENTS, 1);
    let class = compiled.object("StorageClass", "ledger");
    assert_eq!(class.tree.get("allowVolumeExpansion"), Some(&Tree::from(false)));
    assert_eq!(class.tree.get("provisioner").and_then(Tree::as_str), Some("array.example"));
    let server = compiled.object("StatefulSet", "postgresql");
    assert_eq!(server.namespace(), Some("seller-stores"), "a value of its own in the other's template");
    assert!(compiled.place(server, "spec/replicas").starts_with("targets/kubernetes/templates/postgresql.yaml:"));
    assert_eq!(
        compiled.text("Namespace", "seller-blockchain", "metadata/labels/laboratory.example~1purpose"),
        Some("trial")
    );
}

#[test]
fn rules_of_both_hold() {
    let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
    let shelf = Shelf::load(&[PathBuf::from(TARGETS)], &mut sources, &mut found);
    assert_eq!(render(Format::Human, &found, &sources, false), "");
    let names = |name| shelf.lineage(name).map(|target| target.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names("annexe"), ["annexe", "onsite"]);
    assert_eq!(names("laboratory"), ["laboratory", "kubernetes"]);
    let required = |name| shelf.get(name).unwrap().schema()["required"].clone();
    assert_eq!(required("annexe"), json!(["server", "mysql", "tenant"]));

    let text = std::fs::read_to_string(REFINEMENTS).unwrap();
    let text = text.replace("provisioner: array.example", "provisioner: none.example");
    let text = text.replace("    laboratory:\n", "    laboratory:\n      loadBalancers: {ranges: [0.0.0.0/0]}\n");
    let place = tempfile::tempdir().unwrap();
    let blueprint = place.path().join("blueprint.yaml");
    std::fs::write(&blueprint, text.replace("tenant: research", "tenant: nobody")).unwrap();
    let options = Options { blueprint, target_folders: vec![PathBuf::from(TARGETS)], ..Options::default() };
    compile::plan(&options, &mut sources, &mut found);
    let messages: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
    for rule in
        ["somebody must pay", "a laboratory without volumes tries nothing", "network policies would let in everybody"]
    {
        assert!(messages.iter().any(|message| message.starts_with(rule)), "{rule}: {messages:?}");
    }
}

/// What is said of a target that stands in a folder of its own.
fn told(definition: &str) -> String {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("own");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("target.yaml"), definition).unwrap();
    let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
    let shelf = Shelf::load(&[folder], &mut sources, &mut found);
    assert_eq!(shelf.get("own").is_some(), found.iter().next().is_none());
    found.iter().map(|one| format!("{}: {}: {}\n", one.code.id(), one.message, one.help.join("; "))).collect()
}

#[test]
fn what_is_refined_must_be_there() {
    let own = "target: v1\nrefines: kubernetes\ntitle: Own\n";
    assert_eq!(told(own), "");
    assert!(told("target: v1\nrefines: own\n").starts_with("AKC0308: `own` refines `own`, and so itself: "));
    assert!(told("target: v1\nrefines: kubernets\n").starts_with("AKC0307: "));
    let missing = told(&format!("{own}without: {{parameters: {{properties: [volumse]}}}}\n"));
    assert!(missing.starts_with("AKC0118: there is no `volumse` to take away"), "{missing}");
    let broken = told(&format!("{own}without: {{parameters: {{properties: [access]}}}}\n"));
    assert!(broken.contains("AKC0303: there is no `parameters.access` here"), "{broken}");
    assert!(broken.contains("the target `own` has this line from one that it refines"), "{broken}");
    let replaced = told(&format!("{own}values: {{ownPostgresql: <$ parameters.nothing $>}}\n"));
    assert!(replaced.contains("AKC0303: there is no `parameters.nothing` here"), "{replaced}");
    assert!(!replaced.contains("from one that it refines"), "{replaced}");
    assert!(told("target: v1\nwithout: {title: [x]}\n").contains("stands in a target that refines none"));
}
