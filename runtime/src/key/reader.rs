//! Decoding of key parts.

use crate::{
    catalogue::Binding,
    value::{DecodeError, Input, VariantOf},
};

/// Reads key parts back from their bytes.
#[derive(Debug)]
pub struct KeyReader<'a> {
    input: Input<'a>,
    binding: &'a Binding,
}

impl<'a> KeyReader<'a> {
    pub(crate) const fn new(binding: &'a Binding, bytes: &'a [u8]) -> Self {
        Self {
            input: Input(bytes),
            binding,
        }
    }

    /// What is not read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.input.0
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        self.input.take(count)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.input.array()
    }

    /// A string or bytes written by [`super::KeyWriter::escaped`].
    pub(crate) fn escaped(&mut self) -> Result<Vec<u8>, DecodeError> {
        let (value, used) = unescape(self.input.0).ok_or(DecodeError::Truncated)?;
        self.input.take(used)?;
        Ok(value)
    }

    /// A variant of the schema's `enumeration`-th enum.
    pub fn variant(&mut self, enumeration: usize) -> Result<VariantOf<'a>, DecodeError> {
        let number = u16::from_be_bytes(self.array()?);
        self.binding.enumeration(enumeration).variant(number)
    }
}

/// The value of an escaped string, and how many bytes it took.
pub(crate) fn unescape(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        let zero = at + bytes.get(at..)?.iter().position(|byte| *byte == 0)?;
        out.extend_from_slice(&bytes[at..zero]);
        match bytes.get(zero + 1)? {
            0x01 => return Some((out, zero + 2)),
            0xff => out.push(0),
            _ => return None,
        }
        at = zero + 2;
    }
}
