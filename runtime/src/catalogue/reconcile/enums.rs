//! Enums: variants keep their numbers.

use super::super::rows::{EnumRow, VariantRow};
use super::{Comparison, find};
use crate::descriptor::{Enum, Variant};

/// Registers an enum and gives its id.
pub(super) fn reconcile_enum(
    enumeration: &Enum,
    rows: &mut Vec<EnumRow>,
    comparison: &mut Comparison,
) -> u32 {
    let next_id = rows.iter().map(|row| row.id + 1).max().unwrap_or(1);
    let is_new = !rows.iter().any(|row| row.name == enumeration.name);
    if is_new {
        rows.push(EnumRow {
            id: next_id,
            name: enumeration.name.to_owned(),
            variants: Vec::new(),
        });
    }
    let row = find(rows, enumeration.name, &[], |row| &row.name).expect("pushed above if missing");
    let before = row.variants.len();
    for variant in enumeration.variants {
        reconcile_variant(enumeration, variant, row, comparison);
    }
    if !is_new {
        removed(enumeration, row, comparison);
        order(enumeration, &row.variants, before, comparison);
    }
    row.id
}

fn reconcile_variant(
    enumeration: &Enum,
    variant: &Variant,
    row: &mut EnumRow,
    comparison: &mut Comparison,
) {
    let known = |name: &str| row.variants.iter().any(|known| known.name == name);
    if let Some(old) = variant
        .was
        .iter()
        .find(|old| known(variant.name) && known(old))
    {
        let owner = format!("`{}`", enumeration.name);
        comparison.both_names(&owner, "a variant", variant.name, old);
    }
    if let Some(known) = find(&mut row.variants, variant.name, variant.was, |row| {
        &row.name
    }) {
        variant.name.clone_into(&mut known.name);
    } else {
        let number = row.variants.iter().map(|known| known.number + 1).max();
        row.variants.push(VariantRow {
            number: number.unwrap_or(0),
            name: variant.name.to_owned(),
        });
    }
}

fn removed(enumeration: &Enum, row: &EnumRow, comparison: &mut Comparison) {
    if enumeration.open {
        return; // They are read as `Other`.
    }
    for gone in &row.variants {
        if !enumeration.variants.iter().any(|v| v.name == gone.name) {
            comparison.refuse(
                "B004",
                &format!(
                    "the variant `{}` of `{}` was removed",
                    gone.name, enumeration.name
                ),
                "keep it, or give it another name with `was=`",
            );
        }
    }
}

/// Looks at variants that were added behind the first `before` rows, and at the order of an ordered enum.
fn order(enumeration: &Enum, rows: &[VariantRow], before: usize, comparison: &mut Comparison) {
    let place = |name: &str| enumeration.variants.iter().position(|v| v.name == name);
    let (old, added) = rows.split_at(before.min(rows.len()));
    let mut places: Vec<usize> = old.iter().filter_map(|row| place(&row.name)).collect();
    if enumeration.ordered && !places.is_sorted() {
        comparison.refuse(
            "B010",
            &format!(
                "the variants of the ordered enum `{}` changed their order",
                enumeration.name
            ),
            "keep the order, and append new variants at the end",
        );
        places.clear();
    }
    let last = places.last().copied().unwrap_or(0);
    for added in added {
        if enumeration.ordered && place(&added.name).is_some_and(|place| place < last) {
            comparison.refuse(
                "B010",
                &format!(
                    "the variant `{}` was added to the ordered enum `{}` before others",
                    added.name, enumeration.name
                ),
                "append new variants at the end",
            );
        } else if !enumeration.open {
            comparison.warn(
                "B009",
                &format!(
                    "the variant `{}` was added to the closed enum `{}`",
                    added.name, enumeration.name
                ),
                "deploy this build to every reader before one writes it, or declare the enum `open`",
            );
        }
    }
}
