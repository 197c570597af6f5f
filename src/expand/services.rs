//! The services of both clusters.

use crate::base::bounded::{bounded, label};
use crate::base::name::{Bytes, Label};
use crate::base::{Origin, Traced, quantity};
use crate::fabric::{commands, paths, ports, users};
use crate::parse::blueprint::{AuthorityRole, Packing, Protocol, ServiceKind};
use crate::resolve::{self, Backup, Cluster, Copies, Description, Group, Service};

use super::builder::{Builder, SecretNeed, credentials, identity, tls};
use super::graph::*;
use super::nodes::{namespace, words};

/// Longest name of a Deployment whose pods' names still are DNS labels.
const LONGEST: usize = 46;
/// Longest name of a container's port (IANA service name).
const LONGEST_PORT: usize = 15;

pub(super) fn blockchain(builder: &mut Builder, description: &Description) {
    let namespace = namespace(builder);
    for service in &description.blockchain {
        match service.kind {
            Some(ServiceKind::Daemon) => daemons(builder, service, &namespace),
            Some(ServiceKind::Ca) => authority(builder, service, &namespace),
            _ => {
                let component = match service.kind {
                    Some(ServiceKind::Dapp) => Component::Dapp,
                    Some(ServiceKind::Explorer) => Component::Explorer,
                    Some(ServiceKind::DataSync) => Component::DataSync,
                    _ => Component::Service,
                };
                let workload = alone(service, Cluster::Blockchain, &namespace, component);
                add(builder, workload, &[service]);
            }
        }
    }
}

pub(super) fn application(builder: &mut Builder, description: &Description) {
    for group in &description.groups {
        let namespace = format!("{}-{}", builder.organization().name.value, group.name.value);
        match group.packing.value {
            Packing::Apart => {
                for service in &group.services {
                    let workload = alone(service, Cluster::Application, &namespace, Component::Service);
                    add(builder, workload, &[service]);
                }
            }
            Packing::Together if group.services.is_empty() => {}
            Packing::Together => {
                let services: Vec<&Service> = group.services.iter().collect();
                add(builder, together(group, &namespace), &services);
            }
        }
    }
}

/// A workload of one service.
fn alone(service: &Service, cluster: Cluster, namespace: &str, component: Component) -> Workload {
    let origin = service.name.origin;
    let stateful = !service.storage.is_empty();
    let shape = match component {
        _ if stateful => Shape::Stateful,
        // Two writers would insert every block twice.
        Component::DataSync => Shape::Single,
        _ => Shape::Stateless(service.copies.clone()),
    };
    Workload {
        cluster,
        namespace: namespace.to_owned(),
        name: service.name.value.to_string(),
        component,
        origin,
        shape,
        containers: vec![container(service, program(service), 0, false)],
        volumes: volumes(service),
        backup: service.backup.clone(),
        addresses: vec![Address { name: service.name.value.to_string(), container: None, origin }],
        patches: service.patches.clone(),
    }
}

/// One workload of all services of a group. It is scaled as its most demanding service asks.
fn together(group: &Group, namespace: &str) -> Workload {
    let origin = group.packing.origin;
    let services = &group.services;
    let mut containers = Vec::new();
    let mut all_volumes = Vec::new();
    for service in services {
        containers.push(container(service, program(service), all_volumes.len(), true));
        all_volumes.extend(volumes(service));
    }
    let mut addresses = vec![Address { name: group.name.value.to_string(), container: None, origin }];
    addresses.extend(services.iter().enumerate().filter(|(_, service)| service.name.value != group.name.value).map(
        |(at, service)| Address {
            name: service.name.value.to_string(),
            container: Some(at),
            origin: service.name.origin,
        },
    ));
    let patches = services.iter().flat_map(|service| service.patches.clone()).collect();
    let shape = if all_volumes.is_empty() { Shape::Stateless(shared_copies(services)) } else { Shape::Stateful };
    Workload {
        cluster: Cluster::Application,
        namespace: namespace.to_owned(),
        name: group.name.value.to_string(),
        component: Component::Service,
        origin: group.name.origin,
        shape,
        containers,
        volumes: all_volumes,
        backup: backup(services),
        addresses,
        patches,
    }
}

/// How the volumes of a pod that several services share are backed up: as one of them says, else as usual.
fn backup(services: &[Service]) -> Option<Backup> {
    let all = || services.iter().filter_map(|service| service.backup.as_ref());
    let said = |backup: &&Backup| backup.schedule.origin.span().or(backup.keep.origin.span()).is_some();
    all().find(said).or_else(|| all().next()).cloned()
}

