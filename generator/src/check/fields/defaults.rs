//! `default=`: a constant that keeps the limits, or a generated value.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{DefaultValue, Limits, Literal, Scalar, TypeKind};
use crate::syntax::tree::{Property, ValueKind};
use crate::syntax::{malformed, shown};

use super::super::values::{Purpose, compare, is_generator, literal};
use super::Owner;
use super::properties::Properties;

impl Properties<'_, '_, '_> {
    pub(super) fn default(&mut self, limits: &Limits) -> Option<DefaultValue> {
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
                "`now` is for `timestamp` and `date`: write a value, or leave `default` out",
            ),
            "uuid-v4" => (
                DefaultValue::UuidV4,
                scalar == Scalar::Uuid,
                "`uuid-v4` is for `uuid`: write a value, or leave `default` out",
            ),
            "uuid-v7" => (
                DefaultValue::UuidV7,
                scalar == Scalar::Uuid,
                "`uuid-v7` is for `uuid`: write a value, or leave `default` out",
            ),
            _ => {
                let integer = matches!(
                    scalar,
                    Scalar::I32 | Scalar::I64 | Scalar::U32 | Scalar::U64
                );
                (
                    DefaultValue::Next,
                    integer && self.is_only_key(),
                    "`next` is for a key that is one whole number: write a value, or leave `default` out",
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
