//! What every object has: names, labels, annotations, and the step from Kubernetes' types to a tree.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;

use crate::base::name::Label;
use crate::base::{Object, Origin, Origins, Step, Traced, Tree, TreePath, to_tree};
use crate::bind::{ClusterPlan, OrganizationPlan, Plan};
use crate::expand::{Component, Program, Workload};
use crate::lower::storage;
use crate::resolve::Cluster;

pub(super) type Texts = BTreeMap<String, String>;

/// Why no pod and no account gets a token.
pub(super) const NO_TOKEN: Origin =
    Origin::Rule("no program of the bundle talks to the Kubernetes API, so that none gets a token");

const NAME: &str = "app.kubernetes.io/name";
const COMPONENT: &str = "app.kubernetes.io/component";

/// One cluster of one organization, with what all of its objects share.
pub(super) struct Scope<'a> {
    pub plan: &'a Plan,
    pub organization: &'a OrganizationPlan,
    pub cluster: &'a ClusterPlan,
    pub organization_name: &'a str,
    /// The name of the Secrets with which nodes pull images.
    pub pull_secret: Option<&'a Traced<Label>>,
    /// The labels that the blueprint asks for on every object of the organization.
    labels: Option<&'a BTreeMap<String, Traced<String>>>,
}

impl<'a> Scope<'a> {
    pub fn new(plan: &'a Plan, organization: &'a OrganizationPlan, cluster: &'a ClusterPlan) -> Scope<'a> {
        let resolved = plan.consortium.organization(organization.graph.organization);
        let description = resolved.description();
        Scope {
            plan,
            organization,
            cluster,
            organization_name: resolved.name.value.as_str(),
            pull_secret: description.and_then(|description| description.pull_secret.as_ref()),
            labels: description.map(|description| &description.labels),
        }
    }

    /// The labels of an object: the blueprint's, which never replace akcgen's own, since selectors rely on those.
    pub fn labels(&self, name: &str, component: &str) -> Texts {
        let mut labels: Texts = self.own_labels().map(|(key, value)| (key.clone(), value.value.clone())).collect();
        labels.extend([
            (NAME.to_owned(), name.to_owned()),
            ("app.kubernetes.io/instance".to_owned(), name.to_owned()),
            (COMPONENT.to_owned(), component.to_owned()),
            ("app.kubernetes.io/part-of".to_owned(), self.plan.consortium.name.value.to_string()),
            ("akcgen.io/organization".to_owned(), self.organization_name.to_owned()),
            ("akcgen.io/cluster".to_owned(), self.cluster.cluster.as_str().to_owned()),
        ]);
        labels
    }

    fn own_labels(&self) -> impl Iterator<Item = (&'a String, &'a Traced<String>)> {
        self.labels.into_iter().flatten()
    }

    /// The metadata of an object of the whole cluster, labelled with its own name.
    pub fn cluster_metadata(&self, name: &str, component: &str) -> ObjectMeta {
        let labels = Some(self.labels(name, component));
        ObjectMeta { name: Some(name.to_owned()), labels, ..Default::default() }
    }

    /// The metadata of an object in a namespace, labelled with its own name.
    pub fn metadata(&self, namespace: &str, name: &str, component: &str) -> ObjectMeta {
        ObjectMeta { namespace: Some(namespace.to_owned()), ..self.cluster_metadata(name, component) }
    }

    /// The metadata of an object that belongs to a workload and bears the given name.
    pub fn metadata_for(&self, workload: &Workload, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(workload.namespace.clone()),
            labels: Some(self.labels(&workload.name, workload.component.as_str())),
            ..Default::default()
        }
    }

    /// The object as a tree with its keys in order, its parts' origins beside it.
    pub fn object<T: Serialize>(&self, typed: &T, root: Origin, rows: Rows) -> Object {
        let Ok(tree) = to_tree(typed) else {
            unreachable!("Kubernetes' types hold text and whole numbers of 64 bits alone")
        };
        let mut object = Object { tree, origins: Origins { root, rows: rows.0 } };
        self.trace_labels(&mut object.origins);
        object.tidy();
        object
    }

    /// A target's own document with the labels of every object, in the order in which its author wrote it; a claim
    /// is kept as akcgen's own are.
    pub fn label_document(&self, document: &Object, workload: Option<&Workload>) -> Object {
        let mut object = document.clone();
        let name = workload.map_or_else(|| object.name().unwrap_or_default(), |workload| &workload.name);
        let component = workload.map_or(SHARED, |workload| workload.component.as_str());
        let labels = self.labels(name, component);
        let claims = matches!(object.kind(), Some("PersistentVolumeClaim" | "PersistentVolume"));
        if let Some(metadata) = object.tree.get_mut("metadata") {
            add_missing(metadata, "labels", labels);
            if claims {
                let kept = storage::KEPT.map(|(key, value)| (key.to_owned(), value.to_owned()));
                add_missing(metadata, "annotations", kept.into());
            }
        }
        self.trace_labels(&mut object.origins);
        object
    }

