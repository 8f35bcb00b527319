//! Indexes, counts and computed parts.

mod computed;
mod contained;
mod include;
mod parts;
mod size;

use crate::diagnostics::Code;
use crate::model::{Computed, Count, Docs, Include, Index};
use crate::syntax::tree::{CountTree, IndexTree};

use super::conditions;
use super::enums::texts;
use super::world::World;
use contained::contained;
use include::include;
use parts::Parts;
use size::size;

pub(super) use computed::computed;
pub(super) use size::key_size;

/// All indexes of a model; `None` for those in which something has been reported.
pub(super) fn indexes(
    world: &mut World<'_>,
    model: usize,
    computed: &[Option<Computed>],
) -> Vec<Option<Index>> {
    let tree = world.model_tree(model);
    let indexes: Vec<Option<Index>> = tree
        .indexes
        .iter()
        .map(|it| index(world, model, it, computed))
        .collect();
    contained(world, tree, &indexes);
    indexes
}

fn index(
    world: &mut World<'_>,
    model: usize,
    tree: &IndexTree,
    computed: &[Option<Computed>],
) -> Option<Index> {
    let statement = if tree.unique { "unique" } else { "index" };
    let of = format!("{statement} `{}`", tree.name.text);
    let parts = Parts {
        world,
        model,
        computed,
        of: &of,
        unique: tree.unique,
    }
    .check(&tree.parts);
    let condition = tree
        .condition
        .as_ref()
        .map(|it| conditions::check(world, model, it, &of));
    let include = tree
        .include
        .as_ref()
        .map(|it| include(world, model, it, tree, &of));
    if let Some(parts) = &parts {
        size(world, model, tree.name.span, parts, &of, tree.unique);
    }
    let (parts, condition, include) = (parts?, flip(condition)?, flip(include)?);
    (!parts.is_empty()).then(|| Index {
        name: tree.name.text.clone(),
        docs: Docs(tree.docs.clone()),
        unique: tree.unique,
        nulls_equal: tree.nulls_equal,
        parts,
        condition,
        include: include.unwrap_or(Include::None),
        was: texts(&tree.was),
    })
}

/// Something optional that may have been reported.
#[expect(
    clippy::option_option,
    reason = "the outer one is whether it was written, the inner one whether it is right"
)]
fn flip<T>(written: Option<Option<T>>) -> Option<Option<T>> {
    match written {
        None => Some(None),
        Some(Some(right)) => Some(Some(right)),
        Some(None) => None,
    }
}

/// All counts of a model.
pub(super) fn counts(
    world: &mut World<'_>,
    model: usize,
    computed: &[Option<Computed>],
) -> Vec<Option<Count>> {
    let tree = world.model_tree(model);
    tree.counts
        .iter()
        .map(|it| count(world, model, it, computed))
        .collect()
}

fn count(
    world: &mut World<'_>,
    model: usize,
    tree: &CountTree,
    computed: &[Option<Computed>],
) -> Option<Count> {
    let of = format!("count `{}`", tree.name.text);
    let parts = Parts {
        world,
        model,
        computed,
        of: &of,
        unique: false,
    }
    .check(&tree.parts);
    for part in tree
        .parts
        .iter()
        .filter(|part| part.annotations.iter().any(|it| it.text == "desc"))
    {
        world.error(
            Code::S004,
            part.span,
            "a count has no order",
            format!("write `{}`", part.path.text),
        );
    }
    let condition = tree
        .condition
        .as_ref()
        .map(|it| conditions::check(world, model, it, &of));
    if let Some(parts) = &parts {
        size(world, model, tree.name.span, parts, &of, false);
    }
    Some(Count {
        name: tree.name.text.clone(),
        docs: Docs(tree.docs.clone()),
        parts: parts?,
        condition: flip(condition)?,
    })
}
