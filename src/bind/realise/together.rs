//! What only shows when all organizations of an environment are seen at once.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::capacity::{self, Load};
use super::network::overlapping;
use super::{Allocated, Realised};
use crate::base::Origin;
use crate::diag::{Diagnostic, Diagnostics, code};
use crate::resolve::{Consortium, Description, OrgIx};
use crate::target::cidr;

/// Checks the organizations of one environment against each other.
pub fn together(consortium: &Consortium, realised: &[Realised], diagnostics: &mut Diagnostics) {
    networks(consortium, realised, diagnostics);
    let tenants = tenants(realised);
    let findings = realised.par_iter().map(|one| {
        let there = tenants.get(&one.plan.graph.organization).map_or(&[][..], Vec::as_slice);
        fits(consortium, one, there)
    });
    findings.collect::<Vec<_>>().into_iter().flatten().for_each(|finding| diagnostics.push(finding));
    unallocated(consortium, realised, diagnostics);
}

/// Networks that meet at one VPN gateway must not share addresses.
fn networks(consortium: &Consortium, realised: &[Realised], diagnostics: &mut Diagnostics) {
    let own: Vec<_> = realised
        .iter()
        .filter_map(|one| {
            let at = one.plan.graph.organization;
            let description = consortium.organization(at).description()?;
            if description.within.is_some() || description.vpns.is_empty() {
                return None;
            }
            let range = one.range.as_ref()?;
            Some((at, description, cidr::parse(&range.value).ok()?, range.origin))
        })
        .collect();
    for (first, one) in own.iter().enumerate() {
        for other in
            own.iter().skip(first + 1).filter(|other| joined(one.1, other.1) && cidr::overlap(&one.2, &other.2))
        {
            let words = |at: OrgIx| format!("the network of `{}`", consortium.organization(at).name.value);
            let (left, right) = (words(one.0), words(other.0));
            let finding =
                overlapping((&left, one.2, one.3), (&right, other.2, other.3), name(consortium, one.0).span());
            diagnostics.push(finding.help("both are reached through one VPN gateway"));
        }
    }
}

/// Whether two organizations' networks meet at a gateway.
fn joined(one: &Description, other: &Description) -> bool {
    one.vpns.iter().any(|vpn| other.vpns.iter().any(|also| also.gateway.value == vpn.gateway.value))
}

/// Whether the nodes of an organization's own clusters hold the pods of everybody who is there.
fn fits(consortium: &Consortium, one: &Realised, there: &[&Realised]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let owner = one.plan.graph.organization;
    for plan in one.plan.clusters.iter().filter(|plan| plan.owner == owner && !plan.pools.is_empty()) {
        let system = one.system.get(&plan.cluster).copied().unwrap_or_default();
        let all = || there.iter().flat_map(|one| &one.plan.graph.workloads);
        let workloads = || all().filter(|workload| workload.cluster == plan.cluster);
        let shortage = |load| capacity::shortage(workloads(), system, &plan.pools, load);
        let (code, load, shortage) = match (shortage(Load::Least), shortage(Load::Most)) {
            (Some(shortage), _) => (code::NO_ROOM, "", shortage),
            (None, Some(shortage)) => {
                (code::NO_ROOM_TO_SCALE, " once every service is scaled to its maximum", shortage)
            }
            (None, None) => continue,
        };
        let nodes: u32 = plan.pools.iter().map(|pool| pool.maximum).sum();
        let message =
            format!("{} pods of the cluster `{}` find no room on its {nodes} nodes{load}", shortage.pods, plan.name);
        let origin = plan.pools.first().map_or(name(consortium, owner), |pool| pool.origin);
        let finding = Diagnostic::new(code, message).at_first(origin, name(consortium, owner), "");
        let kind = plan.pools.first().map_or("", |pool| pool.instance_type.value.as_str());
        let finding = match shortage.nodes {
            Some(1) => finding.help(format!("1 node more of type `{kind}` would do: raise `maximum`")),
            Some(more) => finding.help(format!("{more} nodes more of type `{kind}` would do: raise `maximum`")),
            None => finding.help(format!("a pod is larger than a node of type `{kind}`: use a larger type")),
        };
        findings.push(finding.about(consortium.organization(owner).name.value.as_str()));
    }
    findings
}

/// Those that have anything in each owner's clusters, in order.
fn tenants(realised: &[Realised]) -> BTreeMap<OrgIx, Vec<&Realised>> {
    let mut tenants: BTreeMap<OrgIx, Vec<&Realised>> = BTreeMap::new();
    for one in realised {
        if let Some(plan) = one.plan.clusters.first() {
            tenants.entry(plan.owner).or_default().push(one);
        }
    }
    tenants
}

/// Numbers that nobody has written down, told once for the environment.
fn unallocated(consortium: &Consortium, realised: &[Realised], diagnostics: &mut Diagnostics) {
    let missing: Vec<&Allocated> = realised.iter().flat_map(|one| &one.allocated).filter(|one| !one.kept).collect();
    let Some(first) = missing.first() else { return };
    let environment = &consortium.environment.value;
    let message = match missing.len() {
        1 => format!("one number of `{environment}` has no row in allocations.yaml"),
        count => format!("{count} numbers of `{environment}` have no row in allocations.yaml"),
    };
    let finding = Diagnostic::new(code::UNALLOCATED, message);
    let finding = match consortium.environment.origin.span() {
        Some(span) => finding.at(span, ""),
        None => finding,
    };
    let help = format!("such as {}; `akcgen allocate` writes them down, so that they never change", first.words());
    diagnostics.push(finding.help(help));
}

fn name(consortium: &Consortium, at: OrgIx) -> Origin {
    consortium.organization(at).name.origin
}
