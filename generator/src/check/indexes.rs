//! Indexes, counts and computed parts.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::model::{
    Computed, Count, Docs, Include, Index, Item, Part, PartSource, Path, Scalar, TypeKind,
};
use crate::source::Span;
use crate::syntax::tree::{
    ComputedTree, CountTree, IncludeTree, IndexTree, ModelTree, PartTree, ValueKind,
};

use super::conditions;
use super::enums::texts;
use super::paths;
use super::types::{self, span_of};
use super::values;
use super::world::World;

/// Bytes that a key may have on every engine: `TiKV` refuses more, `redb` allows them.
const MOST_KEY: u64 = 8 * 1024;

/// All computed parts of a model.
pub(super) fn computed(world: &mut World<'_>, tree: &ModelTree) -> Vec<Option<Computed>> {
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

struct Parts<'w, 't, 'a> {
    world: &'w mut World<'t>,
    model: usize,
    computed: &'a [Option<Computed>],
    /// "index `by_title`"
    of: &'a str,
    unique: bool,
}

impl Parts<'_, '_, '_> {
    fn check(mut self, trees: &[PartTree]) -> Option<Vec<Part>> {
        let mut parts = Vec::with_capacity(trees.len());
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let mut plural: Option<Span> = None;
        let mut fine = true;
        for tree in trees {
            if let Some(first) = seen.get(tree.path.text.as_str()) {
                let fault = Diagnostic::error(
                    Code::I002,
                    tree.span,
                    format!("{} repeats `{}`", self.of, tree.path.text),
                );
                self.world
                    .push(fault.and(*first, "first").help("keep one of them"));
                fine = false;
                continue;
            }
            seen.insert(&tree.path.text, tree.span);
            let Some(part) = self.part(tree) else {
                fine = false;
                continue;
            };
            if part.each || matches!(part.source, PartSource::Computed(_)) {
                if let Some(first) = plural {
                    let fault = Diagnostic::error(
                        Code::I003,
                        tree.span,
                        format!("{} has two parts with several values", self.of),
                    );
                    self.world.push(fault.and(first, "the first one").help(
                        "every pair of them would be an entry: make two indexes, or a computed part that returns the pairs you need",
                    ));
                    fine = false;
                }
                plural = Some(tree.span);
            }
            parts.push(part);
        }
        fine.then_some(parts)
    }

    fn part(&mut self, tree: &PartTree) -> Option<Part> {
        let has = |word: &str| tree.annotations.iter().any(|it| it.text == word);
        let (each, lower, desc) = (has("each"), has("lower"), has("desc"));
        let model_tree = self.world.model_tree(self.model);
        let (source, ty, optional) = if let Some(at) = model_tree
            .computed
            .iter()
            .position(|it| it.name.text == tree.path.text)
        {
            if each {
                let help = "a computed part has an entry for each value anyway: leave `each` out";
                self.world.error(
                    Code::S004,
                    tree.span,
                    "`(each)` does not apply to a computed part",
                    help,
                );
                return None;
            }
            (
                PartSource::Computed(at),
                self.computed.get(at)?.as_ref()?.ty,
                false,
            )
        } else {
            let found = paths::find(self.world, self.model, &tree.path, self.of)?;
            let ty = self.value(tree, found.kind, each)?;
            (PartSource::Path(found.path), ty, found.optional)
        };
        if lower && ty != Scalar::String {
            let name = self.world.scalar_name(ty);
            self.world.error(
                Code::S004,
                tree.span,
                format!("`(lower)` does not apply to `{name}`"),
                "it folds the case of `string`: leave it out",
            );
            return None;
        }
        if self.unique && ty == Scalar::F64 {
            self.world.error(
                Code::S004,
                tree.span,
                "`f64` cannot be in a unique index",
                "floats are rarely equal: write `decimal`, or `index`",
            );
            return None;
        }
        Some(Part {
            source,
            each,
            lower,
            desc,
            ty,
            optional,
        })
    }

    /// The type of the values of a part, or a fault.
    fn value(&mut self, tree: &PartTree, kind: TypeKind, each: bool) -> Option<Scalar> {
        let name = self.world.kind_name(kind);
        let path = &tree.path.text;
        let help = match (kind, each) {
            (TypeKind::Scalar(scalar), false) | (TypeKind::List(Item::Scalar(scalar)), true) => {
                return Some(scalar);
            }
            (TypeKind::List(Item::Scalar(_)), false) => {
                self.world.error(
                    Code::S004,
                    tree.span,
                    format!("`{path}` is `{name}`, which is not one value"),
                    format!("write `(each){path}`: an entry for each element"),
                );
                return None;
            }
            (TypeKind::Scalar(_), true) => "it is for lists: leave it out".to_owned(),
            (TypeKind::Struct(id), _) => {
                let first = self
                    .world
                    .struct_tree(id.0)
                    .fields
                    .list
                    .first()
                    .map_or("FIELD", |field| &field.name.text);
                format!("write a field of it: `{path}.{first}`")
            }
            (TypeKind::List(Item::Struct(_)), _) => {
                "write a computed part that returns a value for each element".to_owned()
            }
            (TypeKind::Version, _) => "it changes with every write: leave it out".to_owned(),
            _ => "copy what you look for into a field of its own, or write a computed part"
                .to_owned(),
        };
        let message = match kind {
            TypeKind::Scalar(_) => format!("`(each)` does not apply to `{name}`"),
            _ => format!("`{path}` is `{name}`, which cannot be in an index"),
        };
        self.world.error(Code::S004, tree.span, message, help);
        None
    }
}

