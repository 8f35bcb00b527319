//! Encoding of key parts.

use crate::{catalogue::Binding, descriptor::Part, value::VariantOf};

/// Collects the bytes of key parts.
///
/// With a store at hand, variants of enums are written by the store's numbers. Without one (a query is built before its
/// reader is known), by their place in this build; they are translated when it runs.
#[derive(Debug)]
pub struct KeyWriter<'a> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) fault: Option<String>,
    binding: Option<&'a Binding>,
}

/// Stands for "a variant by name" where a place would stand.
const BY_NAME: u16 = u16::MAX;

/// Bytes of parts that most keys do not exceed.
const USUAL: usize = 62;

impl<'a> KeyWriter<'a> {
    pub(crate) fn unbound() -> Self {
        Self {
            bytes: Vec::new(),
            fault: None,
            binding: None,
        }
    }

    /// Goes on behind `bytes`.
    pub(crate) fn bound(binding: &'a Binding, bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            fault: None,
            binding: Some(binding),
        }
    }

    /// Goes on behind a prefix, with room for a key of usual length.
    pub(crate) fn behind(binding: &'a Binding, prefix: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(prefix.len() + USUAL);
        bytes.extend_from_slice(prefix);
        Self::bound(binding, bytes)
    }

    /// The bytes, or what is wrong with the value.
    pub(crate) fn finish(self) -> Result<Vec<u8>, String> {
        match self.fault {
            None => Ok(self.bytes),
            Some(fault) => Err(fault),
        }
    }

    /// Says that the value cannot stand in a key.
    pub(crate) fn refuse(&mut self, fault: impl Into<String>) {
        self.fault.get_or_insert_with(|| fault.into());
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A string or bytes: `00` becomes `00 ff`, the end is `00 01`.
    pub(crate) fn escaped(&mut self, bytes: &[u8]) {
        self.escaped_start(bytes);
        self.raw(&[0, 1]);
    }

    /// [`KeyWriter::escaped`] without the end: what every string that starts so starts with.
    pub(crate) fn escaped_start(&mut self, bytes: &[u8]) {
        self.bytes.reserve(bytes.len() + 2);
        let mut rest = bytes;
        while let Some(zero) = rest.iter().position(|byte| *byte == 0) {
            self.raw(&rest[..zero]);
            self.raw(&[0, 0xff]);
            rest = &rest[zero + 1..];
        }
        self.raw(rest);
    }

    /// A variant of the schema's `enumeration`-th enum.
    pub fn variant(&mut self, enumeration: usize, variant: VariantOf<'_>) {
        match (variant, self.binding) {
            (VariantOf::Known(place, _), _) => self.place(enumeration, place),
            (VariantOf::Other(name), Some(binding)) => {
                self.number_by_name(binding, enumeration, name);
            }
            (VariantOf::Other(name), None) => {
                self.raw(&BY_NAME.to_be_bytes());
                self.escaped(name.as_bytes());
            }
        }
    }

    fn place(&mut self, enumeration: usize, place: usize) {
        let number = match self.binding {
            Some(binding) => binding.enumeration(enumeration).number(place),
            None => u16::try_from(place).unwrap_or(BY_NAME - 1),
        };
        self.raw(&number.to_be_bytes());
    }

    fn number_by_name(&mut self, binding: &Binding, enumeration: usize, name: &str) {
        match binding.enumeration(enumeration).number_of(name) {
            Some(number) => self.raw(&number.to_be_bytes()),
            None => self.refuse(format!("this store knows no variant `{name}`")),
        }
    }

    /// Translates one part's bytes from this build's places to the store's numbers.
    pub(crate) fn localize(
        binding: &Binding,
        part: &Part,
        bytes: Vec<u8>,
    ) -> Result<Vec<u8>, String> {
        let crate::descriptor::Type::Enum(enumeration) = part.ty else {
            return Ok(bytes);
        };
        let start = usize::from(part.optional);
        let Some(place) = bytes.get(start..start + 2) else {
            return Ok(bytes); // absent, or "every present value"
        };
        let place = u16::from_be_bytes([place[0], place[1]]);
        let mut out = KeyWriter::bound(binding, bytes[..start].to_vec());
        if place == BY_NAME {
            let name = super::reader::unescape(&bytes[start + 2..])
                .and_then(|(name, _)| String::from_utf8(name).ok())
                .unwrap_or_default();
            out.number_by_name(binding, enumeration.place, &name);
        } else {
            out.place(enumeration.place, usize::from(place));
        }
        out.finish()
    }

    /// Gives the part that starts at `start` its order: case-folds it, then inverts it.
    pub(crate) fn arrange(&mut self, start: usize, part: &Part) {
        arrange(&mut self.bytes, start, part);
    }
}

/// Gives the encoded part that starts at `start` its order: case-folds it, then inverts it.
pub(crate) fn arrange(bytes: &mut Vec<u8>, start: usize, part: &Part) {
    if part.lower {
        fold(bytes, start + usize::from(part.optional));
    }
    if part.desc {
        for byte in &mut bytes[start..] {
            *byte = !*byte;
        }
    }
}

/// Case-folds the encoded string that starts at `start`.
///
/// Character by character, without regard to neighbours, so that a prefix of a string folds to a prefix. Escapes (`00 ff`,
/// `00 01`) are not letters and stay.
fn fold(bytes: &mut Vec<u8>, start: usize) {
    let Some(tail) = bytes.get(start..) else {
        return;
    };
    if tail.iter().all(|byte| byte.is_ascii() || *byte == 0xff) {
        bytes[start..].make_ascii_lowercase();
        return;
    }
    let mut folded = Vec::with_capacity(tail.len());
    for chunk in tail.utf8_chunks() {
        for character in chunk.valid().chars().flat_map(char::to_lowercase) {
            folded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        folded.extend_from_slice(chunk.invalid());
    }
    bytes.truncate(start);
    bytes.extend(folded);
}
