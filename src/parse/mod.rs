//! Stage 1: text to [`blueprint::Blueprint`].

pub mod blueprint;
