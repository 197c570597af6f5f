//! What only shows when all environments are seen at once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::realise::overlapping;
use super::{Bound, ClusterPlan, HostPlan, OrganizationPlan, Plan};
use crate::base::name::OrganizationName;
use crate::base::{Origin, Traced};
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::resolve::OrgIx;
use crate::target::cidr;

/// A cluster, and whose it is in which environment.
#[derive(Clone, Copy)]
struct Standing<'a> {
    plan: &'a Plan,
    organization: &'a OrganizationPlan,
    cluster: &'a ClusterPlan,
}

impl<'a> Standing<'a> {
    fn name(&self) -> &'a Traced<OrganizationName> {
        &self.plan.consortium.organization(self.organization.graph.organization).name
    }

    fn environment(&self) -> Origin {
        self.plan.consortium.environment.origin
    }

    fn is_beside(&self, other: &Standing) -> bool {
        self.plan.consortium.environment.value == other.plan.consortium.environment.value
    }
}

/// An address of a site, and whose it is in which environment.
#[derive(Clone, Copy)]
struct Holder<'a> {
    plan: &'a Plan,
    organization: &'a OrganizationPlan,
    /// The host that has it; none where it is the load balancers'.
    host: Option<&'a HostPlan>,
}

impl<'a> Holder<'a> {
    fn name(&self) -> &'a Traced<OrganizationName> {
        &self.plan.consortium.organization(self.organization.graph.organization).name
    }

    fn whose(&self) -> (&'a str, &'a str) {
        (self.plan.consortium.environment.value.as_str(), self.name().value.as_str())
    }

    /// Whether both are of one organization in one environment, where a finding of its own tells of it.
    fn is(&self, other: &Holder) -> bool {
        self.whose() == other.whose()
    }

    fn origin(&self) -> Origin {
        self.host.map_or(self.name().origin, |host| host.origin)
    }

    fn words(&self) -> String {
        let (environment, organization) = self.whose();
        let what =
            self.host.map_or_else(|| "the load balancers".to_owned(), |host| format!("the host `{}`", host.name));
        format!("{what} of `{organization}` in `{environment}`")
    }

    fn taken(&self, address: Ipv4Addr, other: &Holder) -> Diagnostic {
        let message = format!("{address} is both {} and {}", self.words(), other.words());
        let finding = Diagnostic::new(code::SERVER_TWICE, message).about(self.whose().1);
        let finding = finding.at_first(self.origin(), other.origin(), "named here, too");
        finding.help("give each organization hosts and addresses of its own, in each environment")
    }
}

/// Every address of an organization's site.
fn addresses<'a>(plan: &'a Plan, organization: &'a OrganizationPlan) -> impl Iterator<Item = (Ipv4Addr, Holder<'a>)> {
    let site = organization.site.iter();
    site.flat_map(move |site| {
        let hosts = site.hosts.iter().map(|host| (host.address, Some(host)));
        let is_own = |address: Ipv4Addr| site.hosts.iter().any(|host| host.address == address);
        let shared = site.balancers.iter().map(|balancers| balancers.address).filter(move |one| !is_own(*one));
        let all = hosts.chain(shared.map(|address| (address, None)));
        all.map(move |(address, host)| (address, Holder { plan, organization, host }))
    })
}

/// A range that somebody answers for.
struct Claim<'a> {
    range: Ipv4Net,
    what: String,
    /// Whether it is a cluster's: two hosts of one address are told of as such.
    is_of_a_cluster: bool,
    origin: Origin,
    name: &'a Traced<OrganizationName>,
}

/// Refuses addresses for which two clusters, or a cluster and a host, would answer.
fn answered_twice(all: &[Bound], diagnostics: &mut Diagnostics) {
    let plans = all.iter().map(|bound| &bound.plan);
    let organizations = plans.flat_map(|plan| plan.organizations.iter().map(move |one| (plan, one)));
    let mut claims: Vec<Claim> = organizations.flat_map(|(plan, one)| claims(plan, one)).collect();
    claims.sort_by_key(|claim| (claim.range.network(), claim.range.prefix_len()));
    let mut widest: Option<&Claim> = None;
    for claim in &claims {
        match widest {
            Some(wide) if wide.range.contains(&claim.range) => {
                if wide.is_of_a_cluster || claim.is_of_a_cluster {
                    let (one, other) =
                        ((&*claim.what, claim.range, claim.origin), (&*wide.what, wide.range, wide.origin));
                    let finding = overlapping(one, other, claim.name.origin.span());
                    diagnostics.push(finding.about(&claim.name.value));
                }
            }
            _ => widest = Some(claim),
        }
    }
}

