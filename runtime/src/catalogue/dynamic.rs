//! Records of other layouts than the one this build writes, translated by name.
//!
//! Added fields get their default, removed ones are kept aside as extras, renamed ones follow their number, widened
//! integers are converted.

use super::{
    binding::Binding,
    rows::{LayoutField, LayoutRow},
    stored_type::{StoredType, read_fields},
};
use crate::{
    descriptor::{Field, Type},
    value::{DecodeError, Decoder, Encoder, Input, put_varint},
};
use std::collections::{BTreeMap, HashMap};

/// The fields of a record of any layout, in the layout that this build reads, with extras.
///
/// `to` are this build's fields with their numbers, and the layouts that the store knows.
pub(super) fn translate(
    binding: &Binding,
    to: (&'static [Field], &[u32], &HashMap<u64, LayoutRow>),
    stored: &[u8],
) -> Result<Vec<u8>, DecodeError> {
    let mut from = Decoder::new(binding, stored);
    let number = from.varint()?;
    let (fields, numbers, layouts) = to;
    let layout = layouts
        .get(&number)
        .ok_or(DecodeError::UnknownLayout(number))?;
    // Every value by the number of its field, with the type it is stored in if the layout says so.
    let mut values: BTreeMap<u32, (Option<&StoredType>, &[u8])> = BTreeMap::new();
    read_fields(&layout.fields, &mut from, |place, bytes| {
        let field = &layout.fields[place];
        values.insert(field.number, (Some(&field.ty), bytes));
    })?;
    for extra in extras(from.rest()) {
        let (number, bytes) = extra?;
        values.insert(number, (None, bytes));
    }
    let in_layout = |number: u32| layout.fields.iter().any(|field| field.number == number);

    let sources: Vec<_> = numbers
        .iter()
        .map(|number| (values.remove(number), in_layout(*number)))
        .collect();
    let mut out = Encoder::new(binding, Vec::with_capacity(stored.len()));
    let outer = out.open(fields);
    for (field, (value, known)) in fields.iter().zip(sources) {
        put_field(binding, field, value, known, &mut out)?;
    }
    out.close(outer);
    let mut bytes = out
        .finish()
        .map_err(|fault| DecodeError::Malformed(format!("`{}`: {}", fault.field, fault.reason)))?;
    for (number, (_, value)) in values {
        put_extra(&mut bytes, number, value);
    }
    Ok(bytes)
}

/// Writes one field from its stored value; `known` says that the writer's layout had it, so that no value means absent.
fn put_field(
    binding: &Binding,
    field: &Field,
    value: Option<(Option<&StoredType>, &[u8])>,
    known: bool,
    out: &mut Encoder<'_>,
) -> Result<(), DecodeError> {
    if let Some((ty, bytes)) = value {
        if field.optional {
            out.present(true);
        }
        return if let Some(ty) = ty {
            convert(binding, ty, field.ty, bytes, out)
        } else {
            out.raw(bytes);
            Ok(())
        };
    }
    match field.default {
        Some(default) if !(known && field.optional) => {
            if field.optional {
                out.present(true);
            }
            default(out);
        }
        _ if field.optional => out.present(false),
        _ => match field.ty {
            Type::List(_) | Type::Map(_) => out.length(0),
            Type::Version => out.varint(1),
            _ => {
                return Err(DecodeError::Malformed(format!(
                    "field `{}`: it has neither a value nor a default",
                    field.name
                )));
            }
        },
    }
    Ok(())
}

/// Writes a stored value as this build's type.
fn convert(
    binding: &Binding,
    old: &StoredType,
    new: Type,
    bytes: &[u8],
    out: &mut Encoder<'_>,
) -> Result<(), DecodeError> {
    let mut from = Decoder::new(binding, bytes);
    match (old, new) {
        (StoredType::U32, Type::I64) => {
            out.zigzag(i64::try_from(from.varint()?).map_err(DecodeError::malformed)?);
        }
        (StoredType::Struct(fields), Type::Struct(structure)) => {
            convert_struct(binding, fields, structure.fields, &mut from, out)?;
        }
        (StoredType::List(old), Type::List(new)) => {
            let count = from.length()?;
            out.length(count);
            for _ in 0..count {
                convert_next(binding, old, *new, &mut from, out)?;
            }
        }
        (StoredType::Map(old), Type::Map(new)) => {
            let count = from.length()?;
            out.length(count);
            for _ in 0..count {
                out.sized(from.sized()?);
                convert_next(binding, old, *new, &mut from, out)?;
            }
        }
        (StoredType::Enum(id), Type::Enum(enumeration)) => {
            if *id != binding.enumeration(enumeration.place).id {
                return Err(DecodeError::Malformed(format!(
                    "enum {id} where `{}` stands",
                    enumeration.name
                )));
            }
            out.raw(bytes);
        }
        // The rest has the same bytes before and after: equal types, and integers of one sign.
        _ => out.raw(bytes),
    }
    Ok(())
}

fn convert_next(
    binding: &Binding,
    old: &StoredType,
    new: Type,
    from: &mut Decoder<'_>,
    out: &mut Encoder<'_>,
) -> Result<(), DecodeError> {
    let before = from.rest();
    old.skip(from)?;
    let used = before.len() - from.rest().len();
    convert(binding, old, new, &before[..used], out)
}

fn convert_struct(
    binding: &Binding,
    old: &[LayoutField],
    new: &'static [Field],
    from: &mut Decoder<'_>,
    out: &mut Encoder<'_>,
) -> Result<(), DecodeError> {
    let mut values = BTreeMap::new();
    read_fields(old, from, |place, bytes| {
        values.insert(place, bytes);
    })?;
    let outer = out.open(new);
    for field in new {
        let place = old
            .iter()
            .position(|stored| stored.name == field.name)
            .or_else(|| {
                old.iter()
                    .position(|stored| field.was.contains(&stored.name.as_str()))
            });
        let value = place.and_then(|place| {
            let bytes = *values.get(&place)?;
            Some((Some(&old[place].ty), bytes))
        });
        put_field(binding, field, value, place.is_some(), out)?;
    }
    out.close(outer);
    Ok(())
}

/// Adds a field that this build's layout lacks.
fn put_extra(out: &mut Vec<u8>, number: u32, value: &[u8]) {
    put_varint(out, u64::from(number));
    put_varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// The extras behind a record's fields: number and bytes.
fn extras(bytes: &[u8]) -> impl Iterator<Item = Result<(u32, &[u8]), DecodeError>> {
    let mut rest = Input(bytes);
    std::iter::from_fn(move || {
        if rest.0.is_empty() {
            return None;
        }
        let extra = next_extra(&mut rest);
        if extra.is_err() {
            rest = Input(&[]);
        }
        Some(extra)
    })
}

fn next_extra<'a>(rest: &mut Input<'a>) -> Result<(u32, &'a [u8]), DecodeError> {
    let number = u32::try_from(rest.varint()?).map_err(DecodeError::malformed)?;
    Ok((number, rest.sized()?))
}

/// Checks that what follows a record's fields are whole extras.
pub(crate) fn check_extras(bytes: &[u8]) -> Result<(), DecodeError> {
    extras(bytes).try_for_each(|extra| extra.map(drop))
}
