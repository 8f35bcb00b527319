//! Reading of records.

use super::{FieldValue, Input};
use crate::{catalogue::Binding, descriptor::Field};

/// Why bytes do not decode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// They end too early.
    #[error("the bytes end too early")]
    Truncated,
    /// Text that is not UTF-8.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// Bytes that no value has.
    #[error("impossible {0}")]
    Malformed(String),
    /// Bytes are left over.
    #[error("{0} bytes are left over")]
    LeftOver(usize),
    /// A variant of a closed enum that this build does not know.
    #[error(
        "`{name}` is a variant of `{enumeration}` that this build does not know; \
         deploy a build that knows it, or declare the enum `open`"
    )]
    UnknownVariant {
        /// The enum.
        enumeration: &'static str,
        /// The variant's name in the catalogue.
        name: String,
    },
    /// A layout that the catalogue does not know.
    #[error("layout {0} is not in the catalogue")]
    UnknownLayout(u64),
}

impl DecodeError {
    pub(crate) fn malformed(error: impl ToString) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// A stored variant, as this build sees it.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariantOf<'a> {
    /// The variant at this place of the declaration.
    Known(usize, &'static str),
    /// A variant of an open enum that this build does not know.
    Other(&'a str),
}

impl<'a> VariantOf<'a> {
    /// Its name in the catalogue.
    #[must_use]
    #[expect(clippy::match_same_arms, reason = "the lifetimes of the names differ")]
    pub const fn name(self) -> &'a str {
        match self {
            // A known name lives for ever, another as long as the catalogue: two arms of one text and two types.
            Self::Known(_, name) => name,
            Self::Other(name) => name,
        }
    }
}

/// Reads a record's fields in layout order.
#[derive(Debug)]
pub struct Decoder<'a> {
    input: Input<'a>,
    binding: &'a Binding,
    /// The presence bits of the open record, and how many are used.
    presence: (&'a [u8], usize),
}

/// What is open around a nested record.
#[doc(hidden)]
#[derive(Debug)]
pub struct OuterPresence<'a>((&'a [u8], usize));

impl<'a> Decoder<'a> {
    pub(crate) const fn new(binding: &'a Binding, bytes: &'a [u8]) -> Self {
        Self {
            input: Input(bytes),
            binding,
            presence: (&[], 0),
        }
    }

    /// What is not read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.input.0
    }

    /// Begins a record or nested struct of these fields.
    #[doc(hidden)]
    pub fn open(&mut self, fields: &'static [Field]) -> Result<OuterPresence<'a>, DecodeError> {
        let optional = fields.iter().filter(|field| field.optional).count();
        self.open_presence(optional)
    }

    pub(crate) fn open_presence(
        &mut self,
        optional_fields: usize,
    ) -> Result<OuterPresence<'a>, DecodeError> {
        let bits = self.take(super::encoder::presence_bytes(optional_fields))?;
        Ok(OuterPresence(std::mem::replace(
            &mut self.presence,
            (bits, 0),
        )))
    }

    /// Ends the record that [`Decoder::open`] began.
    #[doc(hidden)]
    pub fn close(&mut self, outer: OuterPresence<'a>) {
        self.presence = outer.0;
    }

    /// Reads the next field.
    #[doc(hidden)]
    pub fn field<T: FieldValue>(&mut self) -> Result<T, DecodeError> {
        T::read(self)
    }

    /// Whether the next optional field is there.
    pub(crate) fn present(&mut self) -> Result<bool, DecodeError> {
        let (bits, used) = self.presence;
        let byte = bits.get(used / 8).ok_or(DecodeError::Truncated)?;
        self.presence.1 += 1;
        Ok(byte & (1 << (used % 8)) != 0)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        self.input.take(count)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.input.array()
    }

    pub(crate) fn varint(&mut self) -> Result<u64, DecodeError> {
        self.input.varint()
    }

    pub(crate) fn zigzag(&mut self) -> Result<i64, DecodeError> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// A count of elements or bytes that follow.
    pub(crate) fn length(&mut self) -> Result<usize, DecodeError> {
        self.input.length()
    }

    pub(crate) fn sized(&mut self) -> Result<&'a [u8], DecodeError> {
        self.input.sized()
    }

    /// A variant of the schema's `enumeration`-th enum.
    #[doc(hidden)]
    pub fn variant(&mut self, enumeration: usize) -> Result<VariantOf<'a>, DecodeError> {
        let number = u16::try_from(self.varint()?).map_err(DecodeError::malformed)?;
        self.binding.enumeration(enumeration).variant(number)
    }
}
