//! Values: the bytes of records, positional under a layout. `docs/format.md` draws them.
//!
//! **Invariant:** decoding never panics, whatever the bytes, and never allocates more than a small multiple of their length.

mod calendar;
mod decoder;
mod encoder;
mod field;
mod input;
mod limits;
#[cfg(test)]
mod tests;
mod timestamp;

pub use decoder::{DecodeError, Decoder, VariantOf};
pub use encoder::Encoder;
pub use field::FieldValue;
pub use timestamp::Timestamp;

pub(crate) use calendar::{date_of, days_of, duration_of};
pub(crate) use encoder::put_varint;
pub(crate) use input::Input;
