//! Tables: names and keys; fields, indexes and events in files of their own.

use crate::diagnostics::Code;
use crate::model::Model;

use super::fields::Fields;
use super::{Comparison, Place, both, events, find, indexes};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    for new in 0..comparison.new.schema.models.len() {
        if let Some(old) = table(comparison, new) {
            fields(comparison, old, new);
            key(comparison, old, new);
            indexes::compare(comparison, old, new);
            events::compare(comparison, old, new);
        }
    }
}

/// The old model of a new one's table.
pub(super) fn of(comparison: &Comparison<'_>, new: usize) -> Option<usize> {
    let model = &comparison.new.schema.models[new];
    let known = |name: &str| comparison.old.names.table(name);
    find(&model.table, &model.was, known)
}

/// For each old model the first new one that has its table.
pub(super) fn now(comparison: &Comparison<'_>) -> Vec<Option<usize>> {
    let mut now = vec![None; comparison.old.schema.models.len()];
    for new in 0..comparison.new.schema.models.len() {
        if let Some(old) = of(comparison, new) {
            now[old].get_or_insert(new);
        }
    }
    now
}

fn table(comparison: &mut Comparison<'_>, new: usize) -> Option<usize> {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let model = &new_side.schema.models[new];
    if let Some((earlier, old)) = both(&model.table, &model.was, |name| old_side.names.table(name))
    {
        let tree = &new_side.tree.models[new];
        let span = tree.was.first().unwrap_or(&tree.name).span;
        let place = Place::at(span).before(old_side.tree.models[old].name.span);
        comparison.both_names(place, "the schema", "a table", (&model.table, earlier));
    }
    of(comparison, new)
}

fn fields(comparison: &mut Comparison<'_>, old: usize, new: usize) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let (old_model, new_model) = (&old_side.schema.models[old], &new_side.schema.models[new]);
    let (old_tree, new_tree) = (&old_side.tree.models[old], &new_side.tree.models[new]);
    Fields {
        path: new_model.table.clone(),
        old: (&old_model.fields, &old_tree.fields.list),
        new: (&new_model.fields, &new_tree.fields.list),
        key: &new_model.key,
    }
    .compare(comparison);
}

fn key(comparison: &mut Comparison<'_>, old: usize, new: usize) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let (before, after) = (&old_side.schema.models[old], &new_side.schema.models[new]);
    let names = |model: &Model| -> Vec<String> {
        model
            .key
            .iter()
            .map(|place| model.fields[*place].name.clone())
            .collect()
    };
    // By the names that the fields have now.
    let mut old_key = names(before);
    for part in &mut old_key {
        let renamed = after.fields.iter().find(|field| {
            let known = |name: &str| before.fields.iter().position(|old| old.name == name);
            find(&field.name, &field.was, known)
                .is_some_and(|place| before.fields[place].name == *part)
        });
        if let Some(field) = renamed {
            part.clone_from(&field.name);
        }
    }
    let new_key = names(after);
    if old_key == new_key {
        return;
    }
    let spans = (
        &old_side.tree.models[old].key,
        &new_side.tree.models[new].key,
    );
    let (Some(old_tree), Some(new_tree)) = spans else {
        return;
    };
    comparison.refuse(
        Code::B003,
        Place::at(new_tree.span).before(old_tree.span),
        format!(
            "the key of `{}` changed from `{}` to `{}`",
            after.table,
            old_key.join(" "),
            new_key.join(" ")
        ),
        "make a new table",
    );
}
