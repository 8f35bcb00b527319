//! Paths: a field of the model, then fields of structs.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Path, StructId, TypeKind};
use crate::syntax::tree::Name;

use super::guesses::{Among, Guess};
use super::world::World;

/// A path and what it leads to.
pub(super) struct Found {
    pub(super) path: Path,
    pub(super) kind: TypeKind,
    /// The field, or a struct on the way to it, is optional.
    pub(super) optional: bool,
}

/// Looks up a path; `of` is what names it: "index `by_title`".
pub(super) fn find(world: &mut World<'_>, model: usize, name: &Name, of: &str) -> Option<Found> {
    let mut steps = name.text.split('.');
    let first = steps.next().unwrap_or_default();
    let set = &world.model_fields[model];
    let Some(&field) = set.names.get(first) else {
        if !set.incomplete {
            let message = format!("{of} names an unknown field `{first}`");
            let fault = Diagnostic::error(Code::I001, name.span, message);
            match first {
                "each" | "lower" | "desc" => {
                    world.push(fault.help(format!("write it before a part: `({first})FIELD`")));
                }
                "asc" => {
                    world.push(fault.help("leave it out: a part ascends unless it says `desc`"));
                }
                _ => {
                    let help = fields_of(world, model);
                    world.push_with(fault.help(help), Guess::name(first, Among::Parts(model)));
                }
            }
        }
        return None;
    };
    let ty = set.types[field]?;
    let mut found = Found {
        path: Path {
            field,
            steps: Vec::new(),
        },
        kind: ty.kind,
        optional: ty.optional,
    };
    for step in steps {
        let TypeKind::Struct(StructId(id)) = found.kind else {
            let kind = world.kind_name(found.kind);
            let help = "a dot leads into a struct: write the field alone";
            world.error(
                Code::I001,
                name.span,
                format!("`{}`: `{kind}` has no field `{step}`", name.text),
                help,
            );
            return None;
        };
        let set = &world.struct_fields[id];
        let Some(&place) = set.names.get(step) else {
            if !set.incomplete {
                let tree = world.struct_tree(id);
                let fields = list(tree.fields.list.iter().map(|it| it.name.text.as_str()));
                let message = format!(
                    "{of} names an unknown field `{step}` of `{}`",
                    tree.name.text
                );
                world.push_with(
                    Diagnostic::error(Code::I001, name.span, message)
                        .help(format!("`{}` has {fields}", tree.name.text)),
                    Guess::name(step, Among::StructFields(id)),
                );
            }
            return None;
        };
        let ty = set.types[place]?;
        found.path.steps.push((StructId(id), place));
        found.kind = ty.kind;
        found.optional |= ty.optional;
    }
    Some(found)
}

/// What there is to name instead of an unknown field.
pub(super) fn fields_of(world: &World<'_>, model: usize) -> String {
    let tree = world.model_tree(model);
    let fields = list(tree.fields.list.iter().map(|it| it.name.text.as_str()));
    format!("`{}` has {fields}", tree.name.text)
}

/// `a`, `b`, `c`, …
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.take(13).collect();
    let more = names.len() > 12;
    names.truncate(12);
    let list = names.join(", ");
    match (list.is_empty(), more) {
        (true, _) => "no fields".to_owned(),
        (false, true) => format!("{list}, …"),
        (false, false) => list,
    }
}
