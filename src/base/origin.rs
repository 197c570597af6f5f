//! Where a value came from: the thread that leads from an output line back to what a person wrote.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Index of a source text in [`super::sources::Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A byte range `start..end` in one source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file the range lies in.
    pub file: FileId,
    /// First byte of the range.
    pub start: u32,
    /// One past the last byte of the range.
    pub end: u32,
}

/// The cause of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Written in an input file: blueprint, card, allocations, bindings or a target's own file.
    Source(Span),
    /// A row of the table of defaults, named by its path in the blueprint (`blockchain.peers.count`).
    Default(&'static str),
    /// Derived by a rule of akcgen, told in one sentence a reader can act on.
    Rule(&'static str),
}

impl Origin {
    /// The range in an input file, where there is one.
    pub fn span(self) -> Option<Span> {
        match self {
            Origin::Source(span) => Some(span),
            Origin::Default(_) | Origin::Rule(_) => None,
        }
    }
}

/// A value together with its [`Origin`]. Compares and orders by the value alone.
#[derive(Debug, Clone, Copy)]
pub struct Traced<T> {
    /// The value itself.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Traced<T> {
    /// A value with the given origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Traced { value, origin }
    }

    /// Keeps the origin and turns the value into another.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Traced<U> {
        Traced { value: turn(self.value), origin: self.origin }
    }

    /// Borrows the value, keeps the origin.
    pub fn as_ref(&self) -> Traced<&T> {
        Traced { value: &self.value, origin: self.origin }
    }
}

impl<T> std::ops::Deref for Traced<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Traced<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<T: Eq> Eq for Traced<T> {}
impl<T: PartialOrd> PartialOrd for Traced<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl<T: Ord> Ord for Traced<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Serialize> Serialize for Traced<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// Name of the struct by which [`Traced`] asks a deserializer for a span; see `source::decode`.
pub const TRACED: &str = "$akcgen::Traced";
/// The two fields of that struct: the packed span and the value.
pub const TRACED_FIELDS: &[&str] = &["$origin", "$value"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Traced<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = Traced<T>;
            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("a value with its place in the source")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                use serde::de::Error;
                let missing = || A::Error::custom("Traced is read from source::decode only");
                let (_, (file, start, end)) = map.next_entry::<String, (u32, u32, u32)>()?.ok_or_else(missing)?;
                let (_, value) = map.next_entry::<String, T>()?.ok_or_else(missing)?;
                Ok(Traced::new(value, Origin::Source(Span { file: FileId(file), start, end })))
            }
        }
        deserializer.deserialize_struct(TRACED, TRACED_FIELDS, Visitor(std::marker::PhantomData))
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Traced<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}
