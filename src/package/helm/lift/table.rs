//! The lift table: the only source of what an operator may change in a chart. From a row come the action in the template,
//! the value with its comment, its schema, the line in the chart's README and the entry of `lifts.json`.
//!
//! Not here, and so not to be changed by values: whatever other organizations rely on, such as the number of peers and
//! orderers, Fabric's host names and ports; and everything about jobs, which cannot be changed once they are made.

use crate::base::{Tree, TreePath};

use super::shape::Shape;

/// A part of objects that is a value.
#[derive(Debug)]
pub(in crate::package::helm) struct Row {
    /// The kinds of object that have it.
    pub kinds: &'static [&'static str],
    /// Where, as JSON pointers; `*` is any item of a list.
    pub paths: &'static [&'static str],
    /// The value below its workload's group, or whole for a host. `{container}` is the container's group where the pod
    /// has several, `{volume}` the claim's, `{host}` the host's name.
    pub key: &'static str,
    pub style: Style,
    pub shape: Shape,
    /// What the value is, behind its name.
    pub comment: &'static str,
    /// The objects that have it; all, unless it says otherwise.
    pub holds: fn(&Tree) -> bool,
}

/// How a value stands in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::package::helm) enum Style {
    /// As it is.
    Bare,
    /// In quotes.
    Quoted,
    /// Put together from [`IMAGE`] by a helper.
    Image,
    /// As the first word of a logging specification, what stands behind it being kept.
    Level,
    /// A block with a value for each [`RESOURCES`].
    Block,
    /// In quotes, one value for all objects that have the host.
    Host,
    /// Further entries of a map, or items of a list, behind those that are there.
    Added,
}

/// A part of a value that has several.
#[derive(Debug)]
pub(in crate::package::helm) struct Part {
    pub key: &'static str,
    pub shape: Shape,
    pub comment: &'static str,
}

pub(in crate::package::helm) const IMAGE: [Part; 3] = [
    Part {
        key: "repository",
        shape: Shape::Repository,
        comment: "is where the image is pulled from, without its tag.",
    },
    Part { key: "tag", shape: Shape::Tag, comment: "is the version of the image." },
    Part {
        key: "digest",
        shape: Shape::Digest,
        comment: "pins the image by its sum, such as sha256:…, whatever the tag says; none if empty.",
    },
];

pub(in crate::package::helm) const RESOURCES: [Part; 2] = [
    Part { key: "limits", shape: Shape::Quantity, comment: "is the most that the container may use." },
    Part { key: "requests", shape: Shape::Quantity, comment: "is what a node must have free for the container." },
];

const WORKLOADS: &[&str] = &["Deployment", "StatefulSet"];

const ALL: fn(&Tree) -> bool = |_| true;

/// Several copies of a Deployment may run where a new one may start before an old one ends.
const SCALABLE: fn(&Tree) -> bool = |object| text(object, "spec/strategy/type") == Some("RollingUpdate");

/// Claims for a volume that is made for them; the sizes of others follow what they are bound to.
const PROVISIONED: fn(&Tree) -> bool = |object| {
    text(object, "spec/storageClassName").is_some_and(|class| !class.is_empty())
        && text(object, "spec/volumeName").is_none()
};

fn text<'t>(object: &'t Tree, path: &'static str) -> Option<&'t str> {
    object.at(&TreePath::from(path))?.as_str()
}

