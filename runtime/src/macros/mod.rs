//! What is the same for every model, struct, enum and id of generated code, written once.
//!
//! Exported hidden and reached through `keyloom::__codegen` only. Doc comments are given here, so that the items are
//! documented like any other.

mod enumeration;
mod events;
mod id;
mod index;
mod record;
mod reference;
mod store;
mod table;
