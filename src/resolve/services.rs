//! One service with every default filled in.

use super::context::Context;
use super::problem::problem;
use super::{
    Authority, Backup, Cluster, Copies, Database, Exposure, Patch, Port, Probe, Pruning, Service, Volume, defaults,
    kinds, quantities, references,
};
use crate::base::name::{AbsolutePath, Domain, Image, Label, OrganizationName, UrlPath};
use crate::base::{Origin, Traced};
use crate::diag::code;
use crate::fabric::ports;
use crate::parse::blueprint::{self, Protocol, Scalar, ServiceKind};
use crate::source::Node;

/// The organization that a service belongs to.
pub(super) struct Home<'a> {
    pub name: &'a Traced<OrganizationName>,
    pub written: &'a blueprint::Organization,
    pub domain: &'a Domain,
}

const HOST: Origin = Origin::Rule("the name, then the organization's domain, unless `host` is written");
const PORT: Origin = Origin::Rule("the port that speaks HTTP, unless `port` is written");
const PATH: Origin = Origin::Rule("a slash, then the service's name, unless `path` is written");
const SCHEMA: Origin = Origin::Rule("the service's name with underscores, unless `schema` is written");
const CA_PORTS: Origin = Origin::Rule("the ports of Fabric CA");

/// The host name of something that has none of its own.
pub(super) fn host_under(name: &str, domain: &Domain) -> Traced<Domain> {
    Traced::new(Domain::trusted(format!("{name}.{domain}")), HOST)
}

pub(super) fn resolve(
    context: &mut Context,
    home: &Home,
    cluster: Cluster,
    name: &Traced<Label>,
    written: &blueprint::Service,
) -> Service {
    let kind = (cluster == Cluster::Blockchain).then(|| kinds::kind_of(&name.value, written)).flatten();
    for (option, origin) in kinds::foreign_options(kind, name, written) {
        let of = kind.map_or("a service of your own", kinds::name);
        let foreign = problem(
            code::FOREIGN_OPTION,
            origin,
            format!("`{option}` has no meaning for `{}`", name.value),
            format!("not an option of {of}"),
        );
        context.push(foreign.help("take it away; `kind` says what a service is where its name does not"));
    }
    let ports = ports(context, kind, name, written);
    let keeps_volume = kind == Some(ServiceKind::Ca) || !written.storage.is_empty();
    Service {
        name: name.clone(),
        kind,
        image: image(context, kind, name, written),
        command: written.command.clone(),
        arguments: written.arguments.clone(),
        copies: copies(context, kind, name, written),
        resources: quantities::resources(written.resources.as_ref(), &defaults::SERVICE_CPU, &defaults::SERVICE_MEMORY),
        storage: storage(written),
        shared_files: written.shared_files.clone(),
        configuration: written
            .configuration
            .iter()
            .map(|(key, value)| (key.value.clone(), value.clone().map(plain)))
            .collect(),
        files: written.files.iter().map(|(path, text)| (path.value.clone(), text.clone())).collect(),
        secrets: references::secrets(context, home, written),
        exposure: exposure(context, home, name, &ports, written.exposure.as_ref()),
        probe: probe(context, kind, &ports, written.probe.as_ref()),
        backup: keeps_volume.then(|| backup(written.backup.as_ref())),
        database: database(context, kind, name, written),
        reads: references::reads(context, home, name, written),
        calls: references::calls(context, home, name, written),
        channels: references::channels(context, home, kind, written),
        authority: (kind == Some(ServiceKind::Ca)).then(|| authority(context, written.authority.as_ref())),
        pruning: (kind == Some(ServiceKind::Daemon)).then(|| pruning(written.pruning.as_ref())),
        mode: (kind == Some(ServiceKind::DataSync)).then(|| defaults::SYNC_MODE.or(written.mode.as_ref())),
        patches: patches(written),
        ports,
    }
}

/// The text that a program sees of a plain value.
fn plain(scalar: Scalar) -> String {
    match scalar {
        Scalar::Text(text) => text,
        Scalar::Integer(number) => number.to_string(),
        Scalar::Number(number) => format!("{number:?}"),
        Scalar::Boolean(value) => value.to_string(),
    }
}

fn image(
    context: &mut Context,
    kind: Option<ServiceKind>,
    name: &Traced<Label>,
    written: &blueprint::Service,
) -> Traced<Image> {
    let default = || kinds::image(kind).map(super::defaults::Row::value);
    written.image.clone().or_else(default).unwrap_or_else(|| {
        context.missing(
            name.origin,
            &format!("the service `{}` has no image", name.value),
            "write `image:` with a tag or digest; only `ca` and `explorer` have one by default",
        );
        Traced::new(Image::trusted("unknown:0"), name.origin)
    })
}

