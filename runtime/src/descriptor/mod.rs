//! What generated code says about its schema, as constants: tables, fields, indexes, enums.
//!
//! **Invariant:** these are facts of the build, the same for every store. What a store assigns (numbers of tables,
//! layouts, variants) is in the catalogue.

mod field;
mod index;
mod reference;
mod table;
mod topic;

pub use field::{Bound, Enum, Field, Struct, Type, Variant, field, variant};
pub use index::{Include, Index, Part, part};
pub(crate) use reference::{Back, OnDelete};
pub use reference::{By, Reference};
pub use table::{Erased, Schema, Table, erased};
pub use topic::{OwnEvent, Topic};
