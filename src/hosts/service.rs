//! One container as a service of Docker Compose: as a pod's container is, with the same limits and rights.

use sha2::{Digest, Sha256};

use super::compose::SHARED;
use super::healthcheck::healthcheck;
use super::model::{Copy, Host, Model, Project, is_secluded};
use super::mounts::{self, Content, Mount};
use super::network;
use crate::base::bounded::hex;
use crate::base::quantity::{MEBIBYTE, bytes, millicores};
use crate::base::tree::Text;
use crate::base::{Origin, Traced, Tree, TreePath};
use crate::configure::VariableValue;
use crate::expand::{Container, Program, Shape};

const RESTRICTED: Origin = Origin::Rule("no rights beyond its user's, and a root file system that nothing writes to");
const LOGS: Origin = Origin::Rule("Docker never ends a log by itself");
const RESTART: Origin = Origin::Rule("what is not restarted stays down after a power cut");
const FILES: Origin = Origin::Rule("the SHA-256 of all files: when one changes, the container is made anew");
const NAMES: Origin = Origin::Rule("the names that a container dials, without any other DNS");
const DATABASE_FIRST: Origin = Origin::Rule("a database starts before the peer that owns it and ends after it");
const PULL: Origin = Origin::Rule("tags do not move, and a container must be able to start while its registry is away");
const ENDS_WELL: Origin = Origin::Rule("as long as its program takes to end well");
const PROCESSES: Origin = Origin::Rule("no container may use up the host's processes");

/// The most processes and threads of a container.
const PIDS: u32 = 4096;
/// The profile of what runs once, so that it does not start with the rest.
pub(super) const SETUP: &str = "setup";
const CHECKSUM: &str = "akcgen.io/files";

/// A service while it is put together.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub entries: Vec<(Text, Tree)>,
    pub rows: Vec<(TreePath, Origin)>,
}

impl Part {
    fn put(&mut self, key: &'static str, value: impl Into<Tree>, origin: Origin) {
        self.rows.push((key.into(), origin));
        self.plain(key, value);
    }

    /// Of the container's own origin.
    fn plain(&mut self, key: &'static str, value: impl Into<Tree>) {
        self.entries.push((Text::new_static(key), value.into()));
    }

    /// A list whose items have origins of their own; nothing where it is empty.
    fn list(&mut self, key: &'static str, items: Vec<(Tree, Origin)>) {
        if items.is_empty() {
            return;
        }
        let (items, origins): (Vec<Tree>, Vec<Origin>) = items.into_iter().unzip();
        for (at, origin) in (0_u32..).zip(origins) {
            self.rows.push((TreePath::from(key).join(at), origin));
        }
        self.plain(key, Tree::Seq(items));
    }
}

/// The service of a container of a copy.
pub(super) fn service(model: &Model, host: &Host, project: &Project, copy: &Copy, at: usize) -> Part {
    let mut part = Part::default();
    let Some(container) = copy.workload.containers.get(at) else { return part };
    program(model, copy, at, container, &mut part);
    rights(container, &mut part);
    environment(model, copy, at, &mut part);
    let mounts = mounts::mounts(model, project, copy, at);
    volumes(container, &mounts, &mut part);
    part.plain("networks", network::attached(model, copy, at));
    if !is_secluded(copy.workload, container) {
        let hosts = network::hosts(model, copy);
        if !hosts.is_empty() {
            part.put("extra_hosts", Tree::seq(hosts), NAMES);
        }
        ports(model, host, copy, container, &mut part);
    }
    depends(copy, at, &mut part);
    if let Some(check) = healthcheck(copy.workload, container) {
        part.put("healthcheck", check, container.probe.origin);
    }
    running(copy, container, &mut part);
    resources(host, container, &mut part);
    part.put("logging", logging(), LOGS);
    labels(model, copy, &mounts, &mut part);
    part
}

