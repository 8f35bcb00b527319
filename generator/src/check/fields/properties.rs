//! The properties of a field: limits and switches.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Field, FieldType, Item, Limits, Literal, Scalar, TypeKind};
use crate::syntax::tree::{FieldTree, Property, ValueKind};
use crate::syntax::{malformed, shown};

use super::super::types;
use super::super::values::{self, Purpose, compare, literal};
use super::super::world::World;
use super::Owner;

pub(super) struct Properties<'w, 't, 'f> {
    pub(super) world: &'w mut World<'t>,
    pub(super) tree: &'f FieldTree,
    pub(super) ty: FieldType,
    pub(super) owner: Owner,
}

impl Properties<'_, '_, '_> {
    pub(super) fn check(mut self, field: &mut Field) {
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

    pub(super) fn scalar(&self) -> Option<Scalar> {
        match self.ty.kind {
            TypeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// A property that this type does not have.
    pub(super) fn refuse(&mut self, property: &Property, help: impl Into<String>) {
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
}
