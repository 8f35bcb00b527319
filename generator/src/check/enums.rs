//! Enums.

use crate::model::{Docs, Enum, Variant};
use crate::syntax::tree::Name;

use super::world::World;

/// All enums.
pub(super) fn check(world: &mut World<'_>) -> Vec<Enum> {
    world
        .tree
        .enums
        .iter()
        .map(|it| Enum {
            name: it.name.text.clone(),
            docs: Docs(it.docs.clone()),
            ordered: it.ordered,
            open: it.open,
            variants: it
                .variants
                .iter()
                .map(|variant| Variant {
                    name: variant.name.text.clone(),
                    docs: Docs(variant.docs.clone()),
                    was: texts(&variant.was),
                })
                .collect(),
        })
        .collect()
}

/// The texts of names.
pub(super) fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.text.clone()).collect()
}
