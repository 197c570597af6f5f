//! What Ansible is told: which hosts there are, and what each is to hold.

use super::HostFile;
use super::laid::{Laid, ROOT};
use super::model::{Host, Model};
use super::mounts;
use crate::base::{Object, Origin, Tree, TreePath};
use crate::resolve::Cluster;

const HOSTS: Origin = Origin::Rule("every host of the site, in the groups that the plays name");
const LAID: Origin = Origin::Rule("what Ansible's roles lay down on the host");

/// The inventory and what all hosts share.
pub(super) fn files(model: &Model, traced: bool) -> Vec<HostFile> {
    let mut object = Object::new(Tree::Null, HOSTS);
    let rows = model.hosts.iter().map(|host| {
        object.origins.add(TreePath::from("all/hosts").join(host.plan.name.clone()), host.plan.origin);
        (host.plan.name.clone(), Tree::map([("ansible_host", host.plan.address.to_string())]))
    });
    let hosts = Tree::map(rows.collect::<Vec<_>>());
    let of =
        |cluster: Cluster| group(model, move |host| host.projects.iter().any(|project| project.cluster == cluster));
    let groups = [
        ("blockchain", of(Cluster::Blockchain)),
        ("application", of(Cluster::Application)),
        ("balancers", group(model, |host| model.balancers_on(host).is_some())),
    ];
    let user = Tree::map([("ansible_user", model.site.user.clone())]);
    object.tree = Tree::map([("all", Tree::map([("hosts", hosts), ("vars", user), ("children", Tree::map(groups))]))]);
    let shared = Object::new(Tree::map([("site_name", model.bridge().to_owned())]), model.own.name.origin);
    let comment = format!("The hosts of {}.", model.bridge());
    vec![
        HostFile::yaml("inventory/hosts.yml".to_owned(), &comment, &object, traced),
        HostFile::yaml("group_vars/all/main.yml".to_owned(), "What all hosts share.", &shared, traced),
    ]
}

fn group(model: &Model, is_in: impl Fn(&Host) -> bool) -> Tree {
    let names = model.hosts.iter().filter(|host| is_in(host)).map(|host| (host.plan.name.clone(), Tree::Null));
    Tree::map([("hosts", Tree::map(names.collect::<Vec<_>>()))])
}

/// The files of a host, host.yml among them, which says what the others are for.
pub(super) fn host(model: &Model, host: &Host, laid: Laid) -> Vec<HostFile> {
    let mut object = Object::new(Tree::Map(Vec::new()), LAID);
    let mut add = |key: &'static str, rows: Vec<(Tree, Origin)>| {
        let (rows, origins): (Vec<Tree>, Vec<Origin>) = rows.into_iter().unzip();
        for (at, origin) in (0_u32..).zip(origins) {
            object.origins.add(TreePath::from(key).join(at), origin);
        }
        object.tree.insert(key, Tree::Seq(rows));
    };
    add("host_directories", directories(&laid));
    add("host_files", copied(&laid));
    add("host_secrets", secrets(&laid));
    add("host_templates", templates(&laid));
    add("host_projects", projects(host));
    add("host_nodes", nodes(model, host));
    add("host_jobs", jobs(&laid));
    add("host_data", data(model, host));
    add("host_units", units(&laid));
    let balancers = model.balancers_on(host);
    let moves = balancers.is_some_and(|balancers| balancers.interface.is_some() && balancers.hosts.len() > 1);
    object.tree.insert("host_balancer", balancers.is_some());
    object.tree.insert("host_keepalived", moves);
    let path = format!("{}/host.yml", laid.folder);
    let comment = format!("What {} holds of {}.", host.plan.name, model.bridge());
    let file = HostFile::yaml(path, &comment, &object, laid.traced);
    let mut files = laid.files;
    files.push(file);
    files
}

fn owned(owner: u32, mode: &'static str) -> [(&'static str, Tree); 3] {
    [("owner", Tree::from(owner)), ("group", Tree::from(owner)), ("mode", Tree::from(mode))]
}

