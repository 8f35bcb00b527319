//! Indexes: another definition is another index.

use crate::diagnostics::Code;
use crate::model::{Include, Index, Model};

use super::side::Side;
use super::{Comparison, Place, both, find};

/// What an index is, with the types of what its entries hold: another type has other bytes.
fn definition(side: Side<'_>, model: &Model, index: &Index) -> String {
    let mut text = side.schema.definition(model, index);
    for part in &index.parts {
        let ty = crate::model::TypeKind::Scalar(part.ty);
        text += &format!(
            " {}{}",
            side.stored_name(ty),
            if part.optional { "?" } else { "" }
        );
    }
    if let Include::Fields(places) = &index.include {
        for place in places {
            text += &format!(" {}", side.layout(model.fields[*place].ty));
        }
    }
    text
}

pub(super) fn compare(comparison: &mut Comparison<'_>, old: usize, new: usize) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let (before, after) = (&old_side.schema.models[old], &new_side.schema.models[new]);
    let (old_tree, new_tree) = (&old_side.tree.models[old], &new_side.tree.models[new]);
    let owner = format!("`{}`", after.table);
    let mut gone = vec![true; before.indexes.len()];
    for (at, index) in after.indexes.iter().enumerate() {
        let known = |name: &str| before.indexes.iter().position(|old| old.name == name);
        let place = Place::at(new_tree.indexes[at].name.span);
        if let Some((earlier, old)) = both(&index.name, &index.was, known) {
            let place = place.before(old_tree.indexes[old].name.span);
            comparison.both_names(place, &owner, "an index", (&index.name, earlier));
        }
        let (place, what) = match find(&index.name, &index.was, known) {
            Some(old) => {
                gone[old] = false;
                let same = definition(old_side, before, &before.indexes[old])
                    == definition(new_side, after, index);
                if same {
                    continue;
                }
                (place.before(old_tree.indexes[old].name.span), "changed")
            }
            None => (place, "was added"),
        };
        if index.unique {
            comparison.warn(
                Code::B007,
                place,
                format!("the unique index `{}` of {owner} {what}", index.name),
                "it is built from the records that are there, and stays pending on a duplicate",
            );
        } else {
            comparison.note(
                Code::B012,
                place,
                format!("the index `{}` of {owner} {what}", index.name),
                "it is built from the records that are there; reading it before it is ready is an error",
            );
        }
    }
    for (old, index) in before
        .indexes
        .iter()
        .enumerate()
        .filter(|(old, _)| gone[*old])
    {
        comparison.note(
            Code::B012,
            Place::at(new_tree.name.span).before(old_tree.indexes[old].name.span),
            format!("the index `{}` of {owner} was removed", index.name),
            "its entries are dropped; bringing it back builds it anew",
        );
    }
}
