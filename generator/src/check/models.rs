//! Models.

use crate::model::{Computed, Docs, Index, Model, Relation};

use super::enums::texts;
use super::world::World;
use super::{events, fields, indexes, layouts, relations};

/// All models. What has been reported is left out: then there is no schema to leave it out of.
pub(super) fn check(world: &mut World<'_>) -> Vec<Model> {
    let tree = world.tree;
    let count = tree.models.len();
    let computed: Vec<Vec<Option<Computed>>> = tree
        .models
        .iter()
        .map(|it| indexes::computed(world, it))
        .collect();
    let all_indexes: Vec<Vec<Option<Index>>> = (0..count)
        .map(|model| {
            indexes::key_size(world, model);
            indexes::indexes(world, model, &computed[model])
        })
        .collect();
    let relations: Vec<Vec<Option<Relation>>> = (0..count)
        .map(|model| relations::check(world, model, &all_indexes))
        .collect();
    relations::required_cycles(world, &relations);

    let parts = computed.into_iter().zip(all_indexes).zip(relations);
    tree.models
        .iter()
        .enumerate()
        .zip(parts)
        .map(|((model, tree), ((computed, indexes), relations))| {
            let types = world.model_fields[model].types.clone();
            layouts::check(world, &tree.name, &tree.fields.list, &types);
            Model {
                name: tree.name.text.clone(),
                table: tree
                    .table
                    .as_ref()
                    .map(|table| table.text.clone())
                    .unwrap_or_default(),
                docs: Docs(tree.docs.clone()),
                was: texts(&tree.was),
                fields: fields::check(
                    world,
                    &tree.fields.list,
                    &types,
                    fields::Owner::Model(model),
                ),
                key: world.keys[model].clone().unwrap_or_default(),
                counts: indexes::counts(world, model, &computed)
                    .into_iter()
                    .flatten()
                    .collect(),
                computed: computed.into_iter().flatten().collect(),
                indexes: indexes.into_iter().flatten().collect(),
                relations: relations.into_iter().flatten().collect(),
                events: tree
                    .events
                    .as_ref()
                    .and_then(|it| events::check(world, model, it)),
            }
        })
        .collect()
}