    fn trace_labels(&self, origins: &mut Origins) {
        for (key, value) in self.own_labels() {
            origins.add(TreePath(vec!["metadata".into(), "labels".into(), Step::from(key.clone())]), value.origin);
        }
    }
}

/// The component of what no workload owns.
pub const SHARED: &str = "shared";

/// Adds texts to a map of the metadata, which comes after what names the object and leaves what its author wrote.
fn add_missing(metadata: &mut Tree, key: &'static str, texts: Texts) {
    let Tree::Map(entries) = metadata else { return };
    if !entries.iter().any(|(name, _)| name == key) {
        let first = |name: &str| matches!(name, "name" | "namespace") || (key == "annotations" && name == "labels");
        let at = entries.iter().position(|(name, _)| !first(name)).unwrap_or(entries.len());
        entries.insert(at, (key.into(), Tree::Map(Vec::new())));
    }
    let Some(map) = metadata.get_mut(key) else { return };
    for (key, value) in texts {
        if map.get(&key).is_none() {
            map.insert(key, value);
        }
    }
}

/// What selects a workload's pods and no others of the namespace.
pub(super) fn selection(workload: &Workload) -> Texts {
    let component = workload.component.as_str().to_owned();
    BTreeMap::from([(NAME.to_owned(), workload.name.clone()), (COMPONENT.to_owned(), component)])
}

/// What selects all pods of a component in a namespace.
pub(super) fn component_selection(component: &str) -> Texts {
    BTreeMap::from([(COMPONENT.to_owned(), component.to_owned())])
}

/// The selector of exactly these labels.
pub(super) fn matching(labels: Texts) -> LabelSelector {
    LabelSelector { match_labels: Some(labels), ..Default::default() }
}

/// The values without their origins, and the origins as rows below `metadata/annotations`.
pub(super) fn annotations(traced: &BTreeMap<String, Traced<String>>, rows: &mut Rows) -> Option<Texts> {
    for (key, value) in traced {
        rows.add(TreePath::from("metadata/annotations").join(key.clone()), value.origin);
    }
    present(traced.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect())
}

/// The map, unless it is empty.
pub(super) fn present(texts: Texts) -> Option<Texts> {
    (!texts.is_empty()).then_some(texts)
}

/// The list, unless it is empty.
pub(super) fn listed<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// Origins by path, below the part that they were made with.
#[derive(Default)]
pub(super) struct Rows(pub Vec<(TreePath, Origin)>);

impl Rows {
    pub fn add(&mut self, path: impl Into<TreePath>, origin: Origin) {
        self.0.push((path.into(), origin));
    }

    /// Takes over the rows of a part that lies at a path.
    pub fn take(&mut self, prefix: &TreePath, rows: Rows) {
        self.0.extend(rows.0.into_iter().map(|(path, origin)| {
            let steps = prefix.0.iter().cloned().chain(path.0);
            (TreePath(steps.collect()), origin)
        }));
    }
}

/// A typed part of an object and the origins of what lies in it.
pub(super) struct Part<T> {
    pub value: T,
    pub rows: Rows,
}

/// The parts of a list without their rows, which go below the list's path.
pub(super) fn list<T>(parts: Vec<Part<T>>, path: &TreePath, rows: &mut Rows) -> Vec<T> {
    (0_u32..)
        .zip(parts)
        .map(|(at, part)| {
            rows.take(&path.join(at), part.rows);
            part.value
        })
        .collect()
}

/// The key of the blueprint that has a workload there, as a person would look for it.
pub(super) fn cause(scope: &Scope, workload: &Workload) -> String {
    let organization = scope.organization_name;
    let main = workload.containers.first();
    match main.map(|container| container.program) {
        Some(Program::Peer { .. }) => format!("organizations.{organization}.blockchain.peers"),
        Some(Program::Orderer { .. }) => format!("ordering.orderers.{organization}"),
        Some(Program::KafkaBroker { .. }) => "ordering.brokers".to_owned(),
        Some(Program::ZooKeeper { .. }) => "ordering.zookeepers".to_owned(),
        Some(Program::Chaincode { channel, chaincode, .. }) => {
            let channel = &scope.plan.consortium.channels[channel];
            format!("channels.{}.chaincodes.{}", channel.name.value, channel.chaincodes[chaincode].name.value)
        }
        _ => match main.and_then(|container| container.service.as_deref()) {
            Some(service) => service_key(organization, workload, service),
            None => format!("organizations.{organization}"),
        },
    }
}

fn service_key(organization: &str, workload: &Workload, service: &str) -> String {
    if workload.cluster == Cluster::Blockchain {
        return format!("organizations.{organization}.blockchain.services.{service}");
    }
    let group = workload.namespace.strip_prefix(organization).and_then(|rest| rest.strip_prefix('-'));
    let group = group.unwrap_or(&workload.namespace);
    // A group whose services share one pod is the cause of that pod.
    let services = if workload.name == group { String::new() } else { format!(".services.{service}") };
    format!("organizations.{organization}.application.groups.{group}{services}")
}

/// Whether siblings of a component are nodes of one network, which are spread and disrupted together.
pub(super) fn is_network_node(component: Component) -> bool {
    Component::NODES.contains(&component)
}
