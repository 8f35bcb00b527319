//! Records of other layouts than the one this build writes, translated by name.
//!
//! Added fields get their default, removed ones are kept aside as extras, renamed ones follow their number, widened
//! integers are converted.

use super::{
    binding::Binding,
    extras::{self, Extra, Step, by_step},
    rows::{LayoutField, LayoutRow},
    stored_type::{StoredType, read_fields},
};
use crate::{
    descriptor::{Field, Type},
    value::{DecodeError, Decoder, Encoder},
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
    let mut values = record(number, layout, &mut from)?;
    let mut translation = Translation {
        binding,
        layouts,
        left: Vec::new(),
    };
    add_extras(&mut values, layout, layouts, from.rest())?;

    let mut out = Encoder::new(binding, Vec::with_capacity(stored.len()));
    let outer = out.open(fields);
    for (field, number) in fields.iter().zip(numbers) {
        translation.field(field, values.remove(number), &mut out)?;
    }
    out.close(outer);
    let mut bytes = out
        .finish()
        .map_err(|fault| DecodeError::Malformed(format!("`{}`: {}", fault.field, fault.reason)))?;
    for (_, source) in values {
        translation.leave(source);
    }
    for extra in translation.left {
        extra.put(&mut bytes);
    }
    Ok(bytes)
}

/// A stored value, or a stored absence, on its way to a field.
struct Source<'a> {
    /// What it would be as an extra: where it stands, and its bytes.
    extra: Extra<'a>,
    /// The type of its bytes, if a layout says so.
    ty: Option<&'a StoredType>,
    /// Extras inside it.
    inner: Vec<Extra<'a>>,
}

/// The fields of a record by their numbers.
fn record<'a>(
    number: u64,
    layout: &'a LayoutRow,
    from: &mut Decoder<'a>,
) -> Result<BTreeMap<u32, Source<'a>>, DecodeError> {
    let mut values = vec![None; layout.fields.len()];
    read_fields(&layout.fields, from, |place, bytes| {
        values[place] = Some(bytes);
    })?;
    let sources = layout.fields.iter().zip(values).map(|(field, value)| {
        let extra = Extra {
            layout: Some(number),
            number: field.number,
            path: Vec::new(),
            value,
        };
        let source = Source {
            extra,
            ty: Some(&field.ty),
            inner: Vec::new(),
        };
        (field.number, source)
    });
    Ok(sources.collect())
}

/// Adds the extras of a record: values of fields that its layout lacks, and what is inside of values.
fn add_extras<'a>(
    values: &mut BTreeMap<u32, Source<'a>>,
    layout: &LayoutRow,
    layouts: &'a HashMap<u64, LayoutRow>,
    bytes: &'a [u8],
) -> Result<(), DecodeError> {
    let list: Vec<Extra<'a>> = extras::parse(bytes).collect::<Result<_, _>>()?;
    let (inner, whole): (Vec<_>, Vec<_>) =
        list.into_iter().partition(|extra| !extra.path.is_empty());
    let known = |number: u32| layout.fields.iter().any(|field| field.number == number);
    for extra in whole {
        if !known(extra.number) {
            let source = Source {
                ty: extra.ty(layouts),
                inner: Vec::new(),
                extra,
            };
            values.insert(source.extra.number, source);
        }
    }
    for extra in inner {
        if let Some(source) = values.get_mut(&extra.number) {
            source.inner.push(extra);
        }
    }
    Ok(())
}

struct Translation<'a> {
    binding: &'a Binding,
    layouts: &'a HashMap<u64, LayoutRow>,
    /// What this build has no place for.
    left: Vec<Extra<'a>>,
}

impl<'a> Translation<'a> {
    /// Keeps a value aside, with what is inside it.
    fn leave(&mut self, source: Source<'a>) {
        self.left.push(source.extra);
        self.left.extend(source.inner);
    }

    /// Writes one field from what is stored of it.
    fn field(
        &mut self,
        field: &Field,
        source: Option<Source<'a>>,
        out: &mut Encoder<'_>,
    ) -> Result<(), DecodeError> {
        let known = source.is_some();
        if let Some(source) = source
            && let Some(bytes) = source.extra.value
        {
            if field.optional {
                out.present(true);
            }
            if let Some(ty) = source.ty {
                return self.convert((ty, field.ty), bytes, source.extra, source.inner, out);
            }
            // Written without a layout: it is of the type that this build knows.
            out.raw(bytes);
            return Ok(());
        }
        put_missing(field, known, out)
    }

