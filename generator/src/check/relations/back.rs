//! What finds the records that refer to a record.

use crate::model::{Index, Part, PartSource};

use super::super::world::World;
use super::Indexes;

/// The fields of an index whose parts are plain values in any direction.
pub(super) fn plain_parts(index: &Index) -> Option<Vec<usize>> {
    index
        .parts
        .iter()
        .map(|part| match &part.source {
            PartSource::Path(path) if path.steps.is_empty() && !part.each && !part.lower => {
                Some(path.field)
            }
            _ => None,
        })
        .collect()
}

/// Whether a record has one entry for these parts: not one for each element of a list, which may be none.
pub(super) fn has_every_record(parts: &[Part]) -> bool {
    parts
        .iter()
        .all(|part| !part.each && matches!(part.source, PartSource::Path(_)))
}

/// Whether the key or an index without `where` starts with these fields in order.
///
/// An index that has been reported counts: what it would have been is not known.
pub(super) fn leads_back(world: &World<'_>, model: usize, by: &[usize], indexes: &Indexes) -> bool {
    let starts = |index: &Index| {
        index.condition.is_none()
            && has_every_record(&index.parts)
            && index.parts.len() >= by.len()
            && index.parts.iter().zip(by).all(|(part, &field)| {
                !part.each && !part.lower && matches!(&part.source, PartSource::Path(path) if path.field == field && path.steps.is_empty())
            })
    };
    world.keys[model]
        .as_ref()
        .is_none_or(|key| key.starts_with(by))
        || world.model_tree(model).incomplete
        || indexes[model]
            .iter()
            .any(|index| index.as_ref().is_none_or(starts))
}