fn include(
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
        let known = world.model_fields[model].names.keys().copied();
        let help = match did_you_mean(&name.text, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if name.text.contains('.') => {
                "`include` takes whole fields: write the first word".to_owned()
            }
            None => format!(
                "`include` takes fields of `{}`",
                world.model_tree(model).name.text
            ),
        };
        let message = format!("`include` of {of} names an unknown field `{}`", name.text);
        world.error(Code::I001, name.span, message, help);
    }
    fine.then_some(Include::Fields(places))
}

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
    let mut ty = ty;
    for _ in 0..=world.tree.models.len() {
        let Scalar::Id(target) = ty else { return None };
        let (field, inner) = world.single_key(target.0)?;
        if !matches!(inner, Scalar::Id(_)) {
            return length(
                world,
                target.0,
                &Path {
                    field,
                    steps: Vec::new(),
                },
                false,
            );
        }
        ty = inner;
    }
    None
}

/// Warns of parts without a bound, refuses what cannot be stored.
fn size(world: &mut World<'_>, model: usize, at: Span, parts: &[Part], of: &str, unique: bool) {
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
pub(super) fn key_size(world: &mut World<'_>, model: usize) {
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

/// Warns of an index whose entries another one has at its start.
fn contained(world: &mut World<'_>, tree: &ModelTree, indexes: &[Option<Index>]) {
    // By first part, so that a model with many indexes is not a matter of pairs.
    let mut starts: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, index) in indexes.iter().enumerate() {
        if let Some(part) = index.as_ref().and_then(|index| index.parts.first()) {
            starts
                .entry(format!(
                    "{:?}{}{}{}",
                    part.source, part.each, part.lower, part.desc
                ))
                .or_default()
                .push(at);
        }
    }
    for group in starts.into_values() {
        for &short in &group {
            let Some(index) = indexes[short].as_ref() else {
                continue;
            };
            if index.unique || index.condition.is_some() || index.include != Include::None {
                continue;
            }
            let longer = group.iter().copied().find(|&long| {
                let Some(other) = &indexes[long] else {
                    return false;
                };
                let longer = other.parts.len() > index.parts.len()
                    || (other.parts.len() == index.parts.len() && (other.unique || long < short));
                long != short
                    && other.condition.is_none()
                    && longer
                    && other.parts.starts_with(&index.parts)
            });
            if let Some(long) = longer {
                let other = &tree.indexes[long];
                let fault = Diagnostic::warning(
                    Code::I002,
                    tree.indexes[short].span,
                    format!(
                        "index `{}` is the start of `{}`",
                        index.name, other.name.text
                    ),
                );
                let rest = if indexes[long]
                    .as_ref()
                    .is_some_and(|it| it.parts.len() > index.parts.len())
                {
                    ", with `..` for the rest"
                } else {
                    ""
                };
                world.push(fault.and(other.span, "the longer one").help(format!(
                    "remove it and read `{}`{rest}: it costs a write for nothing",
                    other.name.text
                )));
            }
        }
    }
}

/// Labels of a field's type, shared with the relations.
pub(super) fn type_span(world: &World<'_>, model: usize, field: usize) -> Span {
    span_of(world.model_field(model, field))
}
