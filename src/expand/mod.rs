//! Stage 3: [`crate::resolve::Consortium`] to one [`OrganizationGraph`] for each organization described here.

pub mod graph;

pub use graph::*;
