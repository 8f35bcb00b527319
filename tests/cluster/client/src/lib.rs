//! Starts the TiKV test cluster of `tests/cluster` and tells it what to do.
//!
//! A [`Cluster`] is the process; it ends with its value, and with the process that started it. An [`Admin`] speaks to a
//! cluster from any process. What the cluster is, and what it is not, says `tests/cluster/README.md`.

mod admin;
mod build;
mod faults;
mod process;

pub use admin::{Admin, Count, Counts, Region, Server, Span};
pub use build::build;
pub use faults::{Fault, FaultId, Kind};
pub use process::{Cluster, Options};

use std::fmt;

/// Why the cluster does not do what it was told, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(pub(crate) String);

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// What a call gives.
pub type Result<T> = std::result::Result<T, Error>;
