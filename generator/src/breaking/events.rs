//! Events: a topic keeps its partitions, and payloads change by the rules of records.

use crate::diagnostics::Code;
use crate::model::Model;

use super::fields::Fields;
use super::{Comparison, Place, both, find};

const WHY: &str = "or make a new table: events of one key must not change their partition";

pub(super) fn compare(comparison: &mut Comparison<'_>, old: usize, new: usize) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let (before, after) = (&old_side.schema.models[old], &new_side.schema.models[new]);
    let (Some(old_events), Some(new_events)) = (&before.events, &after.events) else {
        return;
    };
    let trees = (&old_side.tree.models[old], &new_side.tree.models[new]);
    let place = Place::at(trees.1.name.span).before(trees.0.name.span);
    let (Some(old_tree), Some(new_tree)) = (&trees.0.events, &trees.1.events) else {
        return;
    };
    if old_events.partitions != new_events.partitions {
        let new = new_tree.partitions.as_ref().map_or(place.new, |it| it.span);
        let old = old_tree.partitions.as_ref().map(|it| it.span);
        comparison.refuse(
            Code::B005,
            Place {
                new,
                old: old.or(place.old),
            },
            format!(
                "the events of `{}` changed from `partitions={}` to `partitions={}`",
                after.table, old_events.partitions, new_events.partitions
            ),
            format!("keep the number, {WHY}"),
        );
    }
    partition_by(comparison, (before, after), place);
    for (at, event) in new_events.own.iter().enumerate() {
        let known = |name: &str| old_events.own.iter().position(|old| old.name == name);
        let span = new_tree.own[at].name.span;
        if let Some((earlier, old)) = both(&event.name, &event.was, known) {
            let place = Place::at(span).before(old_tree.own[old].name.span);
            let owner = format!("`{}`", after.table);
            comparison.both_names(place, &owner, "an event", (&event.name, earlier));
        }
        if let Some(old) = find(&event.name, &event.was, known) {
            Fields {
                path: event.name.clone(),
                old: (&old_events.own[old].fields, &old_tree.own[old].fields.list),
                new: (&event.fields, &new_tree.own[at].fields.list),
                key: &[],
            }
            .compare(comparison);
        }
    }
}

fn partition_by(comparison: &mut Comparison<'_>, (before, after): (&Model, &Model), place: Place) {
    let field = |model: &Model| {
        let place = model.events.as_ref()?.partition_by?;
        Some(model.fields[place].clone())
    };
    let (old, new) = (field(before), field(after));
    let same = match (&old, &new) {
        (None, None) => true,
        (Some(old), Some(new)) => old.name == new.name || new.was.contains(&old.name),
        _ => false,
    };
    if same {
        return;
    }
    let shown = |field: Option<crate::model::Field>| {
        field.map_or_else(|| "the key".to_owned(), |field| format!("`{}`", field.name))
    };
    comparison.refuse(
        Code::B005,
        place,
        format!(
            "`partition-by` of the events of `{}` changed from {} to {}",
            after.table,
            shown(old),
            shown(new)
        ),
        format!("keep it, {WHY}"),
    );
}
