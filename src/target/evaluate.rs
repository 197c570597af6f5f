//! Templates and a scope to documents with origins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::Value;
use serde::Serialize;

use super::expression::{self, Expression};
use super::template::{Body, Item, Piece, Template};
use crate::base::{Object, Origin, Origins, Span, Text, Traced, Tree, TreePath};

/// Why a template has no value: a fault of the target's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The part of the template that failed.
    pub span: Span,
    /// One phrase.
    pub message: String,
}

/// What the expressions of a document can name, and where that came from. A child sees everything its parent does; making
/// one copies nothing of the parent.
#[derive(Debug, Clone, Default)]
pub struct Scope(Arc<Layer>);

/// What a scope adds to its parent.
#[derive(Debug, Clone, Default)]
struct Layer {
    parent: Option<Scope>,
    names: Vec<(String, Value)>,
    origins: BTreeMap<String, Origin>,
}

impl Scope {
    /// This scope and one name more, or another meaning of a name.
    pub fn with<T: Serialize>(&self, name: &str, value: &T) -> Scope {
        let mut child = Scope(Arc::new(Layer { parent: Some(self.clone()), ..Layer::default() }));
        child.set(name, value);
        child
    }

    /// Adds a name, or gives it another meaning.
    pub fn set<T: Serialize>(&mut self, name: &str, value: &T) {
        let names = &mut Arc::make_mut(&mut self.0).names;
        names.retain(|(known, _)| known != name);
        names.push((name.to_owned(), expression::view(value)));
    }

    /// Says where the value under a dotted name came from, and everything under it that has no origin of its own.
    pub fn trace(&mut self, name: impl Into<String>, origin: Origin) {
        Arc::make_mut(&mut self.0).origins.insert(name.into(), origin);
    }

    /// This scope and those it stands in, the innermost first.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        std::iter::successors(Some(self.0.as_ref()), |layer| layer.parent.as_ref().map(|parent| parent.0.as_ref()))
    }

    /// The origin of a dotted name or of the longest name that it begins with.
    fn origin(&self, name: &str) -> Option<Origin> {
        let mut name = name;
        loop {
            if let Some(origin) = self.layers().find_map(|layer| layer.origins.get(name)) {
                return Some(*origin);
            }
            name = name.rsplit_once('.')?.0;
        }
    }

    fn context(&self) -> Value {
        Value::from_object(self.clone())
    }
}

/// Expressions look their names up here.
impl minijinja::value::Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let names = self.layers().flat_map(|layer| &layer.names);
        names.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

/// Evaluates templates and remembers which bindings they used.
#[derive(Debug, Default)]
pub struct Evaluator {
    bindings: BTreeSet<String>,
    /// The bindings that each named value uses: they are used where the value is.
    values: BTreeMap<String, BTreeSet<String>>,
}

impl Evaluator {
    /// Remembers the bindings among the names that an expression uses, or that its named values use.
    fn note(&mut self, names: &BTreeSet<String>) {
        for name in names {
            if let Some(binding) = name.strip_prefix("bindings.") {
                self.bindings.insert(binding.to_owned());
            }
            let value = name.strip_prefix("values.").map(|name| name.split('.').next().unwrap_or(name));
            if let Some(used) = value.and_then(|value| self.values.get(value)) {
                self.bindings.extend(used.iter().cloned());
            }
        }
    }

    /// The bindings that were used so far.
    pub fn bindings(&self) -> &BTreeSet<String> {
        &self.bindings
    }

    /// Evaluates a named value: the bindings that it uses count as used once an expression names the value.
    ///
    /// # Errors
    /// As [`Evaluator::object`].
    pub fn named(&mut self, name: &str, template: &Template, scope: &Scope) -> Result<Option<Object>, Fault> {
        let before = std::mem::take(&mut self.bindings);
        let object = self.object(template, scope);
        let used = std::mem::replace(&mut self.bindings, before);
        self.values.insert(name.to_owned(), used);
        object
    }

