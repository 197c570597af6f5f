//! Stage 4: the workload graphs and the targets to a [`Plan`], in two steps: `realise`, each organization with its own
//! target, and `connect`, over all organizations. The last stage that may refuse the input.

pub mod allocations;
pub mod bindings;
mod connect;
pub mod plan;
mod realise;

use std::sync::Arc;

pub use allocations::Allocations;
pub use bindings::Bindings;
pub use connect::connect;
pub use plan::*;
pub use realise::{Allocated, Realised, Row, realise};

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
    graphs: &[OrganizationGraph],
    shelf: &Shelf,
    allocations: &Allocations,
    bindings: &Bindings,
    diagnostics: &mut Diagnostics,
) -> Option<Bound> {
    let mut realised = Vec::with_capacity(graphs.len());
    for graph in graphs {
        let target = target(&consortium, graph, shelf, diagnostics);
        let done = target.and_then(|target| realise(&consortium, graph, target, allocations, bindings, diagnostics));
        realised.extend(done);
    }
    let before = diagnostics.errors();
    realise::together(&consortium, &realised, diagnostics);
    if realised.len() < graphs.len() || diagnostics.errors() > before {
        return None;
    }
    let cards = Arc::new(cards(&consortium, &realised));
    let mut allocated: Vec<Allocated> = realised.iter().flat_map(|one| one.allocated.clone()).collect();
    allocated.sort();
    let mut organizations: Vec<OrganizationPlan> = realised.into_iter().map(|one| one.plan).collect();
    organizations.iter_mut().for_each(|plan| connect(&consortium, &cards, plan));
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
        let finding = name.origin.span().map_or(finding.clone(), |span| finding.at(span, ""));
        let finding = finding.nearest(&name.value, "targets", shelf.iter().map(|target| target.name.as_str()));
        diagnostics.push(finding.about(organization.name.value.as_str()));
    }
    target
}

/// The card of every organization, in order: as bound here, or as somebody else gave it.
fn cards(consortium: &Consortium, realised: &[Realised]) -> Vec<Card> {
    let own =
        |name: &str| realised.iter().find(|one| one.card.organization.as_str() == name).map(|one| one.card.clone());
    let card = |organization: &crate::resolve::Organization| match &organization.run_by {
        RunBy::Us(_) => own(&organization.name.value),
        RunBy::Others(card) => Some(card.as_ref().clone()),
    };
    consortium.organizations.iter().filter_map(card).collect()
}
