//! Policies: the three short words, and Fabric's own expressions, read as Fabric's parser reads them
//! (F25: common/policydsl/policyparser.go), with every MSP id and role checked.

use super::context::Context;
use super::problem::problem;
use super::{OrgIx, Organization, Policy};
use crate::base::{Origin, Traced};
use crate::diag::{Diagnostic, code};

/// What the policies of a channel may name.
pub(super) struct Allowed<'a> {
    pub organizations: &'a [Organization],
    pub members: &'a [OrgIx],
    pub channel: &'a str,
}

/// The roles of Fabric's policies.
const ROLES: [&str; 5] = ["admin", "client", "member", "orderer", "peer"];
/// Deeper expressions are not written by people.
const DEEPEST: usize = 16;

/// A policy as written; `majority` by default, whose origin is the path.
pub(super) fn resolve(
    context: &mut Context,
    allowed: &Allowed,
    written: Option<&Traced<String>>,
    path: &'static str,
) -> Traced<Policy> {
    let Some(text) = written else { return Traced::new(Policy::Majority, Origin::Default(path)) };
    let policy = match text.value.as_str() {
        "any" => Policy::Any,
        "majority" => Policy::Majority,
        "all" => Policy::All,
        expression => match parse(expression) {
            Ok(expression) => {
                for principal in expression.principals() {
                    if let Some(diagnostic) = check(principal, allowed, text.origin) {
                        context.push(diagnostic);
                    }
                }
                Policy::Expression(expression.to_string())
            }
            Err(reason) => {
                context.push(malformed(text, &reason));
                Policy::Majority
            }
        },
    };
    Traced::new(policy, text.origin)
}

fn malformed(text: &Traced<String>, reason: &str) -> Diagnostic {
    let words = ["all", "any", "majority"];
    let message = format!("this is no policy: {reason}");
    let diagnostic = problem(code::POLICY_SYNTAX, text.origin, message, "here").help(
        "write `any`, `majority`, `all`, or an expression such as \"AND('AkachainMSP.peer', \
            OR('MemberOneMSP.peer', 'MemberTwoMSP.peer'))\"",
    );
    match text.value.chars().all(|letter| letter.is_ascii_alphabetic()) {
        true => diagnostic.nearest(&text.value, "words", words),
        false => diagnostic,
    }
}

/// Whether the MSP exists, is a member, and the role is one of Fabric's.
fn check(principal: &Principal, allowed: &Allowed, origin: Origin) -> Option<Diagnostic> {
    let Principal { msp, role } = principal;
    if !ROLES.contains(&role.as_str()) {
        let unknown = problem(code::POLICY_ROLE, origin, format!("Fabric knows no role `{role}`"), "in this policy");
        // The whole expression is marked, so that a role cannot be offered in its place.
        return Some(unknown.help(nearest_in("roles", role, ROLES)));
    }
    let ids = || allowed.organizations.iter().map(|organization| organization.msp_id.value.as_str());
    let Some(at) = ids().position(|id| id == msp) else {
        let message = format!("no organization has the MSP id `{msp}`");
        let unknown = problem(code::POLICY_UNKNOWN_MSP, origin, message, "in this policy");
        let named = allowed.organizations.iter().find(|organization| organization.name.value.as_str() == msp);
        return Some(match named {
            Some(organization) => {
                unknown.help(format!("the MSP id of `{msp}` is `{}`", organization.msp_id.value.as_str()))
            }
            None => unknown.help(nearest_in("MSP ids", msp, ids())),
        });
    };
    (!allowed.members.contains(&OrgIx(at))).then(|| {
        let name = &allowed.organizations[at].name.value;
        let message =
            format!("`{msp}` is the MSP of `{name}`, which is no member of the channel `{}`", allowed.channel);
        let outside = problem(code::POLICY_OUTSIDER, origin, message, "in this policy");
        outside.help(format!(
            "Fabric would accept the policy, and nobody could fulfil it: add `{name}` to the channel, or name a member"
        ))
    })
}

/// `did you mean` and the list, as text, where a part of a longer text is wrong.
fn nearest_in<'a>(what: &str, seen: &str, valid: impl IntoIterator<Item = &'a str>) -> String {
    let valid: Vec<&str> = valid.into_iter().collect();
    let list = super::references::listed(&valid);
    match crate::diag::suggest::nearest(seen, valid.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? valid {what}: {list}"),
        None => format!("valid {what}: {list}"),
    }
}

/// One role of one MSP.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Principal {
    msp: String,
    role: String,
}

/// An expression of Fabric's policy language.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    Principal(Principal),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    OutOf(usize, Vec<Expression>),
}

impl Expression {
    fn principals(&self) -> Vec<&Principal> {
        match self {
            Expression::Principal(principal) => vec![principal],
            Expression::And(parts) | Expression::Or(parts) | Expression::OutOf(_, parts) => {
                parts.iter().flat_map(Expression::principals).collect()
            }
        }
    }
}