fn program(model: &Model, copy: &Copy, at: usize, container: &Container, part: &mut Part) {
    let bound = model.organization.workloads.get(copy.id.0).and_then(|bound| bound.images.get(at));
    let written = container.image.as_ref().map(|image| image.to_string());
    let image = bound.and_then(Option::as_ref).unwrap_or(&written);
    part.put("image", image.value.clone(), image.origin);
    part.put("pull_policy", "missing", PULL);
    let words = |texts: &[Traced<String>]| -> Vec<(Tree, Origin)> {
        texts.iter().map(|text| (Tree::from(text.value.clone()), text.origin)).collect()
    };
    part.list("entrypoint", words(&container.command));
    part.list("command", words(&container.arguments));
    if is_the_users(container.program) {
        part.plain("init", true);
    }
}

/// Whether it is a program that nobody knows to end its children and heed signals as a container's first process must.
fn is_the_users(program: Program) -> bool {
    matches!(
        program,
        Program::Service
            | Program::Dapp
            | Program::Daemon { .. }
            | Program::DataSync
            | Program::Chaincode { .. }
            | Program::DatabaseSetup { .. }
    )
}

fn rights(container: &Container, part: &mut Part) {
    part.put("user", format!("{0}:{0}", container.user), RESTRICTED);
    part.put("cap_drop", Tree::seq(["ALL"]), RESTRICTED);
    part.put("security_opt", Tree::seq(["no-new-privileges:true"]), RESTRICTED);
    match container.writable_root {
        Some(reason) => part.put("read_only", false, Origin::Rule(reason)),
        None => part.put("read_only", true, RESTRICTED),
    }
}

fn environment(model: &Model, copy: &Copy, at: usize, part: &mut Part) {
    let variables = &model.configuration(copy.id, at).environment;
    let mut plain = Vec::new();
    let mut secret = false;
    for variable in variables {
        match &variable.value {
            VariableValue::Plain(text) => {
                part.rows.push((TreePath::from("environment").join(variable.name.clone()), variable.origin));
                plain.push((variable.name.clone(), text.clone()));
            }
            VariableValue::Secret { .. } => secret = true,
        }
    }
    if !plain.is_empty() {
        part.plain("environment", Tree::map(plain));
    }
    if let Some(file) = mounts::variables(copy, at).filter(|_| secret) {
        part.plain("env_file", Tree::seq([file]));
    }
}

fn volumes(container: &Container, mounts: &[Mount], part: &mut Part) {
    let mut volumes: Vec<(Tree, Origin)> = mounts.iter().map(|mount| (bind(mount), mount.origin)).collect();
    if let Some(path) = &container.shared_files {
        let volume = Tree::map([
            ("type", Tree::from("volume")),
            ("source", Tree::from(SHARED)),
            ("target", Tree::from(path.value.clone())),
            ("read_only", Tree::from(true)),
        ]);
        volumes.push((volume, path.origin));
    }
    part.list("volumes", volumes);
    if !container.scratch.is_empty() {
        part.plain("tmpfs", Tree::seq(container.scratch.iter().map(|path| scratch(path, container))));
    }
}

/// A folder or file of the host's, which must be there: Docker would make a folder of root's in its place.
fn bind(mount: &Mount) -> Tree {
    let mut bind = Tree::map([
        ("type", Tree::from("bind")),
        ("source", Tree::from(mount.source.clone())),
        ("target", Tree::from(mount.target.to_owned())),
    ]);
    if !mount.is_written() {
        bind.insert("read_only", true);
    }
    bind.insert("bind", Tree::map([("create_host_path", false)]));
    bind
}

/// Scratch space in memory, at most half of what the container may have. Programs may run from there, as Java's
/// libraries do.
fn scratch(path: &str, container: &Container) -> String {
    let most = bytes(&container.resources.memory_limit.value).unwrap_or(0) / 2 / MEBIBYTE;
    format!("{path}:exec,mode=0700,uid={0},gid={0},size={1}m", container.user, most.max(1))
}

fn ports(model: &Model, host: &Host, copy: &Copy, container: &Container, part: &mut Part) {
    let Some(placement) = model.placement(copy.id) else { return };
    let published = container.ports.iter().filter_map(|port| Some((port, *placement.published.get(&port.name)?)));
    let ports = published.map(|(port, number)| {
        let tree = Tree::map([
            ("host_ip", Tree::from(host.plan.address.to_string())),
            ("published", Tree::from(number.to_string())),
            ("target", Tree::from(port.port)),
            ("protocol", Tree::from("tcp")),
        ]);
        (tree, port.origin)
    });
    part.list("ports", ports.collect());
}

