//! akcgen compiles one blueprint of a Hyperledger Fabric consortium into bundles that existing tools apply.
//!
//! The rooms in the order of the pipeline; each imports only from those above it (`tests/layering.rs`).

/// Trees are made and dropped by the million, each on the thread that lowers its organization, which is what this allocator
/// is made for: the system's own takes a fifth of a build's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod base;
pub mod diag;
pub mod source;
pub mod text;

pub mod parse;

pub mod fabric;

pub mod resolve;

pub mod expand;
pub mod target;

pub mod place;

pub mod bind;
pub mod configure;
pub mod lower;

pub mod hosts;
pub mod render;

pub mod package;

pub mod administer;

pub mod emit;

pub mod compile;

pub mod cli;
