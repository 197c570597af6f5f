//! The writers of text: trees become YAML and JSON. Pure functions that every later room may use.

pub mod insert;
pub mod json;
pub mod lines;
pub mod rows;
mod scalar;
pub mod yaml;
