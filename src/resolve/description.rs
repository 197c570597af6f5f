//! What the blueprint says of an organization that it describes.

use std::collections::BTreeMap;

use super::context::Context;
use super::problem::problem;
use super::{
    Cluster, Description, Frontend, Gitops, Group, NodePool, OrgIx, Peers, Proxy, Service, System, Vpn, defaults,
    organizations, quantities, services,
};
use crate::base::Traced;
use crate::base::name::{Domain, Label, OrganizationName};
use crate::diag::code;
use crate::parse::blueprint::{self, Map};

pub(super) fn resolve(
    context: &mut Context,
    name: &Traced<OrganizationName>,
    written: &blueprint::Organization,
    domain: &Domain,
) -> Description {
    let target = organizations::target(context, name, written);
    let within = within(context, written);
    let vpns = written.vpn.iter().map(|(name, vpn)| Vpn {
        name: name.clone(),
        gateway: vpn.gateway.clone(),
        ranges: vpn.ranges.clone(),
    });
    let frontends = frontends(context, written, domain);
    let home = services::Home { name, written, domain };
    let blockchain = written.blockchain.as_ref();
    let application = written.application.as_ref();
    let groups = application.map_or_else(Vec::new, |application| groups(context, &home, &application.groups));
    let lodger = written.within.is_some();
    Description {
        parameters: written.parameters.get(target.value.as_str()).cloned(),
        target,
        within,
        registry: written.registry.as_ref().and_then(|registry| registry.address.clone()),
        pull_secret: written.registry.as_ref().and_then(|registry| pull_secret(context, name, registry)),
        gitops: written.gitops.as_ref().and_then(|gitops| self::gitops(context, name, gitops)),
        proxy: written.proxy.as_ref().map(|proxy| Proxy {
            http: proxy.http.clone(),
            https: proxy.https.clone(),
            without: proxy.without.clone(),
        }),
        certificate_authorities: certificate_authorities(context, written),
        tags: written.tags.iter().map(|(key, value)| (key.to_string(), plain(value))).collect(),
        labels: written.labels.iter().map(|(key, value)| (key.to_string(), plain(value))).collect(),
        secrets: written.secrets.iter().map(|(name, purpose)| (name.value.clone(), plain(purpose))).collect(),
        systems: systems(context, written),
        vpns: vpns.collect(),
        frontends,
        addresses: written.addresses.clone(),
        peers: peers(context, name, blockchain.and_then(|cluster| cluster.peers.as_ref())),
        blockchain: blockchain
            .map_or_else(Vec::new, |cluster| each_service(context, &home, Cluster::Blockchain, &cluster.services)),
        blockchain_pools: pools(lodger, blockchain.map(|cluster| &cluster.node_pools)),
        application_pools: pools(lodger, application.map(|cluster| &cluster.node_pools)),
        groups,
    }
}

/// The name of the Secrets with which nodes pull from a registry that must be known.
fn pull_secret(
    context: &mut Context,
    name: &Traced<OrganizationName>,
    written: &blueprint::Mirror,
) -> Option<Traced<Label>> {
    let secret = written.pull_secret.as_ref()?;
    if written.address.is_none() {
        let what = format!("`registry` of `{}` has no address", name.value);
        context.missing(secret.origin, &what, "write `address: HOST/PATH`, here or under `defaults`");
    }
    Some(secret.clone())
}

fn gitops(context: &mut Context, name: &Traced<OrganizationName>, written: &blueprint::Gitops) -> Option<Gitops> {
    let Some(repository) = &written.repository else {
        let places = [
            written.tool.as_ref().map(|tool| tool.origin),
            written.branch.as_ref().map(|branch| branch.origin),
            written.path.as_ref().map(|path| path.origin),
            written.secret.as_ref().map(|secret| secret.origin),
        ];
        context.missing(
            places.into_iter().flatten().next().unwrap_or(name.origin),
            &format!("`gitops` of `{}` names no repository", name.value),
            "Argo CD and Flux fetch the bundle from a git repository: write `repository: https://…`, here or under `defaults`",
        );
        return None;
    };
    Some(Gitops {
        tool: written.tool,
        repository: repository.clone(),
        branch: defaults::GITOPS_BRANCH.or(written.branch.as_ref()),
        path: defaults::GITOPS_PATH.or(written.path.as_ref()),
        secret: written.secret.clone(),
    })
}

fn plain(text: &Traced<impl ToString>) -> Traced<String> {
    text.as_ref().map(ToString::to_string)
}

/// The organization whose clusters this one lives in.
fn within(context: &mut Context, written: &blueprint::Organization) -> Option<Traced<OrgIx>> {
    let host = written.within.as_ref()?;
    context.organization(host).map(|at| Traced::new(at, host.origin))
}

