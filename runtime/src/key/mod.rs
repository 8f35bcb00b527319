//! Keys: order-preserving, self-delimiting, exact bytes of values.
//!
//! **Invariant:** byte order of encoded parts is value order, no encoded value is a prefix of another, and two different
//! values never share bytes. `docs/format.md` draws each encoding.

mod bounds;
mod decimal;
mod describe;
mod layout;
mod part;
mod reader;
mod span;
#[cfg(test)]
mod tests;
mod writer;

pub use part::{KeyPart, KeyValue};
pub use reader::KeyReader;
pub use span::{Exact, Present, Span, SpanAfter, StartsWith, present, starts_with};
pub use writer::KeyWriter;

#[cfg(test)]
use bounds::successor;
pub(crate) use bounds::{part_bounds, prefix_range};
pub(crate) use decimal::MAX_DIGITS;
pub(crate) use describe::{describe, hex};
pub(crate) use layout::{part_length, parts_length};
pub(crate) use span::exact_span;
pub use span::{PartSpan, Several, Value, text_prefix};
pub(crate) use writer::arrange;
