//! Records: what generated models say about themselves, and the reads and writes built on it.

mod delete;
mod entries;
mod model;
mod read;
mod references;
mod write;

pub use delete::{delete, delete_by};
pub use entries::Entries;
pub use model::{Model, Record};

pub(crate) use model::decode_fields;
pub use read::{get, get_many};
pub use references::ReferenceKeys;
pub use write::{insert, insert_many, modify, number, put, update};

pub(crate) use entries::{Entry, entry_record_key, entry_record_parts};
pub(crate) use read::{decode, decode_parts, record_key};
