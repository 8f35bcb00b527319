//! Types of fields.

use super::{EnumId, ModelId, StructId};

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldType {
    /// Without the question mark.
    pub kind: TypeKind,
    /// Written with `?`; never for lists, maps and `version`.
    pub optional: bool,
}

/// A type without the question mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// One value.
    Scalar(Scalar),
    /// A declared struct.
    Struct(StructId),
    /// Any JSON value.
    Json,
    /// The optimistic lock.
    Version,
    /// `list<…>`
    List(Item),
    /// `map<string,…>`
    Map(Item),
}

/// What a list or a map holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// One value.
    Scalar(Scalar),
    /// A declared struct.
    Struct(StructId),
}

/// A type that holds one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
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
    /// `timestamp`: microseconds since 1970, UTC.
    Timestamp,
    /// `date`
    Date,
    /// `duration`
    Duration,
    /// `decimal`: up to 28 digits.
    Decimal,
    /// A declared enum.
    Enum(EnumId),
    /// `id<Model>`: the key of a record of another model, whose key is one field.
    Id(ModelId),
}
