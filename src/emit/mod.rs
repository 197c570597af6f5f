//! The last stage: files in memory become a folder on disk, or are compared with one, or a folder with its lock.

pub mod compare;
pub mod difference;
pub mod digest;
mod folder;
pub mod lock;
pub mod scope;
pub mod verify;
pub mod write;

pub use compare::{Comparison, Drift};
pub use difference::Difference;
pub use digest::Digest;
pub use folder::{create_file, discard_file, path_in_bundle, replace_file};
pub use lock::{Input, InputKind, Lock, Provenance};
pub use scope::Scope;
pub use verify::{is_current, verify};
pub use write::{Report, Session};
