//! Structs.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Docs, Struct};

use super::fields;
use super::layouts::{self, Layout};
use super::world::World;

/// All structs.
pub(super) fn check(world: &mut World<'_>) -> Vec<Struct> {
    let tree = world.tree;
    tree.structs
        .iter()
        .enumerate()
        .map(|(id, it)| {
            let types = world.struct_fields[id].types.clone();
            Struct {
                name: it.name.text.clone(),
                docs: Docs(it.docs.clone()),
                fields: fields::check(world, &it.fields.list, &types, fields::Owner::Struct),
            }
        })
        .collect()
}

/// Reports structs that contain themselves, also through lists: their layout would have no end; and those whose layout is
/// too large. Each struct is looked at once, after those that it holds.
///
/// The fields on the way of a circle are forgotten, so that nothing follows them for ever.
pub(super) fn check_layouts(world: &mut World<'_>) {
    let mut state = vec![State::New; world.tree.structs.len()];
    world.layouts = vec![Some(Layout::default()); state.len()];
    for start in 0..state.len() {
        if state[start] == State::New {
            visit(world, start, &mut state);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Depth first, on a stack of its own: struct, and the next of its fields.
fn visit(world: &mut World<'_>, start: usize, state: &mut [State]) {
    let mut stack = vec![(start, 0)];
    state[start] = State::Open;
    while let Some((id, next)) = stack.last_mut() {
        let (id, field) = (*id, *next);
        *next += 1;
        let Some(ty) = world.struct_fields[id].types.get(field).copied() else {
            let (tree, types) = (world.struct_tree(id), world.struct_fields[id].types.clone());
            world.layouts[id] = layouts::check(world, &tree.name, &tree.fields.list, &types);
            state[id] = State::Done;
            stack.pop();
            continue;
        };
        let Some(inner) = ty.and_then(|ty| layouts::structure(ty.kind)) else {
            continue;
        };
        match state[inner.0] {
            State::Done => {}
            State::New => {
                state[inner.0] = State::Open;
                stack.push((inner.0, 0));
            }
            State::Open => {
                let line = &world.struct_tree(id).fields.list[field];
                let span = line.ty.as_ref().map_or(line.name.span, |ty| ty.span);
                let target = world.struct_tree(inner.0);
                let fault = Diagnostic::error(
                    Code::M005,
                    span,
                    format!("struct `{}` contains itself", target.name.text),
                )
                .and(target.name.span, "declared here")
                .help("make it a model, and refer to it by `id<…>`; or hold free data as `json`");
                world.push(fault);
                world.struct_fields[id].types[field] = None;
            }
        }
    }
}