    /// The document of a template; none where its own `$if` leaves it out.
    ///
    /// # Errors
    /// An expression that cannot be evaluated or has a value that does not fit its place.
    pub fn object(&mut self, template: &Template, scope: &Scope) -> Result<Option<Object>, Fault> {
        let mut run = Run { evaluator: self, context: scope.context(), scope, rows: Vec::new() };
        let tree = run.node(template, &TreePath::ROOT)?;
        let origins = Origins { root: Origin::Source(template.span), rows: run.rows };
        Ok(tree.map(|tree| Object { tree, origins }))
    }

    /// The documents of a template: itself, or the items of the list that it is.
    ///
    /// # Errors
    /// As [`Evaluator::object`].
    pub fn documents(&mut self, template: &Template, scope: &Scope) -> Result<Vec<Object>, Fault> {
        let Some(Object { tree, origins }) = self.object(template, scope)? else { return Ok(Vec::new()) };
        let Tree::Seq(items) = tree else { return Ok(vec![Object { tree, origins }]) };
        let document = |(at, tree): (usize, Tree)| {
            let place = TreePath::ROOT.join(u32::try_from(at).unwrap_or(u32::MAX));
            let below = origins.rows.iter().filter(|(path, _)| place.is_prefix_of(path));
            let rows = below.map(|(path, origin)| (TreePath(path.0[1..].to_vec()), *origin)).collect();
            Object { tree, origins: Origins { root: origins.lookup(&place), rows } }
        };
        Ok(items.into_iter().enumerate().map(document).collect())
    }

    /// The value of a template that is read as data of a type; none where it is null or left out.
    ///
    /// # Errors
    /// As [`Evaluator::object`], and a value of another shape.
    pub fn data<T: serde::de::DeserializeOwned>(
        &mut self,
        template: &Template,
        scope: &Scope,
    ) -> Result<Option<Traced<T>>, Fault> {
        let Some(object) = self.object(template, scope)?.filter(|object| object.tree != Tree::Null) else {
            return Ok(None);
        };
        let origin = object.origins.lookup(&TreePath::ROOT);
        match serde_json::from_value(object.tree.to_json()) {
            Ok(value) => Ok(Some(Traced::new(value, origin))),
            Err(error) => Err(Fault { span: template.span, message: format!("the value does not fit here: {error}") }),
        }
    }

    /// The value of a template that must be there.
    ///
    /// # Errors
    /// As [`Evaluator::data`], and a value that is null or left out.
    pub fn required<T: serde::de::DeserializeOwned>(
        &mut self,
        template: &Template,
        scope: &Scope,
    ) -> Result<Traced<T>, Fault> {
        self.data(template, scope)?
            .ok_or_else(|| Fault { span: template.span, message: "there must be a value here".to_owned() })
    }
}

/// One evaluation: the rows of origins grow as the tree does.
struct Run<'a> {
    evaluator: &'a mut Evaluator,
    context: Value,
    scope: &'a Scope,
    rows: Vec<(TreePath, Origin)>,
}

