//! What every stage shares: origins, trees, names, quantities. Imports nothing of the crate.

pub mod origin;

pub use origin::{FileId, Origin, Span, Traced};
