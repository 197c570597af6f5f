//! An output folder of a test, and builds into it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use akcgen::base::Sources;
use akcgen::diag::{Code, Diagnostics};
use akcgen::emit::{Comparison, Digest, Drift, Input, InputKind, Provenance, Report, Scope, Session, verify};
use rayon::prelude::*;

pub type Files<'a> = &'a [(&'a str, &'a str)];

pub struct Place {
    pub _guard: tempfile::TempDir,
    pub out: PathBuf,
}

impl Place {
    pub fn new() -> Place {
        let guard = tempfile::tempdir().unwrap();
        let out = guard.path().canonicalize().unwrap().join("dist");
        Place { _guard: guard, out }
    }

    pub fn build_with(&self, files: Files, scope: &Scope, force: bool) -> Result<Report, Vec<(Code, String)>> {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let report = Session::begin(&self.out, force, &mut sources, &mut diagnostics).and_then(|session| {
            files.par_iter().for_each(|(path, text)| session.put(path, text.as_bytes()));
            session.finish(provenance(), scope, &mut diagnostics)
        });
        assert_eq!(report.is_none(), diagnostics.has_errors());
        report.ok_or_else(|| diagnostics.iter().map(|one| (one.code, one.message.clone())).collect())
    }

    pub fn build(&self, files: Files) -> Report {
        self.build_with(files, &Scope::whole(), false).unwrap()
    }

    pub fn refused(&self, files: Files) -> Vec<Code> {
        let before = snapshot(&self.out);
        let found = self.build_with(files, &Scope::whole(), false).unwrap_err();
        assert_eq!(snapshot(&self.out), before, "a refused build changes nothing");
        assert_eq!(self.beside(), before.is_some().then_some("dist".to_owned()).into_iter().collect::<Vec<_>>());
        found.into_iter().map(|(code, _)| code).collect()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.out.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.out.join(path)).ok()
    }

    pub fn check(&self, files: Files, scope: &Scope) -> (Vec<Drift>, Diagnostics) {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let comparison = Comparison::begin(&self.out, &mut sources, &mut diagnostics).unwrap();
        files.par_iter().for_each(|(path, text)| comparison.put(path, text.as_bytes()));
        let drifts = comparison.finish(inputs(), scope, &mut sources, &mut diagnostics).unwrap();
        (drifts, diagnostics)
    }

    pub fn verify(&self) -> (Option<usize>, Vec<(Code, String)>) {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let listed = verify(&self.out, &mut sources, &mut diagnostics);
        (listed, diagnostics.iter().map(|one| (one.code, one.message.clone())).collect())
    }

    /// What stands in the folder that holds the output folder.
    pub fn beside(&self) -> Vec<String> {
        let entries = fs::read_dir(self.out.parent().unwrap()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub fn inputs() -> BTreeSet<Input> {
    [Input { kind: InputKind::Blueprint, name: "a.yaml".into(), digest: Digest::of(b"") }].into()
}

pub fn provenance() -> Provenance {
    Provenance { inputs: inputs(), builder: None }
}

pub fn report(written: usize, unchanged: usize, removed: usize) -> Report {
    Report { written, unchanged, removed }
}

/// Every path below a folder with its content, or `None` where there is no folder.
pub fn snapshot(root: &Path) -> Option<BTreeMap<PathBuf, String>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).ok()? {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let content = if metadata.is_dir() {
                folders.push(path.clone());
                "folder".to_owned()
            } else if metadata.is_symlink() {
                format!("link to {}", fs::read_link(&path).unwrap().display())
            } else {
                fs::read_to_string(&path).unwrap()
            };
            found.insert(path.strip_prefix(root).unwrap().to_owned(), content);
        }
    }
    Some(found)
}
