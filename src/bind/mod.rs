//! Stage 4: the workload graphs and the targets to a [`Plan`], in two steps: `realise`, each organization with its own
//! target, and `connect`, over all organizations. The last stage that may refuse the input.

pub mod allocations;
pub mod bindings;
mod compare;
mod connect;
pub mod plan;
mod realise;
pub mod site;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

pub use allocations::Allocations;
pub use bindings::Bindings;
pub use compare::compare;
pub use connect::connect;
pub use plan::*;
pub use realise::{Allocated, Given, Homes, Realised, Row, homes, realise};
pub use site::*;

use crate::diag::{Diagnostic, Diagnostics, code};
use crate::expand::OrganizationGraph;
use crate::resolve::{Card, Consortium, RunBy};
use crate::target::Shelf;

/// What binding an environment yields.
#[derive(Debug)]
pub struct Bound {
    pub plan: Plan,
    /// Every number that must never change, sorted.
    pub allocated: Vec<Allocated>,
}

/// Binds the organizations of one environment to their targets. `None` where anything is refused; then every reason is
/// recorded.
pub fn bind(
    consortium: Arc<Consortium>,
    graphs: Vec<OrganizationGraph>,
    shelf: &Shelf,
    allocations: &Allocations,
    bindings: &Bindings,
    traced: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Bound> {
    let count = graphs.len();
    let homes = homes(&consortium, &graphs);
    let given = Given { consortium: &consortium, homes, allocations, bindings, traced };
    let each = |mut graph: OrganizationGraph| {
        let name = &consortium.organization(graph.organization).name.value;
        let mut found = Diagnostics::new();
        found.extend(allocations.rename(&consortium.environment.value, name, &mut graph));
        let target = target(&consortium, &graph, shelf, &mut found);
        let done = target.and_then(|target| realise(&given, graph, target, &mut found));
        (done, found)
    };
    let done: Vec<_> = graphs.into_par_iter().map(each).collect();
    let mut realised = Vec::with_capacity(count);
    for (one, found) in done {
        diagnostics.extend(found.iter().cloned());
        realised.extend(one);
    }
    let before = diagnostics.errors();
    realise::together(&consortium, &realised, diagnostics);
    if realised.len() < count || diagnostics.errors() > before {
        return None;
    }
    let cards = Arc::new(cards(&consortium, &realised));
    let mut allocated: Vec<Allocated> = realised.iter().flat_map(|one| one.allocated.clone()).collect();
    allocated.sort();
    diagnostics.extend(allocations.unused(&consortium, &allocated));
    let mut organizations: Vec<OrganizationPlan> = realised.into_iter().map(|one| one.plan).collect();
    organizations.par_iter_mut().for_each(|plan| connect(&consortium, &cards, plan));
    Some(Bound { plan: Plan { consortium, cards, organizations }, allocated })
}

/// The target that an organization names.
fn target<'a>(
    consortium: &Consortium,
    graph: &OrganizationGraph,
    shelf: &'a Shelf,
    diagnostics: &mut Diagnostics,
) -> Option<&'a crate::target::Target> {
    let organization = consortium.organization(graph.organization);
    let name = &organization.description()?.target;
    let target = shelf.get(&name.value);
    if target.is_none() {
        let finding = Diagnostic::new(code::UNKNOWN_TARGET, format!("there is no target `{}`", name.value));
        let finding = finding.at_origin(name.origin, "");
        let finding = finding.nearest(&name.value, "targets", shelf.iter().map(|target| target.name.as_str()));
        diagnostics.push(finding.about(organization.name.value.as_str()));
    }
    target
}

/// The card of every organization, in order: as bound here, or as somebody else gave it.
fn cards(consortium: &Consortium, realised: &[Realised]) -> Vec<Card> {
    let own: BTreeMap<&str, &Card> = realised.iter().map(|one| (one.card.organization.as_str(), &one.card)).collect();
    let card = |organization: &crate::resolve::Organization| match &organization.run_by {
        RunBy::Us(_) => own.get(organization.name.value.as_str()).map(|card| (*card).clone()),
        RunBy::Others(card) => Some(card.as_ref().clone()),
    };
    consortium.organizations.iter().filter_map(card).collect()
}
