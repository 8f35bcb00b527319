//! How large the layout of a record gets. A store keeps it whole, with the fields of a struct at every place that has one:
//! structs that hold each other twice, level by level, double it each time.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{FieldType, Item, StructId, TypeKind};
use crate::source::Span;
use crate::syntax::tree::{FieldTree, Name};

use super::types::span_of;
use super::world::World;

/// Fields of a layout, those of structs counted wherever they stand.
const MOST_FIELDS: u64 = 4_096;

/// Structs within structs.
const MOST_LEVELS: u32 = 16;

const HELP: &str =
    "make a part of it a model, and refer to it by `id<…>`; or hold free data as `json`";

/// What stands in a layout for a block of fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Layout {
    fields: u64,
    levels: u32,
}

/// The struct that a value holds, also in a list or a map.
pub(super) fn structure(kind: TypeKind) -> Option<StructId> {
    match kind {
        TypeKind::Struct(id)
        | TypeKind::List(Item::Struct(id))
        | TypeKind::Map(Item::Struct(id)) => Some(id),
        _ => None,
    }
}

/// The layout of a block of fields, from those of the structs in it; `None` if it is too large, which is reported once:
/// where it got so.
pub(super) fn check(
    world: &mut World<'_>,
    name: &Name,
    list: &[FieldTree],
    types: &[Option<FieldType>],
) -> Option<Layout> {
    let mut whole = Layout::default();
    let mut widest = (0, name.span);
    let mut deepest = name.span;
    for (tree, ty) in list.iter().zip(types) {
        whole.fields = whole.fields.saturating_add(1);
        let Some(id) = ty.and_then(|ty| structure(ty.kind)) else {
            continue;
        };
        let inner = world.layouts[id.0]?;
        let levels = inner.levels + 1;
        whole.fields = whole.fields.saturating_add(inner.fields);
        if inner.fields > widest.0 {
            widest = (inner.fields, span_of(tree));
        }
        if levels > whole.levels {
            whole.levels = levels;
            deepest = span_of(tree);
        }
    }
    let name = (name.text.as_str(), name.span);
    if whole.levels > MOST_LEVELS {
        let message = format!(
            "`{}` holds structs within structs, {} deep",
            name.0, whole.levels
        );
        let most = format!("a record takes {MOST_LEVELS}");
        refuse(
            world,
            name.1,
            message,
            most,
            (deepest, "this one is the deepest".to_owned()),
        );
        return None;
    }
    if whole.fields > MOST_FIELDS {
        let message = format!(
            "`{}` comes to {} fields, those of structs counted wherever they stand",
            name.0, whole.fields
        );
        let most = format!("a record takes {MOST_FIELDS}");
        refuse(
            world,
            name.1,
            message,
            most,
            (widest.1, format!("{} of them", widest.0)),
        );
        return None;
    }
    Some(whole)
}

fn refuse(
    world: &mut World<'_>,
    at: Span,
    message: String,
    label: String,
    (inside, why): (Span, String),
) {
    let mut fault = Diagnostic::error(Code::M008, at, message).label(label);
    if inside != at {
        fault = fault.and(inside, why);
    }
    world.push(fault.help(HELP));
}
