//! The TiKV engine on clusters that are broken on purpose, and what it asks of one that is not.
//!
//! What every engine promises is in `conformance`; each case here has a test cluster of its own.

mod contention;
mod faults;
mod garbage;
mod open;
mod requests;
mod silent_loss;
mod sizes;
mod tls;
mod world;