/// The ports, sorted by name; never empty.
fn ports(
    context: &mut Context,
    kind: Option<ServiceKind>,
    name: &Traced<Label>,
    written: &blueprint::Service,
) -> Vec<Port> {
    let fixed = |name: &str, port: u16, protocol: Protocol| Port {
        name: Traced::new(Label::trusted(name), CA_PORTS),
        port: Traced::new(port, CA_PORTS),
        protocol: Traced::new(protocol, CA_PORTS),
    };
    if kind == Some(ServiceKind::Ca) {
        let https = fixed("https", ports::CA_HTTPS, Protocol::Tcp);
        return vec![https, fixed("operations", ports::CA_OPERATIONS, Protocol::Http)];
    }
    let mut found = Vec::new();
    for (port_name, port) in &written.ports {
        let Some(number) = port.port else {
            context.missing(
                port_name.origin,
                &format!("the port `{}` of `{}` has no number", port_name.value, name.value),
                "write the number that the program listens on, such as `http: 8080`",
            );
            continue;
        };
        let protocol = defaults::PROTOCOL.or(port.protocol.as_ref());
        found.push(Port { name: port_name.clone(), port: number, protocol });
    }
    if found.is_empty() {
        let http = defaults::PORT.value();
        let name = Traced::new(Label::trusted("http"), http.origin);
        found.push(Port { name, port: http, protocol: defaults::PROTOCOL.value() });
    }
    found
}

fn copies(
    context: &mut Context,
    kind: Option<ServiceKind>,
    name: &Traced<Label>,
    written: &blueprint::Service,
) -> Copies {
    let once = kinds::only_once(kind).or((!written.storage.is_empty()).then_some("its volume belongs to one copy"));
    let fixed = if once.is_some() { defaults::REPLICAS_ONE } else { defaults::REPLICAS };
    let Some(scaling) = &written.autoscaling else { return Copies::Fixed(fixed.or(written.replicas.as_ref())) };
    let minimum = defaults::SCALE_MINIMUM.or(scaling.minimum.as_ref());
    let cpu_percent = defaults::SCALE_CPU.or(scaling.cpu.as_ref());
    let maximum = scaling.maximum.unwrap_or_else(|| {
        context.missing(
            scaling.minimum.map_or(name.origin, |minimum| minimum.origin),
            &format!("the autoscaling of `{}` has no maximum", name.value),
            "write the most copies that may run, such as `autoscaling: {maximum: 6}`",
        );
        minimum
    });
    Copies::Scaled { minimum, maximum, cpu_percent }
}

fn patches(written: &blueprint::Service) -> Vec<Patch> {
    let patch = |(kind, partial): (&Traced<String>, &Node)| Patch { kind: kind.clone(), partial: partial.clone() };
    written.patches.iter().map(patch).collect()
}

fn storage(written: &blueprint::Service) -> Vec<Volume> {
    let volume = |(name, volume): (&Traced<Label>, &blueprint::Volume)| Volume {
        name: name.clone(),
        size: volume.size.clone(),
        path: volume.path.clone(),
    };
    written.storage.iter().map(volume).collect()
}

fn exposure(
    context: &mut Context,
    home: &Home,
    name: &Traced<Label>,
    ports: &[Port],
    written: Option<&blueprint::Exposure>,
) -> Exposure {
    let port = written.and_then(|exposure| named_port(context, ports, exposure.port.as_ref()));
    let host = written.and_then(|exposure| exposure.host.clone());
    let path = written.and_then(|exposure| exposure.path.clone());
    let frontends = written.map_or_else(Vec::new, |exposure| references::frontends(context, home, &exposure.frontends));
    Exposure {
        to: defaults::REACH.or(written.and_then(|exposure| exposure.to.as_ref())),
        frontends,
        internet: written.map_or_else(Vec::new, |exposure| exposure.internet.clone()),
        port: port.unwrap_or_else(|| exposed_port(ports)),
        host: host.unwrap_or_else(|| host_under(&name.value, home.domain)),
        path: path.unwrap_or_else(|| Traced::new(UrlPath::trusted(format!("/{}", name.value)), PATH)),
    }
}

/// The port that is asked for by name; none where there is no such port, which is recorded.
fn named_port(context: &mut Context, ports: &[Port], asked: Option<&Traced<Label>>) -> Option<Traced<Label>> {
    let asked = asked?;
    if ports.iter().any(|port| port.name.value == asked.value) {
        return Some(asked.clone());
    }
    let names = ports.iter().map(|port| port.name.value.as_str());
    let message = format!("the service has no port `{}`", asked.value);
    let unknown = problem(code::UNKNOWN_PORT, asked.origin, message, "not one of its `ports`");
    context.push(unknown.nearest(&asked.value, "ports", names));
    None
}

