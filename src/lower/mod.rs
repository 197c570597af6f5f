//! Stage 6, for Kubernetes: a configured plan to objects. The only room that knows Kubernetes' types.
//!
//! Lowering is mechanical and cannot fail: what a plan may hold was decided before. Every object is built with
//! Kubernetes' own types, becomes a [`crate::base::Tree`] once, and carries the origins of its parts beside it.

mod check;
mod configuration;
mod container;
mod jobs;
mod meta;
mod network;
mod patches;
mod pod;
mod policy;
mod prelude;
mod restricted;
#[cfg(test)]
pub(crate) mod sample;
mod scaling;
mod storage;
mod strict;
#[cfg(test)]
mod tests;
mod workload;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::base::{Object, Origin};
use crate::bind::{ClusterPlan, OrganizationPlan, Plan};
use crate::configure::Configuration;
use crate::expand::{Workload, WorkloadId};
use crate::resolve::Cluster;
use crate::text::yaml;

pub use check::{PatchProblem, Patched, check_patch, patchable_kinds};
pub use configuration::{CHECKSUM, checksum};
pub use meta::SHARED;
pub use patches::conflicts;

use meta::Scope;
use policy::Rules;
use workload::Bound;

/// The objects of one cluster.
#[derive(Debug, Clone)]
pub struct ClusterObjects {
    pub cluster: Cluster,
    /// What kubectl applies first and no form contains: namespaces, storage classes, priority classes. In order of
    /// application.
    pub prelude: Vec<ObjectFile>,
    /// One file a workload, one a namespace for what its workloads share, and one for the rest, sorted by path.
    pub files: Vec<ObjectFile>,
}

/// A file of objects.
#[derive(Debug, Clone)]
pub struct ObjectFile {
    /// Path below the form's folder, such as `peer0.yaml`.
    pub path: String,
    /// The key of the blueprint that has it there, such as `organizations.akachain.blockchain.peers`.
    pub cause: String,
    /// Never empty, and the same for as long as the file is.
    pub objects: Vec<Object>,
    text: OnceLock<(String, Vec<Origin>)>,
}

impl ObjectFile {
    /// A file of these objects.
    pub fn new(path: String, cause: String, objects: Vec<Object>) -> ObjectFile {
        ObjectFile { path, cause, objects, text: OnceLock::new() }
    }

    /// Its objects as YAML, with the origin of each line where it is `traced`. Written once, whatever forms have it.
    pub fn text(&self, traced: bool) -> &(String, Vec<Origin>) {
        self.text.get_or_init(|| match traced {
            true => yaml::documents_traced(&self.objects),
            false => (yaml::documents(&self.objects), Vec::new()),
        })
    }
}

/// The objects of one organization, cluster by cluster in the plan's order.
pub fn lower(plan: &Plan, organization: &OrganizationPlan, configuration: &Configuration) -> Vec<ClusterObjects> {
    let rules = Rules::of(organization);
    organization
        .clusters
        .par_iter()
        .map(|cluster| lower_cluster(plan, organization, configuration, cluster, &rules))
        .collect()
}

fn lower_cluster(
    plan: &Plan,
    organization: &OrganizationPlan,
    configuration: &Configuration,
    cluster: &ClusterPlan,
    rules: &Rules,
) -> ClusterObjects {
    let scope = Scope::new(plan, organization, cluster);
    let workloads: Vec<Bound> = (organization.graph.workloads.iter().enumerate())
        .filter(|(_, workload)| workload.cluster == cluster.cluster)
        .filter_map(|(at, workload)| {
            let bound = organization.workloads.get(at)?;
            let configuration = configuration.containers.get(at).map_or(&[][..], Vec::as_slice);
            Some(Bound { id: WorkloadId(at), workload, bound, configuration })
        })
        .collect();
    let mut files: Vec<ObjectFile> = Vec::with_capacity(workloads.len() + cluster.namespaces.len() + 1);
    files.extend(shared_files(&scope, &workloads));
    let names = file_names(cluster, workloads.iter().map(|bound| bound.workload));
    files.par_extend(workloads.par_iter().zip(names).map(|(bound, name)| {
        let objects = workload::objects(&scope, bound, rules);
        ObjectFile::new(format!("{name}.yaml"), meta::cause(&scope, bound.workload), objects)
    }));
    files.sort_by(|left, right| left.path.cmp(&right.path));
    ClusterObjects { cluster: cluster.cluster, prelude: prelude::files(&scope, &workloads), files }
}

/// One file for each namespace, and one named after the cluster for documents of the target that are in none.
fn shared_files(scope: &Scope, workloads: &[Bound]) -> Vec<ObjectFile> {
    let cause = format!("organizations.{}.{}", scope.organization_name, scope.cluster.cluster.as_str());
    let file = |name: &str, objects: Vec<Object>| {
        (!objects.is_empty()).then(|| ObjectFile::new(format!("{name}.yaml"), cause.clone(), objects))
    };
    // A document in a namespace that the target made itself stands with those that are in none.
    let known = |name: &&str| scope.cluster.namespaces.iter().any(|namespace| namespace.name == *name);
    let documents = |namespace: Option<&str>| -> Vec<Object> {
        let own = |document: &&Object| document.namespace().filter(known) == namespace;
        let inside = scope.cluster.documents.iter().filter(own);
        inside.map(|document| scope.label_document(document, None)).collect()
    };
    let namespaces = scope.cluster.namespaces.iter().filter_map(|namespace| {
        let name = namespace.name.as_str();
        let mut objects = documents(Some(name));
        objects.extend(policy::namespace(scope, namespace));
        let services = scope.cluster.services.iter().filter(|service| service.namespace == name);
        objects.extend(services.map(|service| network::service(scope, service, None)));
        objects.extend(scaling::component_budgets(scope, name, workloads));
        file(name, objects)
    });
    namespaces.chain(file(scope.cluster.cluster.as_str(), documents(None))).collect()
}

/// The name of each workload's file without its ending: the workload's own, and its namespace before it where another
/// namespace has a workload of that name or another file is called so: a shared one, or the list of all files that
/// Kustomize reads. No name has a dot, so that no two meet.
fn file_names<'a>(cluster: &ClusterPlan, workloads: impl Iterator<Item = &'a Workload> + Clone) -> Vec<String> {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::from([(cluster.cluster.as_str(), 1), ("kustomization", 1)]);
    let shared = cluster.namespaces.iter().map(|namespace| namespace.name.as_str());
    for name in shared.chain(workloads.clone().map(|workload| workload.name.as_str())) {
        *uses.entry(name).or_default() += 1;
    }
    let name = |workload: &Workload| match uses.get(workload.name.as_str()) {
        Some(1) => workload.name.clone(),
        _ => format!("{}.{}", workload.namespace, workload.name),
    };
    workloads.map(name).collect()
}
