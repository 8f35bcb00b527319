//! How long keys may get.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Part, PartSource, Path, Scalar, TypeKind};
use crate::source::Span;
use crate::syntax::tree::ValueKind;

use super::super::values;
use super::super::world::World;

/// Bytes that a key may have on every engine: `TiKV` refuses more, `redb` allows them.
const MOST_KEY: u64 = 8 * 1024;

/// The most bytes that a value takes in a key; `None` if nothing bounds it.
fn most(world: &World<'_>, ty: Scalar, length: Option<u64>) -> Option<u64> {
    match world.underlying(ty)? {
        Scalar::String => length.map(|length| length.saturating_mul(4).saturating_add(2)),
        Scalar::Bytes => length.map(|length| length.saturating_add(2)),
        Scalar::Bool => Some(1),
        Scalar::Enum(_) => Some(2),
        Scalar::I32 | Scalar::U32 => Some(4),
        Scalar::Uuid => Some(16),
        Scalar::Decimal | Scalar::Duration => Some(24),
        _ => Some(8),
    }
}

/// `max=` of a field, `item-max=` with `each`.
fn length(world: &World<'_>, model: usize, path: &Path, each: bool) -> Option<u64> {
    let field = match path.steps.last() {
        None => world.model_field(model, path.field),
        Some((id, place)) => &world.struct_tree(id.0).fields.list[*place],
    };
    let property = field.property(if each { "item-max" } else { "max" })?;
    match &property.value.kind {
        ValueKind::Number(text) => u64::try_from(values::whole(text)?).ok(),
        _ => None,
    }
}

/// An id is as long as the key it stands for.
fn id_length(world: &World<'_>, ty: Scalar) -> Option<u64> {
    let Scalar::Id(target) = ty else { return None };
    let end = world.key_end(target.0)?;
    let path = Path {
        field: end.field,
        steps: Vec::new(),
    };
    length(world, end.model, &path, false)
}

/// Warns of parts without a bound, refuses what cannot be stored.
pub(super) fn size(
    world: &mut World<'_>,
    model: usize,
    at: Span,
    parts: &[Part],
    of: &str,
    unique: bool,
) {
    let key: Vec<(Scalar, Path)> = match (&world.keys[model], unique) {
        (Some(key), false) => key
            .iter()
            .filter_map(|&field| match world.model_type(model, field)?.kind {
                TypeKind::Scalar(scalar) => Some((
                    scalar,
                    Path {
                        field,
                        steps: Vec::new(),
                    },
                )),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let mut total = 16_u64;
    for part in parts {
        let limit = match &part.source {
            PartSource::Path(path) => {
                length(world, model, path, part.each).or_else(|| id_length(world, part.ty))
            }
            // What a function returns is checked when it is written.
            PartSource::Computed(_) => Some(64),
        };
        match (most(world, part.ty, limit), &part.source) {
            (Some(bytes), _) => total = total.saturating_add(bytes + 1),
            (None, PartSource::Path(path)) => unbounded(world, model, at, path, part, of),
            (None, PartSource::Computed(_)) => {}
        }
    }
    for (scalar, path) in key {
        let limit = length(world, model, &path, false).or_else(|| id_length(world, scalar));
        total = total.saturating_add(most(world, scalar, limit).unwrap_or(0));
    }
    if total > MOST_KEY {
        let help = "lower `max=` of its parts, or index a computed digest; a character takes up to 4 bytes";
        world.error(
            Code::I005,
            at,
            format!("a key of {of} may have {total} bytes, and the engines take {MOST_KEY}"),
            help,
        );
    }
}

fn unbounded(world: &mut World<'_>, model: usize, at: Span, path: &Path, part: &Part, of: &str) {
    let Some(base) = world.underlying(part.ty) else {
        return;
    };
    let field = match path.steps.last() {
        None => world.model_field(model, path.field),
        Some((id, place)) => &world.struct_tree(id.0).fields.list[*place],
    };
    // A reference is bounded where its target's key is declared.
    if matches!(part.ty, Scalar::Id(_)) || field.broken {
        return;
    }
    let property = if part.each { "item-max" } else { "max" };
    let kind = world.scalar_name(base);
    world.push(
        Diagnostic::warning(Code::I005, field.name.span, format!("`{}` has no `{property}=`, and is in a key", field.name.text))
            .label(format!("`{kind}` without a bound"))
            .and(at, of.to_owned())
            .help(format!("write `{property}=254`, or whatever is the longest; without it, a longer key is refused when it is written")),
    );
}

/// The keys of a model themselves.
pub(in crate::check) fn key_size(world: &mut World<'_>, model: usize) {
    let Some(key) = world.keys[model].clone() else {
        return;
    };
    let Some(tree) = &world.model_tree(model).key else {
        return;
    };
    let parts: Vec<Part> = key
        .iter()
        .filter_map(|&field| match world.model_type(model, field)?.kind {
            TypeKind::Scalar(ty) => {
                let source = PartSource::Path(Path {
                    field,
                    steps: Vec::new(),
                });
                Some(Part {
                    source,
                    each: false,
                    lower: false,
                    desc: false,
                    ty,
                    optional: false,
                })
            }
            _ => None,
        })
        .collect();
    let of = format!("the key of `{}`", world.model_tree(model).name.text);
    size(world, model, tree.span, &parts, &of, true);
}
