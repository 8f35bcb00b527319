//! Topics: partitions stay, own events come and are renamed.

use super::super::{
    rows::TableRow,
    topics::{EventRow, TopicRow},
};
use super::{Comparison, fields::reconcile_fields, find};
use crate::{
    descriptor::{OwnEvent, Table, Topic},
    events::Kind,
};

pub(super) fn reconcile_topic(table: &Table, row: &mut TableRow, comparison: &mut Comparison) {
    let Some(topic) = table.topic else {
        return; // What the log holds can still be read by tools.
    };
    let partition_by = topic
        .partition_by
        .map(|place| table.fields[place].name.to_owned());
    let stored = row.topic.get_or_insert_with(|| TopicRow {
        partitions: topic.partitions,
        partition_by: partition_by.clone(),
        events: Vec::new(),
    });
    if stored.partitions != topic.partitions {
        comparison.refuse(
            "B005",
            &format!(
                "the events of `{}` changed from `partitions={}` to `partitions={}`",
                table.name, stored.partitions, topic.partitions
            ),
            "keep the number, or make a new table: events of one key must not change their partition",
        );
    }
    if let Some(before) = &stored.partition_by {
        // The field may have a new name, and its row has followed.
        let renamed = topic
            .partition_by
            .is_some_and(|place| table.fields[place].was.contains(&before.as_str()));
        if renamed {
            stored.partition_by.clone_from(&partition_by);
        }
    }
    if stored.partition_by != partition_by {
        let name = |field: &Option<String>| {
            field
                .as_ref()
                .map_or("the key".to_owned(), |it| format!("`{it}`"))
        };
        comparison.refuse(
            "B005",
            &format!(
                "`partition-by` of the events of `{}` changed from {} to {}",
                table.name,
                name(&stored.partition_by),
                name(&partition_by)
            ),
            "keep it, or make a new table: events of one key must not change their partition",
        );
    }
    reconcile_own(table, topic, &mut stored.events, comparison);
}

fn reconcile_own(
    table: &Table,
    topic: &Topic,
    rows: &mut Vec<EventRow>,
    comparison: &mut Comparison,
) {
    for event in topic.own {
        let next = rows
            .iter()
            .map(|row| row.kind + 1)
            .max()
            .unwrap_or(Kind::OWN);
        let known = |name: &str| rows.iter().any(|row| row.name == name);
        if let Some(old) = event.was.iter().find(|old| known(event.name) && known(old)) {
            comparison.both_names(&format!("`{}`", table.name), "an event", event.name, old);
        }
        if find(rows, event.name, event.was, |row| &row.name).is_none() {
            rows.push(EventRow {
                kind: next,
                name: event.name.to_owned(),
                fields: Vec::new(),
                layouts: Vec::new(),
            });
        }
        let row =
            find(rows, event.name, event.was, |row| &row.name).expect("pushed above if missing");
        event.name.clone_into(&mut row.name);
        reconcile_payload(event, row, comparison);
    }
}

/// A payload changes by the rules of a record: it is one of a table that has only fields.
fn reconcile_payload(event: &OwnEvent, row: &mut EventRow, comparison: &mut Comparison) {
    let table = Table::new(0, event.name, event.name, event.fields);
    let mut fields = TableRow {
        fields: std::mem::take(&mut row.fields),
        layouts: std::mem::take(&mut row.layouts),
        ..TableRow::new(0, event.name)
    };
    let is_new = fields.layouts.is_empty();
    reconcile_fields(&table, &mut fields, is_new, comparison);
    row.fields = fields.fields;
    row.layouts = fields.layouts;
}
