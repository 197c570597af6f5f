//! How fast akcgen is, as ratios that hold on any machine: `scripts/bench`, or `cargo bench --bench consortium`.
//!
//! Consortia of 1, 10, 100 and 500 organizations are built into new folders, by turns with `cp -r` of the same output and
//! with builds that find nothing to do, so that all meet the same disk and the same neighbours. Of several runs the
//! fastest counts: what is slower was disturbed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod forms;
mod generate;
mod measure;
mod placement;

use std::path::Path;
use std::time::Duration;

use generate::Platforms;
use measure::{Measured, Place};

/// Organizations of each consortium.
const SIZES: [usize; 4] = [1, 10, 100, 500];

/// Organizations of the consortium with a third of them on each platform.
const THREE_PLATFORMS: usize = 300;

/// What the project asks for: at most, and for the last two at least.
const COLD: f64 = 1.0;
const UNCHANGED: f64 = 0.5;
const GROWTH: f64 = 1.05;
const MEMORY: f64 = 3.0;
const IN_MEMORY: Duration = Duration::from_millis(20);
const PLACEMENT: Duration = Duration::from_millis(20);
const HELM: f64 = 10.0;
const KUSTOMIZE: f64 = 100.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => report(),
        ["generate", organizations] => {
            print!("{}", generate::blueprint(organizations.parse().unwrap(), Platforms::Eks));
        }
        ["generate-three", organizations] => {
            print!("{}", generate::blueprint(organizations.parse().unwrap(), Platforms::Three));
        }
        ["generate-services", services] => print!("{}", forms::blueprint_of(services.parse().unwrap())),
        // A build in this process, which tells the most memory it ever had: how the bench calls itself.
        ["memory", rest @ ..] => measure::build_and_tell_memory(rest),
        _ => panic!(
            "usage: consortium [generate ORGANIZATIONS | generate-three ORGANIZATIONS | generate-services SERVICES]"
        ),
    }
}

fn report() {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints/akachain.yaml");
    let place = Place::new();
    println!("organizations   files      MB   cold ms  cold/cp   same/cp  memory/output");
    let measured: Vec<Measured> = SIZES.into_iter().map(|size| place.consortium(size, Platforms::Eks)).collect();
    let three = place.consortium(THREE_PLATFORMS, Platforms::Three);
    for one in measured.iter().chain([&three]) {
        println!(
            "{:13}  {:6}  {:6.1}  {:8.0}  {:7.2}   {:7.2}  {:13.2}",
            one.organizations,
            one.files,
            one.bytes as f64 / 1e6,
            one.cold.as_secs_f64() * 1e3,
            one.cold_ratio(),
            one.unchanged_ratio(),
            one.memory_ratio(),
        );
    }
    let [_, small, large, largest] = measured.as_slice() else { return };
    let growth = |of: fn(&Measured) -> f64| measure::exponent(small, largest, of);
    let (decided, in_memory) = measure::in_memory(&seed);
    let forms = forms::Forms::measured(&place);
    println!();
    println!(
        "{} objects in one cluster: three forms built in {:.0} ms",
        forms.objects,
        forms.build.as_secs_f64() * 1e3
    );
    println!("akachain.yaml in memory: all is decided after {:.1} ms", decided.as_secs_f64() * 1e3);
    let times = |other: Duration| other.as_secs_f64() / forms.build.as_secs_f64();
    let results = [
        told("cold build / cp -r, 500 organizations", largest.cold_ratio(), COLD),
        told("build without changes / cp -r, 500 organizations", largest.unchanged_ratio(), UNCHANGED),
        told("growth of time from 10 to 500, exponent", growth(|one| one.cold.as_secs_f64()), GROWTH),
        told("growth of output from 10 to 500, exponent", growth(|one| one.bytes as f64), GROWTH),
        told("cold build / cp -r, 300 organizations on three platforms", three.cold_ratio(), COLD),
        told("build without changes / cp -r, the same", three.unchanged_ratio(), UNCHANGED),
        told("memory / output, the same", three.memory_ratio(), MEMORY),
        told(
            "placement of 2000 on 400 hosts, ms",
            placement::fastest().as_secs_f64() * 1e3,
            PLACEMENT.as_secs_f64() * 1e3,
        ),
        told("memory / output, 100 organizations", large.memory_ratio(), MEMORY),
        told("memory / output, 500 organizations", largest.memory_ratio(), MEMORY),
        told("akachain.yaml in memory, ms", in_memory.as_secs_f64() * 1e3, IN_MEMORY.as_secs_f64() * 1e3),
        told_least("one helm template / the whole build", times(forms.helm), HELM),
        told_least("one kubectl kustomize / the whole build", times(forms.kustomize), KUSTOMIZE),
    ];
    drop(place);
    if results.contains(&false) {
        std::process::exit(1);
    }
}

fn told(what: &str, value: f64, goal: f64) -> bool {
    verdict(what, value, value <= goal, &format!("at most {goal:.2}"))
}

fn told_least(what: &str, value: f64, goal: f64) -> bool {
    verdict(what, value, value >= goal, &format!("at least {goal:.0}"))
}

fn verdict(what: &str, value: f64, met: bool, goal: &str) -> bool {
    println!("{}  {what}: {value:.2} ({goal})", if met { "ok    " } else { "MISSED" });
    met
}