fn claims<'a>(plan: &'a Plan, organization: &'a OrganizationPlan) -> Vec<Claim<'a>> {
    let name = &plan.consortium.organization(organization.graph.organization).name;
    let of_clusters = organization.clusters.iter().flat_map(|cluster| {
        let ranges = cluster.addresses.iter().filter_map(|range| Some((cidr::parse(&range.value).ok()?, range.origin)));
        ranges.map(move |(range, origin)| Claim {
            range,
            what: format!("the addresses of `{}`", cluster.name),
            is_of_a_cluster: true,
            origin,
            name,
        })
    });
    let of_hosts = addresses(plan, organization).map(|(address, holder)| Claim {
        range: Ipv4Net::from(address),
        what: holder.words(),
        is_of_a_cluster: false,
        origin: holder.origin(),
        name,
    });
    of_clusters.chain(of_hosts).collect()
}

/// Refuses a range of containers in which others have addresses: no container would ever reach them.
fn hidden(plan: &Plan, diagnostics: &mut Diagnostics) {
    let name = |at: OrgIx| &plan.consortium.organization(at).name;
    let on_hosts = plan.organizations.iter().flat_map(|organization| {
        let all = addresses(plan, organization);
        all.map(|(address, holder)| (organization.graph.organization, Ipv4Net::from(address), holder.origin()))
    });
    let called_from = (0..).map(OrgIx).zip(plan.cards.iter()).flat_map(|(at, card)| {
        let ranges = card.addresses.iter().filter_map(|range| cidr::parse(range).ok());
        ranges.map(move |range| (at, range, name(at).origin))
    });
    let known: Vec<(OrgIx, Ipv4Net, Origin)> = on_hosts.chain(called_from).collect();
    for organization in &plan.organizations {
        let own = organization.graph.organization;
        let Some(containers) = organization.site.as_ref().map(|site| &site.containers) else { continue };
        let Ok(range) = cidr::parse(&containers.value) else { continue };
        let others = known.iter().filter(|(at, other, _)| *at != own && cidr::overlap(&range, other));
        let mut told = BTreeSet::new();
        for (at, other, origin) in others.filter(|(at, ..)| told.insert(*at)) {
            let theirs = format!("addresses of `{}`", name(*at).value);
            let one = ("the range `containers`", range, containers.origin);
            let finding = overlapping(one, (&theirs, *other, *origin), name(own).origin.span());
            diagnostics.push(finding.about(name(own).value.as_str()));
        }
    }
}

/// Refuses clusters and addresses that could not be told apart: two organizations', or one's in two environments.
pub fn compare(all: &[Bound], diagnostics: &mut Diagnostics) {
    let mut known: BTreeMap<(&str, &str), Standing> = BTreeMap::new();
    let plans = all.iter().map(|bound| &bound.plan);
    let organizations = plans.flat_map(|plan| plan.organizations.iter().map(move |organization| (plan, organization)));
    let mut servers: BTreeMap<Ipv4Addr, Holder> = BTreeMap::new();
    all.iter().for_each(|bound| hidden(&bound.plan, diagnostics));
    answered_twice(all, diagnostics);
    for (plan, organization) in organizations {
        for (address, one) in addresses(plan, organization) {
            if let Some(other) = servers.insert(address, one)
                && !one.is(&other)
            {
                diagnostics.push(one.taken(address, &other));
            }
        }
        for cluster in &organization.clusters {
            let Some(scope) = &cluster.name_scope else { continue };
            let one = Standing { plan, organization, cluster };
            if let Some(other) = known.insert((scope, &cluster.name), one) {
                diagnostics.push(taken(scope, &one, &other));
            }
        }
    }
}

fn taken(scope: &str, one: &Standing, other: &Standing) -> Diagnostic {
    let name = &one.cluster.name;
    let (message, place, also, label, help) = if one.is_beside(other) {
        let message = format!("two clusters are called `{name}` in {scope}");
        let help = "rename an organization, let one live `within` the other's clusters, or have its target's parameters \
                    name other ones";
        (message, one.name().origin, other.name().origin, "the other organization", help)
    } else {
        let environments = [other, one].map(|it| it.plan.consortium.environment.value.as_str());
        let message =
            format!("the cluster `{name}` in {scope} stands in both `{}` and `{}`", environments[0], environments[1]);
        let help = "an environment is a network of its own: have its target's parameters name another cluster or place";
        (message, one.environment(), one.name().origin, "the organization", help)
    };
    let finding = Diagnostic::new(code::CLUSTER_NAME_TAKEN, message).at_first(place, also, label);
    finding.about(&one.name().value).help(help)
}
