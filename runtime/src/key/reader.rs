//! Decoding of key parts.

use crate::{
    catalogue::Binding,
    value::{DecodeError, VariantOf},
};

/// Reads key parts back from their bytes.
#[derive(Debug)]
pub struct KeyReader<'a> {
    bytes: &'a [u8],
    binding: &'a Binding,
}

impl<'a> KeyReader<'a> {
    pub(crate) const fn new(binding: &'a Binding, bytes: &'a [u8]) -> Self {
        Self { bytes, binding }
    }

    /// What is not read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self
            .bytes
            .split_at_checked(count)
            .ok_or(DecodeError::Truncated)?;
        self.bytes = tail;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, tail) = self
            .bytes
            .split_first_chunk::<N>()
            .ok_or(DecodeError::Truncated)?;
        self.bytes = tail;
        Ok(*head)
    }

    /// A string or bytes written by [`super::KeyWriter::escaped`].
    pub(crate) fn escaped(&mut self) -> Result<Vec<u8>, DecodeError> {
        let (value, used) = unescape(self.bytes).ok_or(DecodeError::Truncated)?;
        self.bytes = &self.bytes[used..];
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
