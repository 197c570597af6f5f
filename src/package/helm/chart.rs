//! The files of a chart beside its templates and values.

use crate::base::{Object, Origin, Traced, Tree};
use crate::bind::{ClusterPlan, minor};
use crate::package::{BundleFile, Lowered};
use crate::parse::blueprint::FabricRelease;
use crate::render::{self, ChartView, LabelView, TemplateFault, ValueView, ValuesView};
use crate::resolve::Cluster;
use crate::text::yaml;

use super::labels::Labels;
use super::values::{Branch, Content, Heading};
use crate::text::lines::Lines;

const WRITTEN: Origin = Origin::Rule("what every chart of akcgen has, whatever is in it");

/// What the files of a chart say of it.
pub(super) struct Chart<'a> {
    pub name: String,
    pub cluster: Cluster,
    /// In every environment that has the cluster.
    pub lowered: Vec<&'a Lowered<'a>>,
    pub plans: Vec<&'a ClusterPlan>,
    pub traced: bool,
}

impl Chart<'_> {
    /// The name that people read: `Blockchain`.
    pub fn title(&self) -> &'static str {
        render::cluster_title(self.cluster)
    }

    /// The organization as people name it.
    pub fn organization(&self) -> &str {
        self.lowered.first().map(|one| one.resolved().title.as_str()).unwrap_or_default()
    }

    fn consortium(&self) -> &str {
        self.lowered.first().map(|one| one.plan.consortium.name.value.as_str()).unwrap_or_default()
    }

    /// The namespaces of all environments, those of the first in its order.
    fn namespaces(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for namespace in self.plans.iter().flat_map(|plan| &plan.namespaces) {
            if !names.contains(&namespace.name) {
                names.push(namespace.name.clone());
            }
        }
        names
    }

    /// `Chart.yaml`.
    pub fn metadata(&self) -> BundleFile {
        let (organization, consortium) = (self.organization(), self.consortium());
        let release: Option<&Traced<FabricRelease>> = self.lowered.first().map(|one| &one.resolved().release);
        let version = self.lowered.first().map(|one| &one.plan.consortium.version);
        let oldest = self.plans.iter().map(|plan| &plan.kubernetes).min_by_key(|version| minor(&version.value));
        let description =
            format!("The {} cluster of {organization} in the Hyperledger Fabric consortium {consortium}", self.title());
        let mut tree = Tree::map([
            ("apiVersion", Tree::from("v2")),
            ("name", self.name.clone().into()),
            ("description", description.into()),
            ("type", "application".into()),
        ]);
        let mut rows = Vec::new();
        let mut add = |key: &'static str, value: Option<Traced<String>>| {
            if let Some(value) = value {
                tree.insert(key, value.value);
                rows.push((key, value.origin));
            }
        };
        add("version", version.map(|version| version.as_ref().map(|version| version.to_string())));
        add("appVersion", release.map(|release| release.as_ref().map(|release| release.as_str().to_owned())));
        add("kubeVersion", oldest.map(|version| version.as_ref().map(|version| format!(">={version}.0-0"))));
        tree.insert("keywords", Tree::seq(["hyperledger-fabric", "blockchain", "akcgen"]));
        tree.insert("maintainers", Tree::seq([Tree::map([("name", organization.to_owned())])]));
        let mut object = Object::new(tree, WRITTEN);
        rows.into_iter().for_each(|(key, origin)| object.origins.add(key, origin));
        BundleFile::of(&format!("The chart {}.", self.name), &[object], self.traced)
    }

    /// What the text templates see.
    pub fn view(
        &self,
        labels: &Labels,
        branches: &[Branch],
        headings: &[Heading],
        tests: Vec<String>,
        facts: bool,
    ) -> ChartView {
        let environments: Vec<&str> = self.lowered.iter().map(|one| one.environment()).collect();
        let namespaces = self.namespaces();
        let label = |(key, value): (&str, Option<&str>)| {
            let own = match key.rsplit('/').next() {
                Some("component") => "{{ .component | quote }}",
                _ => "{{ .name | quote }}",
            };
            let inline = |text: &str| yaml::key(text).into_owned();
            LabelView { key: yaml::key(key).into_owned(), value: value.map_or_else(|| own.to_owned(), inline) }
        };
        ChartView {
            name: self.name.clone(),
            cluster: self.title(),
            organization: self.organization().to_owned(),
            consortium: self.consortium().to_owned(),
            namespace: self.plans.first().map(|plan| render::release_namespace(plan)).unwrap_or_default(),
            namespaces,
            environments: environments.iter().map(|name| (*name).to_owned()).collect(),
            labels: labels.rows().into_iter().map(label).collect(),
            groups: branches.iter().map(|branch| group(branch, headings, &environments)).collect(),
            tests: listed(&tests),
            facts,
        }
    }

    /// A file of the chart from a text template.
    pub fn text(&self, text: Result<String, TemplateFault>) -> Result<BundleFile, TemplateFault> {
        let mut lines = Lines::new(self.traced);
        lines.lines(&text?, WRITTEN);
        Ok(lines.into())
    }
}

/// Names in words: `a, b and c`.
fn listed(names: &[String]) -> String {
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// The values below a key of the top, for the README.
fn group(branch: &Branch, headings: &[Heading], environments: &[&str]) -> ValuesView {
    let heading = headings.iter().find(|heading| heading.key == branch.key);
    let comment = heading.map(|heading| heading.comment.clone()).unwrap_or_default();
    let mut values = Vec::new();
    collect(branch, "", environments, &mut values);
    ValuesView { key: branch.key.to_owned(), comment, values }
}

/// What is said of a value behind its key, by itself: `is the number of pods.` as `The number of pods.`
fn sentence(told: &str) -> String {
    let rest = ["is ", "are "].iter().find_map(|verb| told.strip_prefix(verb)).unwrap_or(told);
    let mut characters = rest.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn collect(branch: &Branch, above: &str, environments: &[&str], values: &mut Vec<ValueView>) {
    let key = if above.is_empty() { branch.key.to_owned() } else { format!("{above}.{}", branch.key) };
    match &branch.content {
        Content::Value(lifted) => {
            let default = yaml::inline(lifted.default()).into_owned();
            values.push(ValueView { key, default, text: sentence(&lifted.told(environments)) });
        }
        Content::Group(below) => below.iter().for_each(|branch| collect(branch, &key, environments, values)),
    }
}
