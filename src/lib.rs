//! akcgen compiles one blueprint of a Hyperledger Fabric consortium into bundles that existing tools apply.

pub mod base;
pub mod diag;
pub mod source;