fn row(entries: impl IntoIterator<Item = (&'static str, Tree)>) -> Tree {
    Tree::map(entries)
}

fn directories(laid: &Laid) -> Vec<(Tree, Origin)> {
    let rows = laid.directories.iter();
    let row = |path: &String, owner: u32, mode| {
        row([("path", Tree::from(path.clone()))].into_iter().chain(owned(owner, mode)))
    };
    rows.map(|(path, (owner, mode))| (row(path, *owner, *mode), LAID)).collect()
}

fn copied(laid: &Laid) -> Vec<(Tree, Origin)> {
    let rows = laid.copied.iter().map(|file| {
        let named = [("src", Tree::from(file.source.clone())), ("path", Tree::from(file.path.clone()))];
        let encoding = file.encoded.then_some(("encoding", Tree::from("base64")));
        (row(named.into_iter().chain(owned(ROOT, file.mode)).chain(encoding)), file.origin)
    });
    rows.collect()
}

fn secrets(laid: &Laid) -> Vec<(Tree, Origin)> {
    let rows = laid.secrets.iter().map(|file| {
        let named = [
            ("secret", Tree::from(file.secret.clone())),
            ("key", Tree::from(file.key.clone())),
            ("path", Tree::from(file.path.clone())),
        ];
        let readers =
            [("project", Tree::from(file.project.clone())), ("services", Tree::seq(file.services.iter().cloned()))];
        let encoding = file.is_encoded().then_some(("encoding", Tree::from("base64")));
        (row(named.into_iter().chain(owned(file.owner, "0400")).chain(readers).chain(encoding)), LAID)
    });
    rows.collect()
}

fn templates(laid: &Laid) -> Vec<(Tree, Origin)> {
    let rows = laid.templates.iter().map(|file| {
        let named = [("src", Tree::from(file.source.clone())), ("path", Tree::from(file.path.clone()))];
        let keys =
            file.secrets.iter().map(|(secret, key)| Tree::map([("secret", secret.clone()), ("key", key.clone())]));
        let keys = [("secrets", Tree::seq(keys))];
        (row(named.into_iter().chain(owned(ROOT, "0400")).chain(keys)), LAID)
    });
    rows.collect()
}

fn projects(host: &Host) -> Vec<(Tree, Origin)> {
    let rows = host.projects.iter().map(|project| {
        let folder = mounts::project_folder(project);
        (Tree::map([("name", project.name.clone()), ("folder", folder)]), LAID)
    });
    rows.collect()
}

/// Fabric's nodes, in the order in which they may restart.
fn nodes(model: &Model, host: &Host) -> Vec<(Tree, Origin)> {
    let order = Cluster::ALL.into_iter().flat_map(|cluster| model.organization.graph.nodes(cluster));
    let here = order.filter_map(|node| host.copies().find(|(_, copy)| std::ptr::eq(copy.workload, node)));
    let rows = here.map(|(project, copy)| {
        let component = copy.workload.component.as_str().to_owned();
        let named = [("project", project.name.clone()), ("service", copy.name().to_owned()), ("component", component)];
        (Tree::map(named), copy.workload.origin)
    });
    rows.collect()
}

fn jobs(laid: &Laid) -> Vec<(Tree, Origin)> {
    let rows = laid.jobs.iter().map(|job| {
        let named =
            [("project", job.project.clone()), ("service", job.service.clone()), ("checksum", job.checksum.clone())];
        (Tree::map(named), job.origin)
    });
    rows.collect()
}

/// What keeps data here, for whoever restores it.
fn data(model: &Model, host: &Host) -> Vec<(Tree, Origin)> {
    let keepers = host.copies().filter(|(_, copy)| !copy.workload.volumes.is_empty());
    let rows = keepers.map(|(project, copy)| {
        let volumes = copy.workload.volumes.iter().map(|volume| volume.name.clone());
        let row = row([
            ("workload", Tree::from(format!("{}/{}", project.name, copy.name()))),
            ("project", Tree::from(project.name.clone())),
            ("folder", Tree::from(mounts::data_folder(model, project, copy))),
            ("volumes", Tree::seq(volumes)),
            ("services", Tree::seq(copy.services.iter().cloned())),
        ]);
        (row, copy.workload.origin)
    });
    rows.collect()
}

fn units(laid: &Laid) -> Vec<(Tree, Origin)> {
    let rows = laid.units.iter().map(|unit| {
        let named = [
            ("name", Tree::from(unit.name.clone())),
            ("enabled", Tree::from(unit.enabled)),
            ("backup", Tree::from(unit.backup)),
        ];
        (row(named), LAID)
    });
    rows.collect()
}
