//! The texts of a Helm chart, and what their templates see.

use std::borrow::Cow;

use serde::Serialize;

use super::{TemplateFault, text};
use crate::bind::ClusterPlan;
use crate::resolve::Cluster;

const README: &str = include_str!("../../texts/helm/README.md");
const NOTES: &str = include_str!("../../texts/helm/NOTES.txt");
const HELPERS: &str = include_str!("../../texts/helm/helpers.tpl");
/// What `helm package` leaves out of any chart.
pub const HELMIGNORE: &str = include_str!("../../texts/helm/helmignore");

/// The `README.md` of a chart.
pub fn chart_readme(view: &ChartView) -> Result<String, TemplateFault> {
    text("texts/helm/README.md", README, view)
}

/// The `NOTES.txt` of a chart: what Helm tells when it has installed it.
pub fn chart_notes(view: &ChartView) -> Result<String, TemplateFault> {
    text("texts/helm/NOTES.txt", NOTES, view)
}

/// The helpers that a chart's templates include.
pub fn chart_helpers(view: &ChartView) -> Result<String, TemplateFault> {
    text("texts/helm/helpers.tpl", HELPERS, view)
}

/// Literal text as a template of Helm has it: what would start an action is put in by one.
pub fn helm_literal(text: &str) -> Cow<'_, str> {
    match text.contains('{') {
        true => Cow::Owned(text.replace("{{", "{{ \"{{\" }}")),
        false => Cow::Borrowed(text),
    }
}

/// The name of the chart of an organization's cluster.
pub fn chart_name(organization: &str, cluster: Cluster) -> String {
    format!("{organization}-{}", cluster.as_str())
}

/// The namespace in which Helm keeps the release of a cluster: its first, and Kubernetes' own where it has none.
pub fn release_namespace(cluster: &ClusterPlan) -> String {
    cluster.namespaces.first().map_or("default", |namespace| &namespace.name).to_owned()
}

/// A cluster as people name it.
pub fn cluster_title(cluster: Cluster) -> &'static str {
    match cluster {
        Cluster::Blockchain => "Blockchain",
        Cluster::Application => "Application",
    }
}

/// A chart of one cluster, over all environments.
#[derive(Debug, Serialize)]
pub struct ChartView {
    pub name: String,
    /// `Blockchain` or `Application`.
    pub cluster: &'static str,
    /// The organization's title.
    pub organization: String,
    pub consortium: String,
    /// Where the release itself is kept: the first of the cluster's.
    pub namespace: String,
    pub namespaces: Vec<String>,
    pub environments: Vec<String>,
    /// The labels of every pod.
    pub labels: Vec<LabelView>,
    pub groups: Vec<ValuesView>,
    /// What the tests ask, in words; empty without tests.
    pub tests: String,
    /// Whether templates name facts of their environment.
    pub facts: bool,
}

/// A label as a template has it.
#[derive(Debug, Serialize)]
pub struct LabelView {
    pub key: String,
    pub value: String,
}

/// The values of one workload.
#[derive(Debug, Serialize)]
pub struct ValuesView {
    pub key: String,
    /// What they belong to.
    pub comment: String,
    pub values: Vec<ValueView>,
}

#[derive(Debug, Serialize)]
pub struct ValueView {
    /// With the keys above it.
    pub key: String,
    pub default: String,
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_start_an_action_is_put_in_by_one() {
        assert_eq!(helm_literal("{ a }}"), "{ a }}");
        assert_eq!(helm_literal("{{ a }} {{{"), "{{ \"{{\" }} a }} {{ \"{{\" }}{");
    }
}
