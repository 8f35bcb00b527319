//! Relations, counts and events as callers see them.

use crate::model::{Model, Relation, RelationKind};
use crate::source::Span;

use super::api::seen;
use super::{Comparison, Place};

pub(super) fn compare(comparison: &mut Comparison<'_>, old: usize, new: usize) {
    let (old_side, new_side) = (comparison.old, comparison.new);
    let (before, after) = (&old_side.schema.models[old], &new_side.schema.models[new]);
    let (old_tree, new_tree) = (&old_side.tree.models[old], &new_side.tree.models[new]);
    let here = Place::at(new_tree.name.span);
    for (earlier, tree) in before.relations.iter().zip(&old_tree.relations) {
        let mut names = after.relations.iter();
        let Some(at) = names.position(|relation| relation.name == earlier.name) else {
            let message = format!("the relation `{}.{}` was removed", after.name, earlier.name);
            let place = here.before(tree.name.span);
            seen(
                comparison,
                place,
                message,
                "read the other model's index instead",
            );
            continue;
        };
        let place = Place::at(new_tree.relations[at].name.span).before(tree.name.span);
        relation(comparison, (earlier, &after.relations[at]), after, place);
    }
    for (earlier, tree) in before.counts.iter().zip(&old_tree.counts) {
        let found = after.counts.iter().find(|count| count.name == earlier.name);
        let what = match found {
            None => "was removed",
            Some(count) if count.parts.len() != earlier.parts.len() => "takes other arguments",
            Some(_) => continue,
        };
        let message = format!("the count `{}::{}` {what}", after.table, earlier.name);
        seen(
            comparison,
            here.before(tree.name.span),
            message,
            "change its calls",
        );
    }
    events(comparison, (before, after), here, old_tree.name.span);
}

fn relation(
    comparison: &mut Comparison<'_>,
    (earlier, relation): (&Relation, &Relation),
    owner: &Model,
    place: Place,
) {
    let name = format!("{}.{}", owner.name, relation.name);
    let from = comparison.name_now(earlier.target);
    let to = comparison.new.schema.model(relation.target).name.clone();
    let kinds = (earlier.kind.word(), relation.kind.word());
    if from != to || kinds.0 != kinds.1 {
        let message = format!(
            "the relation `{name}` was `{} {from}` and is `{} {to}`",
            kinds.0, kinds.1
        );
        seen(comparison, place, message, "change its uses");
    } else if let (
        RelationKind::BelongsTo { on_delete: old, .. },
        RelationKind::BelongsTo { on_delete: new, .. },
    ) = (&earlier.kind, &relation.kind)
        && old != new
    {
        let message = format!(
            "`on-delete` of `{name}` was `{}` and is `{}`",
            old.word(),
            new.word()
        );
        let help = format!("deletes of `{to}` do something else now");
        seen(comparison, place, message, help);
    }
}

/// Kinds of event that nobody publishes any more.
fn events(
    comparison: &mut Comparison<'_>,
    (before, after): (&Model, &Model),
    here: Place,
    old: Span,
) {
    let names = |model: &Model| -> Vec<String> {
        let Some(events) = &model.events else {
            return Vec::new();
        };
        let kinds = [
            (events.created, "created"),
            (events.updated.is_some(), "updated"),
            (events.deleted, "deleted"),
        ];
        let kinds = kinds.into_iter().filter(|(there, _)| *there);
        let own = events.own.iter().map(|event| event.name.clone());
        kinds.map(|(_, name)| name.to_owned()).chain(own).collect()
    };
    let now = names(after);
    let renamed = |name: &String| {
        let own = after.events.iter().flat_map(|events| &events.own);
        let mut renamed = own.filter(|event| event.was.contains(name));
        renamed.next().map(|event| &event.name)
    };
    for name in names(before) {
        if now.contains(&name) {
            continue;
        }
        let what = match renamed(&name) {
            Some(now) => format!("is now called `{now}`"),
            None => "is no longer published".to_owned(),
        };
        let message = format!("the event `{name}` of `{}` {what}", after.name);
        seen(comparison, here.before(old), message, "change its handlers");
    }
}
