//! Extras inside of values, when the values are written anew.

use super::{
    binding::Binding,
    extras::{Extra, Step, by_step, parse},
    rows::LayoutField,
    stored_type::{StoredType, read_fields},
};
use crate::value::{DecodeError, Decoder};
use std::collections::{BTreeMap, HashMap};

/// The extras of a record whose fields are written anew: what was in a value that is gone goes with it, and the elements
/// of lists are found where they are now.
///
/// `layout` is that of both versions of the fields. An element is known again by its bytes, or, if the list is as long as
/// it was, by its place.
pub(super) fn carry<'a>(
    binding: &'a Binding,
    layout: &[LayoutField],
    (old, new): (&'a [u8], &'a [u8]),
    extras: &'a [u8],
) -> Result<Vec<u8>, DecodeError> {
    let list: Vec<Extra<'_>> = parse(extras).collect::<Result<_, _>>()?;
    if old == new || list.iter().all(|extra| extra.path.is_empty()) {
        return Ok(extras.to_vec());
    }
    let (old, new) = (values(binding, layout, old)?, values(binding, layout, new)?);
    let mut inner: BTreeMap<usize, Vec<Extra<'_>>> = BTreeMap::new();
    let mut kept = Vec::new();
    for extra in list {
        let place = layout.iter().position(|field| field.number == extra.number);
        match place.filter(|_| !extra.path.is_empty()) {
            Some(place) => inner.entry(place).or_default().push(extra),
            None => kept.push(extra),
        }
    }
    let mut carrying = Carrying { binding, kept };
    for (place, extras) in inner {
        if let (Some(old), Some(new)) = (old[place], new[place]) {
            carrying.value(&layout[place].ty, (old, new), extras, 0)?;
        }
    }
    let mut out = Vec::with_capacity(extras.len());
    for extra in carrying.kept {
        extra.put(&mut out);
    }
    Ok(out)
}

/// The bytes of the fields of a record or struct, by place.
fn values<'b>(
    binding: &'b Binding,
    fields: &[LayoutField],
    bytes: &'b [u8],
) -> Result<Vec<Option<&'b [u8]>>, DecodeError> {
    let mut values = vec![None; fields.len()];
    let mut from = Decoder::new(binding, bytes);
    read_fields(fields, &mut from, |place, value| {
        values[place] = Some(value);
    })?;
    Ok(values)
}

/// An element, with its key if it is one of a map.
type KeyAndValue<'b> = (&'b [u8], &'b [u8]);

/// The elements of a list, or the keys and values of a map.
fn items<'b>(
    binding: &'b Binding,
    item: &StoredType,
    keys: bool,
    bytes: &'b [u8],
) -> Result<Vec<KeyAndValue<'b>>, DecodeError> {
    let mut from = Decoder::new(binding, bytes);
    let mut items = Vec::new();
    for _ in 0..from.length()? {
        let key = if keys { from.sized()? } else { &[] };
        let before = from.rest();
        item.skip(&mut from)?;
        items.push((key, &before[..before.len() - from.rest().len()]));
    }
    Ok(items)
}

/// For each element of a list, its place in another one.
fn places(old: &[KeyAndValue<'_>], new: &[KeyAndValue<'_>]) -> Vec<Option<usize>> {
    let mut equal: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (place, (_, bytes)) in new.iter().enumerate().rev() {
        equal.entry(bytes).or_default().push(place);
    }
    let mut places: Vec<Option<usize>> = old
        .iter()
        .map(|(_, bytes)| equal.get_mut(bytes)?.pop())
        .collect();
    if old.len() == new.len() {
        let mut taken = vec![false; new.len()];
        for place in places.iter().flatten() {
            taken[*place] = true;
        }
        for (at, place) in places.iter_mut().enumerate() {
            if place.is_none() && !taken[at] {
                *place = Some(at);
            }
        }
    }
    places
}

struct Carrying<'a> {
    binding: &'a Binding,
    kept: Vec<Extra<'a>>,
}

impl<'a> Carrying<'a> {
    /// Keeps those extras of a value that have a place in what it is now.
    fn value(
        &mut self,
        ty: &StoredType,
        (old, new): (&'a [u8], &'a [u8]),
        extras: Vec<Extra<'a>>,
        depth: usize,
    ) -> Result<(), DecodeError> {
        if old == new {
            self.kept.extend(extras);
            return Ok(());
        }
        let binding = self.binding;
        match ty {
            StoredType::Struct(fields) => {
                let (old, new) = (values(binding, fields, old)?, values(binding, fields, new)?);
                for (step, extras) in by_step(extras, depth) {
                    let known = |field: &LayoutField| step == Step::Field(&field.name);
                    let Some(place) = fields.iter().position(known) else {
                        self.kept.extend(extras);
                        continue;
                    };
                    if let (Some(old), Some(new)) = (old[place], new[place]) {
                        self.value(&fields[place].ty, (old, new), extras, depth + 1)?;
                    }
                }
            }
            StoredType::List(item) => {
                let (old, new) = (
                    items(binding, item, false, old)?,
                    items(binding, item, false, new)?,
                );
                let places = places(&old, &new);
                for (step, mut extras) in by_step(extras, depth) {
                    let Step::Item(at) = step else { continue };
                    let Some(at) = usize::try_from(at).ok().filter(|at| *at < old.len()) else {
                        continue;
                    };
                    let Some(now) = places[at] else { continue };
                    for extra in &mut extras {
                        extra.path[depth] = Step::Item(now as u64);
                    }
                    self.value(item, (old[at].1, new[now].1), extras, depth + 1)?;
                }
            }
            StoredType::Map(item) => {
                let old: BTreeMap<_, _> = items(binding, item, true, old)?.into_iter().collect();
                let new: BTreeMap<_, _> = items(binding, item, true, new)?.into_iter().collect();
                for (step, extras) in by_step(extras, depth) {
                    let Step::Key(key) = step else { continue };
                    if let (Some(old), Some(new)) = (old.get(key), new.get(key)) {
                        self.value(item, (old, new), extras, depth + 1)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_known_again_by_their_bytes_or_their_place() {
        let list = |bytes: &'static [u8]| -> Vec<KeyAndValue<'static>> {
            bytes.chunks(1).map(|one| (&[][..], one)).collect()
        };
        let found = |old, new| places(&list(old), &list(new));
        assert_eq!(found(b"abc", b"cab"), [Some(1), Some(2), Some(0)]);
        assert_eq!(found(b"aa", b"aa"), [Some(0), Some(1)]);
        assert_eq!(found(b"abc", b"axc"), [Some(0), Some(1), Some(2)]);
        assert_eq!(found(b"abc", b"bc"), [None, Some(0), Some(1)]);
        assert_eq!(found(b"ab", b"xab"), [Some(1), Some(2)]);
    }
}
