//! Stage 4: the workload graphs and the targets to a [`Plan`], in two steps: `realise`, each organization with its own
//! target, and `connect`, over all organizations. The last stage that may refuse the input.

pub mod allocations;
pub mod bindings;
mod connect;
pub mod plan;

pub use allocations::Allocations;
pub use bindings::Bindings;
pub use connect::connect;
pub use plan::*;
