//! Tree templates: YAML in which expressions `<$ … $>` stand in scalar leaves and a few keys drop and repeat nodes.
//!
//! | written | becomes |
//! |---|---|
//! | `key: <$ expression $>` | the expression's value with its type |
//! | `key: text <$ expression $> text` | text |
//! | `{$if: C, …}` | the rest of the map where `C` holds; otherwise the node is left out of the map or list around it |
//! | `{$if: C, $then: A, $else: B}` | `A` or `B`, of any type; `$else` may be missing |
//! | `{$for: NAME, $in: LIST, $each: NODE}` | a list of `NODE` with `NAME` and `index` (from 0) in scope; within a list its items |
//! | `{$merge: MAP, …}` | the entries of `MAP` among the others, which win |
//!
//! No platform uses keys that begin with `$`; an unknown one is refused. Keys hold no expressions.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::expression::Expression;
use crate::base::{Origin, Span, Text, Traced, Tree};

/// A tree template, or a part of one.
#[derive(Debug, Clone)]
pub struct Template {
    /// Where it stands in the target's files.
    pub span: Span,
    pub body: Body,
}

/// What a template consists of.
#[derive(Debug, Clone)]
pub enum Body {
    /// A scalar without expressions.
    Plain(Tree),
    /// Exactly one expression: a typed value.
    Expression(Expression),
    /// Text around expressions.
    Text(Vec<Piece>),
    List(Vec<Template>),
    Map(Vec<Item>),
    If {
        condition: Box<Template>,
        then: Box<Template>,
        otherwise: Option<Box<Template>>,
    },
    For {
        name: String,
        items: Box<Template>,
        each: Box<Template>,
    },
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum Piece {
    Literal(String),
    Expression(Expression),
}

/// A part of a map.
#[derive(Debug, Clone)]
pub enum Item {
    Entry(Traced<Text>, Template),
    Merge(Template),
}

impl Template {
    /// The entries of a map, in their order; none of anything else.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Template)> {
        let items = match &self.body {
            Body::Map(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(|item| match item {
            Item::Entry(key, template) => Some((key.value.as_str(), template)),
            Item::Merge(_) => None,
        })
    }

    /// Calls a function with every expression, with the span it stands at and the names that `$for` brings in around it.
    pub fn visit<'a>(&'a self, names: &mut Vec<&'a str>, visitor: &mut impl FnMut(&'a Expression, Span, &[&'a str])) {
        match &self.body {
            Body::Plain(_) => {}
            Body::Expression(expression) => visitor(expression, self.span, names),
            Body::Text(pieces) => {
                for piece in pieces {
                    if let Piece::Expression(expression) = piece {
                        visitor(expression, self.span, names);
                    }
                }
            }
            Body::List(items) => items.iter().for_each(|item| item.visit(names, visitor)),
            Body::Map(items) => {
                for item in items {
                    let (Item::Entry(_, template) | Item::Merge(template)) = item;
                    template.visit(names, visitor);
                }
            }
            Body::If { condition, then, otherwise } => {
                let parts = [Some(condition), Some(then), otherwise.as_ref()];
                parts.into_iter().flatten().for_each(|part| part.visit(names, visitor));
            }
            Body::For { name, items, each } => {
                items.visit(names, visitor);
                names.extend([name.as_str(), "index"]);
                each.visit(names, visitor);
                names.truncate(names.len() - 2);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Traced { value: body, origin } = Traced::<Body>::deserialize(deserializer)?;
        let span = origin.span().ok_or_else(|| de::Error::custom("a template is read from source::decode only"))?;
        Ok(Template { span, body })
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a tree template")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Body, E> {
        Ok(Body::Plain(Tree::Null))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Body, E> {
        Ok(Body::Plain(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Body, E> {
        Ok(Body::Plain(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Body, E> {
        Ok(Body::Plain(value.into()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Body, E> {
        leaf(text).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Body, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Body::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Body, A::Error> {
        let mut map = MapParts::default();
        while let Some(key) = entries.next_key::<Traced<Text>>()? {
            map.add(key, entries.next_value()?).map_err(de::Error::custom)?;
        }
        map.finish().map_err(de::Error::custom)
    }
}

/// Splits the text of a leaf at its expressions.
fn leaf(text: &str) -> Result<Body, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<$") {
        let (inside, after) = after.split_once("$>").ok_or("`<$` without the `$>` that ends it")?;
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        pieces.push(Piece::Expression(Expression::parse(inside)?));
        rest = after;
    }
    if rest.contains("$>") {
        return Err("`$>` without the `<$` that begins it".to_owned());
    }
    if pieces.is_empty() {
        return Ok(Body::Plain(Tree::from(text.to_owned())));
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    let mut pieces = pieces;
    match (pieces.len(), pieces.pop()) {
        (1, Some(Piece::Expression(only))) => Ok(Body::Expression(only)),
        (_, last) => Ok(Body::Text(pieces.into_iter().chain(last).collect())),
    }
}

/// The entries of a map while it is read, the directives apart.
#[derive(Default)]
struct MapParts {
    items: Vec<Item>,
    condition: Option<Template>,
    then: Option<Template>,
    otherwise: Option<Template>,
    name: Option<String>,
    list: Option<Template>,
    each: Option<Template>,
    /// Where the first plain entry stands.
    first: Option<Span>,
}

impl MapParts {
    fn add(&mut self, key: Traced<Text>, template: Template) -> Result<(), String> {
        match key.value.as_str() {
            "$if" => self.condition = Some(template),
            "$then" => self.then = Some(template),
            "$else" => self.otherwise = Some(template),
            "$in" => self.list = Some(template),
            "$each" => self.each = Some(template),
            "$for" => match template.body {
                Body::Plain(Tree::Str(name)) => self.name = Some(name.to_string()),
                _ => return Err("`$for` takes a name".to_owned()),
            },
            "$merge" => self.items.push(Item::Merge(template)),
            other if other.starts_with('$') => {
                return Err(format!(
                    "unknown directive `{other}`; there are $if, $then, $else, $for, $in, $each, $merge"
                ));
            }
            other if other.contains("<$") => {
                return Err(format!("the key `{other}` holds an expression; use `$merge`"));
            }
            _ => {
                if let Origin::Source(span) = key.origin {
                    self.first.get_or_insert(span);
                }
                self.items.push(Item::Entry(key, template));
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Body, String> {
        let MapParts { items, condition, then, otherwise, name, list, each, first } = self;
        match (condition, name, list, each) {
            (None, None, None, None) if then.is_none() && otherwise.is_none() => Ok(Body::Map(items)),
            (Some(condition), None, None, None) => {
                let then = match then {
                    Some(_) if !items.is_empty() => return Err("other keys beside `$then`".to_owned()),
                    Some(then) => then,
                    None => Template { span: first.unwrap_or(condition.span), body: Body::Map(items) },
                };
                Ok(Body::If {
                    condition: Box::new(condition),
                    then: Box::new(then),
                    otherwise: otherwise.map(Box::new),
                })
            }
            (None, Some(name), Some(list), Some(each)) if items.is_empty() => {
                Ok(Body::For { name, items: Box::new(list), each: Box::new(each) })
            }
            (None, Some(_), ..) | (None, _, Some(_), _) | (None, _, _, Some(_)) => {
                Err("a repetition is `$for`, `$in` and `$each`, and nothing beside them".to_owned())
            }
            (Some(_), ..) => Err("`$if` and `$for` in one map; put one of them inside the other".to_owned()),
            (None, ..) => Err("`$then` and `$else` need an `$if`".to_owned()),
        }
    }
}

impl schemars::JsonSchema for Template {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Template".into()
    }
    /// Anything. A target that refines another replaces its templates whole: half of a directive means nothing.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"x-merge": "replace"})
    }
}
