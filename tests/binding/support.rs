//! The pipeline up to the plan, for files and for texts in a folder of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use akcgen::base::Sources;
use akcgen::bind::{Allocations, Bindings, Bound, bind};
use akcgen::diag::Diagnostics;
use akcgen::diag::render::{Format, render};
use akcgen::expand::expand;
use akcgen::target::Shelf;
use akcgen::{parse, resolve};

/// One run: what was found, and each environment's plan.
pub struct Run {
    pub sources: Sources,
    pub diagnostics: Diagnostics,
    pub environments: Vec<Option<Bound>>,
}

impl Run {
    /// A blueprint of the repository, with nothing beside it.
    pub fn file(path: &str) -> Run {
        Run::text(&std::fs::read_to_string(path).unwrap())
    }

    /// A blueprint given as text, with nothing beside it.
    pub fn text(text: &str) -> Run {
        Run::beside(text, &[])
    }

    /// A blueprint given as text, with files beside it: path and text.
    pub fn beside(text: &str, files: &[(&str, &str)]) -> Run {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [("blueprint.yaml", text)].iter().chain(files) {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let targets: Vec<PathBuf> = [folder.path().join("targets")].into_iter().filter(|path| path.exists()).collect();
        Run::with(&folder.path().join("blueprint.yaml"), &targets)
    }

    pub fn with(path: &Path, targets: &[PathBuf]) -> Run {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let shelf = Shelf::load(targets, &mut sources, &mut diagnostics);
        let folder = path.parent().unwrap();
        let allocations = Allocations::read(folder, &mut sources, &mut diagnostics);
        let mut environments = Vec::new();
        if let Some(parsed) = parse::parse(path, &mut sources, &shelf.schemas(), &mut diagnostics) {
            for name in parsed.environments() {
                let blueprint = parsed.environment(&name.value, &sources, &mut diagnostics);
                let consortium = blueprint
                    .and_then(|blueprint| resolve::resolve(&blueprint, &name, &parsed.files, &mut diagnostics));
                environments.push(consortium.and_then(|consortium| {
                    let organizations = consortium.organizations.iter().map(|one| one.name.value.as_str());
                    let bindings = Bindings::read(folder, &name.value, organizations, &mut sources, &mut diagnostics);
                    let graphs = expand(&consortium);
                    bind(Arc::new(consortium), graphs, &shelf, &allocations, &bindings, false, &mut diagnostics)
                }));
            }
        }
        Run { sources, diagnostics, environments }
    }

    /// The findings as people see them.
    pub fn report(&self) -> String {
        render(Format::Human, &self.diagnostics, &self.sources, false)
    }
}
