//! The command line as a user meets it: the real program, its streams and its exit status.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod build;
mod current;
mod help;
mod lines;
mod program;
mod tools;
mod verify;
