//! Where files and volumes are mounted.

use std::collections::BTreeMap;

use super::Scene;
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::{Also, problem};
use crate::resolve::services::mounts;

/// Folders that a container needs as its image made them.
const KEPT: [&str; 10] = ["/", "/bin", "/boot", "/etc", "/lib", "/lib64", "/sbin", "/usr", "/usr/bin", "/var"];
/// Folders that belong to the kernel or to akcgen's own mounts, with all below them.
const TAKEN: [&str; 4] = ["/dev", "/proc", "/sys", "/tmp"];

/// Files that whoever runs a container writes: names of others stand in them.
const WRITTEN: [&str; 3] = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];

/// Every mount has a clean path of its own.
pub(super) fn paths(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let mut known = BTreeMap::new();
        for (path, origin) in mounts(standing.service) {
            let told = refused(path).map(|why| format!("`{path}` cannot be mounted: {why}"));
            let first = known.insert(path.as_str(), origin);
            let told = told.or_else(|| first.map(|_| format!("two things are mounted at `{path}`")));
            if let Some(message) = told {
                let wrong = problem(code::MOUNT, origin, message, "here");
                let wrong = first.into_iter().fold(wrong, |wrong, first| wrong.also(first, "and here"));
                diagnostics.push(wrong.help("choose a path of its own, such as `/data`"));
            }
        }
    }
}

fn refused(path: &str) -> Option<&'static str> {
    let below =
        |folder: &&&str| path.strip_prefix(**folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if KEPT.contains(&path) {
        Some("the program needs what its image has there")
    } else if path.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) {
        Some("it has empty or relative parts")
    } else if WRITTEN.contains(&path) {
        Some("whoever runs the container writes it")
    } else {
        TAKEN.iter().find(below).map(|folder| match *folder {
            "/tmp" => "scratch space is there already",
            _ => "it belongs to the kernel",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn folders() {
        for free in ["/data", "/etc/orders/limits.json", "/var/lib/orders", "/temporary"] {
            assert_eq!(refused(free), None, "{free}");
        }
        for taken in ["/", "/etc", "/tmp", "/tmp/x", "/proc/1", "/data/", "/data//x", "/data/../etc", "/etc/hosts"] {
            assert!(refused(taken).is_some(), "{taken}");
        }
    }
}
