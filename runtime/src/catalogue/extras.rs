//! Extras: values behind a record's fields that the writer's layout has no place for.
//!
//! A build keeps what it does not know, in the record and in the structs inside it, byte for byte: fields of a newer
//! build, and fields that a newer build removed. Each extra names the layout that its bytes are in, so that it is still
//! understood when its type changes later.

use super::{rows::LayoutRow, stored_type::StoredType};
use crate::value::{DecodeError, Input, put_varint};
use std::collections::{BTreeMap, HashMap};

/// Stands where the number of a field would: an extra with a layout and a path.
const WITH_PATH: u32 = 0;

const FIELD: u64 = 1;
const ITEM: u64 = 2;
const KEY: u64 = 3;
const VALUE: u64 = 0;
const ABSENT: u64 = 4;

/// A value that the writer's layout has no place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extra<'a> {
    /// The layout that the bytes are in; `None` if it was written without one.
    pub(super) layout: Option<u64>,
    /// The field of the record that it is, or is in.
    pub(super) number: u32,
    /// The way from that field to the value.
    pub(super) path: Vec<Step<'a>>,
    /// `None`: the field is absent.
    pub(super) value: Option<&'a [u8]>,
}

/// A step into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step<'a> {
    /// A field of a struct.
    Field(&'a str),
    /// An element of a list.
    Item(u64),
    /// The value of a key of a map.
    Key(&'a [u8]),
}

/// The extras behind a record's fields.
pub(super) fn parse(bytes: &[u8]) -> impl Iterator<Item = Result<Extra<'_>, DecodeError>> {
    let mut rest = Input(bytes);
    std::iter::from_fn(move || {
        if rest.0.is_empty() {
            return None;
        }
        let extra = next(&mut rest);
        if extra.is_err() {
            rest = Input(&[]);
        }
        Some(extra)
    })
}

fn next<'a>(rest: &mut Input<'a>) -> Result<Extra<'a>, DecodeError> {
    let number = u32::try_from(rest.varint()?).map_err(DecodeError::malformed)?;
    let bytes = rest.sized()?;
    if number != WITH_PATH {
        return Ok(Extra {
            layout: None,
            number,
            path: Vec::new(),
            value: Some(bytes),
        });
    }
    let mut body = Input(bytes);
    let layout = body.varint()?;
    let number = u32::try_from(body.varint()?).map_err(DecodeError::malformed)?;
    let mut path = Vec::new();
    loop {
        path.push(match body.varint()? {
            FIELD => {
                Step::Field(std::str::from_utf8(body.sized()?).map_err(|_| DecodeError::NotUtf8)?)
            }
            ITEM => Step::Item(body.varint()?),
            KEY => Step::Key(body.sized()?),
            end @ (VALUE | ABSENT) => {
                return Ok(Extra {
                    layout: Some(layout),
                    number,
                    path,
                    value: (end == VALUE).then_some(body.0),
                });
            }
            other => return Err(DecodeError::Malformed(format!("step {other} of an extra"))),
        });
    }
}

/// Checks that what follows a record's fields are whole extras.
pub(crate) fn check_extras(bytes: &[u8]) -> Result<(), DecodeError> {
    parse(bytes).try_for_each(|extra| extra.map(drop))
}

impl<'a> Extra<'a> {
    /// One step further in.
    pub(super) fn step(&self, step: Step<'a>) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self {
            path,
            ..self.clone()
        }
    }

    /// Writes it behind a record.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let sized = |out: &mut Vec<u8>, bytes: &[u8]| {
            put_varint(out, bytes.len() as u64);
            out.extend_from_slice(bytes);
        };
        let Some(layout) = self.layout else {
            put_varint(out, u64::from(self.number));
            sized(out, self.value.unwrap_or_default());
            return;
        };
        let mut body = Vec::new();
        put_varint(&mut body, layout);
        put_varint(&mut body, u64::from(self.number));
        for step in &self.path {
            match step {
                Step::Field(name) => {
                    put_varint(&mut body, FIELD);
                    sized(&mut body, name.as_bytes());
                }
                Step::Item(place) => {
                    put_varint(&mut body, ITEM);
                    put_varint(&mut body, *place);
                }
                Step::Key(key) => {
                    put_varint(&mut body, KEY);
                    sized(&mut body, key);
                }
            }
        }
        put_varint(&mut body, if self.value.is_some() { VALUE } else { ABSENT });
        body.extend_from_slice(self.value.unwrap_or_default());
        put_varint(out, u64::from(WITH_PATH));
        sized(out, &body);
    }

    /// The type of its bytes.
    pub(super) fn ty<'l>(&self, layouts: &'l HashMap<u64, LayoutRow>) -> Option<&'l StoredType> {
        let fields = &layouts.get(&self.layout?)?.fields;
        let mut ty = &fields.iter().find(|field| field.number == self.number)?.ty;
        for step in &self.path {
            ty = match (ty, step) {
                (StoredType::Struct(fields), Step::Field(name)) => {
                    &fields.iter().find(|field| field.name == *name)?.ty
                }
                (StoredType::List(item), Step::Item(_)) | (StoredType::Map(item), Step::Key(_)) => {
                    item
                }
                _ => return None,
            };
        }
        Some(ty)
    }
}

/// Extras by their step at a depth; those whose path ends before it are left out.
pub(super) fn by_step(extras: Vec<Extra<'_>>, depth: usize) -> BTreeMap<Step<'_>, Vec<Extra<'_>>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for extra in extras {
        if let Some(step) = extra.path.get(depth) {
            groups.entry(*step).or_default().push(extra);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(extra: &Extra<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        extra.put(&mut out);
        out
    }

    #[test]
    fn golden_bytes_of_extras() {
        let inner = Extra {
            layout: Some(2),
            number: 5,
            path: vec![Step::Field("zip")],
            value: Some(&[0x0a]),
        };
        assert_eq!(put(&inner), b"\x00\x09\x02\x05\x01\x03zip\x00\x0a");
        let absent = Extra {
            layout: Some(300),
            number: 1,
            path: vec![Step::Item(2), Step::Key(b"k")],
            value: None,
        };
        assert_eq!(put(&absent), b"\x00\x09\xac\x02\x01\x02\x02\x03\x01k\x04");
        let plain = Extra {
            layout: None,
            number: 7,
            path: Vec::new(),
            value: Some(b"ab"),
        };
        assert_eq!(put(&plain), b"\x07\x02ab");
        let all = [put(&inner), put(&absent), put(&plain)].concat();
        let read: Result<Vec<_>, _> = parse(&all).collect();
        assert_eq!(read, Ok(vec![inner, absent, plain]));
    }

    #[test]
    fn damaged_extras_are_an_error() {
        let whole = b"\x00\x09\x02\x05\x01\x03zip\x00\x0a";
        for cut in 1..whole.len() {
            assert!(check_extras(&whole[..cut]).is_err(), "cut at {cut}");
        }
        for bad in [
            b"\x00\x03\x02\x05\x09",
            b"\x00\x03\x02\x05\x01",
            b"\x00\x03\x02\x05\x02",
        ] {
            assert!(check_extras(bad).is_err(), "{bad:?}");
        }
    }
}
