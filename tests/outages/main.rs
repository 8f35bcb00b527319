//! Records on a cluster that is broken under them: what was acknowledged is there, what was not is whole or absent, the
//! indexes are true, and the client goes on without a restart.
//!
//! `tikv` does the same to the engine below, fault by fault. `KEYLOOM_LONG=1` takes longer.

mod bank;
mod dead_client;
mod failing;
mod round_trips;
mod world;
