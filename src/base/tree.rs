//! The one ordered tree that everything emitted becomes before it is written.

use crate::base::path::{Step, TreePath};
use serde::Serialize;
use std::fmt;

/// A key or a string in a [`Tree`]. Most are short and lie in the tree itself, long ones are shared by its copies: trees
/// are made and copied by the million, and neither may cost an allocation a word.
pub type Text = smol_str::SmolStr;

/// A document, or a part of one, with its keys in the order in which they are written.
///
/// The keys of a map are distinct; [`Tree::insert`] and [`Tree::set`] keep it so.
/// Equality heeds the order of keys; to compare without it, compare [`Tree::to_json`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Tree {
    /// YAML's and JSON's null.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number that is written so that every reader takes it for a floating-point one.
    Float(f64),
    /// A string.
    Str(Text),
    /// A list.
    Seq(Vec<Tree>),
    /// A map, in the order in which it is written.
    #[serde(serialize_with = "entries_as_map")]
    Map(Vec<(Text, Tree)>),
}

fn entries_as_map<S: serde::Serializer>(entries: &[(Text, Tree)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
}

impl Tree {
    /// A map of the given entries, whose keys must be distinct.
    pub fn map<K: Into<Text>, V: Into<Tree>>(entries: impl IntoIterator<Item = (K, V)>) -> Tree {
        Tree::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// A list of the given items.
    pub fn seq<V: Into<Tree>>(items: impl IntoIterator<Item = V>) -> Tree {
        Tree::Seq(items.into_iter().map(Into::into).collect())
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Tree::Str(text) = self { Some(text) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_seq(&self) -> Option<&[Tree]> {
        if let Tree::Seq(items) = self { Some(items) } else { None }
    }

    /// The entries, if it is a map.
    pub fn as_map(&self) -> Option<&[(Text, Tree)]> {
        if let Tree::Map(entries) = self { Some(entries) } else { None }
    }

    /// The value under a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        self.as_map()?.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value under a key, to be changed in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Tree> {
        let Tree::Map(entries) = self else { return None };
        entries.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value at a path.
    pub fn at(&self, path: &TreePath) -> Option<&Tree> {
        path.0.iter().try_fold(self, |tree, step| match tree {
            Tree::Seq(items) => items.get(step.index()?),
            _ => tree.get(&step.key()),
        })
    }

    /// The value at a path, to be changed in place.
    pub fn at_mut(&mut self, path: &TreePath) -> Option<&mut Tree> {
        path.0.iter().try_fold(self, |tree, step| match tree {
            Tree::Seq(items) => items.get_mut(step.index()?),
            _ => tree.get_mut(&step.key()),
        })
    }

    /// Replaces the value under a key where it stands, or adds the key at the end. Returns whether this is a map.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Tree>) -> bool {
        self.entry(key.into()).map(|place| *place = value.into()).is_some()
    }

    /// Puts a value at a path, adding the maps that are missing on the way. Returns whether the path leads
    /// there: it does not where it passes through a scalar or beyond the end of a list.
    pub fn set(&mut self, path: &TreePath, value: impl Into<Tree>) -> bool {
        let place = path.0.iter().try_fold(self, |tree, step| match tree {
            Tree::Seq(items) => items.get_mut(step.index()?),
            _ => tree.entry(step.key()),
        });
        place.map(|place| *place = value.into()).is_some()
    }

    /// The place of a key in a map; a new key starts as an empty map.
    fn entry(&mut self, key: Text) -> Option<&mut Tree> {
        let Tree::Map(entries) = self else { return None };
        let at = entries.iter().position(|(name, _)| *name == key).unwrap_or_else(|| {
            entries.push((key, Tree::Map(Vec::new())));
            entries.len() - 1
        });
        entries.get_mut(at).map(|(_, value)| value)
    }

    /// Takes the value at a path out of the map or list that holds it.
    pub fn remove(&mut self, path: &TreePath) -> Option<Tree> {
        let (last, parents) = path.0.split_last()?;
        match self.at_mut(&TreePath(parents.to_vec()))? {
            Tree::Seq(items) => step_in(last, items.len()).map(|at| items.remove(at)),
            Tree::Map(entries) => {
                let key = last.key();
                let at = entries.iter().position(|(name, _)| *name == key)?;
                Some(entries.remove(at).1)
            }
            _ => None,
        }
    }

    /// The same in JSON. JSON has no infinities and no NaN: they become null.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Tree::Null => Value::Null,
            Tree::Bool(value) => Value::from(*value),
            Tree::Int(value) => Value::from(*value),
            Tree::Float(value) => Value::from(*value),
            Tree::Str(text) => Value::from(text.as_str()),
            Tree::Seq(items) => items.iter().map(Tree::to_json).collect(),
            Tree::Map(entries) => entries.iter().map(|(key, value)| (key.as_str(), value.to_json())).collect(),
        }
    }
}

fn step_in(step: &Step, len: usize) -> Option<usize> {
    step.index().filter(|at| *at < len)
}

/// A whole number of JSON that a [`Tree`] cannot hold: it is greater than [`i64::MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberTooLarge(pub serde_json::Number);

impl fmt::Display for NumberTooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "the number {} is greater than {}", self.0, i64::MAX)
    }
}

impl std::error::Error for NumberTooLarge {}