/// The same policy always in the same bytes, however it was spaced and quoted.
impl std::fmt::Display for Expression {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        let parts = |parts: &[Expression]| parts.iter().map(Expression::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Expression::Principal(Principal { msp, role }) => write!(formatter, "'{msp}.{role}'"),
            Expression::And(all) => write!(formatter, "AND({})", parts(all)),
            Expression::Or(any) => write!(formatter, "OR({})", parts(any)),
            Expression::OutOf(count, of) => write!(formatter, "OutOf({count}, {})", parts(of)),
        }
    }
}

/// Reads a whole expression; the error says what was expected and where.
fn parse(text: &str) -> Result<Expression, String> {
    let mut parser = Parser { text, at: 0 };
    let expression = parser.expression(0)?;
    match (parser.rest(), expression) {
        // Fabric's parser takes no principal without a gate around it.
        ("", Expression::Principal(alone)) => Ok(Expression::Or(vec![Expression::Principal(alone)])),
        ("", expression) => Ok(expression),
        (rest, _) => Err(format!("`{}` follows its end", shortened(rest))),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    /// What is left, without spaces before it.
    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn take(&mut self, symbol: char) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len_utf8();
        }
        found
    }

    fn expect(&mut self, symbol: char) -> Result<(), String> {
        if self.take(symbol) { Ok(()) } else { Err(format!("`{symbol}` is expected before {}", self.seen())) }
    }

    fn seen(&mut self) -> String {
        match self.rest() {
            "" => "its end".to_owned(),
            rest => format!("`{}`", shortened(rest)),
        }
    }

    /// The letters and digits at the beginning.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn expression(&mut self, depth: usize) -> Result<Expression, String> {
        if depth > DEEPEST {
            return Err(format!("it is nested more than {DEEPEST} deep"));
        }
        if self.rest().starts_with(['\'', '"']) {
            return self.principal();
        }
        let seen = self.seen();
        let gate = self.word();
        match gate {
            "AND" | "And" | "and" => Ok(Expression::And(self.parts(depth)?)),
            "OR" | "Or" | "or" => Ok(Expression::Or(self.parts(depth)?)),
            "OUTOF" | "OutOf" | "outof" => self.out_of(depth),
            _ => Err(format!("`AND`, `OR`, `OutOf` or a quoted 'MSP.role' is expected, not {seen}")),
        }
    }

    fn out_of(&mut self, depth: usize) -> Result<Expression, String> {
        self.expect('(')?;
        let number = self.word();
        let count: usize =
            number.parse().map_err(|_| "`OutOf` starts with a number, as in `OutOf(2, …)`".to_owned())?;
        self.expect(',')?;
        let parts = self.list(depth)?;
        if count == 0 || count > parts.len() {
            return Err(format!("`OutOf({count}, …)` of {} parts can never be right", parts.len()));
        }
        Ok(Expression::OutOf(count, parts))
    }

    fn parts(&mut self, depth: usize) -> Result<Vec<Expression>, String> {
        self.expect('(')?;
        self.list(depth)
    }

    /// Expressions between commas up to the closing bracket.
    fn list(&mut self, depth: usize) -> Result<Vec<Expression>, String> {
        let mut parts = vec![self.expression(depth + 1)?];
        while self.take(',') {
            parts.push(self.expression(depth + 1)?);
        }
        self.expect(')')?;
        Ok(parts)
    }

    /// `'MSP.role'`; the role follows the last dot, since MSP ids may have dots.
    fn principal(&mut self) -> Result<Expression, String> {
        let rest = self.rest();
        let quote = rest.chars().next().unwrap_or('\'');
        let end = rest[1..].find(quote).ok_or_else(|| format!("the closing {quote} is missing"))?;
        let inner = &rest[1..=end];
        self.at += end + 2;
        let (msp, role) = inner.rsplit_once('.').ok_or_else(|| format!("`{inner}` is no 'MSP.role'"))?;
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
        if msp.is_empty() || !msp.chars().all(fits) {
            return Err(format!("`{msp}` is no MSP id: letters, digits, dots and hyphens alone can stand in a policy"));
        }
        Ok(Expression::Principal(Principal { msp: msp.to_owned(), role: role.to_owned() }))
    }
}

/// The beginning of a text, for a message.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 24;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn expressions_are_read_as_fabric_reads_them() {
        let same = |text: &str, canonical: &str| assert_eq!(parse(text).unwrap().to_string(), canonical);
        same("'A.member'", "OR('A.member')");
        same("OR( 'AMSP.admin',\"B-1.x.peer\" )", "OR('AMSP.admin', 'B-1.x.peer')");
        same("and('A.peer', outof(1,'B.peer','C.client'))", "AND('A.peer', OutOf(1, 'B.peer', 'C.client'))");
    }

    #[test]
    fn what_fabric_refuses_is_refused() {
        let wrong = [
            "",
            "AND",
            "AND()",
            "AND('A.peer'",
            "NOT('A.peer')",
            "'A.peer",
            "'A_B.peer'",
            "'peer'",
            "OutOf(3, 'A.peer', 'B.peer')",
            "OutOf(0, 'A.peer')",
            "OutOf('A.peer')",
            "OR('A.peer') 'B.peer'",
            "A.peer",
            "äöü",
        ];
        for text in wrong {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"AND(".repeat(100_000)).unwrap_err().contains("nested"));
    }
}
