//! How fast all three forms are built, against what Helm and Kustomize need to put one of them together again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::generate;
use super::measure::{Place, time};

/// Services of the one organization: about 2,000 objects in its Application cluster.
const SERVICES: usize = 285;
/// Runs of each; the fastest counts.
const RUNS: usize = 3;

/// The whole build of a consortium in three forms, and one run each of the two tools over its largest cluster.
pub struct Forms {
    pub objects: usize,
    pub build: Duration,
    pub helm: Duration,
    pub kustomize: Duration,
}

impl Forms {
    /// Measures, with the programs that scripts/oracles installs.
    pub fn measured(place: &Place) -> Forms {
        let folder = place.folder("forms");
        let blueprint = folder.join("consortium.yaml");
        std::fs::write(&blueprint, generate::services(SERVICES)).unwrap();
        let out = |run: usize| folder.join(format!("out-{run}"));
        let builds: Vec<Duration> = (0..RUNS).map(|run| time(super::measure::build(&blueprint, &out(run)))).collect();
        let cluster = out(0).join("org/application");
        let chart = cluster.join("helm/org-application");
        let helm = || {
            let mut command = program("AKCGEN_HELM");
            command.args(["template", "org-application"]).arg(&chart).arg("--values");
            command.arg(chart.join("values-production.yaml"));
            command
        };
        let kustomize = || {
            let mut command = program("AKCGEN_KUBECTL");
            command.arg("kustomize").arg(cluster.join("kustomize/overlays/production"));
            command
        };
        Forms {
            objects: objects(&cluster.join("manifests/production")),
            build: builds.into_iter().min().unwrap(),
            helm: (0..RUNS).map(|_| time(helm())).min().unwrap(),
            kustomize: (0..RUNS).map(|_| time(kustomize())).min().unwrap(),
        }
    }
}

fn program(variable: &str) -> Command {
    let path = std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run scripts/bench"));
    Command::new(PathBuf::from(path))
}

fn objects(folder: &Path) -> usize {
    let texts = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    texts.map(|text| text.lines().filter(|line| line.starts_with("kind: ")).count()).sum()
}
