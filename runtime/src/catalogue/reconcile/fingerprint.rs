//! What tells two schemas apart.

use super::super::stored_type::StoredType;
use crate::descriptor::Schema;

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
    for table in schema.tables {
        text(format!("{} {:?}", table.name, table.was));
        for field in table.fields {
            text(format!(
                "{:?} {:?} {}",
                StoredType::field(field, 0, &ids),
                field.was,
                field.default.is_some()
            ));
        }
        if let Some(topic) = table.topic {
            text(format!("{} {:?}", topic.partitions, topic.partition_by));
            for event in topic.own {
                let fields = event.fields.iter();
                let fields = fields.map(|field| (StoredType::field(field, 0, &ids), field.was));
                let fields: Vec<_> = fields.collect();
                text(format!("{} {:?} {fields:?}", event.name, event.was));
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
