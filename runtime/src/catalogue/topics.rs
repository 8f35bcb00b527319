//! Topics: what the catalogue keeps of a table's events, and how a build's are bound to it.

use super::{
    binding::{Binding, BoundTable},
    dynamic,
    rows::{FieldRow, LayoutField, LayoutRow, countable},
    stored_type::{StoredType, read_fields},
};
use crate::{
    descriptor::{Field, OwnEvent, Topic},
    events::{Kind, TopicId},
    value::{DecodeError, Decoder},
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::HashMap};

/// The topic of a table, in the table's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TopicRow {
    pub(super) partitions: u32,
    /// Name of the field whose value chooses the partition; the key does without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) partition_by: Option<String>,
    /// Events of the application's own, and those that it had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) events: Vec<EventRow>,
}

/// An event of the application's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct EventRow {
    /// What stands for it in logs.
    #[serde(deserialize_with = "countable")]
    pub(super) kind: u64,
    pub(super) name: String,
    /// Every field that its payload ever had.
    pub(super) fields: Vec<FieldRow>,
    /// Every layout that its payload ever had, oldest first; numbers from 1.
    pub(super) layouts: Vec<LayoutRow>,
}

/// A topic and what the store calls its events.
#[derive(Debug)]
pub(crate) struct BoundTopic {
    pub(crate) topic: &'static Topic,
    pub(crate) id: TopicId,
    /// By place in this build.
    pub(super) own: Vec<BoundEvent>,
}

/// An event of the application's own, and the layouts of its payload.
#[derive(Debug)]
pub(crate) struct BoundEvent {
    pub(super) event: &'static OwnEvent,
    pub(crate) kind: Kind,
    /// What every payload of this build starts with.
    pub(crate) layout_bytes: Vec<u8>,
    pub(super) layouts: HashMap<u64, LayoutRow>,
    pub(super) numbers: Vec<u32>,
}

impl BoundTopic {
    /// The event at a place of this build's topic.
    pub(crate) fn own(&self, event: &'static OwnEvent) -> Option<&BoundEvent> {
        let bound = self.own.get(event.place)?;
        std::ptr::eq(bound.event, event).then_some(bound)
    }

    /// The event of a kind, if this build has it.
    pub(crate) fn by_kind(&self, kind: Kind) -> Option<&BoundEvent> {
        self.own.iter().find(|event| event.kind == kind)
    }
}

impl BoundEvent {
    /// Its place among the topic's own events.
    pub(crate) fn place(&self) -> usize {
        self.event.place
    }

    /// The bytes of a stored payload behind its layout number, in the layout that this build reads.
    pub(crate) fn current<'a>(
        &self,
        binding: &Binding,
        stored: &'a [u8],
    ) -> Result<Cow<'a, [u8]>, DecodeError> {
        if let Some(fields) = stored.strip_prefix(self.layout_bytes.as_slice()) {
            return Ok(Cow::Borrowed(fields));
        }
        let layouts = (self.event.fields, self.numbers.as_slice(), &self.layouts);
        dynamic::translate(binding, layouts, stored).map(Cow::Owned)
    }
}

impl BoundTable {
    /// The stored bytes of the fields at these places, of a record in the layout that this build writes.
    pub(crate) fn values_at<'a>(
        &self,
        binding: &'a Binding,
        fields: &'a [u8],
        places: &[usize],
    ) -> Result<Vec<Option<&'a [u8]>>, DecodeError> {
        let number = Decoder::new(binding, &self.layout_bytes).varint()?;
        let layout = self
            .layouts
            .get(&number)
            .ok_or(DecodeError::UnknownLayout(number))?;
        let mut values = vec![None; layout.fields.len()];
        read_fields(
            &layout.fields,
            &mut Decoder::new(binding, fields),
            |place, bytes| values[place] = Some(bytes),
        )?;
        Ok(places
            .iter()
            .map(|place| values.get(*place).copied().flatten())
            .collect())
    }
}

/// The numbers of a build's fields, and its layout, from the rows that hold them; `None` names what they lack.
pub(super) fn bind_layout(
    fields: &'static [Field],
    rows: &[FieldRow],
    enums: &[u32],
) -> Result<(Vec<u32>, Vec<LayoutField>), &'static str> {
    let mut numbers = Vec::with_capacity(fields.len());
    let mut layout = Vec::with_capacity(fields.len());
    for field in fields {
        let known = rows.iter().find(|known| known.name == field.name);
        let number = known.ok_or(field.name)?.number;
        numbers.push(number);
        layout.push(StoredType::field(field, number, enums));
    }
    Ok((numbers, layout))
}