impl TryFrom<serde_json::Value> for Tree {
    type Error = NumberTooLarge;
    fn try_from(value: serde_json::Value) -> Result<Tree, NumberTooLarge> {
        use serde_json::Value;
        Ok(match value {
            Value::Null => Tree::Null,
            Value::Bool(value) => Tree::Bool(value),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Tree::Int(whole),
                (None, Some(float)) if number.is_f64() => Tree::Float(float),
                _ => return Err(NumberTooLarge(number)),
            },
            Value::String(text) => Tree::Str(text.into()),
            Value::Array(items) => Tree::Seq(items.into_iter().map(Tree::try_from).collect::<Result<_, _>>()?),
            Value::Object(entries) => {
                let entry = |(key, value): (String, Value)| Ok((key.into(), Tree::try_from(value)?));
                Tree::Map(entries.into_iter().map(entry).collect::<Result<_, _>>()?)
            }
        })
    }
}

impl From<bool> for Tree {
    fn from(value: bool) -> Tree {
        Tree::Bool(value)
    }
}
impl From<i64> for Tree {
    fn from(value: i64) -> Tree {
        Tree::Int(value)
    }
}
impl From<i32> for Tree {
    fn from(value: i32) -> Tree {
        Tree::Int(value.into())
    }
}
impl From<u16> for Tree {
    fn from(value: u16) -> Tree {
        Tree::Int(value.into())
    }
}
impl From<u32> for Tree {
    fn from(value: u32) -> Tree {
        Tree::Int(value.into())
    }
}
impl From<f64> for Tree {
    fn from(value: f64) -> Tree {
        Tree::Float(value)
    }
}
impl From<&'static str> for Tree {
    fn from(text: &'static str) -> Tree {
        Tree::Str(Text::new_static(text))
    }
}
impl From<String> for Tree {
    fn from(text: String) -> Tree {
        Tree::Str(text.into())
    }
}
impl From<Text> for Tree {
    fn from(text: Text) -> Tree {
        Tree::Str(text)
    }
}
impl<V: Into<Tree>> From<Vec<V>> for Tree {
    fn from(items: Vec<V>) -> Tree {
        Tree::seq(items)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn pod() -> Tree {
        let container = Tree::map([("name", "peer"), ("image", "fabric-peer")]);
        Tree::map([
            ("kind", Tree::from("Pod")),
            ("spec", Tree::map([("containers", Tree::seq([container]))])),
            ("data", Tree::map([("0", "zero"), ("a/b", "slash"), ("~1", "tilde")])),
        ])
    }

    #[test]
    fn a_path_leads_to_items_keys_and_numeric_keys() {
        let pod = pod();
        let at = |path: &'static str| pod.at(&path.into()).and_then(Tree::as_str);
        assert_eq!(at("spec/containers/0/image"), Some("fabric-peer"));
        assert_eq!(at("data/0"), Some("zero"));
        assert_eq!(at("data/a~1b"), Some("slash"));
        assert_eq!(at("data/~01"), Some("tilde"));
        assert_eq!((at("spec/containers/1/image"), at("spec/containers/x"), at("kind/x")), (None, None, None));
        assert_eq!(pod.at(&TreePath::ROOT), Some(&pod));
    }

    #[test]
    fn set_replaces_in_place_adds_maps_and_refuses_dead_ends() {
        let mut pod = pod();
        assert!(pod.set(&"kind".into(), "Other"));
        assert!(pod.set(&"spec/containers/0/resources/limits/cpu".into(), "1"));
        assert!(!pod.set(&"spec/containers/1/name".into(), "x") && !pod.set(&"kind/x".into(), "x"));
        assert_eq!(pod.as_map().unwrap()[0], ("kind".into(), "Other".into()));
        assert_eq!(
            pod.at(&"spec/containers/0/resources".into()).unwrap().to_json().to_string(),
            r#"{"limits":{"cpu":"1"}}"#
        );
        assert!(pod.insert("last", 1) && !Tree::Null.insert("x", 1));
        assert_eq!(pod.as_map().unwrap().last().unwrap(), &("last".into(), Tree::Int(1)));
    }

    #[test]
    fn remove_takes_out_of_maps_and_lists() {
        let mut pod = pod();
        assert_eq!(pod.remove(&"spec/containers/0/name".into()), Some("peer".into()));
        assert_eq!(pod.remove(&"spec/containers/1".into()), None);
        assert!(pod.remove(&"spec/containers/0".into()).is_some());
        assert_eq!(pod.at(&"spec/containers".into()), Some(&Tree::Seq(vec![])));
        assert_eq!((pod.remove(&TreePath::ROOT), pod.remove(&"none".into())), (None, None));
    }

    #[test]
    fn json_round_trip_and_its_limits() {
        let text = r#"{"b":[1,-2,0.5,true,null,"x"],"a":{},"c":9223372036854775807}"#;
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let tree = Tree::try_from(value.clone()).unwrap();
        assert_eq!(tree.to_json(), value);
        assert_eq!(serde_json::to_string(&tree).unwrap(), text);
        let large = Tree::try_from(serde_json::json!(9_223_372_036_854_775_808_u64)).unwrap_err();
        assert!(large.to_string().contains("9223372036854775808"));
        assert_eq!(Tree::Float(f64::NAN).to_json(), serde_json::Value::Null);
    }
}
