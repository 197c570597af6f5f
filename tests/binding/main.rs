//! Blueprints bound to their targets, through the public stages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::*;

#[test]
fn shipped_blueprints_are_bound() {
    for blueprint in ["blueprints/akachain.yaml", "blueprints/minimal.yaml"] {
        let run = Run::file(blueprint);
        assert!(run.environments.iter().all(Option::is_some), "{}", run.report());
    }
}
