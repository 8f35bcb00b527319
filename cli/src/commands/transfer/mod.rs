//! `keyloom dump` and `keyloom load`: moving a store.

mod dump;
mod load;
mod progress;

pub(crate) use dump::Dump;
pub(crate) use load::Load;
