//! Fields: types first, then properties, which may ask for the key of another model.

mod defaults;
mod properties;

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Docs, Field, FieldType, Limits, TypeKind};
use crate::source::Span;
use crate::syntax::tree::{FieldTree, Fields};

use super::enums::texts;
use super::types;
use super::world::{FieldSet, World};
use properties::Properties;

/// What holds a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Struct,
    /// A model of this place.
    Model(usize),
    Event,
}

/// Resolves the types of all structs' and models' fields.
pub(super) fn resolve(world: &mut World<'_>) {
    let tree = world.tree;
    world.struct_fields = tree
        .structs
        .iter()
        .map(|it| set(world, &it.fields))
        .collect();
    world.model_fields = tree
        .models
        .iter()
        .map(|it| set(world, &it.fields))
        .collect();
}

/// The names and types of a block of fields.
pub(super) fn set<'t>(world: &mut World<'t>, fields: &'t Fields) -> FieldSet<'t> {
    let mut set = FieldSet {
        incomplete: fields.incomplete,
        ..FieldSet::default()
    };
    for (at, field) in fields.list.iter().enumerate() {
        set.names.entry(field.name.text.as_str()).or_insert(at);
        let ty = field.ty.as_ref().and_then(|ty| types::resolve(world, ty));
        set.types.push(ty);
    }
    set
}

/// The fields of a block, whose types are known.
pub(super) fn check(
    world: &mut World<'_>,
    list: &[FieldTree],
    types: &[Option<FieldType>],
    owner: Owner,
) -> Vec<Field> {
    let mut version: Option<Span> = None;
    let mut fields = Vec::with_capacity(list.len());
    for (tree, ty) in list.iter().zip(types) {
        // A placeholder never leaves the checker: the fault that made it stops the schema.
        let shown = ty.unwrap_or(FieldType {
            kind: TypeKind::Json,
            optional: false,
        });
        let mut field = Field {
            name: tree.name.text.clone(),
            docs: Docs(tree.docs.clone()),
            ty: shown,
            default: None,
            limits: Limits::default(),
            on_update_now: false,
            secret: false,
            was: texts(&tree.was),
        };
        if let Some(ty) = ty {
            if ty.kind == TypeKind::Version {
                check_version(world, tree, owner, &mut version);
            }
            Properties {
                world,
                tree,
                ty: *ty,
                owner,
            }
            .check(&mut field);
        }
        fields.push(field);
    }
    fields
}

fn check_version(world: &mut World<'_>, tree: &FieldTree, owner: Owner, first: &mut Option<Span>) {
    let span = types::span_of(tree);
    if !matches!(owner, Owner::Model(_)) {
        let help = "a version is the lock of a record: make it a field of the model";
        world.error(Code::M007, span, "a `version` outside of a model", help);
    } else if let Some(first) = *first {
        world.push(
            Diagnostic::error(Code::M007, span, "a second `version`")
                .label("again")
                .and(first, "first")
                .help("one version is the lock of the whole record: keep one"),
        );
    } else {
        *first = Some(span);
    }
}
