//! The Ansible site of an organization on hosts.

use super::{BundleFile, Lowered};

/// The files of the site of one environment, which only organizations on hosts have: path below the output folder to file.
pub fn site(lowered: &Lowered) -> Vec<(String, BundleFile)> {
    let folder = format!("{}/site/{}", lowered.name(), lowered.environment());
    let file = |file: &crate::hosts::HostFile| {
        let bundled = BundleFile { text: file.text.clone(), lines: file.lines.clone() };
        (format!("{folder}/{}", file.path), bundled)
    };
    lowered.site.iter().map(file).collect()
}
