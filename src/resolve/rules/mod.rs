//! The rules of the field: what each tool downstream demands, checked where it is cheap to mend.
//!
//! A rule is a function over the whole environment; each topic has a file. Rules read what is resolved, so that a default
//! is checked like anything written.

mod environments;

pub use environments::environments;

use super::Consortium;
use crate::diag::Diagnostics;
use crate::parse::blueprint::Blueprint;

/// What a rule looks at.
pub(super) struct Scene<'a> {
    pub blueprint: &'a Blueprint,
    pub consortium: &'a Consortium,
}

/// One rule: reports everything that breaks it.
type Rule = fn(&Scene, &mut Diagnostics);

const RULES: &[Rule] = &[];

/// Holds every rule against one environment.
pub(super) fn check(blueprint: &Blueprint, consortium: &Consortium, diagnostics: &mut Diagnostics) {
    let scene = Scene { blueprint, consortium };
    RULES.iter().for_each(|rule| rule(&scene, diagnostics));
}
