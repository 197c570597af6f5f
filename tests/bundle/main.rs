//! Bundles on disk: written, compared, verified.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checking;
mod killed;
mod place;
mod writing;
