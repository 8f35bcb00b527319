//! Types, paths and values as a schema writes them.

use crate::language;

use super::{FieldType, Item, Literal, Model, Path, Scalar, Schema, TypeKind, Variant};

impl Schema {
    /// A type as the schema writes it: `list<id<Tag>>`, `Address?`.
    #[must_use]
    pub fn type_text(&self, ty: FieldType) -> String {
        let optional = if ty.optional { "?" } else { "" };
        format!("{}{optional}", self.kind_text(ty.kind))
    }

    /// A type without the question mark.
    #[must_use]
    pub fn kind_text(&self, kind: TypeKind) -> String {
        match kind {
            TypeKind::Scalar(Scalar::Enum(id)) => self.enumeration(id).name.clone(),
            TypeKind::Scalar(Scalar::Id(id)) => format!("id<{}>", self.model(id).name),
            TypeKind::Struct(id) => self.structure(id).name.clone(),
            TypeKind::List(item) => format!("list<{}>", self.item_text(item)),
            TypeKind::Map(item) => format!("map<string,{}>", self.item_text(item)),
            TypeKind::Scalar(_) | TypeKind::Json | TypeKind::Version => {
                language::name(kind).to_owned()
            }
        }
    }

    fn item_text(&self, item: Item) -> String {
        self.kind_text(item.into())
    }

    /// A path as the schema writes it: `address.country`.
    #[must_use]
    pub fn path_text(&self, model: &Model, path: &Path) -> String {
        let first = model.fields[path.field].name.as_str();
        let steps = path
            .steps
            .iter()
            .map(|&(id, field)| self.structure(id).fields[field].name.as_str());
        std::iter::once(first)
            .chain(steps)
            .collect::<Vec<_>>()
            .join(".")
    }

    /// The type at the end of a path, without the question mark.
    #[must_use]
    pub fn path_kind(&self, model: &Model, path: &Path) -> TypeKind {
        let field = match path.steps.last() {
            None => &model.fields[path.field],
            Some(&(id, field)) => &self.structure(id).fields[field],
        };
        field.ty.kind
    }

    /// The variant that a literal of a type is; none if the type is no enum, also not by way of a key.
    #[must_use]
    pub fn variant(&self, scalar: Scalar, literal: &Literal) -> Option<&Variant> {
        match (self.stored(scalar), literal) {
            (Scalar::Enum(id), Literal::Variant(place)) => {
                self.enumeration(id).variants.get(*place)
            }
            _ => None,
        }
    }

    /// A value of a type as text: of a variant its name, of a time RFC 3339 or ISO 8601, of bytes hexadecimal digits.
    #[must_use]
    pub fn literal_text(&self, scalar: Scalar, literal: &Literal) -> String {
        match self.variant(scalar, literal) {
            Some(variant) => variant.name.clone(),
            None => literal_text(literal),
        }
    }
}

/// A value as text, of which no type is known: of a variant its place.
pub(crate) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Decimal { mantissa, scale } => decimal(*mantissa, *scale),
        Literal::String(text) => text.clone(),
        Literal::Bytes(bytes) => bytes
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}")),
        Literal::Variant(place) => place.to_string(),
        Literal::Timestamp(microseconds) => jiff::Timestamp::from_microsecond(*microseconds)
            .map_or_else(|_| format!("{microseconds}us"), |it| it.to_string()),
        Literal::Date { year, month, day } => jiff::civil::Date::new(*year, *month, *day)
            .map_or_else(
                |_| format!("{year}-{month:02}-{day:02}"),
                |it| it.to_string(),
            ),
        Literal::Duration {
            seconds,
            nanoseconds,
        } => jiff::SignedDuration::new(*seconds, *nanoseconds).to_string(),
        Literal::Uuid(value) => {
            let digits = format!("{value:032x}");
            let (first, rest) = digits.split_at(8);
            let groups = [&rest[..4], &rest[4..8], &rest[8..12], &rest[12..]];
            format!("{first}-{}", groups.join("-"))
        }
    }
}

impl From<Item> for TypeKind {
    fn from(item: Item) -> Self {
        match item {
            Item::Scalar(scalar) => Self::Scalar(scalar),
            Item::Struct(id) => Self::Struct(id),
        }
    }
}

/// `mantissa` × 10^−`scale`, with all digits of the scale.
pub(crate) fn decimal(mantissa: i128, scale: u32) -> String {
    let sign = if mantissa < 0 { "-" } else { "" };
    let scale = usize::try_from(scale).unwrap_or(usize::MAX).min(64);
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale + 1);
    match digits.split_at(digits.len() - scale) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}
