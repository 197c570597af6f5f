//! Reads JSON into Kubernetes' types and finds what those types would pass over or refuse. By themselves they ignore
//! unknown fields and do not say where a wrong type stands; here each struct's own list of fields is compared with the
//! keys that are there, and each error gets the path at which it arose.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde_json::{Map, Value};

use crate::base::{Step, TreePath};
use crate::diag::suggest::nearest;
use crate::lower::check::PatchProblem;

/// All unknown fields, wrong types and nulls of a value that is read as a `T`, sorted by path.
pub(super) fn problems<T: for<'de> Deserialize<'de>>(value: &Value) -> Vec<PatchProblem> {
    let notes = RefCell::new(Notes::default());
    // A wrong type ends the reading, so that it starts again without the value at fault, until all are found.
    while let Err(fault) = T::deserialize(Reader { value, path: TreePath::ROOT, notes: &notes }) {
        let path = fault.path.unwrap_or_default();
        let mut notes = notes.borrow_mut();
        let message = fault.message;
        notes.problems.push(PatchProblem { path: path.clone(), message, nearest: None, of_key: false });
        if path == TreePath::ROOT || !notes.skipped.insert(path) {
            break;
        }
    }
    let mut problems = notes.into_inner().problems;
    problems.sort_by(|left, right| left.path.cmp(&right.path));
    problems
}

#[derive(Default)]
struct Notes {
    problems: Vec<PatchProblem>,
    /// Where problems stand: what lies there is not read again.
    skipped: BTreeSet<TreePath>,
}

impl Notes {
    /// Remembers a key at fault, so that what lies there is not read.
    fn skip(&mut self, path: TreePath, message: String, nearest: Option<&str>) {
        self.skipped.insert(path.clone());
        self.problems.push(PatchProblem { path, message, nearest: nearest.map(str::to_owned), of_key: true });
    }
}

struct Fault {
    path: Option<TreePath>,
    message: String,
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}
impl std::error::Error for Fault {}
impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Fault {
        Fault { path: None, message: message.to_string() }
    }
}

/// A value at a path.
struct Reader<'a> {
    value: &'a Value,
    path: TreePath,
    notes: &'a RefCell<Notes>,
}

impl<'a> Reader<'a> {
    fn entries<'de, V: Visitor<'de>>(
        self,
        entries: &'a Map<String, Value>,
        fields: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut readable = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let path = self.path.join(Step::from(key.clone()));
            let mut notes = self.notes.borrow_mut();
            if notes.skipped.contains(&path) {
                continue;
            }
            match fields {
                Some(fields) if !fields.contains(&key.as_str()) => {
                    let near = nearest(key, fields.iter().copied());
                    notes.skip(path, format!("Kubernetes has no field `{key}` here"), near);
                }
                _ if value.is_null() => {
                    let message = "null takes nothing away here: write the value that should hold".to_owned();
                    notes.skip(path, message, None);
                }
                _ => readable.push((key.as_str(), Reader { value, path, notes: self.notes })),
            }
        }
        visitor.visit_map(Entries { rest: readable.into_iter(), value: None })
    }

    fn items<'de, V: Visitor<'de>>(self, items: &'a [Value], visitor: V) -> Result<V::Value, Fault> {
        let readable: Vec<Reader> = (0_u32..)
            .zip(items)
            .map(|(at, value)| Reader { value, path: self.path.join(at), notes: self.notes })
            .filter(|reader| !self.notes.borrow().skipped.contains(&reader.path))
            .collect();
        visitor.visit_seq(Items { rest: readable.into_iter() })
    }
}

/// Gives an error that has no path yet the path of the value from which it came.
fn at<T>(path: TreePath, result: Result<T, Fault>) -> Result<T, Fault> {
    result.map_err(|fault| Fault { path: fault.path.or(Some(path)), ..fault })
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let path = self.path.clone();
        let result = match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_i64(number),
                (_, Some(number), _) => visitor.visit_u64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => self.items(items, visitor),
            Value::Object(entries) => self.entries(entries, None, visitor),
        };
        at(path, result)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.value {
            Value::Object(entries) => {
                let path = self.path.clone();
                at(path, self.entries(entries, Some(fields), visitor))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let path = self.path.clone();
        at(path, visitor.visit_some(self))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        let path = self.path.clone();
        at(path, visitor.visit_newtype_struct(self))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

struct Entries<'a> {
    rest: std::vec::IntoIter<(&'a str, Reader<'a>)>,
    value: Option<Reader<'a>>,
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let reader = self.value.take().ok_or_else(|| de::Error::custom("a value was asked for before its key"))?;
        let path = reader.path.clone();
        at(path, seed.deserialize(reader))
    }
}

struct Items<'a> {
    rest: std::vec::IntoIter<Reader<'a>>,
}

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(reader) = self.rest.next() else { return Ok(None) };
        let path = reader.path.clone();
        at(path, seed.deserialize(reader)).map(Some)
    }
}
