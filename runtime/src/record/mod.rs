//! Records: what generated models say about themselves, and the reads and writes built on it.

mod batched;
mod cascade;
mod counts;
mod delete;
mod entries;
mod image;
mod known;
mod model;
mod parents;
mod read;
mod references;
mod write;

pub use batched::{DeleteCascade, delete_cascade};
pub use counts::{Count, Counts, count};
pub use delete::{delete, delete_by};
pub use entries::Entries;
pub use model::{Model, Record};

pub(crate) use model::decode_fields;
pub use read::{get, get_many};
pub use references::ReferenceKeys;
pub use write::{insert, insert_many, modify, number, put, update};

pub(crate) use entries::{Entry, entry_record_key, entry_record_parts};
pub(crate) use image::{Rewritten, cleared};
pub(crate) use parents::Check;
pub(crate) use read::{decode, decode_parts, record_key};
