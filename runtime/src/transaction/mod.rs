//! Stores, snapshots and transactions, and the two traits that stand for them.
//!
//! Snapshot isolation, first committer wins. A transaction keeps its writes in an ordered buffer of its own; reads and scans
//! merge the buffer with the snapshot; commit hands the whole set to the engine at once.

mod any_engine;
mod commit;
mod numbers;
mod open;
mod reader;
mod store;
mod traits;

pub use commit::{Transaction, TransactionOptions};
pub use open::OpenOptions;
pub use store::{Snapshot, Store};
pub use traits::{Read, Sealed, Target, View, Write};

pub(crate) use any_engine::{AnyEngine, AnySnapshot};
pub(crate) use reader::Reader;
