//! Fields: types first, then properties, which may ask for the key of another model.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{DefaultValue, Docs, Field, FieldType, Item, Limits, Literal, Scalar, TypeKind};
use crate::source::Span;
use crate::syntax::tree::{FieldTree, Fields, Property, ValueKind};
use crate::syntax::{malformed, shown};

use super::enums::texts;
use super::types;
use super::values::{self, Purpose, compare, is_generator, literal};
use super::world::{FieldSet, World};

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

struct Properties<'w, 't, 'f> {
    world: &'w mut World<'t>,
    tree: &'f FieldTree,
    ty: FieldType,
    owner: Owner,
}

impl Properties<'_, '_, '_> {
    fn check(mut self, field: &mut Field) {
        field.limits.scale = self.scale();
        field.limits.min = self.bound("min");
        field.limits.max = self.bound("max");
        field.limits.item_max = self.item_max();
        self.order(&field.limits);
        field.on_update_now = self.on_update();
        field.secret = self.flag("secret");
        field.default = self.default(&field.limits);
    }

    fn kind_name(&self) -> String {
        self.world.kind_name(self.ty.kind)
    }

    fn scalar(&self) -> Option<Scalar> {
        match self.ty.kind {
            TypeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// A property that this type does not have.
    fn refuse(&mut self, property: &Property, help: impl Into<String>) {
        let message = format!(
            "`{}=` does not apply to `{}`",
            property.key.text,
            self.kind_name()
        );
        self.world.push(
            Diagnostic::error(Code::S004, property.span, message)
                .and(types::span_of(self.tree), "its type")
                .help(help),
        );
    }

    /// A whole number that is not negative.
    fn length(&mut self, property: &Property, most: u64) -> Option<u64> {
        match &property.value.kind {
            ValueKind::Reported => return None,
            ValueKind::Malformed(text) => {
                self.world.push(malformed(property.value.span, text));
                return None;
            }
            ValueKind::Number(text) => {
                if let Some(value) = values::whole(text)
                    .and_then(|value| u64::try_from(value).ok())
                    .filter(|value| *value <= most)
                {
                    return Some(value);
                }
            }
            _ => {}
        }
        let key = &property.key.text;
        let help = if most < u64::from(u32::MAX) {
            format!("write `{key}=2`: a whole number from 0 to {most}")
        } else {
            format!("write a whole number: `{key}=40`")
        };
        self.world.error(
            Code::S007,
            property.value.span,
            format!("`{key}={}` is not a length", shown(&property.value)),
            help,
        );
        None
    }

    fn bound(&mut self, key: &str) -> Option<Literal> {
        let property = self.tree.property(key)?;
        match self.ty.kind {
            TypeKind::Scalar(Scalar::String | Scalar::Bytes)
            | TypeKind::List(_)
            | TypeKind::Map(_) => self
                .length(property, u64::MAX >> 1)
                .map(|length| Literal::Integer(i128::from(length))),
            TypeKind::Scalar(
                scalar @ (Scalar::I32
                | Scalar::I64
                | Scalar::U32
                | Scalar::U64
                | Scalar::F64
                | Scalar::Decimal),
            ) => {
                let purpose = Purpose {
                    code: Code::S007,
                    key,
                    field: &self.tree.name.text,
                };
                literal(self.world, &property.value, scalar, &purpose)
            }
            _ => {
                self.refuse(
                    property,
                    "limits are for text, bytes, numbers, lists and maps: leave it out",
                );
                None
            }
        }
    }

    fn item_max(&mut self) -> Option<u64> {
        let property = self.tree.property("item-max")?;
        match self.ty.kind {
            TypeKind::List(Item::Scalar(Scalar::String | Scalar::Bytes))
            | TypeKind::Map(Item::Scalar(Scalar::String | Scalar::Bytes)) => {
                self.length(property, u64::MAX >> 1)
            }
            TypeKind::Scalar(Scalar::String | Scalar::Bytes) => {
                self.refuse(
                    property,
                    "write `max=`: `item-max` is for what a list holds",
                );
                None
            }
            _ => {
                self.refuse(
                    property,
                    "`item-max` is for lists and maps of `string` or `bytes`: leave it out",
                );
                None
            }
        }
    }

    fn scale(&mut self) -> Option<u32> {
        let property = self.tree.property("scale")?;
        if self.scalar() != Some(Scalar::Decimal) {
            self.refuse(property, "`scale` is for `decimal`: leave it out");
            return None;
        }
        self.length(property, 28)
            .and_then(|scale| u32::try_from(scale).ok())
    }

    fn order(&mut self, limits: &Limits) {
        if let (Some(min), Some(max)) = (&limits.min, &limits.max)
            && compare(min, max).is_some_and(std::cmp::Ordering::is_gt)
            && let (Some(low), Some(high)) = (self.tree.property("min"), self.tree.property("max"))
        {
            self.world.push(
                Diagnostic::error(Code::S007, low.span, "`min` is greater than `max`")
                    .and(high.span, "the other limit")
                    .help("swap them"),
            );
        }
    }

    fn on_update(&mut self) -> bool {
        let Some(property) = self.tree.property("on-update") else {
            return false;
        };
        if self.scalar() != Some(Scalar::Timestamp) {
            self.refuse(property, "`on-update=now` is for `timestamp`: leave it out");
        } else if !matches!(self.owner, Owner::Model(_)) {
            self.world.error(
                Code::S004,
                property.span,
                "`on-update=` outside of a model",
                "only records are updated: leave it out",
            );
        } else if property.value.as_bare() != Some("now") {
            self.world.error(
                Code::S001,
                property.value.span,
                "`on-update=` takes `now`",
                "write `on-update=now`",
            );
        } else {
            return true;
        }
        false
    }

    fn flag(&mut self, key: &str) -> bool {
        let Some(property) = self.tree.property(key) else {
            return false;
        };
        match &property.value.kind {
            ValueKind::Bool(value) => return *value,
            ValueKind::Reported => {}
            ValueKind::Malformed(text) => {
                let fault = malformed(property.value.span, text);
                let fault = match text.as_str() {
                    "true" | "false" => fault.help(format!("write `{key}=#{text}`")),
                    _ => fault,
                };
                self.world.push(fault);
            }
            _ => {
                let text = shown(&property.value);
                self.world.error(
                    Code::S007,
                    property.value.span,
                    format!("`{key}={text}` is not a `bool`"),
                    format!("write `{key}=#true`"),
                );
            }
        }
        false
    }

    fn default(&mut self, limits: &Limits) -> Option<DefaultValue> {
        let property = self.tree.property("default")?;
        let Some(scalar) = self.scalar() else {
            let help = match self.ty.kind {
                TypeKind::List(_) | TypeKind::Map(_) => "an empty one is the default: leave it out",
                TypeKind::Version => "a version starts at 1: leave it out",
                _ => "make the field optional, or give defaults to the fields of the struct",
            };
            if matches!(&property.value.kind, ValueKind::Malformed(text) if text == "null") {
                let fault = malformed(property.value.span, "null");
                self.world
                    .push(fault.help("leave `default` out: an optional field starts absent"));
            } else {
                self.refuse(property, help);
            }
            return None;
        };
        if let Some(word) = property.value.as_bare().filter(|word| is_generator(word)) {
            let variant = matches!(scalar, Scalar::Enum(id) if self.world.enum_tree(id.0).variants.iter().any(|it| it.name.text == word));
            if !variant && scalar != Scalar::String {
                return self.generated(property, word, scalar);
            }
        }
        let purpose = Purpose {
            code: Code::S007,
            key: "default",
            field: &self.tree.name.text,
        };
        let value = literal(self.world, &property.value, scalar, &purpose)?;
        self.within(&value, limits, property);
        Some(DefaultValue::Literal(value))
    }

    fn generated(
        &mut self,
        property: &Property,
        word: &str,
        scalar: Scalar,
    ) -> Option<DefaultValue> {
        let (default, fits, help) = match word {
            "now" => (
                DefaultValue::Now,
                matches!(scalar, Scalar::Timestamp | Scalar::Date),
                "`now` is for `timestamp` and `date`",
            ),
            "uuid-v4" => (
                DefaultValue::UuidV4,
                scalar == Scalar::Uuid,
                "`uuid-v4` is for `uuid`",
            ),
            "uuid-v7" => (
                DefaultValue::UuidV7,
                scalar == Scalar::Uuid,
                "`uuid-v7` is for `uuid`",
            ),
            _ => {
                let integer = matches!(
                    scalar,
                    Scalar::I32 | Scalar::I64 | Scalar::U32 | Scalar::U64
                );
                (
                    DefaultValue::Next,
                    integer && self.is_only_key(),
                    "`next` is for a key that is one whole number",
                )
            }
        };
        if fits {
            return Some(default);
        }
        let message = format!(
            "default `{word}` does not fit, field `{}` is `{}`",
            self.tree.name.text,
            self.world.scalar_name(scalar)
        );
        self.world
            .error(Code::S007, property.value.span, message, help);
        None
    }

    fn is_only_key(&self) -> bool {
        let Owner::Model(model) = self.owner else {
            return false;
        };
        let key = self.world.model_tree(model).key.as_ref();
        key.is_some_and(
            |key| matches!(key.fields.as_slice(), [only] if only.text == self.tree.name.text),
        )
    }

    /// Whether a constant default keeps the field's own limits.
    fn within(&mut self, value: &Literal, limits: &Limits, property: &Property) {
        let measured = match value {
            Literal::String(text) => {
                Literal::Integer(i128::try_from(text.chars().count()).unwrap_or(i128::MAX))
            }
            Literal::Bytes(bytes) => {
                Literal::Integer(i128::try_from(bytes.len()).unwrap_or(i128::MAX))
            }
            other => other.clone(),
        };
        let over = |limit: &Option<Literal>, wrong: fn(std::cmp::Ordering) -> bool| {
            limit
                .as_ref()
                .is_some_and(|limit| compare(&measured, limit).is_some_and(wrong))
        };
        let broken = if over(&limits.max, std::cmp::Ordering::is_gt) {
            "max"
        } else if over(&limits.min, std::cmp::Ordering::is_lt) {
            "min"
        } else if let (Literal::Decimal { scale, .. }, Some(most)) = (value, limits.scale)
            && *scale > most
        {
            "scale"
        } else {
            return;
        };
        let Some(limit) = self.tree.property(broken) else {
            return;
        };
        self.world.push(
            Diagnostic::error(
                Code::S007,
                property.span,
                format!("default `{}` breaks `{broken}=`", shown(&property.value)),
            )
            .and(limit.span, "the limit")
            .help("change one of them"),
        );
    }
}