/// The main container starts after the databases beside it, once they are well where anything can tell.
fn depends(copy: &Copy, at: usize, part: &mut Part) {
    let beside = copy.workload.containers.iter().zip(&copy.services).skip(1);
    let databases = beside.filter(|(container, _)| matches!(container.program, Program::CouchDb { .. }));
    let conditions: Vec<(String, Tree)> = databases
        .map(|(container, service)| {
            let seen = healthcheck(copy.workload, container).is_some();
            let condition = if seen { "service_healthy" } else { "service_started" };
            (service.clone(), Tree::map([("condition", condition)]))
        })
        .collect();
    if at == 0 && !conditions.is_empty() {
        part.put("depends_on", Tree::map(conditions), DATABASE_FIRST);
    }
}

fn running(copy: &Copy, container: &Container, part: &mut Part) {
    if matches!(copy.workload.shape, Shape::Job) {
        part.plain("profiles", Tree::seq([SETUP]));
        part.put("restart", "no", Origin::Rule("it runs to its end, once"));
    } else {
        part.put("restart", "unless-stopped", RESTART);
    }
    part.put("stop_grace_period", format!("{}s", container.program.grace()), ENDS_WELL);
}

/// What it may have at most, and its share where the host is short: as Kubernetes counts it, 1024 for a whole core.
fn resources(host: &Host, container: &Container, part: &mut Part) {
    let resources = &container.resources;
    let cores = |thousandths: u64| u32::try_from(thousandths).map_or(f64::MAX, |number| f64::from(number) / 1000.0);
    // Docker refuses more than the host's cores, the kernel less than a hundredth of one.
    let most = u64::from(host.plan.cores) * 1000;
    let limit = millicores(&resources.cpu_limit.value).unwrap_or(most).min(most).max(10);
    part.put("cpus", Tree::Float(cores(limit)), resources.cpu_limit.origin);
    let shares = millicores(&resources.cpu.value).unwrap_or(0) * 1024 / 1000;
    part.put("cpu_shares", Tree::Int(i64::try_from(shares.max(2)).unwrap_or(i64::MAX)), resources.cpu.origin);
    let (limit, asked) = (&resources.memory_limit, &resources.memory);
    part.put("mem_limit", memory(limit), limit.origin);
    // Docker refuses a container that is to have more than it may.
    let kept = if bytes(&asked.value) > bytes(&limit.value) { limit } else { asked };
    part.put("mem_reservation", memory(kept), kept.origin);
    part.put("pids_limit", PIDS, PROCESSES);
}

/// An amount of memory in Docker's units, which are powers of 1024, too.
fn memory(amount: &Traced<crate::base::name::Bytes>) -> String {
    amount.value.as_str().trim_end_matches('i').to_ascii_lowercase()
}

fn logging() -> Tree {
    let options = Tree::map([("max-file", "5"), ("max-size", "20m")]);
    Tree::map([("driver", Tree::from("json-file")), ("options", options)])
}

fn labels(model: &Model, copy: &Copy, mounts: &[Mount], part: &mut Part) {
    let mut labels = vec![
        ("akcgen.io/organization", model.bridge().to_owned()),
        ("akcgen.io/cluster", copy.workload.cluster.as_str().to_owned()),
        ("akcgen.io/workload", copy.workload.name.clone()),
        ("akcgen.io/component", copy.workload.component.as_str().to_owned()),
    ];
    if let Some(sum) = checksum(mounts) {
        part.rows.push((TreePath::from("labels").join(CHECKSUM), FILES));
        labels.push((CHECKSUM, sum));
    }
    part.plain("labels", Tree::map(labels));
}

/// The sum of all files that a container sees, as far as they are known. What the vault holds is not.
fn checksum(mounts: &[Mount]) -> Option<String> {
    let mut sum = Sha256::new();
    let mut any = false;
    for mount in mounts {
        if let Content::Public(file) = mount.content {
            any = true;
            let bytes = file.content.bytes();
            sum.update(format!("{}\n{}\n", mount.target, bytes.len()));
            sum.update(bytes);
        }
    }
    any.then(|| hex(&sum.finalize()))
}
