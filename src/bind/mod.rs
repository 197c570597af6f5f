//! Stage 4: the workload graphs and the targets to a [`Plan`], in two steps: `realise`, each organization with its own
//! target, and `connect`, over all organizations.

mod connect;
pub mod plan;

pub use connect::connect;
pub use plan::*;
