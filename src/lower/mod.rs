//! Stage 6, for Kubernetes: a configured plan to objects. The only room that knows Kubernetes' types.

use crate::base::object::Object;
use crate::resolve::Cluster;

/// The objects of one cluster.
#[derive(Debug, Clone)]
pub struct ClusterObjects {
    pub cluster: Cluster,
    /// What kubectl applies first and no form contains: namespaces, storage classes, priority classes. File name
    /// without folder to its objects, in order of application.
    pub prelude: Vec<ObjectFile>,
    /// One file a workload, and one for what belongs to none.
    pub files: Vec<ObjectFile>,
}

/// A file of objects.
#[derive(Debug, Clone)]
pub struct ObjectFile {
    /// Path below the form's folder, such as `peer0.yaml`.
    pub path: String,
    pub objects: Vec<Object>,
}
