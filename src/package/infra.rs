//! Files for the platform's own tools, which are no form's: a cluster must be there before any form is applied.

use super::{BundleFile, Lowered};
use crate::bind::{InfraContent, InfraFilePlan};
use crate::text::json;
use crate::text::lines::Lines;

/// An organization's files of one environment: path below the output folder to file.
pub fn infra(lowered: &Lowered, traced: bool) -> Vec<(String, BundleFile)> {
    let folder = format!("{}/infra/{}", lowered.name(), lowered.environment());
    let clusters = lowered.organization.clusters.iter();
    let files = clusters.flat_map(|cluster| cluster.infra.iter().map(|file| (cluster.cluster.as_str(), file)));
    files.map(|(cluster, file)| (format!("{folder}/{cluster}/{}", file.name), bundled(file, traced))).collect()
}

fn bundled(file: &InfraFilePlan, traced: bool) -> BundleFile {
    match &file.content {
        InfraContent::Json(object) if traced => {
            let (text, lines) = json::document_traced(object);
            BundleFile { text, lines }
        }
        InfraContent::Json(object) => BundleFile { text: json::document(&object.tree), lines: Vec::new() },
        InfraContent::Yaml(documents) => BundleFile::of(&format!("{}: {}", file.name, file.summary), documents, traced),
        InfraContent::Lines(texts) => {
            let mut lines = Lines::new(traced);
            texts.iter().for_each(|line| lines.line(&line.value, line.origin));
            lines.into()
        }
    }
}
