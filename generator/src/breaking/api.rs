//! What callers' code will miss: information, for whoever reviews the change.

use crate::diagnostics::Code;
use crate::model::{Field, FieldType, Index, Model};
use crate::syntax::tree::FieldTree;

use super::side::{Side, type_span};
use super::{Comparison, Place, find, relations, tables};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    enums(comparison);
    structs(comparison);
    let mut gone = vec![true; comparison.old.schema.models.len()];
    for new in 0..comparison.new.schema.models.len() {
        if let Some(old) = tables::of(comparison, new) {
            gone[old] = false;
            model(comparison, old, new);
        }
    }
    for old in (0..gone.len()).filter(|old| gone[*old]) {
        let (side, root) = (comparison.old, comparison.new.name_span());
        let (before, tree) = (&side.schema.models[old], &side.tree.models[old]);
        seen(
            comparison,
            Place::at(root).before(tree.name.span),
            format!(
                "the model `{}` and its module `{}` were removed",
                before.name, before.table
            ),
            "its records stay in the store, and are there again when the table comes back",
        );
    }
}

/// A change that callers see.
pub(super) fn seen(
    comparison: &mut Comparison<'_>,
    place: Place,
    message: String,
    help: impl Into<String>,
) {
    comparison.note(Code::B013, place, message, help);
}

fn enums(comparison: &mut Comparison<'_>) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    for (before, tree) in old_side.schema.enums.iter().zip(&old_side.tree.enums) {
        let Some(new) = new_side.names.enumeration(&before.name) else {
            let place = Place::at(new_side.name_span()).before(tree.name.span);
            let message = format!("the enum `{}` was removed", before.name);
            seen(comparison, place, message, "remove it from callers too");
            continue;
        };
        let (after, new_tree) = (&new_side.schema.enums[new], &new_side.tree.enums[new]);
        if before.open != after.open {
            let place = Place::at(new_tree.name.span).before(tree.name.span);
            let (now, help) = if after.open {
                ("open", "a `match` on it needs an arm for `Other`")
            } else {
                ("closed", "`Other` is gone: remove its arms")
            };
            let message = format!("the enum `{}` is {now} now", after.name);
            seen(comparison, place, message, help);
        }
        for (variant, tree) in before.variants.iter().zip(&tree.variants) {
            if after.variants.iter().any(|it| it.name == variant.name) {
                continue;
            }
            let mut renamed = after.variants.iter();
            let renamed = renamed.position(|it| it.was.contains(&variant.name));
            let (span, what) = match renamed {
                Some(at) => (
                    new_tree.variants[at].name.span,
                    format!("is now called `{}`", after.variants[at].name),
                ),
                None => (new_tree.name.span, "was removed".to_owned()),
            };
            let place = Place::at(span).before(tree.name.span);
            let message = format!("the variant `{}` of `{}` {what}", variant.name, after.name);
            seen(comparison, place, message, "change its uses");
        }
    }
}

fn structs(comparison: &mut Comparison<'_>) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    for (before, tree) in old_side.schema.structs.iter().zip(&old_side.tree.structs) {
        let Some(new) = new_side.names.structure(&before.name) else {
            let place = Place::at(new_side.name_span()).before(tree.name.span);
            let message = format!("the struct `{}` was removed", before.name);
            seen(comparison, place, message, "remove it from callers too");
            continue;
        };
        let (after, new_tree) = (&new_side.schema.structs[new], &new_side.tree.structs[new]);
        let owner = (after.name.as_str(), Place::at(new_tree.name.span));
        fields(
            comparison,
            owner,
            (&before.fields, &tree.fields.list),
            (&after.fields, &new_tree.fields.list),
        );
    }
}

fn model(comparison: &mut Comparison<'_>, old: usize, new: usize) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let (before, after) = (&old_side.schema.models[old], &new_side.schema.models[new]);
    let (old_tree, new_tree) = (&old_side.tree.models[old], &new_side.tree.models[new]);
    let place = Place::at(new_tree.name.span).before(old_tree.name.span);
    if before.name != after.name {
        let message = format!("the model `{}` is now called `{}`", before.name, after.name);
        seen(comparison, place, message, "change its uses");
    }
    if before.table != after.table {
        let table = |tree: &crate::syntax::tree::ModelTree| {
            tree.table
                .as_ref()
                .map_or(tree.name.span, |table| table.span)
        };
        let place = Place::at(table(new_tree)).before(table(old_tree));
        let message = format!(
            "the module `{}` is now called `{}`",
            before.table, after.table
        );
        seen(comparison, place, message, "change the paths to it");
    }
    fields(
        comparison,
        (&after.name, Place::at(new_tree.name.span)),
        (&before.fields, &old_tree.fields.list),
        (&after.fields, &new_tree.fields.list),
    );
    indexes(comparison, old, new);
    relations::compare(comparison, old, new);
}

