//! What every stage shares: origins, trees, names, quantities. Imports nothing of the crate.

pub mod bounded;
pub mod cron;
pub mod image;
mod merge_keys;
pub mod name;
pub mod object;
pub mod origin;
pub mod path;
pub mod plain;
pub mod quantity;
pub mod range;
pub mod ser;
pub mod sources;
mod tidy;
pub mod tree;

pub use merge_keys::merge_keys;
pub use object::{Object, Origins};
pub use origin::{FileId, Origin, Span, Traced};
pub use path::{Step, TreePath};
pub use ser::{SerError, to_tree};
pub use sources::{Position, SourceFile, Sources};
pub use tree::{NumberTooLarge, Text, Tree};
