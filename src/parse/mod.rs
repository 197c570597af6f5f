//! Stage 1: text to [`blueprint::Blueprint`].

pub mod blueprint;
pub mod merge;
pub mod normalise;
pub mod schema;
pub mod shape;
#[cfg(test)]
mod toy;
