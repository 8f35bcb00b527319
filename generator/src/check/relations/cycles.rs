//! Circles of required references.

use crate::diagnostics::Code;
use crate::model::{OnDelete, Relation, RelationKind};

use super::super::world::World;

/// How many models of a circle are named.
const SHOWN: usize = 8;

/// Reports cycles of required references: no first record could be written.
pub(in crate::check) fn required_cycles(
    world: &mut World<'_>,
    relations: &[Vec<Option<Relation>>],
) {
    let mut state = vec![0_u8; relations.len()];
    for start in 0..relations.len() {
        if state[start] != 0 {
            continue;
        }
        // Depth first, on a stack of its own: model, and the next of its relations.
        let mut stack = vec![(start, 0)];
        state[start] = 1;
        while let Some((model, next)) = stack.last_mut() {
            let (model, at) = (*model, *next);
            *next += 1;
            let Some(relation) = relations[model].get(at) else {
                state[model] = 2;
                stack.pop();
                continue;
            };
            let Some(Relation {
                target,
                kind: RelationKind::BelongsTo { by, on_delete },
                ..
            }) = relation
            else {
                continue;
            };
            let required = by.iter().all(|&field| {
                world
                    .model_type(model, field)
                    .is_some_and(|ty| !ty.optional)
            });
            if !required || *on_delete == OnDelete::Unchecked {
                continue;
            }
            match state[target.0] {
                0 => {
                    state[target.0] = 1;
                    stack.push((target.0, 0));
                }
                1 => {
                    let from = stack
                        .iter()
                        .position(|(model, _)| *model == target.0)
                        .unwrap_or(0);
                    let name = |model: usize| world.model_tree(model).name.text.as_str();
                    let circle = &stack[from..];
                    let mut path: Vec<&str> =
                        circle.iter().take(SHOWN).map(|it| name(it.0)).collect();
                    if circle.len() > SHOWN {
                        path.extend(["…", name(model)]);
                    }
                    path.push(name(target.0));
                    let tree = &world.model_tree(model).relations[at];
                    let field = world.model_field(model, by[0]);
                    let message = format!("required references in a circle: {}", path.join(" → "));
                    let ty = field.ty.as_ref().map_or("", |ty| ty.text.as_str());
                    let help = format!(
                        "no first record could be written: make one of them optional, as in `{} {ty}?`",
                        field.name.text
                    );
                    world.error(Code::R005, tree.span, message, help);
                }
                _ => {}
            }
        }
    }
}
