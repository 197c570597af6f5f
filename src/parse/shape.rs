//! The shape of an input: every structural error at once, each at its place, told in the words of the language.
//!
//! `jsonschema` decides what is wrong; [`words`] says it. Known to this room alone.

mod words;

use std::collections::BTreeSet;

use ipnet::Ipv4Net;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value as Json;

use super::schema::expected;
use crate::base::{Sources, TreePath, cron};
use crate::diag::{Diagnostics, code};
use crate::source::{Entry, Node};

/// A schema, ready to check trees with.
#[derive(Debug)]
pub struct Shape {
    schema: Json,
    validator: Validator,
}

impl Shape {
    /// Prepares a schema.
    ///
    /// # Errors
    /// If it is no valid JSON Schema, says why: a fault of a target's parameter schema, or of akcgen's own types.
    pub fn new(schema: Json) -> Result<Self, String> {
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .with_format("address-range", is_address_range)
            .with_format("schedule", is_schedule)
            .build(&schema)
            .map_err(|error| format!("{error} at {}", error.instance_path()))?;
        Ok(Shape { schema, validator })
    }

    /// The schema.
    pub fn schema(&self) -> &Json {
        &self.schema
    }

    /// Whether the schema allows a value.
    pub fn allows(&self, value: &Json) -> bool {
        self.validator.is_valid(value)
    }

    /// Records everything about a tree that the schema does not allow, but not at places that bear an error already.
    /// Best after [`normalise`](super::normalise::normalise), which leaves what fits no form.
    pub fn check(&self, root: &Node, sources: &Sources, diagnostics: &mut Diagnostics) {
        let instance = root.to_json();
        let mut faults = Vec::new();
        let errors: Vec<ValidationError> = self.validator.iter_errors(&instance).take(Diagnostics::KEPT).collect();
        errors.iter().for_each(|error| self.faults(error, &mut faults));
        // What is of another type is not also of the wrong form, and what is of the wrong form not also too long.
        for first in [Fault::is_type, Fault::is_form] {
            let told: BTreeSet<&str> = faults.iter().filter(|one| first(one)).map(|one| one.path).collect();
            let told: BTreeSet<String> = told.into_iter().map(str::to_owned).collect();
            faults.retain(|one| first(one) || !told.contains(one.path));
        }
        let mut reported = Vec::new();
        for fault in &faults {
            let Some(place) = Place::find(root, &TreePath::from(fault.path.to_owned())) else { continue };
            words::tell(self, fault, &place, sources, &mut reported);
        }
        for one in reported {
            match one.span.filter(|span| diagnostics.has_error_at(*span)) {
                // What is read as text in case of doubt is none here.
                Some(span) => diagnostics.suggest_instead(span, code::AMBIGUOUS_SCALAR, one.suggestion),
                None => diagnostics.push(one),
            }
        }
    }

