//! Enums: variants keep their numbers.

use crate::diagnostics::Code;
use crate::model::Enum;

use super::{Comparison, Place, both, find};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    for new in 0..comparison.new.schema.enums.len() {
        let name = &comparison.new.schema.enums[new].name;
        if let Some(old) = comparison.old.names.enumeration(name) {
            variants(comparison, old, new);
        }
    }
}

fn place(of: &Enum, name: &str) -> Option<usize> {
    of.variants.iter().position(|variant| variant.name == name)
}

fn variants(comparison: &mut Comparison<'_>, old: usize, new: usize) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let (before, after) = (&old_side.schema.enums[old], &new_side.schema.enums[new]);
    let (old_tree, new_tree) = (&old_side.tree.enums[old], &new_side.tree.enums[new]);
    // For each old variant: its place in the new enum.
    let mut kept: Vec<Option<usize>> = vec![None; before.variants.len()];
    let mut added = Vec::new();
    for (at, variant) in after.variants.iter().enumerate() {
        let known = |name: &str| place(before, name);
        if let Some((earlier, old)) = both(&variant.name, &variant.was, known) {
            let place =
                Place::at(new_tree.variants[at].name.span).before(old_tree.variants[old].name.span);
            let owner = format!("`{}`", after.name);
            comparison.both_names(place, &owner, "a variant", (&variant.name, earlier));
        }
        match find(&variant.name, &variant.was, known) {
            Some(old) => kept[old] = Some(at),
            None => added.push(at),
        }
    }
    for (old, variant) in before.variants.iter().enumerate() {
        if kept[old].is_none() && !after.open {
            let place = Place::at(new_tree.name.span).before(old_tree.variants[old].name.span);
            comparison.refuse(
                Code::B004,
                place,
                format!(
                    "the variant `{}` of `{}` was removed",
                    variant.name, after.name
                ),
                "keep it, or give it another name with `was=`",
            );
        }
    }
    let mut places: Vec<usize> = kept.into_iter().flatten().collect();
    if after.ordered && !places.is_sorted() {
        comparison.refuse(
            Code::B010,
            Place::at(new_tree.name.span).before(old_tree.name.span),
            format!(
                "the variants of the ordered enum `{}` changed their order",
                after.name
            ),
            "keep the order, and append new variants at the end",
        );
        places.clear();
    }
    let last = places.last().copied().unwrap_or(0);
    for at in added {
        let name = &after.variants[at].name;
        let place = Place::at(new_tree.variants[at].name.span);
        if after.ordered && at < last {
            comparison.refuse(
                Code::B010,
                place,
                format!(
                    "the variant `{name}` was added to the ordered enum `{}` before others",
                    after.name
                ),
                "append new variants at the end",
            );
        } else if !after.open {
            comparison.warn(
                Code::B009,
                place,
                format!("the variant `{name}` was added to the closed enum `{}`", after.name),
                "deploy this build to every reader before one writes it, or declare the enum `open`",
            );
        }
    }
}
