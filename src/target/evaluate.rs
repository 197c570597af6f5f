//! Templates and a scope to documents with origins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::Value;
use serde::Serialize;

use super::expression::{self, Expression};
use super::template::{Body, Item, Piece, Template};
use crate::base::{Object, Origin, Origins, Span, Step, Text, Traced, Tree, TreePath};

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

    /// The value of a name.
    fn value(&self, name: &str) -> Option<&Value> {
        let mut names = self.layers().flat_map(|layer| &layer.names);
        names.find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The value of a dotted name.
    pub(super) fn find(&self, dotted: &str) -> Option<Value> {
        let mut steps = dotted.split('.');
        let mut value = self.value(steps.next()?)?.clone();
        for step in steps {
            value = value.get_attr(step).ok()?;
        }
        (!value.is_undefined()).then_some(value)
    }

    /// The scope as minijinja sees it.
    pub(super) fn context(&self) -> Value {
        Value::from_object(self.clone())
    }
}

/// Expressions look their names up here.
impl minijinja::value::Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.value(key.as_str()?).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.value(key).cloned()
    }
}

/// Evaluates templates and remembers which bindings they used.
#[derive(Debug, Clone, Default)]
pub struct Evaluator {
    /// Whether the origin of every part of a document is kept, and not that of the whole alone.
    traced: bool,
    bindings: BTreeSet<String>,
    /// The bindings that each named value uses: they are used where the value is.
    values: BTreeMap<String, BTreeSet<String>>,
}

impl Evaluator {
    /// One that keeps the origin of every part of a document where it is `traced`.
    pub fn new(traced: bool) -> Evaluator {
        Evaluator { traced, ..Evaluator::default() }
    }

    /// Remembers the bindings among the names that an expression uses, or that its named values use.
    fn note(&mut self, names: &BTreeSet<String>) {
        for name in names {
            if let Some(binding) = name.strip_prefix("bindings.").filter(|binding| !self.bindings.contains(*binding)) {
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
        let trail = Trail::new(Origin::Source(template.span), self.traced);
        let mut run = Run { evaluator: self, scope: scope.clone(), trail };
        let tree = run.node(template)?;
        let origins = run.trail.origins;
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
        match serde_json::from_value(object.tree.to_json()) {
            Ok(value) => Ok(Some(Traced::new(value, object.origins.root))),
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

/// Where an evaluation stands in its document, and the origins of what it has passed.
struct Trail {
    path: TreePath,
    origins: Origins,
    /// Whether origins below the root are kept.
    traced: bool,
}

impl Trail {
    fn new(root: Origin, traced: bool) -> Trail {
        Trail { path: TreePath::ROOT, origins: Origins::new(root), traced }
    }

    /// Says where the node came from at which the evaluation stands.
    fn mark(&mut self, origin: Origin) {
        if self.path.0.is_empty() {
            self.origins.root = origin;
        } else if self.traced {
            self.origins.add(self.path.clone(), origin);
        }
    }
}

/// One evaluation: the trail of origins grows as the tree does.
struct Run<'a> {
    evaluator: &'a mut Evaluator,
    scope: Scope,
    trail: Trail,
}

impl Run<'_> {
    /// The tree of a node; none where it is left out.
    fn node(&mut self, template: &Template) -> Result<Option<Tree>, Fault> {
        let span = template.span;
        self.trail.mark(self.origin(template));
        let tree = match &template.body {
            Body::Plain(tree) => tree.clone(),
            Body::Expression(expression) => {
                let value = self.value(expression, span)?;
                expression::tree(&value).map_err(|message| fault(expression, span, &message))?
            }
            Body::Text(pieces) => Tree::from(self.text(pieces, span)?),
            Body::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                items.iter().try_for_each(|item| self.item(item, &mut list))?;
                Tree::Seq(list)
            }
            Body::Map(items) => self.map(items)?,
            Body::For { .. } => {
                let mut list = Vec::new();
                self.item(template, &mut list)?;
                Tree::Seq(list)
            }
            // What takes its place marks it anew.
            Body::If { condition, then, otherwise } => {
                return match (self.holds(condition)?, otherwise) {
                    (true, _) => self.node(then),
                    (false, Some(otherwise)) => self.node(otherwise),
                    (false, None) => Ok(None),
                };
            }
        };
        Ok(Some(tree))
    }

    /// Where the value of a template comes from: from where the name it consists of has its value, else from itself.
    fn origin(&self, template: &Template) -> Origin {
        let named = match &template.body {
            Body::Expression(expression) => expression.as_name().and_then(|name| self.scope.origin(name)),
            _ => None,
        };
        named.unwrap_or(Origin::Source(template.span))
    }

    /// The tree of a node that stands one step below.
    fn below(&mut self, step: impl Into<Step>, template: &Template) -> Result<Option<Tree>, Fault> {
        self.trail.path.0.push(step.into());
        let tree = self.node(template);
        self.trail.path.0.pop();
        tree
    }

    /// Adds what an item of a list becomes: nothing, one node, or as many as a repetition yields.
    fn item(&mut self, template: &Template, list: &mut Vec<Tree>) -> Result<(), Fault> {
        let Body::For { name, items, each } = &template.body else {
            list.extend(self.below(position(list), template)?);
            return Ok(());
        };
        let Some(Tree::Seq(values)) = self.bare(items)? else {
            return Err(Fault { span: items.span, message: "`$in` takes a list".to_owned() });
        };
        let outer = self.scope.clone();
        for (index, value) in values.iter().enumerate() {
            self.scope = outer.with(name, value).with("index", &index);
            self.item(each, list)?;
        }
        self.scope = outer;
        Ok(())
    }

    fn map(&mut self, items: &[Item]) -> Result<Tree, Fault> {
        let mut map: Vec<(Text, Tree)> = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Entry(key, template) => {
                    if let Some(value) = self.below(key.value.clone(), template)? {
                        map.retain(|(known, _)| *known != key.value);
                        map.push((key.value.clone(), value));
                    }
                }
                Item::Merge(template) => match self.bare(template)? {
                    Some(Tree::Map(entries)) => {
                        for (key, value) in entries {
                            if map.iter().all(|(known, _)| *known != key) {
                                self.trail.path.0.push(key.clone().into());
                                self.trail.mark(Origin::Source(template.span));
                                self.trail.path.0.pop();
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
        let kept = std::mem::replace(&mut self.trail, Trail::new(Origin::Source(template.span), false));
        let tree = self.node(template);
        self.trail = kept;
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
                    let tree = expression::tree(&value).map_err(|message| fault(expression, span, &message))?;
                    match tree {
                        Tree::Str(part) => text.push_str(&part),
                        Tree::Int(number) => text.push_str(&number.to_string()),
                        Tree::Bool(truth) => text.push_str(if truth { "true" } else { "false" }),
                        _ => return Err(fault(expression, span, "a value within text must be text or a whole number")),
                    }
                }
            }
        }
        Ok(text)
    }

    fn value(&mut self, expression: &Expression, span: Span) -> Result<Value, Fault> {
        self.evaluator.note(expression.names());
        expression.evaluate(&self.scope).map_err(|message| fault(expression, span, &message))
    }
}

fn fault(expression: &Expression, span: Span, message: &str) -> Fault {
    Fault { span, message: format!("`{}`: {message}", expression.text()) }
}

/// The position that the next item of a list will have.
fn position(list: &[Tree]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
