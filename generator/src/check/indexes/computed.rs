//! Computed parts: functions of the application that give values for indexes.

use crate::diagnostics::Code;
use crate::model::{Computed, Docs};
use crate::syntax::tree::{ComputedTree, ModelTree, ValueKind};

use super::super::types;
use super::super::values;
use super::super::world::World;

/// All computed parts of a model.
pub(in crate::check) fn computed(world: &mut World<'_>, tree: &ModelTree) -> Vec<Option<Computed>> {
    tree.computed
        .iter()
        .map(|it| one_computed(world, it))
        .collect()
}

fn one_computed(world: &mut World<'_>, tree: &ComputedTree) -> Option<Computed> {
    let ty = types::scalar(world, &tree.ty);
    let path = syn::parse_str::<syn::Path>(&tree.function.text).ok();
    let plain = path.is_some_and(|path| {
        path.segments
            .iter()
            .all(|segment| segment.arguments.is_none())
    });
    if !plain {
        let help = "write a path: `\"crate::domains::of_user\"`";
        world.error(
            Code::S006,
            tree.function.span,
            format!("`{}` is not the path of a function", tree.function.text),
            help,
        );
    }
    let mut revision = Some(1);
    if let Some(property) = &tree.revision {
        let number = match &property.value.kind {
            ValueKind::Number(text) => values::whole(text)
                .and_then(|number| u32::try_from(number).ok())
                .filter(|number| *number > 0),
            _ => None,
        };
        if number.is_none() {
            world.error(
                Code::S007,
                property.span,
                "`revision=` takes a whole number from 1",
                "write `revision=2`",
            );
        }
        revision = number;
    }
    let (ty, revision) = (ty?, revision?);
    plain.then(|| Computed {
        name: tree.name.text.clone(),
        docs: Docs(tree.docs.clone()),
        ty,
        function: tree.function.text.clone(),
        revision,
    })
}
