//! What the entries of a covering index hold.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::Include;
use crate::syntax::tree::{IncludeTree, IndexTree};

use super::super::guesses::{Among, Guess};
use super::super::paths::fields_of;
use super::super::world::World;

pub(super) fn include(
    world: &mut World<'_>,
    model: usize,
    tree: &IncludeTree,
    index: &IndexTree,
    of: &str,
) -> Option<Include> {
    if tree.fields.is_empty() {
        return Some(Include::Record);
    }
    let mut places = Vec::new();
    let mut fine = true;
    for (at, name) in tree.fields.iter().enumerate() {
        let in_key = world
            .model_tree(model)
            .key
            .as_ref()
            .and_then(|key| key.fields.iter().find(|it| it.text == name.text));
        let as_part = index.parts.iter().find(|part| {
            part.path.text == name.text && part.annotations.iter().all(|it| it.text == "desc")
        });
        let first = tree.fields[..at]
            .iter()
            .find(|first| first.text == name.text)
            .map(|first| (first.span, "first", "keep one of them"))
            .or_else(|| {
                as_part.map(|part| {
                    (
                        part.span,
                        "a part of the index",
                        "every entry holds the parts: leave it out",
                    )
                })
            })
            .or_else(|| {
                in_key.map(|key| {
                    (
                        key.span,
                        "in the key",
                        "every entry holds the key: leave it out",
                    )
                })
            });
        if let Some((span, label, help)) = first {
            let fault = Diagnostic::error(
                Code::I006,
                name.span,
                format!("`include` repeats `{}`", name.text),
            );
            world.push(fault.and(span, label).help(help));
            fine = false;
            continue;
        }
        if let Some(&place) = world.model_fields[model].names.get(name.text.as_str()) {
            places.push(place);
            continue;
        }
        fine = false;
        if world.model_fields[model].incomplete {
            continue;
        }
        let help = if name.text.contains('.') {
            "`include` takes whole fields: write the first word".to_owned()
        } else {
            fields_of(world, model)
        };
        let message = format!("`include` of {of} names an unknown field `{}`", name.text);
        world.push_with(
            Diagnostic::error(Code::I001, name.span, message).help(help),
            Guess::name(&name.text, Among::Fields(model)),
        );
    }
    fine.then_some(Include::Fields(places))
}
