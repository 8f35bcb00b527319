//! Types, paths and values as a schema writes them.

use crate::language;

use super::{EnumId, FieldType, Item, Literal, Model, Path, Scalar, Schema, TypeKind};

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

    /// The enum that the values of a type are of, also by way of a key.
    #[must_use]
    pub fn enum_of(&self, scalar: Scalar) -> Option<EnumId> {
        let mut scalar = scalar;
        // A chain of keys is no longer than there are models.
        for _ in 0..=self.models.len() {
            match scalar {
                Scalar::Enum(id) => return Some(id),
                Scalar::Id(id) => match self.model(id).single_key()?.ty.kind {
                    TypeKind::Scalar(next) => scalar = next,
                    _ => return None,
                },
                _ => return None,
            }
        }
        None
    }

    /// A value of a type as text: of a variant its name, of a time RFC 3339 or ISO 8601, of bytes hexadecimal digits.
    #[must_use]
    pub fn literal_text(&self, scalar: Scalar, literal: &Literal) -> String {
        match literal {
            Literal::Bool(value) => value.to_string(),
            Literal::Integer(value) => value.to_string(),
            Literal::Float(value) => value.to_string(),
            Literal::Decimal { mantissa, scale } => decimal(*mantissa, *scale),
            Literal::String(text) => text.clone(),
            Literal::Bytes(bytes) => bytes
                .iter()
                .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}")),
            Literal::Variant(place) => {
                let variants = self
                    .enum_of(scalar)
                    .map(|id| &self.enumeration(id).variants);
                variants
                    .and_then(|variants| variants.get(*place))
                    .map_or_else(|| place.to_string(), |it| it.name.clone())
            }
            Literal::Timestamp(microseconds) => jiff::Timestamp::from_microsecond(*microseconds)
                .map_or_else(|_| microseconds.to_string(), |it| it.to_string()),
            Literal::Date { year, month, day } => jiff::civil::Date::new(*year, *month, *day)
                .map_or_else(|_| format!("{year}-{month}-{day}"), |it| it.to_string()),
            Literal::Duration {
                seconds,
                nanoseconds,
            } => jiff::SignedDuration::new(*seconds, *nanoseconds).to_string(),
            Literal::Uuid(value) => {
                let digits = format!("{value:032x}");
                format!(
                    "{}-{}-{}-{}-{}",
                    &digits[..8],
                    &digits[8..12],
                    &digits[12..16],
                    &digits[16..20],
                    &digits[20..]
                )
            }
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
fn decimal(mantissa: i128, scale: u32) -> String {
    let sign = if mantissa < 0 { "-" } else { "" };
    let scale = usize::try_from(scale).unwrap_or(usize::MAX).min(64);
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale + 1);
    match digits.split_at(digits.len() - scale) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}
