//! Turns any serde value into a [`Tree`].

use crate::base::tree::{Text, Tree};
use serde::{Serialize, ser};
use std::fmt;

/// The value as a [`Tree`], by serde's data model with JSON's conventions: an enum variant with content is a map
/// of one entry, a key that is a number or a truth value is written as text, bytes are a list of numbers.
///
/// # Errors
/// A whole number outside of `i64`, an infinite or undefined floating-point number, a key that has no text,
/// and whatever the value's own `Serialize` reports.
pub fn to_tree<T: Serialize + ?Sized>(value: &T) -> Result<Tree, SerError> {
    value.serialize(ToTree)
}

/// Why a value has no [`Tree`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SerError {
    /// A whole number outside of `i64`.
    OutOfRange(String),
    /// An infinite or undefined floating-point number, which neither JSON nor Kubernetes knows.
    NotFinite,
    /// A key of a map that is neither text nor a number, a truth value or a unit variant.
    Key,
    /// Reported by the value itself.
    Message(String),
}

impl fmt::Display for SerError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            SerError::OutOfRange(number) => write!(formatter, "the number {number} is outside of 64 signed bits"),
            SerError::NotFinite => formatter.write_str("a number is infinite or undefined"),
            SerError::Key => formatter.write_str("a key of a map is not text"),
            SerError::Message(message) => formatter.write_str(message),
        }
    }
}

impl std::error::Error for SerError {}

impl ser::Error for SerError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        SerError::Message(message.to_string())
    }
}

struct ToTree;

