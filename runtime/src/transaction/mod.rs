//! Stores, snapshots and transactions, and the two traits that stand for them.
//!
//! Snapshot isolation, first committer wins. A transaction keeps its writes in an ordered buffer of its own; reads and scans
//! merge the buffer with the snapshot; commit hands the whole set to the engine at once.

mod any_engine;
mod commit;
mod lanes;
mod numbers;
mod open;
mod options;
mod reader;
mod run;
mod store;
mod traits;
mod witness;

pub use commit::Transaction;
pub use open::OpenOptions;
pub use options::TransactionOptions;
pub use store::{Snapshot, Store};
pub use traits::{Read, Sealed, Target, View, Write};

pub(crate) use any_engine::{AnyEngine, AnySnapshot};
pub(crate) use commit::Writing;
pub(crate) use reader::Reader;
pub(crate) use store::WeakStore;