/// The front ends. One without ranges would be open to everybody: load balancers take an empty list for all addresses.
fn frontends(context: &mut Context, written: &blueprint::Organization, domain: &Domain) -> Vec<Frontend> {
    for (name, _) in written.frontends.iter().filter(|(_, frontend)| frontend.ranges.is_empty()) {
        let message = format!("the front end `{}` has no address ranges", name.value);
        let help = "write where its users come from, such as `[203.0.113.0/24]`; `0.0.0.0/0` is everybody";
        context.missing(name.origin, &message, help);
    }
    let frontend = |(name, frontend): (&Traced<Label>, &blueprint::Frontend)| Frontend {
        name: name.clone(),
        ranges: frontend.ranges.clone(),
        host: frontend.host.clone().unwrap_or_else(|| services::host_under(&name.value, domain)),
    };
    written.frontends.iter().map(frontend).collect()
}

fn certificate_authorities(context: &Context, written: &blueprint::Organization) -> BTreeMap<String, Traced<String>> {
    let read = written.certificate_authorities.iter().filter_map(|(name, path)| {
        let text = context.files.certificates.get(path.value.as_str())?;
        Some((name.value.to_string(), Traced::new(text.clone(), path.origin)))
    });
    read.collect()
}

fn systems(context: &mut Context, written: &blueprint::Organization) -> Vec<System> {
    let mut through = |system: &blueprint::System| {
        let name = system.through.as_ref().filter(|through| through.value.as_str() != "internet")?;
        let found = written.vpn.keys().position(|vpn| vpn.value == name.value);
        if found.is_none() {
            let names = written.vpn.keys().map(|vpn| vpn.value.as_str()).chain(["internet"]);
            let unknown = problem(
                code::UNKNOWN_VPN,
                name.origin,
                format!("there is no VPN `{}` in this organization", name.value),
                "not declared under `vpn`",
            );
            context.push(unknown.nearest(&name.value, "ways", names));
        }
        found
    };
    let systems = written.systems.iter().map(|(name, system)| System {
        name: name.clone(),
        address: system.address.clone(),
        port: system.port,
        through: through(system),
    });
    systems.collect()
}

fn peers(context: &Context, name: &Traced<OrganizationName>, written: Option<&blueprint::Peers>) -> Peers {
    let count = if context.is_member(&name.value) { defaults::PEERS } else { defaults::NO_PEERS };
    let (cpu, memory) = (&defaults::PEER_CPU, &defaults::PEER_MEMORY);
    let (database_cpu, database_memory) = (&defaults::COUCHDB_CPU, &defaults::COUCHDB_MEMORY);
    Peers {
        count: count.or(written.and_then(|peers| peers.count.as_ref())),
        database: defaults::STATE_DATABASE.or(written.and_then(|peers| peers.database.as_ref())),
        endpoints: defaults::ENDPOINTS.or(written.and_then(|peers| peers.endpoints.as_ref())),
        storage: defaults::PEER_STORAGE.or(written.and_then(|peers| peers.storage.as_ref())),
        resources: quantities::resources(written.and_then(|peers| peers.resources.as_ref()), cpu, memory),
        database_storage: defaults::COUCHDB_STORAGE.or(written.and_then(|peers| peers.database_storage.as_ref())),
        database_resources: quantities::resources(
            written.and_then(|peers| peers.database_resources.as_ref()),
            database_cpu,
            database_memory,
        ),
    }
}

/// The node pools of a cluster; none where it stands within another organization's.
fn pools(lodger: bool, written: Option<&Map<Label, blueprint::NodePool>>) -> Vec<NodePool> {
    if lodger {
        return Vec::new();
    }
    let pool = |(name, pool): (&Traced<Label>, &blueprint::NodePool)| NodePool {
        name: name.clone(),
        instance_type: pool.instance_type.clone(),
        zones: pool.zones.clone(),
        minimum: pool.minimum,
        maximum: pool.maximum,
    };
    let general =
        || NodePool { name: defaults::POOL.value(), instance_type: None, zones: None, minimum: None, maximum: None };
    let pools: Vec<NodePool> = written.into_iter().flatten().map(pool).collect();
    if pools.is_empty() { vec![general()] } else { pools }
}

fn groups(context: &mut Context, home: &services::Home, written: &Map<Label, blueprint::Group>) -> Vec<Group> {
    let group = |(name, group): (&Traced<Label>, &blueprint::Group)| Group {
        name: name.clone(),
        packing: defaults::PACKING.or(group.packing.as_ref()),
        services: each_service(context, home, Cluster::Application, &group.services),
    };
    written.iter().map(group).collect()
}

fn each_service(
    context: &mut Context,
    home: &services::Home,
    cluster: Cluster,
    written: &Map<Label, blueprint::Service>,
) -> Vec<Service> {
    written.iter().map(|(name, service)| services::resolve(context, home, cluster, name, service)).collect()
}