    /// Takes an error apart. Of several alternatives the one that takes values of the instance's type is meant.
    fn faults<'e>(&'e self, error: &'e ValidationError<'e>, out: &mut Vec<Fault<'e>>) {
        let path = error.instance_path().as_str();
        let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
            return out.push(self.fault(error));
        };
        let here = |one: &&ValidationError| one.instance_path().as_str() == path;
        let mistyped = |branch: &&Vec<ValidationError>| {
            branch.iter().filter(here).any(|one| matches!(one.kind(), Kind::Type { .. }))
        };
        let fitting: Vec<&Vec<ValidationError>> = context.iter().filter(|branch| !mistyped(branch)).collect();
        let choices: Option<Vec<&Json>> = fitting
            .iter()
            .map(|branch| branch.first().filter(here).and_then(options))
            .collect::<Option<Vec<_>>>()
            .map(|all| all.concat());
        // A branch whose own keys fit is meant more than one that has fewer errors further down.
        let best = fitting.iter().min_by_key(|branch| (branch.iter().filter(here).count(), branch.len()));
        match (choices, best) {
            (Some(choices), Some(_)) => out.push(Fault { path, what: What::Choice(choices) }),
            (_, Some(branch)) => match self.no_branch(&fitting, here) {
                Some(what) => out.push(Fault { path, what }),
                None => branch.iter().for_each(|one| self.faults(one, out)),
            },
            (_, None) => {
                let owner = self.owner(error).unwrap_or(&Json::Null);
                out.push(Fault { path, what: What::Type(expected(&self.schema, owner), owner) });
            }
        }
    }

    /// Where alternatives are told apart by one key each and the instance has the keys of none: what all of them take
    /// exception to, or that there must be exactly one of their keys.
    fn no_branch<'e>(
        &'e self,
        branches: &[&'e Vec<ValidationError<'e>>],
        here: impl Fn(&&'e ValidationError<'e>) -> bool,
    ) -> Option<What<'e>> {
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut unknown: Option<BTreeSet<&str>> = None;
        for branch in branches {
            let own: Vec<&ValidationError> = branch.iter().filter(&here).collect();
            let owner = self.owner(own.first()?)?;
            let properties = owner.get("properties")?.as_object()?;
            if properties.len() != 1 || owner.get("required").is_none() {
                return None;
            }
            known.extend(properties.keys().map(String::as_str));
            let unexpected = own.iter().flat_map(|one| match one.kind() {
                Kind::AdditionalProperties { unexpected } => unexpected.as_slice(),
                _ => &[],
            });
            let unexpected: BTreeSet<&str> = unexpected.map(String::as_str).collect();
            unknown = Some(unknown.map_or(unexpected.clone(), |all| all.intersection(&unexpected).copied().collect()));
        }
        let known = known.into_iter().collect();
        Some(match unknown.unwrap_or_default() {
            unknown if unknown.is_empty() => What::OneKey(known),
            unknown => What::Keys(unknown.into_iter().collect(), known),
        })
    }

    fn fault<'e>(&'e self, error: &'e ValidationError<'e>) -> Fault<'e> {
        let owner = self.owner(error).unwrap_or(&Json::Null);
        let what = match error.kind() {
            Kind::Type { .. } => What::Type(expected(&self.schema, owner), owner),
            Kind::Enum { .. } | Kind::Constant { .. } => What::Choice(options(error).unwrap_or_default()),
            _ => What::Other(error, owner),
        };
        Fault { path: error.instance_path().as_str(), what }
    }

    /// The schema that holds the keyword which failed.
    fn owner(&self, error: &ValidationError) -> Option<&Json> {
        let (owner, _) = error.schema_path().as_str().rsplit_once('/')?;
        self.schema.pointer(owner)
    }
}

/// The format `address-range`: a range of IPv4 addresses in CIDR's notation, with its first address.
fn is_address_range(text: &str) -> bool {
    text.parse::<Ipv4Net>().is_ok_and(|range| range.addr() == range.network())
}

/// The format `schedule`: five fields of cron that come on some day.
fn is_schedule(text: &str) -> bool {
    cron::schedule(text).is_some_and(|schedule| cron::comes(&schedule))
}

/// One thing that is wrong.
struct Fault<'e> {
    /// Where in the instance, as a JSON pointer.
    path: &'e str,
    what: What<'e>,
}

enum What<'e> {
    /// Not of the type that this schema expects, in words.
    Type(String, &'e Json),
    /// Keys that none of the alternatives has, and those that they have.
    Keys(Vec<&'e str>, Vec<&'e str>),
    /// Not exactly one of these keys.
    OneKey(Vec<&'e str>),
    /// None of these values.
    Choice(Vec<&'e Json>),
    /// Another keyword of this schema.
    Other(&'e ValidationError<'e>, &'e Json),
}

impl Fault<'_> {
    fn is_type(&self) -> bool {
        matches!(self.what, What::Type(..))
    }

    fn is_form(&self) -> bool {
        matches!(&self.what, What::Other(error, _) if matches!(error.kind(), Kind::Pattern { .. }))
    }
}

/// The values that an `enum` or `const` allows.
fn options<'e>(error: &'e ValidationError<'e>) -> Option<Vec<&'e Json>> {
    match error.kind() {
        Kind::Enum { options } => Some(options.as_array().into_iter().flatten().collect()),
        Kind::Constant { expected_value } => Some(vec![expected_value]),
        _ => None,
    }
}

/// A node with what it is called.
struct Place<'n> {
    node: &'n Node,
    /// The entry whose value the node is, or whose list it is an item of.
    entry: Option<&'n Entry>,
    is_item: bool,
}

impl<'n> Place<'n> {
    fn find(root: &'n Node, path: &TreePath) -> Option<Self> {
        let mut place = Place { node: root, entry: None, is_item: false };
        for step in &path.0 {
            place = match place.node.entry(&step.key()) {
                Some(entry) => Place { node: &entry.value, entry: Some(entry), is_item: false },
                None => Place { node: place.node.items().get(step.index()?)?, is_item: true, ..place },
            };
        }
        Some(place)
    }
}

#[cfg(test)]
mod tests;
