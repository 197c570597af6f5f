//! What only shows when all environments are seen at once.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Bound, ClusterPlan, HostPlan, OrganizationPlan, Plan};
use crate::base::name::OrganizationName;
use crate::base::{Origin, Traced};
use crate::diag::{Diagnostic, Diagnostics, code};

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

/// A host, and whose it is in which environment.
#[derive(Clone, Copy)]
struct Host<'a> {
    plan: &'a Plan,
    organization: &'a OrganizationPlan,
    host: &'a HostPlan,
}

impl Host<'_> {
    fn whose(&self) -> (&str, &str) {
        let organization = self.plan.consortium.organization(self.organization.graph.organization);
        (self.plan.consortium.environment.value.as_str(), organization.name.value.as_str())
    }

    /// Whether both are of one organization in one environment, where a finding of its own tells of it.
    fn is(&self, other: &Host) -> bool {
        self.whose() == other.whose()
    }

    fn taken(&self, other: &Host) -> Diagnostic {
        let words = |(environment, organization): (&str, &str)| format!("`{organization}` in `{environment}`");
        let (one, also) = (words(self.whose()), words(other.whose()));
        let message = format!("the host `{}` at {} is also one of {also}", self.host.name, self.host.address);
        let finding = Diagnostic::new(code::SERVER_TWICE, message).about(self.whose().1);
        let finding = finding.at_first(self.host.origin, other.host.origin, "named here, too");
        finding.help(format!("give {one} hosts of its own"))
    }
}

/// Refuses clusters and hosts that one platform could not tell apart: two organizations', or one's in two environments.
pub fn compare(all: &[Bound], diagnostics: &mut Diagnostics) {
    let mut known: BTreeMap<(&str, &str), Standing> = BTreeMap::new();
    let plans = all.iter().map(|bound| &bound.plan);
    let organizations = plans.flat_map(|plan| plan.organizations.iter().map(move |organization| (plan, organization)));
    let mut servers: BTreeMap<Ipv4Addr, Host> = BTreeMap::new();
    for (plan, organization) in organizations {
        for host in organization.site.iter().flat_map(|site| &site.hosts) {
            let one = Host { plan, organization, host };
            if let Some(other) = servers.insert(host.address, one)
                && !one.is(&other)
            {
                diagnostics.push(one.taken(&other));
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