/// The rows, in the order in which values stand below their workload.
pub(in crate::package::helm) const TABLE: &[Row] = &[
    Row {
        kinds: WORKLOADS,
        paths: &["spec/template/spec/containers/*/image", "spec/template/spec/initContainers/*/image"],
        key: "{container}.image",
        style: Style::Image,
        shape: Shape::Repository,
        comment: "",
        holds: ALL,
    },
    Row {
        kinds: WORKLOADS,
        paths: &[
            "spec/template/spec/containers/*/imagePullPolicy",
            "spec/template/spec/initContainers/*/imagePullPolicy",
        ],
        key: "{container}.image.pullPolicy",
        style: Style::Bare,
        shape: Shape::PullPolicy,
        comment: "is when the image is pulled: IfNotPresent, Always or Never.",
        holds: ALL,
    },
    Row {
        kinds: WORKLOADS,
        paths: &["spec/template/spec/containers/*/env/FABRIC_LOGGING_SPEC/value"],
        key: "{container}.logLevel",
        style: Style::Level,
        shape: Shape::FabricLevel,
        comment: "is what is logged: a level, or levels of single loggers behind it, such as info:gossip=debug.",
        holds: ALL,
    },
    Row {
        kinds: WORKLOADS,
        paths: &[
            "spec/template/spec/containers/*/env/LOG_LEVEL_APP/value",
            "spec/template/spec/containers/*/env/LOG_LEVEL_DB/value",
            "spec/template/spec/containers/*/env/LOG_LEVEL_CONSOLE/value",
        ],
        key: "{container}.logLevel",
        style: Style::Bare,
        shape: Shape::QuietLevel,
        comment: "is what is logged: warn, error or fatal. With finer levels Explorer would log its passwords.",
        holds: ALL,
    },
    Row {
        kinds: WORKLOADS,
        paths: &["spec/template/spec/containers/*/resources", "spec/template/spec/initContainers/*/resources"],
        key: "{container}.resources",
        style: Style::Block,
        shape: Shape::Quantity,
        comment: "",
        holds: ALL,
    },
    Row {
        kinds: &["Deployment"],
        paths: &["spec/replicas"],
        key: "replicas",
        style: Style::Bare,
        shape: Shape::Count,
        comment: "is the number of equal pods.",
        holds: SCALABLE,
    },
    Row {
        kinds: &["HorizontalPodAutoscaler"],
        paths: &["spec/minReplicas"],
        key: "autoscaling.minReplicas",
        style: Style::Bare,
        shape: Shape::Count,
        comment: "is the fewest pods that run.",
        holds: ALL,
    },
    Row {
        kinds: &["HorizontalPodAutoscaler"],
        paths: &["spec/maxReplicas"],
        key: "autoscaling.maxReplicas",
        style: Style::Bare,
        shape: Shape::Count,
        comment: "is the most pods that run.",
        holds: ALL,
    },
    Row {
        kinds: &["HorizontalPodAutoscaler"],
        paths: &["spec/metrics/*/resource/target/averageUtilization"],
        key: "autoscaling.targetCPUUtilizationPercentage",
        style: Style::Bare,
        shape: Shape::Percent,
        comment: "is the share of the requested CPU, over all pods, from which more of them start.",
        holds: ALL,
    },
    Row {
        kinds: &["PersistentVolumeClaim"],
        paths: &["spec/resources/requests/storage"],
        key: "persistence.{volume}.size",
        style: Style::Bare,
        shape: Shape::Size,
        comment: "is the size of the volume; it can grow and never shrink.",
        holds: PROVISIONED,
    },
    Row {
        kinds: &["PersistentVolumeClaim"],
        paths: &["spec/storageClassName"],
        key: "persistence.{volume}.storageClass",
        style: Style::Quoted,
        shape: Shape::Class,
        comment: "is the StorageClass of the volume; it cannot change once the claim is made.",
        holds: PROVISIONED,
    },
    Row {
        kinds: &["Ingress"],
        paths: &[
            "spec/rules/*/host",
            "spec/tls/*/hosts/*",
            "metadata/annotations/external-dns.alpha.kubernetes.io~1hostname",
        ],
        key: "hosts.{host}",
        style: Style::Host,
        shape: Shape::Host,
        comment: "is the host name of",
        holds: ALL,
    },
    Row {
        kinds: &["Service"],
        paths: &["metadata/annotations"],
        key: "service.annotations",
        style: Style::Added,
        shape: Shape::Texts,
        comment: "are further annotations of the Services.",
        holds: ALL,
    },
    Row {
        kinds: &["Ingress"],
        paths: &["metadata/annotations"],
        key: "ingress.annotations",
        style: Style::Added,
        shape: Shape::Texts,
        comment: "are further annotations of the Ingresses.",
        holds: ALL,
    },
    Row {
        kinds: WORKLOADS,
        paths: &["spec/template/metadata/annotations"],
        key: "podAnnotations",
        style: Style::Added,
        shape: Shape::Texts,
        comment: "are further annotations of the pods.",
        holds: ALL,
    },
    Row {
        kinds: WORKLOADS,
        paths: &["spec/template/spec/nodeSelector"],
        key: "nodeSelector",
        style: Style::Added,
        shape: Shape::Texts,
        comment: "are further labels that a node must have.",
        holds: ALL,
    },
    Row {
        kinds: WORKLOADS,
        paths: &["spec/template/spec/tolerations"],
        key: "tolerations",
        style: Style::Added,
        shape: Shape::Tolerations,
        comment: "are further taints of nodes that the pods bear.",
        holds: ALL,
    },
];
