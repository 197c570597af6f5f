//! Expressions of a target's files: minijinja's, with nothing undefined, a bound on their work, and a few functions of
//! our own. They see what the scope holds and nothing else: no files, no clock, no environment.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::Scope;
use crate::base::bounded::{bounded, label};
use crate::base::range::is_everybody;
use crate::base::{Tree, to_tree};

/// How much work one expression may do, in minijinja's instructions.
const FUEL: u64 = 100_000;

/// Made once: it holds the functions and filters, and nothing that changes.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// An expression, compiled.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    compiled: Arc<minijinja::Expression<'static, 'static>>,
    names: BTreeSet<String>,
    /// Whether the whole is one dotted name, such as `parameters.region`.
    dotted: bool,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Minijinja's own words for an error of syntax.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().to_owned();
        let compiled = ENVIRONMENT.compile_expression_owned(text.clone()).map_err(|error| describe(&error))?;
        let names = compiled.undeclared_variables(true).into_iter().collect();
        let dotted = text.split('.').all(is_name);
        Ok(Expression { text, compiled: Arc::new(compiled), names, dotted })
    }

    /// What was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The dotted name, where the expression is nothing else.
    pub fn as_name(&self) -> Option<&str> {
        self.dotted.then_some(self.text.as_str())
    }

    /// Every name that the expression reads from its scope, as deep as it is written out: `bindings.vpcId` …
    pub fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Evaluates it.
    ///
    /// # Errors
    /// What went wrong, in one phrase.
    pub(super) fn evaluate(&self, scope: &Scope) -> Result<Value, String> {
        // Most are names, for which minijinja need not be started; of one that is not there it knows what to say.
        if let Some(value) = self.as_name().and_then(|name| scope.find(name)) {
            return Ok(value);
        }
        let value = self.compiled.eval(scope.context()).map_err(|error| describe(&error))?;
        if value.is_undefined() { Err("there is no such value".to_owned()) } else { Ok(value) }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// The environment in which expressions are evaluated.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.add_filter("bounded", |text: &str, longest: usize| {
        if longest < 8 || !text.is_ascii() {
            Err(refused("bounded needs plain letters and room for 8"))
        } else {
            Ok(bounded(text, longest, '-'))
        }
    });
    environment.add_filter("label", |text: &str, longest: usize| {
        if longest < 8 { Err(refused("label needs room for 8 letters")) } else { Ok(label(text, longest)) }
    });
    environment.add_function("cidr_subnet", |range: &str, bits: u8, number: u32| {
        super::cidr::subnet(range, bits, number).map_err(refused)
    });
    environment.add_function("cidr_everybody", |ranges: Vec<String>| is_everybody(ranges.iter().map(String::as_str)));
    environment.add_function("cidr_addresses", |ranges: Vec<String>| super::cidr::addresses(&ranges).map_err(refused));
    environment.add_function("cidr_special", |range: &str| super::cidr::special(range).map_err(refused));
    environment
        .add_function("cidr_contains", |range: &str, other: &str| super::cidr::contains(range, other).map_err(refused));
    environment
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// A value of an expression as a tree.
///
/// # Errors
/// A number that no platform reads, or something that is no data, such as a function.
pub(super) fn tree(value: &Value) -> Result<Tree, String> {
    to_tree(value).map_err(|error| error.to_string())
}

/// Anything serde can write as a value of expressions.
pub fn view<T: serde::Serialize>(value: &T) -> Value {
    Value::from(Serde(value))
}

fn describe(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}