/// The copies of a pod that several services share: scaled if one of them is, else the largest number asked for.
fn shared_copies(services: &[Service]) -> Copies {
    let fixed = |copies: &Copies| match copies {
        Copies::Fixed(count) => *count,
        Copies::Scaled { maximum, .. } => *maximum,
    };
    let scaled =
        services.iter().map(|service| &service.copies).filter(|copies| matches!(copies, Copies::Scaled { .. }));
    let all = services.iter().map(|service| &service.copies);
    let largest = scaled.max_by_key(|copies| fixed(copies)).or(all.max_by_key(|copies| fixed(copies)));
    largest.cloned().unwrap_or(Copies::Fixed(Traced::new(1, Origin::Rule("one pod for the group"))))
}

fn program(service: &Service) -> Program {
    match service.kind {
        Some(ServiceKind::Dapp) => Program::Dapp,
        Some(ServiceKind::Explorer) => Program::Explorer,
        Some(ServiceKind::DataSync) => Program::DataSync,
        Some(ServiceKind::Ca) => Program::FabricCa,
        // A daemon is made for each chaincode; see `daemons`.
        Some(ServiceKind::Daemon) | None => Program::Service,
    }
}

/// The container of a service whose volumes start at an index; `packed` into a pod with others, its ports' names carry
/// their number, since a pod's port names are unique.
fn container(service: &Service, program: Program, first_volume: usize, packed: bool) -> Container {
    let port_name = |port: &resolve::Port| match packed {
        true => bounded(&format!("{}-{}", port.name.value, port.port.value), LONGEST_PORT, '-'),
        false => bounded(&port.name.value, LONGEST_PORT, '-'),
    };
    let ports = service.ports.iter().map(|port| Port {
        name: port_name(port),
        port: port.port.value,
        protocol: port.protocol.value,
        origin: port.port.origin,
    });
    let probed = service.ports.iter().find(|port| port.name.value == service.probe.port).map(port_name);
    let check = match (&service.probe.path, probed) {
        (Some(path), Some(port)) => Check::Http { port, path: path.value.to_string(), tls: false },
        (None, Some(port)) => Check::Tcp { port },
        (_, None) => Check::None,
    };
    let mounts = service.storage.iter().enumerate();
    Container {
        name: service.name.value.to_string(),
        program,
        service: Some(service.name.value.to_string()),
        image: service.image.clone(),
        command: command(service),
        arguments: service.arguments.clone(),
        ports: ports.collect(),
        resources: service.resources.clone(),
        probe: Probe {
            check,
            start_seconds: start_seconds(service),
            origin: service.probe.path.as_ref().map_or(service.probe.start.origin, |path| path.origin),
        },
        user: user(service.kind),
        writable_root: None,
        mounts: mounts.map(|(at, volume)| (first_volume + at, volume.path.value.to_string())).collect(),
        scratch: scratch(service.kind).iter().map(|path| (*path).to_owned()).collect(),
        shared_files: service.shared_files.as_ref().map(|path| path.as_ref().map(|path| path.to_string())),
        origin: service.name.origin,
    }
}

/// The command of the blueprint, or else the one that the kind needs.
fn command(service: &Service) -> Vec<Traced<String>> {
    if !service.command.is_empty() {
        return service.command.clone();
    }
    let known: &[&str] = match service.kind {
        Some(ServiceKind::Ca) => commands::CA,
        Some(ServiceKind::Explorer) => commands::EXPLORER,
        _ => &[],
    };
    words(known)
}

fn user(kind: Option<ServiceKind>) -> u32 {
    match kind {
        Some(ServiceKind::Ca) => users::CA,
        Some(ServiceKind::Explorer) => users::EXPLORER,
        _ => users::SERVICE,
    }
}

fn scratch(kind: Option<ServiceKind>) -> &'static [&'static str] {
    match kind {
        Some(ServiceKind::Ca) => paths::CA_SCRATCH,
        Some(ServiceKind::Explorer) => paths::EXPLORER_SCRATCH,
        _ => paths::SERVICE_SCRATCH,
    }
}

fn start_seconds(service: &Service) -> u32 {
    quantity::seconds(&service.probe.start.value).and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(u32::MAX)
}

fn volumes(service: &Service) -> Vec<Volume> {
    let volume = |volume: &resolve::Volume| Volume {
        name: format!("{}-{}", service.name.value, volume.name.value),
        size: volume.size.clone(),
        content: Content::Files,
    };
    service.storage.iter().map(volume).collect()
}

