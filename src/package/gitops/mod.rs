//! GitOps: has Argo CD or Flux apply an organization's clusters from the repository that holds the bundle.
//!
//! Both apply the prelude and the overlays of Kustomize as they are, in steps ([`steps`]), each only when everything of the
//! one before is well, and then run the checks. Neither takes a claim or a namespace away.

mod argocd;
mod checks;
mod flux;
mod steps;

use std::collections::BTreeMap;

use crate::base::{Object, Traced, Tree};
use crate::bind::ClusterPlan;
use crate::parse::blueprint::GitopsTool;
use crate::resolve::{Cluster, Gitops};

pub use argocd::roots as argocd_roots;

use super::checks::checks as checks_of;
use super::{BundleFile, Lowered, Union, weave};

/// The GitOps files of an organization whose blueprint names a repository: path below the output folder to file.
pub fn gitops(environments: &[Lowered], unions: &[Union], traced: bool) -> Vec<(String, BundleFile)> {
    let site = |cluster| Site::of(environments, unions, cluster);
    let sites: Vec<Site> = Cluster::ALL.into_iter().filter_map(site).collect();
    let mut files = argocd::files(environments, &sites, traced);
    for site in &sites {
        files.extend(flux::files(site, traced));
        files.extend(checks::files(site, traced));
    }
    files
}

/// A cluster of an organization with the environments in which it is applied from a repository.
struct Site<'a> {
    consortium: &'a str,
    organization: &'a str,
    cluster: Cluster,
    /// Whether there are overlays: a cluster that is there for others alone may have nothing but its prelude.
    overlays: bool,
    places: Vec<Place<'a>>,
}

/// A cluster in one environment.
struct Place<'a> {
    environment: &'a str,
    cluster: &'a ClusterPlan,
    gitops: &'a Gitops,
    /// Whether anything comes before the overlay.
    prelude: bool,
    /// In the order in which they may restart.
    nodes: Vec<&'a str>,
    /// By name.
    checks: BTreeMap<&'static str, Vec<Object>>,
}

impl<'a> Site<'a> {
    fn of(environments: &'a [Lowered], unions: &[Union], cluster: Cluster) -> Option<Site<'a>> {
        let first = environments.first()?;
        let places: Vec<Place> = environments.iter().filter_map(|lowered| Place::of(lowered, cluster)).collect();
        let site = Site {
            consortium: first.plan.consortium.name.value.as_str(),
            organization: first.name(),
            cluster,
            overlays: unions.iter().any(|union| union.cluster == cluster),
            places,
        };
        (!site.places.is_empty()).then_some(site)
    }

    /// Where a tool applies it.
    fn places_of(&self, tool: GitopsTool) -> Vec<&Place<'a>> {
        self.places.iter().filter(|place| place.gitops.is_for(tool)).collect()
    }

    /// The name of what applies the cluster.
    fn name(&self) -> String {
        format!("{}-{}", self.organization, self.cluster.as_str())
    }

    fn labels(&self) -> Tree {
        let organization = organization_labels(self.consortium, self.organization);
        Tree::map([("akcgen.io/cluster", self.cluster.as_str().to_owned())].into_iter().chain(organization))
    }

    /// A path in the repository, below the organization's folder.
    fn path(&self, place: &Place, below: &str) -> String {
        format!("{}/{below}", folder(place.gitops, self.organization))
    }

    /// Whether any environment has a check.
    fn is_checked(&self) -> bool {
        self.places.iter().any(|place| !place.checks.is_empty())
    }
}

impl<'a> Place<'a> {
    fn of(lowered: &'a Lowered, cluster: Cluster) -> Option<Place<'a>> {
        let gitops = gitops_of(lowered)?;
        let objects = lowered.clusters.iter().find(|objects| objects.cluster == cluster)?;
        let nodes = lowered.organization.graph.nodes(cluster);
        Some(Place {
            environment: lowered.environment(),
            cluster: lowered.organization.clusters.iter().find(|plan| plan.cluster == cluster)?,
            gitops,
            prelude: !objects.prelude.is_empty(),
            nodes: nodes.into_iter().map(|workload| workload.name.as_str()).collect(),
            checks: checks_of(objects, None),
        })
    }
}

/// Where an organization's bundle is applied from in an environment.
fn gitops_of<'a>(lowered: &'a Lowered) -> Option<&'a Gitops> {
    lowered.resolved().description()?.gitops.as_ref()
}

/// The nodes of several environments.
fn nodes<'a>(places: &[&Place<'a>]) -> Vec<&'a str> {
    weave(&places.iter().map(|place| place.nodes.clone()).collect::<Vec<_>>())
}

/// The folder of an organization in the repository.
fn folder(gitops: &Gitops, organization: &str) -> String {
    match gitops.path.value.as_str() {
        "." => organization.to_owned(),
        folder => format!("{folder}/{organization}"),
    }
}

fn organization_labels(consortium: &str, organization: &str) -> [(&'static str, String); 2] {
    [("akcgen.io/organization", organization.to_owned()), ("app.kubernetes.io/part-of", consortium.to_owned())]
}

/// An object of a tool in the tool's own namespace, which is there because the blueprint names a repository.
fn object(
    (api_version, kind, namespace): (&'static str, &'static str, &'static str),
    name: String,
    labels: Tree,
    spec: Tree,
    gitops: &Gitops,
) -> Object {
    let metadata = Tree::map([("name", Tree::from(name)), ("namespace", namespace.into()), ("labels", labels)]);
    let tree = Tree::map([
        ("apiVersion", Tree::from(api_version)),
        ("kind", kind.into()),
        ("metadata", metadata),
        ("spec", spec),
    ]);
    Object::new(tree, gitops.repository.origin)
}

/// A text of the blueprint as a tree.
fn text<T: ToString>(traced: &Traced<T>) -> Tree {
    Tree::from(traced.value.to_string())
}

/// The target of all objects of a kind, a regular expression.
fn of_kind(kind: &'static str) -> Tree {
    Tree::map([("kind", kind)])
}
