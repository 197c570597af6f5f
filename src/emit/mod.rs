//! The last stage: trees become text.

pub mod json;
mod scalar;
pub mod yaml;
