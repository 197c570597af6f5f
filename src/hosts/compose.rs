//! A Docker Compose project: what of one cluster stands on one host.

use sha2::{Digest, Sha256};

use super::laid::{Copied, Job, Laid};
use super::model::{Host, Model, Project};
use super::{HostFile, mounts, network, service};
use crate::base::bounded::hex;
use crate::base::{Object, Origin, Tree, TreePath};
use crate::expand::Shape;

const PROJECT: Origin = Origin::Rule("one Docker Compose project a cluster on a host");
const EXPORT: Origin = Origin::Rule("containers only read the organization's shared files");

/// The volume of the shared files.
pub(super) const SHARED: &str = "shared-files";

/// Lays down the project's compose.yaml.
pub(super) fn project(model: &Model, host: &Host, project: &Project, laid: &mut Laid) {
    let mut object = document(model, host, project);
    escape(&mut object.tree);
    let source = format!("projects/{}/compose.yaml", project.name);
    let comment =
        format!("What stands on {} of the {} cluster of {}.", host.plan.name, project.cluster.as_str(), model.bridge());
    let path = format!("{}/compose.yaml", mounts::project_folder(project));
    laid.folder_of(&path);
    laid.jobs.extend(jobs(project, &object));
    laid.add(HostFile::yaml(format!("{}/{source}", laid.folder), &comment, &object, laid.traced));
    laid.copied.push(Copied { source, path, mode: "0640", encoded: false, origin: PROJECT });
}

fn document(model: &Model, host: &Host, project: &Project) -> Object {
    let (networks, rows) = network::networks(model, host, project);
    let mut object = Object::new(Tree::map([("name", Tree::from(project.name.clone()))]), PROJECT);
    rows.into_iter().for_each(|(path, origin)| object.origins.add(path, origin));
    let mut services = Vec::new();
    let mut shares = false;
    for copy in &project.copies {
        for (at, container) in copy.workload.containers.iter().enumerate() {
            let Some(name) = copy.services.get(at) else { continue };
            let part = service::service(model, host, project, copy, at);
            let path = TreePath::from("services").join(name.clone());
            object.origins.add(path.clone(), container.origin);
            for (below, origin) in part.rows {
                object.origins.add(TreePath([path.0.clone(), below.0].concat()), origin);
            }
            services.push((name.clone(), Tree::Map(part.entries)));
            shares |= container.shared_files.is_some();
        }
    }
    services.sort_by(|one, other| one.0.cmp(&other.0));
    object.tree.insert("networks", networks);
    if let Some(volume) = shared(model).filter(|_| shares) {
        object.origins.add("volumes", EXPORT);
        object.tree.insert("volumes", Tree::map([(SHARED, volume)]));
    }
    object.tree.insert("services", Tree::map(services));
    object
}

/// The services that run to their end once.
fn jobs(project: &Project, object: &Object) -> Vec<Job> {
    let jobs = project.copies.iter().filter(|copy| matches!(copy.workload.shape, Shape::Job));
    let services = jobs.flat_map(|copy| copy.services.iter().map(move |service| (copy, service)));
    let services = services.filter_map(|(copy, service)| {
        let tree = object.tree.get("services")?.get(service)?;
        let checksum = hex(&Sha256::digest(tree.to_json().to_string()));
        Some(Job { project: project.name.clone(), service: service.clone(), checksum, origin: copy.workload.origin })
    });
    services.collect()
}

/// The export of the shared files as a volume that Docker mounts for whoever needs it.
fn shared(model: &Model) -> Option<Tree> {
    let (server, path) = model.site.shared_files.as_ref()?.value.split_once(':')?;
    let options = Tree::map([
        ("type", "nfs".to_owned()),
        ("o", format!("addr={server},ro,nfsvers=4.1,hard")),
        ("device", format!(":{path}")),
    ]);
    Some(Tree::map([("driver", Tree::from("local")), ("driver_opts", options)]))
}

/// Doubles every dollar: Compose takes a single one for the beginning of a variable's name, wherever it stands.
fn escape(tree: &mut Tree) {
    match tree {
        Tree::Str(text) if text.contains('$') => *text = text.replace('$', "$$").into(),
        Tree::Seq(items) => items.iter_mut().for_each(escape),
        Tree::Map(entries) => entries.iter_mut().for_each(|(_, value)| escape(value)),
        _ => {}
    }
}
