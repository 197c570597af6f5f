//! From the tree to Rust types, by serde. An error carries the place of the value where decoding stopped.
//!
//! [`Traced`](crate::base::Traced) receives the span of its value. Inside `#[serde(untagged)]`, `#[serde(flatten)]` and
//! internally tagged enums serde keeps no place to ask, so `Traced` cannot stand there; ours are externally tagged.

use std::fmt::Display;

use serde::de::{DeserializeOwned, DeserializeSeed, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected};
use serde::de::{IntoDeserializer, VariantAccess, Visitor, value::SeqDeserializer};

use super::node::{Entry, Node, Value};
use crate::base::{Span, origin::TRACED, origin::TRACED_FIELDS};
use crate::diag::{Diagnostic, code};

/// Why a value could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// What was wrong, in serde's words.
    pub message: String,
    /// The innermost value that was being read.
    pub span: Option<Span>,
}

/// Reads a value of type `T` from a tree.
///
/// # Errors
/// The first mismatch between the tree and the type. Shape errors are found all at once by `parse::shape` before;
/// what remains are checks that only the Rust types make.
pub fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, DecodeError> {
    T::deserialize(node)
}

impl DecodeError {
    /// What to tell the user.
    pub fn diagnostic(self) -> Diagnostic {
        let diagnostic = Diagnostic::new(code::MISFIT, self.message);
        match self.span {
            Some(span) => diagnostic.at(span, "does not fit"),
            None => diagnostic,
        }
    }

    fn within(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl Display for DecodeError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl serde::de::Error for DecodeError {
    fn custom<T: Display>(message: T) -> Self {
        DecodeError { message: message.to_string(), span: None }
    }

    fn invalid_type(seen: Unexpected, expected: &dyn Expected) -> Self {
        let seen = match seen {
            Unexpected::Unit => "nothing".to_owned(),
            other => other.to_string(),
        };
        Self::custom(format_args!("expected {}, found {seen}", in_words(expected)))
    }

    fn invalid_value(seen: Unexpected, expected: &dyn Expected) -> Self {
        Self::invalid_type(seen, expected)
    }
}

/// What serde expects, without the names of Rust's types.
fn in_words(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "u8" => "an integer from 0 to 255".to_owned(),
        "u16" => "an integer from 0 to 65535".to_owned(),
        "u32" => "an integer from 0 to 4294967295".to_owned(),
        "u64" | "usize" => "an integer that is not negative".to_owned(),
        "i64" => "an integer".to_owned(),
        other => other.to_owned(),
    }
}

impl<'de> serde::Deserializer<'de> for &'de Node {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Str(value) => visitor.visit_borrowed_str(value),
            Value::Seq(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries { rest: entries.iter(), value: None }),
        }
        .map_err(|error: DecodeError| error.within(self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
        .map_err(|error: DecodeError| error.within(self.span))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self).map_err(|error: DecodeError| error.within(self.span))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == TRACED {
            return visitor.visit_map(TracedParts::new(self.span, self)).map_err(|error| error.within(self.span));
        }
        self.deserialize_any(visitor)
    }

    /// Externally tagged: `name` for a variant without content, `{name: content}` for the others.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match &self.value {
            Value::Str(name) => visitor.visit_enum(Variant { name, span: self.span, content: None }),
            Value::Map(entries) if entries.len() == 1 => match entries.first() {
                Some(entry) => {
                    visitor.visit_enum(Variant { name: &entry.key, span: entry.key_span, content: Some(&entry.value) })
                }
                None => self.deserialize_any(visitor),
            },
            _ => self.deserialize_any(visitor),
        }
        .map_err(|error: DecodeError| error.within(self.span))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

struct Items<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'de> {
    rest: std::slice::Iter<'de, Entry>,
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(entry) = self.rest.next() else { return Ok(None) };
        self.value = Some(&entry.value);
        seed.deserialize(Key { text: &entry.key, span: entry.key_span })
            .map(Some)
            .map_err(|error| error.within(entry.key_span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        match self.value.take() {
            Some(node) => seed.deserialize(node),
            None => Err(serde::de::Error::custom("a value was asked for before its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A key of a map: text, or whatever a type reads from text.
#[derive(Clone, Copy)]
struct Key<'de> {
    text: &'de str,
    span: Span,
}

impl<'de> serde::Deserializer<'de> for Key<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_borrowed_str(self.text)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == TRACED {
            return visitor.visit_map(TracedParts::new(self.span, self));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(Variant { name: self.text, span: self.span, content: None })
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.text.parse() {
            Ok(number) => visitor.visit_u16(number),
            Err(_) => visitor.visit_borrowed_str(self.text),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// The two parts that `Traced` asks for: the place, then the value.
struct TracedParts<D> {
    span: Span,
    given: usize,
    value: Option<D>,
}

impl<D> TracedParts<D> {
    fn new(span: Span, value: D) -> Self {
        TracedParts { span, given: 0, value: Some(value) }
    }
}

impl<'de, D: serde::Deserializer<'de, Error = DecodeError>> MapAccess<'de> for TracedParts<D> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(field) = TRACED_FIELDS.get(self.given) else { return Ok(None) };
        self.given += 1;
        seed.deserialize(IntoDeserializer::<DecodeError>::into_deserializer(*field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        if self.given == 1 {
            let Span { file, start, end } = self.span;
            return seed.deserialize(SeqDeserializer::new([file.0, start, end].into_iter()));
        }
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(serde::de::Error::custom("a traced value was asked for twice")),
        }
    }
}

struct Variant<'de> {
    name: &'de str,
    span: Span,
    content: Option<&'de Node>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DecodeError> {
        let value =
            seed.deserialize(Key { text: self.name, span: self.span }).map_err(|error| error.within(self.span))?;
        Ok((value, self))
    }
}

impl<'de> Variant<'de> {
    fn content(&self) -> Result<&'de Node, DecodeError> {
        self.content.ok_or_else(|| DecodeError {
            message: format!("`{0}` needs a value: `{{{0}: …}}`", self.name),
            span: Some(self.span),
        })
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        match self.content {
            None | Some(Node { value: Value::Null, .. }) => Ok(()),
            Some(node) => {
                Err(DecodeError { message: format!("`{}` takes no value", self.name), span: Some(node.span) })
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        serde::Deserializer::deserialize_any(self.content()?, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        serde::Deserializer::deserialize_any(self.content()?, visitor)
    }
}

#[cfg(test)]
mod tests;