/// Fields of one struct or model: gone, renamed, of another type, new.
fn fields(
    comparison: &mut Comparison<'_>,
    (owner, at): (&str, Place),
    (before, old_tree): (&[Field], &[FieldTree]),
    (after, new_tree): (&[Field], &[FieldTree]),
) {
    let mut gone = vec![true; before.len()];
    for (new, field) in after.iter().enumerate() {
        let known = |name: &str| before.iter().position(|old| old.name == name);
        let place = Place::at(new_tree[new].name.span);
        let Some(old) = find(&field.name, &field.was, known) else {
            let message = format!("the field `{owner}.{}` was added", field.name);
            let help = format!("whoever writes all fields of `{owner}` needs it");
            seen(comparison, place, message, help);
            continue;
        };
        gone[old] = false;
        let earlier = &before[old];
        if earlier.name != field.name {
            let place = place.before(old_tree[old].name.span);
            let message = format!(
                "the field `{owner}.{}` is now called `{}`",
                earlier.name, field.name
            );
            seen(comparison, place, message, "change its uses");
        }
        let from = comparison.written_before(earlier.ty);
        let to = comparison.written_now(field.ty);
        if from != to {
            let place = Place::at(type_span(&new_tree[new])).before(type_span(&old_tree[old]));
            let message = format!(
                "the field `{owner}.{}` was `{from}` and is `{to}`",
                field.name
            );
            seen(comparison, place, message, "change its uses");
        }
    }
    for old in (0..gone.len()).filter(|old| gone[*old]) {
        let message = format!("the field `{owner}.{}` was removed", before[old].name);
        let help = "its stored values stay where they are, and are no longer read";
        seen(
            comparison,
            at.before(old_tree[old].name.span),
            message,
            help,
        );
    }
}

fn indexes(comparison: &mut Comparison<'_>, old: usize, new: usize) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let (before, after) = (&old_side.schema.models[old], &new_side.schema.models[new]);
    let (old_tree, new_tree) = (&old_side.tree.models[old], &new_side.tree.models[new]);
    for (earlier, tree) in before.indexes.iter().zip(&old_tree.indexes) {
        let mut names = after.indexes.iter();
        let found =
            names.position(|index| index.name == earlier.name || index.was.contains(&earlier.name));
        let function = format!("{}::{}", after.table, earlier.name);
        let Some(at) = found else {
            let place = Place::at(new_tree.name.span).before(tree.name.span);
            let message = format!("the function `{function}` was removed");
            seen(
                comparison,
                place,
                message,
                "read another index, or keep this one",
            );
            continue;
        };
        let index = &after.indexes[at];
        let place = Place::at(new_tree.indexes[at].name.span).before(tree.name.span);
        if index.name != earlier.name {
            let message = format!("the function `{function}` is now called `{}`", index.name);
            seen(comparison, place, message, "change its uses");
        }
        let takes = arguments(old_side, before, earlier, |ty| {
            comparison.written_before(ty)
        }) != arguments(new_side, after, index, |ty| comparison.written_now(ty));
        if takes {
            let message = format!("the function `{function}` takes other arguments");
            seen(comparison, place, message, "change its calls");
        } else if earlier.unique && !index.unique {
            let message = format!("`{function}` is no longer unique");
            seen(comparison, place, message, "`.one` is gone: read `.first`");
        }
        if earlier.include != index.include {
            let message = format!("the rows of `{function}` hold other fields");
            seen(comparison, place, message, "change what reads them");
        }
    }
}

/// Types and names of what an index function takes.
fn arguments(
    side: Side<'_>,
    model: &Model,
    index: &Index,
    written: impl Fn(FieldType) -> String,
) -> Vec<String> {
    let parts = index.parts.iter();
    let parts = parts.map(|part| {
        let ty = FieldType {
            kind: crate::model::TypeKind::Scalar(part.ty),
            optional: part.optional,
        };
        let source = side.schema.part_name(model, part);
        format!("{source} {}", written(ty))
    });
    parts.collect()
}
