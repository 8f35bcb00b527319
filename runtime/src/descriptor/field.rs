//! Fields and their types.

use crate::value::Encoder;

/// The type of a field, a part or an element.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `bool`
    Bool,
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `u32`
    U32,
    /// `u64`
    U64,
    /// `f64`
    F64,
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `uuid`
    Uuid,
    /// `timestamp`
    Timestamp,
    /// `date`
    Date,
    /// `duration`
    Duration,
    /// `decimal`
    Decimal,
    /// `json`
    Json,
    /// `version`
    Version,
    /// A declared enum.
    Enum(&'static Enum),
    /// A declared struct.
    Struct(&'static Struct),
    /// `list<…>`
    List(&'static Type),
    /// `map<string,…>`
    Map(&'static Type),
}

/// An enum of the schema.
#[derive(Debug)]
pub struct Enum {
    /// Its place among the schema's enums.
    pub place: usize,
    /// Its name.
    pub name: &'static str,
    /// In declaration order.
    pub variants: &'static [Variant],
    /// Whether declaration order is value order.
    pub ordered: bool,
    /// Whether variants that this build does not know are kept by name.
    pub open: bool,
}

/// A variant of an enum.
#[derive(Debug)]
pub struct Variant {
    /// Its name in the schema and in the catalogue.
    pub name: &'static str,
    /// Earlier names.
    pub was: &'static [&'static str],
}

/// A variant called `name`.
#[must_use]
pub const fn variant(name: &'static str) -> Variant {
    Variant { name, was: &[] }
}

impl Variant {
    /// It had these names before.
    #[must_use]
    pub const fn was(mut self, names: &'static [&'static str]) -> Self {
        self.was = names;
        self
    }
}

impl Enum {
    /// The enum at `place` in the schema.
    #[must_use]
    pub const fn new(place: usize, name: &'static str, variants: &'static [Variant]) -> Self {
        Self {
            place,
            name,
            variants,
            ordered: false,
            open: false,
        }
    }

    /// Declaration order is value order.
    #[must_use]
    pub const fn ordered(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// Unknown variants are kept.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }
}

/// A struct of the schema.
#[derive(Debug)]
pub struct Struct {
    /// Its name.
    pub name: &'static str,
    /// In declaration order.
    pub fields: &'static [Field],
}

impl Struct {
    /// A struct with these fields.
    #[must_use]
    pub const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self { name, fields }
    }
}

/// A bound on a number.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// Of an integer field.
    Int(i128),
    /// Of an `f64` field.
    Float(f64),
    /// Of a decimal field: mantissa and digits after the point.
    Decimal(i128, u32),
}

/// A field, with the limits that every write checks.
#[derive(Debug)]
pub struct Field {
    /// Its name in the schema and in the catalogue.
    pub name: &'static str,
    /// Its type, without the question mark.
    pub ty: Type,
    /// Whether it may be absent.
    pub optional: bool,
    /// Shortest length, in characters, bytes or elements.
    pub min: Option<u64>,
    /// Longest length, in characters, bytes or elements.
    pub max: Option<u64>,
    /// Smallest number.
    pub least: Option<Bound>,
    /// Greatest number.
    pub most: Option<Bound>,
    /// Longest element of a list or map, in characters or bytes.
    pub item_max: Option<u64>,
    /// Digits after the point of a decimal.
    pub scale: Option<u32>,
    /// Writes the constant default that records of older layouts get.
    pub default: Option<fn(&mut Encoder<'_>)>,
    /// Earlier names.
    pub was: &'static [&'static str],
    /// Kept out of exports by default.
    pub secret: bool,
}

/// A required field without limits.
#[must_use]
pub const fn field(name: &'static str, ty: Type) -> Field {
    Field {
        name,
        ty,
        optional: false,
        min: None,
        max: None,
        least: None,
        most: None,
        item_max: None,
        scale: None,
        default: None,
        was: &[],
        secret: false,
    }
}

impl Field {
    /// It may be absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// At least so long.
    #[must_use]
    pub const fn min(mut self, length: u64) -> Self {
        self.min = Some(length);
        self
    }

    /// At most so long.
    #[must_use]
    pub const fn max(mut self, length: u64) -> Self {
        self.max = Some(length);
        self
    }

    /// Not less than this.
    #[must_use]
    pub const fn least(mut self, bound: Bound) -> Self {
        self.least = Some(bound);
        self
    }

    /// Not greater than this.
    #[must_use]
    pub const fn most(mut self, bound: Bound) -> Self {
        self.most = Some(bound);
        self
    }

    /// Each element at most so long.
    #[must_use]
    pub const fn item_max(mut self, length: u64) -> Self {
        self.item_max = Some(length);
        self
    }

    /// At most so many digits after the point.
    #[must_use]
    pub const fn scale(mut self, digits: u32) -> Self {
        self.scale = Some(digits);
        self
    }

    /// Its constant default.
    #[must_use]
    pub const fn or(mut self, default: fn(&mut Encoder<'_>)) -> Self {
        self.default = Some(default);
        self
    }

    /// It had these names before.
    #[must_use]
    pub const fn was(mut self, names: &'static [&'static str]) -> Self {
        self.was = names;
        self
    }

    /// Kept out of exports by default.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Whether a write has anything to check.
    pub(crate) const fn is_limited(&self) -> bool {
        self.min.is_some()
            || self.max.is_some()
            || self.least.is_some()
            || self.most.is_some()
            || self.item_max.is_some()
            || self.scale.is_some()
    }
}