    /// Writes a stored value as this build's type. `at` is where it stands.
    fn convert(
        &mut self,
        (old, new): (&'a StoredType, Type),
        bytes: &'a [u8],
        at: Extra<'a>,
        inner: Vec<Extra<'a>>,
        out: &mut Encoder<'_>,
    ) -> Result<(), DecodeError> {
        let mut from = Decoder::new(self.binding, bytes);
        match (old, new) {
            (StoredType::U32, Type::I64) => {
                out.zigzag(i64::try_from(from.varint()?).map_err(DecodeError::malformed)?);
            }
            (StoredType::Struct(fields), Type::Struct(structure)) => {
                let new = structure.fields;
                self.structure((fields, new), &mut from, &at, inner, out)?;
            }
            (StoredType::List(old), Type::List(new)) => {
                let mut inner = by_step(inner, at.path.len());
                let count = from.length()?;
                out.length(count);
                for place in 0..count as u64 {
                    let step = Step::Item(place);
                    let inner = inner.remove(&step).unwrap_or_default();
                    let bytes = next(old, &mut from)?;
                    self.convert((old, *new), bytes, at.step(step), inner, out)?;
                }
            }
            (StoredType::Map(old), Type::Map(new)) => {
                let mut inner = by_step(inner, at.path.len());
                let count = from.length()?;
                out.length(count);
                for _ in 0..count {
                    let key = from.sized()?;
                    out.sized(key);
                    let step = Step::Key(key);
                    let inner = inner.remove(&step).unwrap_or_default();
                    let bytes = next(old, &mut from)?;
                    self.convert((old, *new), bytes, at.step(step), inner, out)?;
                }
            }
            (StoredType::Enum(id), Type::Enum(enumeration)) => {
                if *id != self.binding.enumeration(enumeration.place).id {
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

    fn structure(
        &mut self,
        (old, new): (&'a [LayoutField], &'static [Field]),
        from: &mut Decoder<'a>,
        at: &Extra<'a>,
        inner: Vec<Extra<'a>>,
        out: &mut Encoder<'_>,
    ) -> Result<(), DecodeError> {
        let depth = at.path.len();
        let mut inner = by_step(inner, depth);
        let mut values = vec![None; old.len()];
        read_fields(old, from, |place, bytes| {
            values[place] = Some(bytes);
        })?;
        let mut sources: Vec<Option<Source<'a>>> = old
            .iter()
            .zip(values)
            .map(|(field, value)| {
                let extra = Extra {
                    value,
                    ..at.step(Step::Field(&field.name))
                };
                Some(Source {
                    extra,
                    ty: Some(&field.ty),
                    inner: Vec::new(),
                })
            })
            .collect();
        let outer = out.open(new);
        for field in new {
            let names = || std::iter::once(&field.name).chain(field.was);
            let place = names().find_map(|name| old.iter().position(|old| old.name == *name));
            let found = names().filter_map(|name| inner.remove(&Step::Field(name)));
            let mut found: Vec<Extra<'a>> = found.flatten().collect();
            let mut source = place.and_then(|place| sources[place].take()).or_else(|| {
                let whole = found.iter().position(|it| it.path.len() == depth + 1)?;
                let extra = found.remove(whole);
                Some(Source {
                    ty: extra.ty(self.layouts),
                    inner: Vec::new(),
                    extra,
                })
            });
            match &mut source {
                Some(source) => source.inner = found,
                None => self.left.extend(found),
            }
            self.field(field, source, out)?;
        }
        out.close(outer);
        for source in sources.into_iter().flatten() {
            self.leave(source);
        }
        self.left.extend(inner.into_values().flatten());
        Ok(())
    }
}

/// Writes a field that has no value; `known` says that the writer's layout had it, so that it is absent.
fn put_missing(field: &Field, known: bool, out: &mut Encoder<'_>) -> Result<(), DecodeError> {
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

/// The bytes of the next value.
fn next<'a>(ty: &StoredType, from: &mut Decoder<'a>) -> Result<&'a [u8], DecodeError> {
    let before = from.rest();
    ty.skip(from)?;
    Ok(&before[..before.len() - from.rest().len()])
}
