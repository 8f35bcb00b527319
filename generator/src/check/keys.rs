//! Keys.

use crate::diagnostics::{Code, Diagnostic};
use crate::language;
use crate::model::{Scalar, TypeKind};

use super::guesses::{Among, Guess};
use super::types::span_of;
use super::world::{KeyEnd, World};

/// Checks the keys of all models.
pub(super) fn check(world: &mut World<'_>) {
    for model in 0..world.tree.models.len() {
        let key = key(world, model);
        world.keys.push(key);
    }
    resolve(world);
}

fn key(world: &mut World<'_>, model: usize) -> Option<Vec<usize>> {
    let tree = world.model_tree(model);
    let Some(key) = &tree.key else {
        if !tree.incomplete && !tree.fields.incomplete {
            let first = tree
                .fields
                .list
                .iter()
                .find(|field| field.name.text == "id")
                .or(tree.fields.list.first());
            let help = match first {
                Some(field) => format!("add a line to the model: `key {}`", field.name.text),
                None => "write `fields { id uuid default=uuid-v7 }` and `key id`".to_owned(),
            };
            world.error(
                Code::M002,
                tree.name.span,
                format!("model `{}` has no key", tree.name.text),
                help,
            );
        }
        return None;
    };
    let mut places = Vec::with_capacity(key.fields.len());
    let mut fine = !key.fields.is_empty();
    for (at, name) in key.fields.iter().enumerate() {
        if let Some(first) = key.fields[..at]
            .iter()
            .find(|first| first.text == name.text)
        {
            world.push(
                Diagnostic::error(
                    Code::I002,
                    name.span,
                    format!("key repeats `{}`", name.text),
                )
                .and(first.span, "first")
                .help("keep one of them"),
            );
            fine = false;
            continue;
        }
        let Some(&place) = world.model_fields[model].names.get(name.text.as_str()) else {
            fine = false;
            if !world.model_fields[model].incomplete {
                let help = if name.text.contains([',', '(']) {
                    "write the fields with spaces between: `key a b`".to_owned()
                } else {
                    format!("add it: `fields {{ {} uuid default=uuid-v7 }}`", name.text)
                };
                let message = format!("key names an unknown field `{}`", name.text);
                world.push_with(
                    Diagnostic::error(Code::I001, name.span, message).help(help),
                    Guess::name(&name.text, Among::Fields(model)),
                );
            }
            continue;
        };
        places.push(place);
        fine &= fits(world, model, place, name.span);
    }
    fine.then_some(places)
}

/// Whether a field can be in a key.
fn fits(world: &mut World<'_>, model: usize, place: usize, span: crate::source::Span) -> bool {
    let Some(ty) = world.model_type(model, place) else {
        return false;
    };
    let field = world.model_field(model, place);
    let name = &field.name.text;
    if ty.optional {
        let plain = world.kind_name(ty.kind);
        world.push(
            Diagnostic::error(
                Code::M002,
                span_of(field),
                format!("key field `{name}` is optional"),
            )
            .and(span, "in the key")
            .help(format!("write `{name} {plain}`; a key is always there")),
        );
        return false;
    }
    let fine =
        matches!(ty.kind, TypeKind::Scalar(_)) && language::of(ty.kind).is_none_or(|word| word.key);
    if !fine {
        let kind = world.kind_name(ty.kind);
        let help = match ty.kind {
            TypeKind::Scalar(_) => "a key is exact: write a whole number, or `string`",
            TypeKind::Struct(_) => "write its fields into the model",
            _ => "a key is made of single values: `uuid`, `string`, a whole number, a date …",
        };
        world.push(
            Diagnostic::error(Code::M002, span, format!("`{kind}` cannot be in a key"))
                .and(span_of(field), "its type")
                .help(help),
        );
    }
    fine
}

/// What the keys hold in the end. Keys that are ids of each other hold nothing: the first model of a circle is reported.
fn resolve(world: &mut World<'_>) {
    let models = world.tree.models.len();
    let mut ends: Vec<Option<Option<KeyEnd>>> = vec![None; models];
    let mut entered = vec![false; models];
    for model in 0..models {
        let mut way = Vec::new();
        let mut next = model;
        let end = loop {
            if let Some(known) = ends[next] {
                break known;
            }
            if entered[next] {
                let start = way.iter().position(|&it| it == next).unwrap_or(0);
                circle(world, &way[start..]);
                break None;
            }
            entered[next] = true;
            way.push(next);
            match world.single_key(next) {
                None => break None,
                Some((_, Scalar::Id(target))) => next = target.0,
                Some((field, scalar)) => {
                    break Some(KeyEnd {
                        model: next,
                        field,
                        scalar,
                    });
                }
            }
        };
        for passed in way {
            ends[passed] = Some(end);
        }
    }
    world.key_ends = ends.into_iter().map(Option::flatten).collect();
}

/// Reports the first of the models whose keys lead to each other.
fn circle(world: &mut World<'_>, models: &[usize]) {
    let Some(&model) = models.iter().min() else {
        return;
    };
    let Some((field, _)) = world.single_key(model) else {
        return;
    };
    let name = &world.model_tree(model).name.text;
    let span = span_of(world.model_field(model, field));
    let message = format!("the key of `{name}` is, in the end, the key of `{name}`");
    world.error(
        Code::R005,
        span,
        message,
        "give one of the models in the circle a key of its own: `id uuid default=uuid-v7`",
    );
    world.model_fields[model].types[field] = None;
}
