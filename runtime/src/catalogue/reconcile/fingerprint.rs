//! What tells two schemas apart.

use super::super::stored_type::StoredType;
use crate::descriptor::{Field, Schema};

/// What tells two schemas apart: a hash of all that `open` compares.
pub(super) fn fingerprint(schema: &Schema) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut text = |part: String| {
        hasher.update(part.as_bytes());
        hasher.update(b"\0");
    };
    for enumeration in schema.enums {
        text(format!(
            "{} {} {} {:?}",
            enumeration.name, enumeration.ordered, enumeration.open, enumeration.variants
        ));
    }
    let ids: Vec<u32> = (0..).take(schema.enums.len()).collect();
    // Of a field of a record its row says what is secret, so its type does not.
    let shown = |field: &Field| {
        format!(
            "{:?} {:?} {} {}",
            StoredType::field(field, 0, &ids),
            field.was,
            field.default.is_some(),
            field.secret
        )
    };
    for table in schema.tables {
        text(format!("{} {:?}", table.name, table.was));
        for field in table.fields {
            text(shown(field));
        }
        if let Some(topic) = table.topic {
            text(format!("{} {:?}", topic.partitions, topic.partition_by));
            for event in topic.own {
                text(format!("{} {:?}", event.name, event.was));
                for field in event.fields {
                    text(shown(field));
                }
            }
        }
        for part in table.key {
            text(part.name.to_owned());
        }
        for index in table.indexes.iter().chain(table.counts) {
            text(format!(
                "{} {} {:?}",
                index.name, index.definition, index.was
            ));
        }
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use crate::descriptor::{Field, OwnEvent, Schema, Table, Topic, Type, field};

    static PLAIN: [Field; 2] = [field("a", Type::String), field("b", Type::String)];
    static SECRET: [Field; 2] = [field("a", Type::String), field("b", Type::String).secret()];
    static OTHER: [Field; 2] = [field("a", Type::String).secret(), field("b", Type::String)];

    fn prints(table: impl Fn(&'static [Field]) -> Table) -> Vec<String> {
        let print = |fields| {
            let tables: &'static [&'static Table] =
                vec![&*Box::leak(Box::new(table(fields)))].leak();
            let schema = Schema {
                name: "s",
                tables,
                enums: &[],
            };
            fingerprint(Box::leak(Box::new(schema)))
        };
        let mut prints = [&PLAIN, &SECRET, &OTHER].map(|it| print(&it[..])).to_vec();
        prints.sort();
        prints.dedup();
        prints
    }

    #[test]
    fn a_field_that_becomes_secret_makes_another_schema() {
        assert_eq!(prints(|fields| Table::new(0, "t", "T", fields)).len(), 3);
        let with_event = |fields| {
            let own: &'static OwnEvent = Box::leak(Box::new(OwnEvent::new(0, "e", fields)));
            let topic = Topic::new(1).own(vec![own].leak());
            Table::new(0, "t", "T", &[]).topic(Box::leak(Box::new(topic)))
        };
        assert_eq!(prints(with_event).len(), 3);
    }
}
