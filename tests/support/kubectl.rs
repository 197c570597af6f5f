//! Kustomize as kubectl has it. `AKCGEN_KUBECTL` names the program, otherwise it is the `kubectl` on the path; without one
//! the tests fail.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

/// apiVersion, kind, namespace and name to object.
pub type Objects = BTreeMap<String, Value>;

/// The documents of a stream.
pub fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap());
    documents.filter(|document| !document.is_null()).collect()
}

/// The objects of a stream.
pub fn objects(text: &str) -> Objects {
    let identity = |object: &Value| {
        let metadata = &object["metadata"];
        format!("{} {} {} {}", object["apiVersion"], object["kind"], metadata["namespace"], metadata["name"])
    };
    documents(text).into_iter().map(|object| (identity(&object), object)).collect()
}

/// Writes a file below a folder.
pub fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What Kustomize makes of a folder, or why it refuses. A warning, as of a deprecated field, is a refusal.
pub fn built(folder: &Path) -> Result<Objects, String> {
    let program = std::env::var("AKCGEN_KUBECTL").unwrap_or_else(|_| "kubectl".to_owned());
    let output = Command::new(&program)
        .arg("kustomize")
        .arg(folder)
        .env("KUBECONFIG", "/dev/null")
        .output()
        .unwrap_or_else(|error| panic!("this test needs kubectl, and `{program}` does not start: {error}"));
    let said = String::from_utf8(output.stderr).unwrap();
    if !output.status.success() || !said.is_empty() {
        return Err(said);
    }
    Ok(objects(&String::from_utf8(output.stdout).unwrap()))
}