/// The port that is reached from outside where none is named: a port of another purpose does not come before the web's
/// because of its name.
fn exposed_port(ports: &[Port]) -> Traced<Label> {
    let speaks_http = |port: &&Port| port.protocol.value == Protocol::Http;
    let web = |port: &&Port| port.name.value.as_str() == "http" && speaks_http(port);
    // Fabric CA's own port stands first; what else it has is for operators.
    let own = ports.first().filter(|port| port.port.origin == CA_PORTS);
    let found = own.or_else(|| ports.iter().find(web)).or_else(|| ports.iter().find(speaks_http)).or(ports.first());
    found.map_or_else(|| Traced::new(Label::trusted("http"), PORT), |port| port.name.clone())
}

fn probe(
    context: &mut Context,
    kind: Option<ServiceKind>,
    ports: &[Port],
    written: Option<&blueprint::Probe>,
) -> Probe {
    let start = defaults::PROBE_START.or(written.and_then(|probe| probe.start.as_ref()));
    if kind == Some(ServiceKind::Ca) {
        let path = Traced::new(UrlPath::trusted("/healthz"), CA_PORTS);
        return Probe { path: Some(path), port: Label::trusted("operations"), start };
    }
    let known = written.and_then(|probe| named_port(context, ports, probe.port.as_ref()));
    let first = ports.first().map(|port| port.name.value.clone());
    let port = known.map(|known| known.value).or(first).unwrap_or_else(|| Label::trusted("http"));
    Probe { path: written.and_then(|probe| probe.path.clone()), port, start }
}

fn backup(written: Option<&blueprint::Backup>) -> Backup {
    Backup {
        schedule: defaults::BACKUP_SCHEDULE.or(written.and_then(|backup| backup.schedule.as_ref())),
        keep: defaults::BACKUP_KEEP.or(written.and_then(|backup| backup.keep.as_ref())),
    }
}

/// The schema that the service owns.
fn database(
    context: &mut Context,
    kind: Option<ServiceKind>,
    name: &Traced<Label>,
    written: &blueprint::Service,
) -> Option<Database> {
    let default = kinds::database(kind).map(super::defaults::Row::value);
    let asked = written.database.as_ref();
    if asked.is_none() && default.is_none() {
        return None;
    }
    let engine = asked.and_then(|database| database.engine).or(default);
    let schema = asked.and_then(|database| database.schema.clone());
    let schema = schema.unwrap_or_else(|| Traced::new(name.value.replace('-', "_"), SCHEMA));
    if engine.is_none() {
        context.missing(
            schema.origin.span().map_or(name.origin, |_| schema.origin),
            &format!("the database of `{}` has no engine", name.value),
            "write `engine: postgresql` or `engine: mysql`",
        );
    }
    engine.map(|engine| Database { engine, schema })
}

fn authority(context: &mut Context, written: Option<&blueprint::Authority>) -> Authority {
    let subject = written.and_then(|authority| authority.subject.as_ref());
    let parent = written.and_then(|authority| authority.parent.as_ref());
    Authority {
        role: defaults::AUTHORITY_ROLE.or(written.and_then(|authority| authority.role.as_ref())),
        parent: parent.and_then(|parent| Some(Traced::new(context.organization(parent)?, parent.origin))),
        country: subject.and_then(|subject| subject.country.clone()),
        state: subject.and_then(|subject| subject.state.clone()),
        locality: subject.and_then(|subject| subject.locality.clone()),
    }
}

fn pruning(written: Option<&blueprint::Pruning>) -> Pruning {
    Pruning {
        interval: defaults::PRUNING_INTERVAL.or(written.and_then(|pruning| pruning.interval.as_ref())),
        page_size: defaults::PRUNING_PAGE.or(written.and_then(|pruning| pruning.page_size.as_ref())),
        streams: defaults::PRUNING_STREAMS.or(written.and_then(|pruning| pruning.streams.as_ref())),
    }
}

/// Where a service's files and volumes are mounted, with the place in the text.
pub(super) fn mounts(service: &Service) -> Vec<(&AbsolutePath, Origin)> {
    let volumes = service.storage.iter().map(|volume| (&volume.path.value, volume.path.origin));
    let shared = service.shared_files.iter().map(|path| (&path.value, path.origin));
    let files = service.files.iter().map(|(path, text)| (path, text.origin));
    volumes.chain(shared).chain(files).collect()
}
