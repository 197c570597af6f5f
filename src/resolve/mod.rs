//! Stage 2: [`crate::parse::blueprint::Blueprint`] to [`Consortium`], once an environment.

pub mod card;
pub mod consortium;

pub use card::{Card, FabricNode, SharedService};
pub use consortium::*;
