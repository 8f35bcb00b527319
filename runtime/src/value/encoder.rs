//! Writing of records.

use super::{FieldValue, VariantOf};
use crate::{catalogue::Binding, descriptor::Field};

/// Writes a record's fields in layout order, and checks their limits on the way.
#[derive(Debug)]
pub struct Encoder<'a> {
    pub(crate) bytes: Vec<u8>,
    binding: &'a Binding,
    fields: &'static [Field],
    /// Place in `fields` of the next field.
    next: usize,
    /// Where the presence bits of the open record are, and how many are used.
    presence: (usize, usize),
    fault: Option<Fault>,
}

/// A value that its field does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The field, with the structs on the way to it: `address.country`.
    pub(crate) field: String,
    pub(crate) reason: String,
}

/// What is open around a nested record. Given by [`Encoder::open`], taken back by [`Encoder::close`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Outer {
    fields: &'static [Field],
    next: usize,
    presence: (usize, usize),
    faulty: bool,
}

/// Bytes that hold one presence bit for each optional field.
pub(crate) fn presence_bytes(optional_fields: usize) -> usize {
    optional_fields.div_ceil(8)
}

impl<'a> Encoder<'a> {
    /// Goes on behind `bytes`.
    pub(crate) const fn new(binding: &'a Binding, bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            binding,
            fields: &[],
            next: 0,
            presence: (0, 0),
            fault: None,
        }
    }

    /// The bytes, or the first value that is not allowed.
    pub(crate) fn finish(self) -> Result<Vec<u8>, Fault> {
        match self.fault {
            None => Ok(self.bytes),
            Some(fault) => Err(fault),
        }
    }

    /// Begins a record or nested struct of these fields.
    #[doc(hidden)]
    pub fn open(&mut self, fields: &'static [Field]) -> Outer {
        let optional = fields.iter().filter(|field| field.optional).count();
        let start = self.bytes.len();
        self.bytes.resize(start + presence_bytes(optional), 0);
        Outer {
            fields: std::mem::replace(&mut self.fields, fields),
            next: std::mem::take(&mut self.next),
            presence: std::mem::replace(&mut self.presence, (start, 0)),
            faulty: self.fault.is_some(),
        }
    }

    /// Writes the next field of the open record.
    #[doc(hidden)]
    pub fn field<T: FieldValue + ?Sized>(&mut self, value: &T) {
        self.next += 1;
        if let Some(field) = self.fields.get(self.next - 1)
            && field.is_limited()
            && self.fault.is_none()
            && let Err(reason) = value.check(field)
        {
            self.refuse(reason);
        }
        value.write(self);
    }

    /// Ends the record that [`Encoder::open`] began.
    #[doc(hidden)]
    pub fn close(&mut self, outer: Outer) {
        self.fields = outer.fields;
        self.next = outer.next;
        self.presence = outer.presence;
        // A fault inside a nested struct gets the name of the field that holds the struct.
        if !outer.faulty
            && let Some(fault) = &mut self.fault
            && let Some(holder) = self.next.checked_sub(1).and_then(|at| self.fields.get(at))
        {
            fault.field = format!("{}.{}", holder.name, fault.field);
        }
    }

    /// Writes a value that stands alone, such as a default.
    #[doc(hidden)]
    pub fn put<T: FieldValue + ?Sized>(&mut self, value: &T) {
        value.write(self);
    }

    /// Says that the value of the current field cannot be stored.
    pub(crate) fn refuse(&mut self, reason: String) {
        let at = self.next.saturating_sub(1);
        let field = self.fields.get(at).map_or("value", |field| field.name);
        self.fault.get_or_insert_with(|| Fault {
            field: field.to_owned(),
            reason,
        });
    }

    /// Writes whether the next optional field is there.
    pub(crate) fn present(&mut self, present: bool) {
        let (start, used) = self.presence;
        if present && let Some(byte) = self.bytes.get_mut(start + used / 8) {
            *byte |= 1 << (used % 8);
        }
        self.presence.1 += 1;
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn varint(&mut self, value: u64) {
        put_varint(&mut self.bytes, value);
    }

    pub(crate) fn zigzag(&mut self, value: i64) {
        put_zigzag(&mut self.bytes, value);
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.varint(length as u64);
    }

    pub(crate) fn sized(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.raw(bytes);
    }

    /// A variant of the schema's `enumeration`-th enum.
    #[doc(hidden)]
    pub fn variant(&mut self, enumeration: usize, variant: VariantOf<'_>) {
        let bound = self.binding.enumeration(enumeration);
        match variant {
            VariantOf::Known(place, _) => self.varint(u64::from(bound.number(place))),
            VariantOf::Other(name) => match bound.number_of(name) {
                Some(number) => self.varint(u64::from(number)),
                None => self.refuse(format!("this store knows no variant `{name}`")),
            },
        }
    }
}

/// Seven bits a byte, the least first; the top bit says that more follow.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Signed numbers with the sign in the lowest bit, so that small ones are short either way.
pub(crate) fn put_zigzag(out: &mut Vec<u8>, value: i64) {
    put_varint(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}
