//! Enums: variants keep their numbers.

use super::super::rows::{EnumRow, VariantRow};
use super::{find, refuse};
use crate::{Result, descriptor::Enum};

pub(super) fn reconcile_enum(enumeration: &Enum, rows: &mut Vec<EnumRow>) -> Result<u32> {
    let next_id = rows.iter().map(|row| row.id + 1).max().unwrap_or(1);
    if !rows.iter().any(|row| row.name == enumeration.name) {
        rows.push(EnumRow {
            id: next_id,
            name: enumeration.name.to_owned(),
            variants: Vec::new(),
        });
    }
    let row = find(rows, enumeration.name, &[], |row| &row.name).expect("pushed above if missing");
    for variant in enumeration.variants {
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
    let declared = |name: &str| enumeration.variants.iter().position(|v| v.name == name);
    if let Some(gone) = row
        .variants
        .iter()
        .find(|row| declared(&row.name).is_none())
        && !enumeration.open
    {
        return Err(refuse(
            "B004",
            &format!(
                "the variant `{}` of `{}` was removed",
                gone.name, enumeration.name
            ),
            "keep it, or give it another name with `was=`",
        ));
    }
    let places: Vec<_> = row
        .variants
        .iter()
        .filter_map(|v| declared(&v.name))
        .collect();
    if enumeration.ordered && !places.is_sorted() {
        return Err(refuse(
            "B010",
            &format!(
                "the variants of the ordered enum `{}` changed their order",
                enumeration.name
            ),
            "keep the order and append new variants at the end",
        ));
    }
    Ok(row.id)
}
