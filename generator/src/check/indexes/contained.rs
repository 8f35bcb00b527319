//! Indexes that another index makes superfluous.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Include, Index};
use crate::syntax::tree::ModelTree;

use super::super::world::World;

/// Warns of an index whose entries another one has at its start.
pub(super) fn contained(world: &mut World<'_>, tree: &ModelTree, indexes: &[Option<Index>]) {
    // By first part, so that a model with many indexes is not a matter of pairs.
    let mut starts: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, index) in indexes.iter().enumerate() {
        if let Some(part) = index.as_ref().and_then(|index| index.parts.first()) {
            starts
                .entry(format!(
                    "{:?}{}{}{}",
                    part.source, part.each, part.lower, part.desc
                ))
                .or_default()
                .push(at);
        }
    }
    for group in starts.into_values() {
        for &short in &group {
            let Some(index) = indexes[short].as_ref() else {
                continue;
            };
            if index.unique || index.condition.is_some() || index.include != Include::None {
                continue;
            }
            let longer = group.iter().copied().find(|&long| {
                let Some(other) = &indexes[long] else {
                    return false;
                };
                let longer = other.parts.len() > index.parts.len()
                    || (other.parts.len() == index.parts.len() && (other.unique || long < short));
                long != short
                    && other.condition.is_none()
                    && longer
                    && other.parts.starts_with(&index.parts)
            });
            if let Some(long) = longer {
                let other = &tree.indexes[long];
                let same = indexes[long]
                    .as_ref()
                    .is_some_and(|it| it.parts.len() == index.parts.len());
                let (short_name, long_name) = (&index.name, &other.name.text);
                let (message, label, rest) = if same {
                    let message = format!("index `{short_name}` has the parts of `{long_name}`");
                    (message, "the other one", "")
                } else {
                    let message = format!("index `{short_name}` is the start of `{long_name}`");
                    (message, "the longer one", ", with `..` for the rest")
                };
                let fault = Diagnostic::warning(Code::I002, tree.indexes[short].span, message);
                world.push(fault.and(other.span, label).help(format!(
                    "remove it and read `{long_name}`{rest}: it costs a write for nothing"
                )));
            }
        }
    }
}
