//! The steps between the prelude and the checks: first what workloads share, and the certificate authority, which issues
//! the others' identities; then each node that keeps a quorum or a ledger by itself, so that they restart one at a time;
//! then everything else. What belongs to a step is told by the labels of its objects, so that no form bears them.

use crate::base::Origin;
use crate::expand::Component;
use crate::lower::SHARED;
use crate::package::checks::{COMPONENT, NAME};

pub(super) const STEPS: Origin =
    Origin::Rule("what others stand on is applied first, and nodes of a quorum or a ledger one at a time");

/// A part of a cluster that is applied before the next.
pub(super) struct Step {
    pub name: String,
    /// Selects its objects, and of the first step's also those that a later step selects; none where it is all that the
    /// others leave.
    pub own: Option<String>,
    /// Each selects objects of others; together they select all of them.
    pub others: Vec<String>,
}

/// The steps of a cluster with some nodes.
pub(super) fn steps(nodes: &[&str]) -> Vec<Step> {
    let foundation = foundation();
    let of_nodes = (!nodes.is_empty()).then(|| format!("{NAME} in ({})", nodes.join(",")));
    let first = Step {
        name: "foundation".to_owned(),
        own: Some(format!("{COMPONENT} in ({foundation})")),
        others: [format!("{COMPONENT} notin ({foundation})")].into_iter().chain(of_nodes).collect(),
    };
    let each = nodes.iter().map(|name| Step {
        name: (*name).to_owned(),
        own: Some(format!("{NAME}={name}")),
        others: vec![format!("{NAME}!={name}")],
    });
    let rest = Step { name: "workloads".to_owned(), own: None, others: vec![format!("{COMPONENT} in ({foundation})")] };
    [first].into_iter().chain(each).chain([rest]).collect()
}

/// The components of what is there before the nodes, those of the nodes among them: a Service or a budget of all of them
/// bears their component, but no node's name, and is there before the first, which asks for the others by it.
fn foundation() -> String {
    let nodes = Component::NODES.map(Component::as_str);
    let mut components: Vec<&str> =
        [SHARED, Component::CertificateAuthority.as_str()].into_iter().chain(nodes).collect();
    components.sort_unstable();
    components.join(",")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const FOUNDATION: &str = "app.kubernetes.io/component in (ca,kafka,orderer,peer,shared,zookeeper)";

    #[test]
    fn nodes_are_steps_of_their_own_between_what_they_stand_on_and_the_rest() {
        let steps = steps(&["kafka0", "peer0"]);
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["foundation", "kafka0", "peer0", "workloads"]);
        let own: Vec<Option<&str>> = steps.iter().map(|step| step.own.as_deref()).collect();
        let (kafka, peer) = ("app.kubernetes.io/name=kafka0", "app.kubernetes.io/name=peer0");
        let expected = [Some(FOUNDATION), Some(kafka), Some(peer), None];
        assert_eq!(own, expected);
        let others = [FOUNDATION.replace(" in ", " notin "), "app.kubernetes.io/name in (kafka0,peer0)".to_owned()];
        assert_eq!(steps[0].others, others);
        assert_eq!(steps[1].others, ["app.kubernetes.io/name!=kafka0"]);
        assert_eq!(steps[3].others, [FOUNDATION]);
    }

    #[test]
    fn without_nodes_nothing_is_left_out_for_them() {
        let steps = steps(&[]);
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[0].others, [FOUNDATION.replace(" in ", " notin ")]);
        assert_eq!(steps[1].others, [FOUNDATION]);
    }
}
