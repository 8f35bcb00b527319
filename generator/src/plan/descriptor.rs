//! Statics that tell the runtime what the schema says: tables, fields, indexes.

use super::{
    context::{Context, Scope},
    literals,
};
use crate::model::{
    DefaultValue, Field, Include, Index, Literal, Model, ModelId, Part, PartSource, Scalar,
    TypeKind,
};

/// A default longer than this has its closure written as a block.
const LONGEST_EXPRESSION: usize = 50;

/// The static of a table.
#[derive(Debug)]
pub(crate) struct Descriptor {
    pub(crate) place: usize,
    /// The table's name as a string literal.
    pub(crate) table: String,
    /// The model's name as a string literal.
    pub(crate) model: String,
    pub(crate) fields: Vec<String>,
    pub(crate) key: Vec<String>,
    pub(crate) indexes: Vec<IndexStatic>,
    /// Earlier names as string literals.
    pub(crate) was: Vec<String>,
}

/// The static of an index.
#[derive(Debug)]
pub(crate) struct IndexStatic {
    pub(crate) name: String,
    pub(crate) constructor: &'static str,
    pub(crate) place: usize,
    /// The index's name as a string literal.
    pub(crate) index: String,
    /// The canonical text as a string literal.
    pub(crate) definition: String,
    /// Each with its name, its type and what it is besides.
    pub(crate) parts: Vec<String>,
    /// What else there is to say.
    pub(crate) calls: Vec<String>,
}

impl Context<'_> {
    pub(super) fn descriptor(&self, id: ModelId, model: &Model) -> Descriptor {
        let scope = Scope::Table(id);
        Descriptor {
            place: id.0,
            table: literals::string(&model.table),
            model: literals::string(&model.name),
            fields: model
                .fields
                .iter()
                .map(|field| self.field_static(scope, field))
                .collect(),
            key: model
                .key
                .iter()
                .map(|place| self.key_part(scope, &model.fields[*place]))
                .collect(),
            indexes: model
                .indexes
                .iter()
                .enumerate()
                .map(|(place, index)| {
                    let name = self.index_static_name(id, place).to_owned();
                    self.index_static(scope, model, index, place, name)
                })
                .collect(),
            was: model
                .was
                .iter()
                .map(|name| literals::string(name))
                .collect(),
        }
    }

    /// A field as the runtime is told about it.
    pub(super) fn field_static(&self, scope: Scope, field: &Field) -> String {
        let mut text = self.bare_field(scope, field);
        for (limit, length, value) in [
            (&field.limits.min, "min", "least"),
            (&field.limits.max, "max", "most"),
        ] {
            if let Some(limit) = limit {
                text.push_str(&limit_call(field, limit, length, value));
            }
        }
        if let Some(most) = field.limits.item_max {
            text.push_str(&format!(
                ".item_max({})",
                literals::integer(i128::from(most))
            ));
        }
        if let Some(scale) = field.limits.scale {
            text.push_str(&format!(".scale({scale})"));
        }
        if let Some(DefaultValue::Literal(literal)) = &field.default {
            let put = format!(
                "out.put{}(&{})",
                integer_type(field.ty.kind),
                self.constant(scope, field, literal)
            );
            // What the printer would break into a block of its own is a statement from the start.
            if put.len() > LONGEST_EXPRESSION {
                text.push_str(&format!(".or(|out| {{ {put}; }})"));
            } else {
                text.push_str(&format!(".or(|out| {put})"));
            }
        }
        if field.secret {
            text.push_str(".secret()");
        }
        text.push_str(&was_call(&field.was));
        text
    }

    /// A field's name and type.
    fn bare_field(&self, scope: Scope, field: &Field) -> String {
        let optional = if field.ty.optional { ".optional()" } else { "" };
        let ty = self.stored_type(scope, field.ty.kind);
        format!(
            "__rt::field({}, {ty}){optional}",
            literals::string(&field.name)
        )
    }

    fn key_part(&self, scope: Scope, field: &Field) -> String {
        format!(
            "__rt::part({}, {})",
            literals::string(&field.name),
            self.stored_type(scope, field.ty.kind)
        )
    }

    pub(super) fn index_static(
        &self,
        scope: Scope,
        model: &Model,
        index: &Index,
        place: usize,
        name: String,
    ) -> IndexStatic {
        let mut calls = Vec::new();
        if index.nulls_equal {
            calls.push("nulls_equal()".to_owned());
        }
        if index.parts.iter().any(is_several) {
            calls.push("several()".to_owned());
        }
        match &index.include {
            Include::None => {}
            Include::Record => calls.push("include_record()".to_owned()),
            Include::Fields(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|place| self.bare_field(scope, &model.fields[*place]))
                    .collect();
                calls.push(format!("include(&[{}])", fields.join(", ")));
            }
        }
        calls.extend(was_call(&index.was).strip_prefix('.').map(str::to_owned));
        IndexStatic {
            name,
            constructor: if index.unique { "unique" } else { "new" },
            place,
            index: literals::string(&index.name),
            definition: literals::string(&self.schema.definition(model, index)),
            parts: index
                .parts
                .iter()
                .map(|part| self.index_part(scope, model, part))
                .collect(),
            calls,
        }
    }

    fn index_part(&self, scope: Scope, model: &Model, part: &Part) -> String {
        let mut text = format!(
            "{} {}",
            literals::string(&self.schema.part_name(model, part)),
            self.stored_variant(scope, part.ty)
        );
        for (is, word) in [
            (part.optional, " optional"),
            (part.desc, " desc"),
            (part.lower, " lower"),
        ] {
            if is {
                text.push_str(word);
            }
        }
        text
    }
}

/// Whether a record may have several entries because of the part.
pub(super) fn is_several(part: &Part) -> bool {
    part.each || matches!(part.source, PartSource::Computed(_))
}

fn limit_call(field: &Field, limit: &Literal, length: &str, value: &str) -> String {
    let bound = match (field.ty.kind, limit) {
        (TypeKind::Scalar(Scalar::F64), Literal::Integer(number)) => {
            format!("Float({}.0)", literals::integer(*number))
        }
        (TypeKind::Scalar(Scalar::F64), Literal::Float(number)) => {
            format!("Float({})", literals::float(*number))
        }
        (TypeKind::Scalar(Scalar::Decimal), Literal::Integer(number)) => {
            format!("Decimal({}, 0)", literals::integer(*number))
        }
        (_, Literal::Decimal { mantissa, scale }) => {
            format!("Decimal({}, {scale})", literals::integer(*mantissa))
        }
        (
            TypeKind::Scalar(Scalar::I32 | Scalar::I64 | Scalar::U32 | Scalar::U64 | Scalar::Id(_)),
            Literal::Integer(number),
        ) => format!("Int({})", literals::integer(*number)),
        (_, Literal::Integer(number)) => {
            return format!(".{length}({})", literals::integer(*number));
        }
        // No other literal is a limit.
        _ => return String::new(),
    };
    format!(".{value}(__rt::Bound::{bound})")
}

/// `.was(&["old"])`, or nothing.
pub(super) fn was_call(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<String> = names.iter().map(|name| literals::string(name)).collect();
    format!(".was(&[{}])", names.join(", "))
}

/// The type that an integer literal needs where nothing else tells it.
fn integer_type(kind: TypeKind) -> &'static str {
    match kind {
        TypeKind::Scalar(Scalar::I32) => "::<i32>",
        TypeKind::Scalar(Scalar::I64) => "::<i64>",
        TypeKind::Scalar(Scalar::U32) => "::<u32>",
        TypeKind::Scalar(Scalar::U64) => "::<u64>",
        _ => "",
    }
}
