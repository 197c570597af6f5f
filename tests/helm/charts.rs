//! Charts on disk, and Helm.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value;

use crate::support::{Files, compile, repository};

/// Objects by apiVersion, kind, namespace and name.
pub type Objects = BTreeMap<Name, Value>;
pub type Name = [String; 4];

/// A shipped blueprint's bundle, its charts on disk.
pub struct Bundle {
    files: Files,
    folder: tempfile::TempDir,
}

impl Bundle {
    /// One of the shipped blueprints.
    pub fn of(blueprint: &str) -> Bundle {
        Bundle::compiled(&repository(&format!("blueprints/{blueprint}.yaml")))
    }

    pub fn compiled(blueprint: &Path) -> Bundle {
        let files = compile(blueprint);
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files.iter().filter(|(path, _)| path.contains("/helm/")) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Bundle { files, folder }
    }

    pub fn charts(&self) -> Vec<Chart<'_>> {
        let charts = self.files.keys().filter_map(|path| path.strip_suffix("/Chart.yaml"));
        charts.map(|path| Chart { bundle: self, path: path.to_owned() }).collect()
    }
}

pub struct Chart<'a> {
    bundle: &'a Bundle,
    /// Below the bundle's folder.
    path: String,
}

impl fmt::Display for Chart<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.path.rsplit('/').next().unwrap())
    }
}

impl Chart<'_> {
    fn folder(&self) -> PathBuf {
        self.bundle.folder.path().join(&self.path)
    }

    /// The text of a file beside the chart.
    pub fn beside(&self, name: &str) -> &str {
        let (parent, _) = self.path.rsplit_once('/').unwrap();
        &self.bundle.files[&format!("{parent}/{name}")]
    }

    pub fn environments(&self) -> Vec<String> {
        let prefix = format!("{}/values-", self.path);
        let names = self.bundle.files.keys().filter_map(|path| path.strip_prefix(&prefix)?.strip_suffix(".yaml"));
        names.map(str::to_owned).collect()
    }

    /// The plain manifests of the same cluster.
    pub fn manifests(&self, environment: &str) -> Objects {
        let (cluster, _) = self.path.split_once("/helm/").unwrap();
        let folder = format!("{cluster}/manifests/{environment}/");
        let files = self.bundle.files.iter().filter(|(path, _)| path.starts_with(&folder));
        files.flat_map(|(_, text)| objects(text)).collect()
    }

    fn helm(&self, arguments: &[&str], environment: Option<&str>, values: Option<&Value>) -> Output {
        let program = std::env::var("AKCGEN_HELM").unwrap_or_else(|_| "helm".to_owned());
        let mut command = Command::new(&program);
        command.args(arguments).arg(self.folder());
        if let Some(environment) = environment {
            command.arg("--values").arg(self.folder().join(format!("values-{environment}.yaml")));
        }
        let more = tempfile::NamedTempFile::new().unwrap();
        if let Some(values) = values {
            fs::write(more.path(), values.to_string()).unwrap();
            command.arg("--values").arg(more.path());
        }
        let home = self.bundle.folder.path().join("home");
        command.env("HOME", &home).env("KUBECONFIG", Path::new("/dev/null"));
        command.output().unwrap_or_else(|error| panic!("this test needs helm, and `{program}` does not start: {error}"))
    }

    /// What Helm renders with an environment's values and perhaps further ones.
    pub fn render(&self, environment: &str, values: Option<&Value>) -> Objects {
        let output = self.helm(&["template", "release"], Some(environment), values);
        assert!(output.status.success(), "{self}: {}", String::from_utf8_lossy(&output.stderr));
        objects(&String::from_utf8(output.stdout).unwrap())
    }

    pub fn lint(&self, environment: &str) -> String {
        let output = self.helm(&["lint", "--strict"], Some(environment), None);
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr)
    }

    /// Why Helm refuses values.
    pub fn refusal(&self, environment: &str, values: &Value) -> String {
        refusal(&self.helm(&["template", "release"], Some(environment), Some(values)))
    }

    pub fn refusal_without_environment(&self) -> String {
        refusal(&self.helm(&["template", "release"], None, None))
    }
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "was accepted");
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The objects of a YAML stream, each once.
fn objects(text: &str) -> Objects {
    let mut objects = Objects::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let object = Value::deserialize(document).unwrap();
        if object.is_null() {
            continue;
        }
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(text);
        assert!(objects.insert(name.clone(), object).is_none(), "{name:?} is there twice");
    }
    objects
}