impl ser::Serializer for ToTree {
    type Ok = Tree;
    type Error = SerError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    fn serialize_bool(self, value: bool) -> Result<Tree, SerError> {
        Ok(Tree::Bool(value))
    }
    fn serialize_i8(self, value: i8) -> Result<Tree, SerError> {
        Ok(Tree::Int(value.into()))
    }
    fn serialize_i16(self, value: i16) -> Result<Tree, SerError> {
        Ok(Tree::Int(value.into()))
    }
    fn serialize_i32(self, value: i32) -> Result<Tree, SerError> {
        Ok(Tree::Int(value.into()))
    }
    fn serialize_i64(self, value: i64) -> Result<Tree, SerError> {
        Ok(Tree::Int(value))
    }
    fn serialize_i128(self, value: i128) -> Result<Tree, SerError> {
        i64::try_from(value).map(Tree::Int).map_err(|_| SerError::OutOfRange(value.to_string()))
    }
    fn serialize_u8(self, value: u8) -> Result<Tree, SerError> {
        Ok(Tree::Int(value.into()))
    }
    fn serialize_u16(self, value: u16) -> Result<Tree, SerError> {
        Ok(Tree::Int(value.into()))
    }
    fn serialize_u32(self, value: u32) -> Result<Tree, SerError> {
        Ok(Tree::Int(value.into()))
    }
    fn serialize_u64(self, value: u64) -> Result<Tree, SerError> {
        i64::try_from(value).map(Tree::Int).map_err(|_| SerError::OutOfRange(value.to_string()))
    }
    fn serialize_u128(self, value: u128) -> Result<Tree, SerError> {
        i64::try_from(value).map(Tree::Int).map_err(|_| SerError::OutOfRange(value.to_string()))
    }
    fn serialize_f32(self, value: f32) -> Result<Tree, SerError> {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<Tree, SerError> {
        if value.is_finite() { Ok(Tree::Float(value)) } else { Err(SerError::NotFinite) }
    }
    fn serialize_char(self, value: char) -> Result<Tree, SerError> {
        Ok(Tree::Str(value.to_string().into()))
    }
    fn serialize_str(self, value: &str) -> Result<Tree, SerError> {
        Ok(Tree::Str(value.into()))
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<Tree, SerError> {
        Ok(Tree::Seq(value.iter().map(|byte| Tree::Int((*byte).into())).collect()))
    }
    fn serialize_none(self) -> Result<Tree, SerError> {
        Ok(Tree::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Tree, SerError> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Tree, SerError> {
        Ok(Tree::Null)
    }
    fn serialize_unit_struct(self, _name: &'static str) -> Result<Tree, SerError> {
        Ok(Tree::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Tree, SerError> {
        Ok(Tree::Str(Text::new_static(variant)))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Tree, SerError> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Tree, SerError> {
        Ok(Tree::Map(vec![(Text::new_static(variant), value.serialize(self)?)]))
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Items, SerError> {
        Ok(Items { variant: None, items: Vec::with_capacity(len.unwrap_or(0)) })
    }
    fn serialize_tuple(self, len: usize) -> Result<Items, SerError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_struct(self, _name: &'static str, len: usize) -> Result<Items, SerError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Items, SerError> {
        Ok(Items { variant: Some(variant), items: Vec::with_capacity(len) })
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Entries, SerError> {
        Ok(Entries { variant: None, key: None, entries: Vec::with_capacity(len.unwrap_or(0)) })
    }
    fn serialize_struct(self, _name: &'static str, len: usize) -> Result<Entries, SerError> {
        self.serialize_map(Some(len))
    }
    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Entries, SerError> {
        Ok(Entries { variant: Some(variant), key: None, entries: Vec::with_capacity(len) })
    }
}

/// Wraps a finished value into the map of one entry that names its enum variant.
fn under(variant: Option<&'static str>, value: Tree) -> Tree {
    match variant {
        Some(variant) => Tree::Map(vec![(Text::new_static(variant), value)]),
        None => value,
    }
}

struct Items {
    variant: Option<&'static str>,
    items: Vec<Tree>,
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerError> {
        self.items.push(value.serialize(ToTree)?);
        Ok(())
    }
    fn finish(self) -> Result<Tree, SerError> {
        Ok(under(self.variant, Tree::Seq(self.items)))
    }
}

impl ser::SerializeSeq for Items {
    type Ok = Tree;
    type Error = SerError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerError> {
        self.push(value)
    }
    fn end(self) -> Result<Tree, SerError> {
        self.finish()
    }
}

impl ser::SerializeTuple for Items {
    type Ok = Tree;
    type Error = SerError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerError> {
        self.push(value)
    }
    fn end(self) -> Result<Tree, SerError> {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Items {
    type Ok = Tree;
    type Error = SerError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerError> {
        self.push(value)
    }
    fn end(self) -> Result<Tree, SerError> {
        self.finish()
    }
}

impl ser::SerializeTupleVariant for Items {
    type Ok = Tree;
    type Error = SerError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerError> {
        self.push(value)
    }
    fn end(self) -> Result<Tree, SerError> {
        self.finish()
    }
}

struct Entries {
    variant: Option<&'static str>,
    key: Option<Text>,
    entries: Vec<(Text, Tree)>,
}

impl Entries {
    fn push<T: Serialize + ?Sized>(&mut self, key: Text, value: &T) -> Result<(), SerError> {
        self.entries.push((key, value.serialize(ToTree)?));
        Ok(())
    }
    fn finish(self) -> Result<Tree, SerError> {
        Ok(under(self.variant, Tree::Map(self.entries)))
    }
}

impl ser::SerializeMap for Entries {
    type Ok = Tree;
    type Error = SerError;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerError> {
        self.key = Some(match key.serialize(ToTree)? {
            Tree::Str(text) => text,
            Tree::Int(number) => number.to_string().into(),
            Tree::Bool(value) => value.to_string().into(),
            _ => return Err(SerError::Key),
        });
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerError> {
        let key = self.key.take().ok_or(SerError::Key)?;
        self.push(key, value)
    }
    fn end(self) -> Result<Tree, SerError> {
        self.finish()
    }
}

impl ser::SerializeStruct for Entries {
    type Ok = Tree;
    type Error = SerError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), SerError> {
        self.push(Text::new_static(key), value)
    }
    fn end(self) -> Result<Tree, SerError> {
        self.finish()
    }
}

impl ser::SerializeStructVariant for Entries {
    type Ok = Tree;
    type Error = SerError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), SerError> {
        self.push(Text::new_static(key), value)
    }
    fn end(self) -> Result<Tree, SerError> {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    enum Choice {
        Plain,
        Wrapped(u8),
        Pair(u8, char),
        Fields { left: Option<u8>, right: () },
    }

    #[derive(Serialize)]
    struct Unit;
    #[derive(Serialize)]
    struct Newtype(i8);
    #[derive(Serialize)]
    struct Tuple(i8, &'static str);

    #[derive(Serialize)]
    struct Everything {
        choices: Vec<Choice>,
        whole: (i8, i16, i32, i64, i128, u8, u16, u32, u64, u128),
        float: (f32, f64),
        text: (&'static str, char, bool),
        by_number: BTreeMap<u16, Unit>,
        by_truth: BTreeMap<bool, Newtype>,
        by_char: BTreeMap<char, Tuple>,
        some: Option<Option<&'static str>>,
        none: Option<u8>,
    }

    fn everything() -> Everything {
        let fields = Choice::Fields { left: Some(1), right: () };
        Everything {
            choices: vec![Choice::Plain, Choice::Wrapped(1), Choice::Pair(2, 'x'), fields],
            whole: (-1, -2, -3, i64::MIN, -5, 6, 7, 8, i64::MAX as u64, 10),
            float: (0.5, -1e300),
            text: ("yes", 'n', true),
            by_number: BTreeMap::from([(8080, Unit)]),
            by_truth: BTreeMap::from([(true, Newtype(1))]),
            by_char: BTreeMap::from([('c', Tuple(1, "two"))]),
            some: Some(Some("x")),
            none: None,
        }
    }

    #[test]
    fn agrees_with_serde_json_over_the_whole_data_model() {
        let value = everything();
        assert_eq!(to_tree(&value).unwrap().to_json().to_string(), serde_json::to_string(&value).unwrap());
    }

    #[test]
    fn field_names_and_variants_cost_no_allocation() {
        let tree = to_tree(&everything()).unwrap();
        assert!(tree.as_map().unwrap().iter().all(|(key, _)| !key.is_heap_allocated()));
        assert_eq!(to_tree(&Choice::Plain).unwrap(), Tree::Str("plain".into()));
    }

    #[test]
    fn what_a_tree_cannot_hold_is_an_error() {
        assert_eq!(to_tree(&u64::MAX), Err(SerError::OutOfRange(u64::MAX.to_string())));
        assert_eq!(to_tree(&i128::MIN), Err(SerError::OutOfRange(i128::MIN.to_string())));
        assert_eq!(to_tree(&u128::MAX), Err(SerError::OutOfRange(u128::MAX.to_string())));
        assert_eq!(to_tree(&[f64::NAN]), Err(SerError::NotFinite));
        assert_eq!(to_tree(&f32::INFINITY), Err(SerError::NotFinite));
        assert_eq!(to_tree(&BTreeMap::from([(vec![1], 1)])), Err(SerError::Key));
        assert_eq!(to_tree(&BTreeMap::from([(None::<u8>, 1)])), Err(SerError::Key));
    }

    #[test]
    fn kubernetes_types_keep_their_field_order() {
        use k8s_openapi::apimachinery::pkg::{apis::meta::v1::ObjectMeta, util::intstr::IntOrString};
        let metadata = ObjectMeta { name: Some("a".into()), ..Default::default() };
        let service = k8s_openapi::api::core::v1::Service { metadata, ..Default::default() };
        assert_eq!(
            to_tree(&service).unwrap(),
            Tree::map([
                ("apiVersion", Tree::from("v1")),
                ("kind", "Service".into()),
                ("metadata", Tree::map([("name", "a")]))
            ])
        );
        assert_eq!(to_tree(&IntOrString::Int(80)), Ok(Tree::Int(80)));
        assert_eq!(to_tree(&k8s_openapi::ByteString(b"hi".to_vec())), Ok("aGk=".into()));
    }
}
