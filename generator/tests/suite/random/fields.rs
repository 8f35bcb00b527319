//! Fields with their limits and defaults.

use keyloom_generator::model::{
    DefaultValue, EnumId, Field, FieldType, Item, Limits, Literal, ModelId, Scalar, StructId,
    TypeKind,
};

use super::{ENUMS, Random, SINGLE, plain_field};

/// Names that trip generators: keywords, primitives, names of the generated code's own variables, and plain ones.
const FIELD_NAMES: &[&str] = &[
    "type", "match", "fn", "box", "gen", "async", "bool", "str", "u64", "now", "row", "out", "it",
    "each", "new", "f", "id", "key", "value", "query", "span", "some", "none", "title", "a", "b",
    "x_1", "serde", "std",
];

/// The greatest value of a number with limits.
const MOST: i32 = 1_000_000;

impl Random {
    pub(super) fn fields(&mut self, most: usize) -> Vec<Field> {
        let mut names: Vec<&str> = FIELD_NAMES.to_vec();
        self.rng.shuffle(&mut names);
        let count = self.rng.usize(1..=most);
        names
            .into_iter()
            .take(count)
            .map(|name| self.field(name))
            .collect()
    }

    fn field(&mut self, name: &str) -> Field {
        let kind = match self.rng.u8(0..10) {
            0..6 => TypeKind::Scalar(self.scalar()),
            6 if !self.structs.is_empty() => {
                TypeKind::Struct(StructId(self.rng.usize(..self.structs.len())))
            }
            6 | 7 => TypeKind::Json,
            8 => TypeKind::List(self.item()),
            _ => TypeKind::Map(self.item()),
        };
        let optional = !matches!(kind, TypeKind::List(_) | TypeKind::Map(_)) && self.rng.bool();
        let ty = FieldType { kind, optional };
        let default = match kind {
            TypeKind::Scalar(Scalar::Timestamp | Scalar::Date) if self.rng.bool() => {
                Some(DefaultValue::Now)
            }
            TypeKind::Scalar(scalar) if self.rng.bool() => {
                self.literal(scalar).map(DefaultValue::Literal)
            }
            _ => None,
        };
        let is_time = matches!(kind, TypeKind::Scalar(Scalar::Timestamp | Scalar::Date));
        Field {
            docs: self.docs(),
            default,
            limits: self.limits(kind),
            on_update_now: is_time && self.rng.bool(),
            secret: self.rng.u8(..) < 30,
            was: self.was(),
            ..plain_field(name, ty)
        }
    }

    fn item(&mut self) -> Item {
        if self.structs.is_empty() || self.rng.bool() {
            Item::Scalar(self.scalar())
        } else {
            Item::Struct(StructId(self.rng.usize(..self.structs.len())))
        }
    }

    fn scalar(&mut self) -> Scalar {
        let all = [
            Scalar::Bool,
            Scalar::I32,
            Scalar::I64,
            Scalar::U32,
            Scalar::U64,
            Scalar::F64,
            Scalar::String,
            Scalar::Bytes,
            Scalar::Uuid,
            Scalar::Timestamp,
            Scalar::Date,
            Scalar::Duration,
            Scalar::Decimal,
            Scalar::Enum(EnumId(self.rng.usize(..ENUMS))),
            Scalar::Id(ModelId(self.rng.usize(..SINGLE))),
        ];
        all[self.rng.usize(..all.len())]
    }

    pub(super) fn literal(&mut self, scalar: Scalar) -> Option<Literal> {
        Some(match scalar {
            Scalar::Bool => Literal::Bool(self.rng.bool()),
            Scalar::I32 | Scalar::I64 => Literal::Integer(i128::from(self.rng.i32(..))),
            Scalar::U32 | Scalar::U64 => Literal::Integer(i128::from(self.rng.u32(..))),
            Scalar::F64 => {
                Literal::Float((self.rng.f64() - 0.5) * 10_f64.powi(self.rng.i32(-20..20)))
            }
            Scalar::String => Literal::String("a \"quoted\" \\ line\n\u{202e}ü`".to_owned()),
            Scalar::Bytes => Literal::Bytes(vec![0, b'"', 255]),
            Scalar::Uuid => Literal::Uuid(self.rng.u128(..)),
            Scalar::Timestamp => {
                Literal::Timestamp(self.rng.i64(-1_000_000_000_000..1_000_000_000_000))
            }
            Scalar::Date => Literal::Date {
                year: 2026,
                month: self.rng.i8(1..=12),
                day: 1,
            },
            Scalar::Duration => Literal::Duration {
                seconds: -5,
                nanoseconds: -10_000,
            },
            Scalar::Decimal => Literal::Decimal {
                mantissa: -1250,
                scale: self.rng.u32(0..8),
            },
            Scalar::Enum(id) => Literal::Variant(self.rng.usize(..self.enums[id.0].variants.len())),
            Scalar::Id(_) => return None,
        })
    }

    fn limits(&mut self, kind: TypeKind) -> Limits {
        let mut limits = Limits::default();
        if self.rng.bool() {
            return limits;
        }
        match kind {
            TypeKind::Scalar(
                scalar @ (Scalar::I32 | Scalar::U64 | Scalar::F64 | Scalar::Decimal),
            ) => {
                limits.min = self.literal(scalar).map(|it| match it {
                    Literal::Integer(min) => Literal::Integer(min.min(MOST.into())),
                    Literal::Float(min) => Literal::Float(min.min(MOST.into())),
                    other => other,
                });
                limits.max = Some(Literal::Integer(MOST.into()));
                limits.scale = (scalar == Scalar::Decimal).then_some(2);
            }
            TypeKind::Scalar(Scalar::String | Scalar::Bytes) => {
                limits.max = Some(Literal::Integer(40));
            }
            TypeKind::List(_) | TypeKind::Map(_) => {
                limits.min = Some(Literal::Integer(1));
                limits.item_max = Some(65_536);
            }
            _ => {}
        }
        limits
    }
}
