//! Schema text to a tree of statements.
//!
//! **Invariant:** reading never fails: it gives what it understood and every fault. What the tree leaves out is marked
//! incomplete, so that the checker does not report its consequences.

mod conditions;
mod events;
mod fields;
mod file;
mod foreign;
mod foreign_statement;
mod habits;
mod imports;
mod indexes;
pub(crate) mod kdl;
mod lines;
mod models;
mod properties;
mod relations;
mod statement;
pub(crate) mod tree;
mod types;

pub(crate) use habits::{malformed, punctuated};
pub(crate) use imports::load;
pub(crate) use models::plural;
pub(crate) use statement::shown;
pub(crate) use types::{Shape, shape};
