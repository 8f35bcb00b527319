//! The catalogue: what a store says about itself, and how a build's schema is bound to it.
//!
//! Rows are JSON, for people and tools. `open` reads them in one scan, compares them with the schema compiled in,
//! registers what is new in one transaction, and keeps the result as a [`Binding`] that never changes while the store is
//! open.

mod binding;
mod carry;
mod described;
mod dynamic;
mod extras;
mod json;
mod maintenance;
mod open;
mod reconcile;
mod rows;
mod stored_type;
mod topics;

pub(crate) use binding::Binding;

pub(crate) use binding::{BoundIndex, BoundTable};
pub(crate) use described::{Described, TopicRef};
pub(crate) use extras::check_extras;
pub(crate) use open::{identity, open};
pub(crate) use reconcile::check_format;
pub(crate) use rows::{LOAD_KEY, STORE_KEY, number_key};
pub(crate) use topics::BoundTopic;