impl Run<'_> {
    /// The tree of a node; none where it is left out.
    fn node(&mut self, template: &Template, path: &TreePath) -> Result<Option<Tree>, Fault> {
        let span = template.span;
        let tree = match &template.body {
            Body::Plain(tree) => {
                self.row(path, Origin::Source(span));
                tree.clone()
            }
            Body::Expression(expression) => {
                let value = self.value(expression, span)?;
                let origin = expression.as_name().and_then(|name| self.scope.origin(name));
                self.row(path, origin.unwrap_or(Origin::Source(span)));
                expression::tree(&value).map_err(|message| self.fault(expression, span, &message))?
            }
            Body::Text(pieces) => {
                self.row(path, Origin::Source(span));
                Tree::from(self.text(pieces, span)?)
            }
            Body::List(items) => {
                self.row(path, Origin::Source(span));
                let mut list = Vec::new();
                items.iter().try_for_each(|item| self.item(item, path, &mut list))?;
                Tree::Seq(list)
            }
            Body::Map(items) => {
                self.row(path, Origin::Source(span));
                self.map(items, path)?
            }
            Body::If { condition, then, otherwise } => {
                return match (self.holds(condition)?, otherwise) {
                    (true, _) => self.node(then, path),
                    (false, Some(otherwise)) => self.node(otherwise, path),
                    (false, None) => Ok(None),
                };
            }
            Body::For { .. } => {
                self.row(path, Origin::Source(span));
                let mut list = Vec::new();
                self.item(template, path, &mut list)?;
                Tree::Seq(list)
            }
        };
        Ok(Some(tree))
    }

    /// Adds what an item of a list becomes: nothing, one node, or as many as a repetition yields.
    fn item(&mut self, template: &Template, path: &TreePath, list: &mut Vec<Tree>) -> Result<(), Fault> {
        let Body::For { name, items, each } = &template.body else {
            let place = path.join(position(list));
            list.extend(self.node(template, &place)?);
            return Ok(());
        };
        let Some(Tree::Seq(values)) = self.bare(items)? else {
            return Err(Fault { span: items.span, message: "`$in` takes a list".to_owned() });
        };
        for (index, value) in values.iter().enumerate() {
            let scope = self.scope.with(name, value).with("index", &index);
            let context = scope.context();
            let mut run =
                Run { evaluator: &mut *self.evaluator, context, scope: &scope, rows: std::mem::take(&mut self.rows) };
            let done = run.item(each, path, list);
            self.rows = run.rows;
            done?;
        }
        Ok(())
    }

    fn map(&mut self, items: &[Item], path: &TreePath) -> Result<Tree, Fault> {
        let mut map: Vec<(Text, Tree)> = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Entry(key, template) => {
                    let place = path.join(key.value.clone());
                    if let Some(value) = self.node(template, &place)? {
                        map.retain(|(known, _)| *known != key.value.as_str());
                        map.push((key.value.clone().into(), value));
                    }
                }
                Item::Merge(template) => match self.bare(template)? {
                    Some(Tree::Map(entries)) => {
                        for (key, value) in entries {
                            if map.iter().all(|(known, _)| *known != key) {
                                self.row(&path.join(key.clone()), Origin::Source(template.span));
                                map.push((key, value));
                            }
                        }
                    }
                    None | Some(Tree::Null) => {}
                    Some(_) => return Err(Fault { span: template.span, message: "`$merge` takes a map".to_owned() }),
                },
            }
        }
        Ok(Tree::Map(map))
    }

    /// A value that is no part of the document itself: its origins are dropped.
    fn bare(&mut self, template: &Template) -> Result<Option<Tree>, Fault> {
        let kept = self.rows.len();
        let tree = self.node(template, &TreePath::ROOT);
        self.rows.truncate(kept);
        tree
    }

    fn holds(&mut self, condition: &Template) -> Result<bool, Fault> {
        match &condition.body {
            Body::Expression(expression) => Ok(self.value(expression, condition.span)?.is_true()),
            _ => match self.bare(condition)? {
                Some(Tree::Bool(value)) => Ok(value),
                _ => Err(Fault { span: condition.span, message: "`$if` takes a condition".to_owned() }),
            },
        }
    }

    fn text(&mut self, pieces: &[Piece], span: Span) -> Result<String, Fault> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Expression(expression) => {
                    let value = self.value(expression, span)?;
                    let tree = expression::tree(&value).map_err(|message| self.fault(expression, span, &message))?;
                    match tree {
                        Tree::Str(part) => text.push_str(&part),
                        Tree::Int(number) => text.push_str(&number.to_string()),
                        Tree::Bool(truth) => text.push_str(if truth { "true" } else { "false" }),
                        _ => {
                            return Err(self.fault(
                                expression,
                                span,
                                "a value within text must be text or a whole number",
                            ));
                        }
                    }
                }
            }
        }
        Ok(text)
    }

    fn value(&mut self, expression: &Expression, span: Span) -> Result<Value, Fault> {
        self.evaluator.note(expression.names());
        expression.evaluate(&self.context).map_err(|message| self.fault(expression, span, &message))
    }

    fn fault(&self, expression: &Expression, span: Span, message: &str) -> Fault {
        Fault { span, message: format!("`{}`: {message}", expression.text()) }
    }

    fn row(&mut self, path: &TreePath, origin: Origin) {
        self.rows.push((path.clone(), origin));
    }
}

/// The position that the next item of a list will have.
fn position(list: &[Tree]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
