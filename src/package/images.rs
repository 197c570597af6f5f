//! Which images an organization runs, for whoever mirrors, scans or signs them.

use std::collections::BTreeSet;

use super::{BundleFile, pods};
use crate::base::{Origin, Tree};
use crate::lower::ClusterObjects;

/// Every image that a container of the objects runs.
pub fn images(clusters: &[ClusterObjects]) -> BTreeSet<String> {
    (clusters.iter().flat_map(|cluster| &cluster.files).flat_map(|file| &file.objects))
        .filter_map(pods::template)
        .flat_map(pods::containers)
        .filter_map(|container| container.get("image").and_then(Tree::as_str))
        .map(str::to_owned)
        .collect()
}

/// `<organization>/images.txt`: the images of all of the organization's clusters and environments, one on a line.
pub fn images_file(organization: &str, images: &BTreeSet<String>, traced: bool) -> (String, BundleFile) {
    let text: String = images.iter().flat_map(|image| [image.as_str(), "\n"]).collect();
    let origin = Origin::Rule("every image of the organization's workloads");
    let lines = if traced { vec![origin; images.len()] } else { Vec::new() };
    (format!("{organization}/images.txt"), BundleFile { text, lines })
}
