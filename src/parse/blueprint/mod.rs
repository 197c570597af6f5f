//! The blueprint as a person writes it. Every type here is the *long* form; `x-short` names the field that a scalar or a
//! list stands for, and the shape check, the normaliser and the published schema all read it from there.
//!
//! Absent means "the default": `resolve` fills it in, from one table, last.

mod application;
mod blockchain;
mod channel;
mod consortium;
mod ordering;
mod organization;
mod service;

use std::collections::BTreeMap;

pub use application::*;
pub use blockchain::*;
pub use channel::*;
pub use consortium::*;
pub use ordering::*;
pub use organization::*;
pub use service::*;

use crate::base::Traced;

/// A map keyed by name; the key knows where it was written.
pub type Map<K, V> = BTreeMap<Traced<K>, V>;
