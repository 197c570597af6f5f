//! Runs builds and copies, and takes their time and memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use akcgen::base::Sources;
use akcgen::compile::{self, Options};
use akcgen::diag::Diagnostics;

use super::generate::{self, Platforms};

/// Runs of each measurement; the fastest counts.
const RUNS: usize = 5;
/// Compilations in memory; the fastest counts.
const COMPILATIONS: usize = 30;

/// A folder to work in, on the disk that holds the checkout. Removed when all is measured and not before: ext4 is slow to
/// make files where others were removed some seconds ago.
pub struct Place(tempfile::TempDir);

/// What was measured of a consortium.
pub struct Measured {
    pub organizations: usize,
    pub files: usize,
    pub bytes: u64,
    pub cold: Duration,
    copy: Duration,
    unchanged: Duration,
    memory: u64,
}

impl Measured {
    pub fn cold_ratio(&self) -> f64 {
        self.cold.as_secs_f64() / self.copy.as_secs_f64()
    }
    pub fn unchanged_ratio(&self) -> f64 {
        self.unchanged.as_secs_f64() / self.copy.as_secs_f64()
    }
    pub fn memory_ratio(&self) -> f64 {
        self.memory as f64 / self.bytes as f64
    }
}

impl Place {
    pub fn new() -> Place {
        Place(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap())
    }

    /// A new folder in it.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.0.path().join(name);
        fs::create_dir(&folder).unwrap();
        folder
    }

    /// Builds and copies a consortium of this size by turns. Its numbers are allocated first, as those of a consortium
    /// that runs are.
    pub fn consortium(&self, organizations: usize, platforms: Platforms) -> Measured {
        let name = match platforms {
            Platforms::Eks => format!("eks-{organizations}"),
            Platforms::Three => format!("three-{organizations}"),
        };
        let folder = self.folder(&name);
        let blueprint = folder.join("consortium.yaml");
        fs::write(&blueprint, generate::blueprint(organizations, platforms)).unwrap();
        time(akcgen("allocate", &blueprint));
        let out = |what: &str, run: usize| folder.join(format!("{what}-{run}"));
        let fastest = |times: Vec<Duration>| times.into_iter().min().unwrap();
        let (mut cold, mut copies, mut unchanged) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..RUNS {
            cold.push(time(build(&blueprint, &out("cold", run))));
            copies.push(time(copy(&out("cold", 0), &out("copy", run))));
            unchanged.push(time(build(&blueprint, &out("cold", 0))));
        }
        let (files, bytes) = extent(&out("cold", 0));
        Measured {
            organizations,
            files,
            bytes,
            cold: fastest(cold),
            copy: fastest(copies),
            unchanged: fastest(unchanged),
            memory: memory(&blueprint, &out("memory", 0)),
        }
    }
}

/// The exponent of growth of a quantity in the number of organizations: 1 where it is proportional.
pub fn exponent(small: &Measured, large: &Measured, of: fn(&Measured) -> f64) -> f64 {
    let organizations = large.organizations as f64 / small.organizations as f64;
    (of(large) / of(small)).ln() / organizations.ln()
}

/// The time that a blueprint takes from text to all files in memory: until all is decided, and until all is made.
pub fn in_memory(blueprint: &Path) -> (Duration, Duration) {
    let compile = || {
        let start = Instant::now();
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let options = Options { blueprint: blueprint.to_owned(), ..Options::default() };
        let plans = compile::plan(&options, &mut sources, &mut diagnostics).expect("the seed's blueprint is accepted");
        let decided = start.elapsed();
        compile::emit(&plans, &options, &|_, file| drop(std::hint::black_box(file)), &mut diagnostics);
        (start.elapsed(), decided)
    };
    let (whole, decided) = (0..COMPILATIONS).map(|_| compile()).min().unwrap();
    (decided, whole)
}

pub fn build(blueprint: &Path, out: &Path) -> Command {
    let mut command = akcgen("build", blueprint);
    command.arg("--out").arg(out);
    command
}

fn akcgen(verb: &str, blueprint: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_akcgen"));
    command.arg(verb).arg(blueprint);
    command
}

fn copy(from: &Path, to: &Path) -> Command {
    let mut command = Command::new("cp");
    command.arg("-r").arg(from).arg(to);
    command
}

pub fn time(mut command: Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    assert!(command.status().unwrap().success(), "{command:?}");
    start.elapsed()
}

/// How many files lie below a folder, and how many bytes are in them.
fn extent(folder: &Path) -> (usize, u64) {
    fs::read_dir(folder).unwrap().fold((0, 0), |(files, bytes), entry| {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        let (more, size) = if metadata.is_dir() { extent(&entry.path()) } else { (1, metadata.len()) };
        (files + more, bytes + size)
    })
}

/// The most memory that a build ever had, in bytes.
fn memory(blueprint: &Path, out: &Path) -> u64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.arg("memory").arg(blueprint).arg(out).stderr(Stdio::inherit()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// Builds in this process, by the very code of the command line, and prints the most memory that the process ever had.
pub fn build_and_tell_memory(arguments: &[&str]) {
    let [blueprint, out] = arguments else { panic!("a blueprint and a folder") };
    let status = akcgen::cli::run(["akcgen", "build", blueprint, "--out", out]);
    assert_eq!(status, akcgen::cli::ExitStatus::Success);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("{}", kibibytes * 1024);
}
