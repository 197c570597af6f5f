//! Stage 7: objects to the files of each form.

use std::collections::BTreeMap;

mod card;
mod channels;
mod checks;
mod consortium;
mod flows;
mod gitops;
mod helm;
mod images;
mod infra;
mod kustomize;
mod lists;
mod manifests;
mod names;
mod node_pools;
mod pods;
mod site;
mod union;

use crate::base::{Object, Origin};
use crate::bind::{OrganizationPlan, Plan};
use crate::hosts::HostFile;
use crate::lower::{ClusterObjects, ObjectFile};
use crate::resolve::Organization;
use crate::text::lines::{Lines, headed};
use crate::text::yaml;

pub use card::{cards, consortium_card, organization_card};
pub use channels::system_channel;
pub use consortium::consortium;
pub use gitops::{argocd_roots, gitops};
pub use helm::helm;
pub use images::{Images, images, images_file};
pub use infra::infra;
pub use kustomize::{MergePatch, kustomize, merge_patch};
pub use lists::{merge_key, whole_items};
pub use manifests::{manifests, preludes};
pub use site::site;
pub use union::{Union, UnionFile, Versions, unions, weave};

/// How Kubernetes objects are packaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Plain manifests, a folder an environment.
    Manifests,
    /// A base with an overlay an environment.
    Kustomize,
    /// A chart with values for each environment.
    Helm,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 3] = [Form::Manifests, Form::Kustomize, Form::Helm];

    /// Its name, which is that of its folder below a cluster's.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Manifests => "manifests",
            Form::Kustomize => "kustomize",
            Form::Helm => "helm",
        }
    }

    /// Whether it describes all environments together, so that nothing of it belongs to one environment alone: the
    /// overlays of Kustomize are differences from the base, and a chart is a merge of its environments.
    pub fn spans_environments(self) -> bool {
        match self {
            Form::Manifests => false,
            Form::Kustomize | Form::Helm => true,
        }
    }
}

/// One organization in one environment, lowered: what its forms are made of.
#[derive(Debug)]
pub struct Lowered<'a> {
    pub plan: &'a Plan,
    pub organization: &'a OrganizationPlan,
    /// In the order of the plan's clusters; none where the platform is hosts.
    pub clusters: Vec<ClusterObjects>,
    /// What its hosts hold, where the platform is hosts.
    pub site: Vec<HostFile>,
}

impl Lowered<'_> {
    /// The organization itself.
    pub fn resolved(&self) -> &Organization {
        self.plan.consortium.organization(self.organization.graph.organization)
    }

    /// The organization's name.
    pub fn name(&self) -> &str {
        self.resolved().name.value.as_str()
    }

    /// The environment's name.
    pub fn environment(&self) -> &str {
        self.plan.consortium.environment.value.as_str()
    }
}

/// Files by path below the output folder.
#[derive(Debug, Default)]
pub struct Bundle {
    pub files: BTreeMap<String, BundleFile>,
}

/// One file of a bundle.
#[derive(Debug)]
pub struct BundleFile {
    pub text: String,
    /// The origin of each line, where it was asked for.
    pub lines: Vec<Origin>,
}

impl BundleFile {
    /// A YAML stream under a comment that says what it is; with the origin of each line where it is `traced`.
    pub fn of<'a>(comment: &str, objects: impl IntoIterator<Item = &'a Object>, traced: bool) -> Self {
        if !traced {
            return BundleFile::with(comment, &yaml::documents(objects), None);
        }
        let (body, origins) = yaml::documents_traced(objects);
        BundleFile::with(comment, &body, Some(&origins))
    }

    /// A file of objects, under the key of the blueprint that has them.
    pub fn of_objects(file: &ObjectFile, traced: bool) -> Self {
        let (body, origins) = file.text(traced);
        BundleFile::with(&from_key(&file.cause), body, traced.then_some(origins))
    }

    fn with(comment: &str, body: &str, origins: Option<&[Origin]>) -> Self {
        let (text, lines) = headed(comment, body, origins);
        BundleFile { text, lines }
    }
}

impl From<Lines> for BundleFile {
    fn from(lines: Lines) -> Self {
        let (text, lines) = lines.finish();
        BundleFile { text, lines }
    }
}

/// What a file is, by the key of the blueprint that has it.
fn from_key(cause: &str) -> String {
    format!("From the blueprint's `{cause}`.")
}
