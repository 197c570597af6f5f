//! Stage 2: [`crate::parse::blueprint::Blueprint`] to [`Consortium`], once an environment.

pub mod acceptance;
mod channels;
pub mod consortium;
mod context;
mod defaults;
mod description;
mod kinds;
mod ordering;
mod organizations;
mod policies;
mod problem;
mod quantities;
mod references;
mod rules;
mod services;

pub use crate::parse::card::{self, Card, Certificates, FabricNode, SharedService};
pub use acceptance::Acceptances;
pub use consortium::*;
pub use defaults::reason;
pub use rules::environments as compare;

use crate::base::Traced;
use crate::base::name::Label;
use crate::diag::Diagnostics;
use crate::parse::Files;
use crate::parse::blueprint::Blueprint;

/// Fills in every default and checks every name and rule of one environment. `None` if the blueprint is refused; then
/// the reasons are recorded. Findings that may be accepted are recorded too; [`Acceptances`] takes out those that are.
pub fn resolve(
    blueprint: &Blueprint,
    environment: &Traced<Label>,
    files: &Files,
    diagnostics: &mut Diagnostics,
) -> Option<Consortium> {
    // A collection of its own, since one that already holds the same finding does not count it again.
    let mut found = Diagnostics::new();
    let mut context = context::Context::new(blueprint, environment, files, &mut found);
    let organizations = organizations::resolve(&mut context);
    let ordering = ordering::resolve(&mut context, &organizations);
    let channels = channels::resolve(&mut context, &organizations, &ordering);
    let acceptances = acceptance::resolve(&mut context);
    let consortium = Consortium {
        name: blueprint.name.clone(),
        version: defaults::VERSION.or(blueprint.version.as_ref()),
        environment: environment.clone(),
        ordering,
        organizations,
        channels,
        acceptances,
    };
    rules::check(blueprint, &consortium, &mut found);
    let accepted = !found.has_errors();
    diagnostics.extend(found.iter().cloned());
    accepted.then_some(consortium)
}

#[cfg(test)]
pub(crate) mod tests;
