//! Input texts: read from disk within limits, turned into a tree with a place for every key and value, decoded into types.
//!
//! The table of texts itself, [`Sources`], stands in `base`, because `diag` renders with it and stands left of this room.

pub mod decode;
pub mod file;
pub mod node;
pub mod read;
mod trouble;

pub use crate::base::{Position, SourceFile, Sources};
pub use decode::{DecodeError, decode};
pub use file::{admit, exists, is_folder, read_file, yaml_files};
pub use node::{Entry, Node, Value};
pub use read::read;
