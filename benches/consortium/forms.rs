//! How fast all three forms are built, against what Helm and Kustomize need to put one of them together again.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

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
        std::fs::write(&blueprint, blueprint_of(SERVICES)).unwrap();
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

/// A blueprint of one organization whose Application cluster holds so many services, each of about seven objects.
pub fn blueprint_of(services: usize) -> String {
    let mut text = String::from(
        "blueprint: v1\nname: bench\n\nordering: {orderers: {org: 3}}\nchannels: {trade: [org]}\n\norganizations:\n  org:\n    \
         domain: org.example\n    target: eks\n    eks: {account: \"100000000000\", region: ap-southeast-1}\n    frontends: \
         {portal: [203.0.113.0/24]}\n    application:\n      nodePools: {general: {instanceType: m6i.4xlarge, minimum: 3, \
         maximum: 90}}\n      groups:\n        application-api:\n          packing: apart\n          services:\n",
    );
    for at in 0..services {
        let _ = writeln!(
            text,
            "            service-{at:04}: {{image: \"bench/service:1.0.0\", exposure: [portal], autoscaling: {{maximum: 4}}}}"
        );
    }
    text
}