/// Adds the workload of one or several services with the secrets they name.
fn add(builder: &mut Builder, workload: Workload, services: &[&Service]) -> WorkloadId {
    let name = workload.name.clone();
    let id = builder.add(workload);
    for service in services {
        for secret in service.secrets.values() {
            let purpose = builder.organization().description().and_then(|all| all.secrets.get(&secret.value));
            let purpose = purpose.map_or_else(String::new, |purpose| purpose.value.clone());
            builder.secret(id, declared(&secret.value, purpose, secret.origin));
        }
        if let Some(path) = &service.shared_files {
            builder.shared_files(path.origin);
        }
        if service.kind == Some(ServiceKind::Explorer) {
            let purpose = "first user of Explorer's pages".to_owned();
            builder.secret(id, credentials(format!("{name}-admin"), purpose, None, service.name.origin));
        }
        if touches_the_blockchain(service.kind) {
            let msp = identity(builder, &name, service.name.origin);
            builder.secret(id, msp);
        }
    }
    id
}

fn touches_the_blockchain(kind: Option<ServiceKind>) -> bool {
    use ServiceKind::{Daemon, Dapp, DataSync, Explorer};
    matches!(kind, Some(Daemon | Dapp | DataSync | Explorer))
}

/// A secret that the organization declares, the same in every namespace that uses it.
fn declared(name: &Label, purpose: String, origin: Origin) -> SecretNeed {
    SecretNeed {
        name: name.to_string(),
        keys: &["value"],
        purpose,
        store_name: Some(format!("secrets/{name}")),
        origin,
    }
}

/// One daemon for each chaincode that names this organization its pruner: two at work on one would conflict.
fn daemons(builder: &mut Builder, service: &Service, namespace: &str) {
    let streams = service.pruning.as_ref().map(|pruning| pruning.streams);
    for &channel_at in &service.channels {
        let channel = &builder.consortium.channels[channel_at];
        for (chaincode_at, chaincode) in channel.chaincodes.iter().enumerate() {
            let Some(pruner) = chaincode.pruner.filter(|pruner| pruner.value == builder.at) else { continue };
            let name =
                label(&format!("{}-{}-{}", service.name.value, channel.name.value, chaincode.name.value), LONGEST);
            let program = Program::Daemon { channel: channel_at, chaincode: chaincode_at };
            let mut workload = alone(service, Cluster::Blockchain, namespace, Component::Daemon);
            workload.containers = vec![container(service, program, 0, false)];
            workload.addresses = vec![Address { name: name.clone(), container: None, origin: pruner.origin }];
            workload.shape = Shape::Single;
            workload.name = name;
            workload.origin = pruner.origin;
            add(builder, workload, &[service]);
        }
    }
    if let Some(streams) = streams.filter(|streams| streams.value) {
        builder.streams(streams.origin);
    }
}

/// A certificate authority: a server of its own unless it is a client of another organization's.
fn authority(builder: &mut Builder, service: &Service, namespace: &str) {
    let role = service.authority.as_ref().map_or(AuthorityRole::Root, |authority| authority.role.value);
    if role == AuthorityRole::Client {
        return;
    }
    let origin = service.name.origin;
    let mut workload = alone(service, Cluster::Blockchain, namespace, Component::CertificateAuthority);
    let name = workload.name.clone();
    let server = &mut workload.containers[0];
    server.ports = [("https", ports::CA_HTTPS, Protocol::Tcp), ("operations", ports::CA_OPERATIONS, Protocol::Http)]
        .map(|(name, port, protocol)| Port { name: name.to_owned(), port, protocol, origin })
        .into();
    server.probe.check = super::nodes::health("operations");
    // Its keys lie here; where it also keeps its table of identities in a file, one copy at most may run.
    server.mounts = vec![(0, paths::CA_DATA.to_owned())];
    let size = Traced::new(Bytes::trusted("2Gi"), Origin::Rule("a certificate authority's keys and database"));
    workload.volumes = vec![Volume { name: "home".to_owned(), size, content: Content::Ledger }];
    workload.backup = Some(service.backup.clone().unwrap_or_else(Backup::usual));
    workload.shape = Shape::Stateful;
    let id = add(builder, workload, &[service]);
    builder.secret(id, tls(&name, origin));
    let purpose = "first administrator of the organization's certificate authority".to_owned();
    builder.secret(id, credentials(format!("{name}-admin"), purpose, None, origin));
    if role == AuthorityRole::Intermediate {
        let purpose = "identity registered at the parent authority with hf.IntermediateCA".to_owned();
        let parent = credentials(format!("{name}-parent"), purpose, None, origin);
        // The authority behind the parent's TLS certificate stands beside the password that is sent to it.
        builder.secret(id, SecretNeed { keys: &["ca.crt", "password", "username"], ..parent });
    }
}
