//! Types that are written without a name of the schema's.

use crate::model::{Scalar, TypeKind};

/// A type of one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a place where the type stands or not"
)]
pub struct Type {
    /// As it is written.
    pub name: &'static str,
    /// The type of the generated field.
    pub rust: &'static str,
    /// What it holds.
    pub docs: &'static str,
    /// Whether it may be optional.
    pub optional: bool,
    /// Whether it can be in a key.
    pub key: bool,
    /// Whether it can be a part of an index.
    pub index: bool,
    /// Whether it can be a part of a unique index.
    pub unique: bool,
    /// Whether `where` takes `is=`, `not=` and `in`.
    pub equality: bool,
    /// Whether `where` takes `lt=`, `le=`, `gt=` and `ge=`.
    pub ranges: bool,
    pub(crate) kind: TypeKind,
}

/// A type of other types, or of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Container {
    /// What stands before the `<`.
    pub name: &'static str,
    /// The whole form.
    pub form: &'static str,
    /// The type of the generated field.
    pub rust: &'static str,
    /// What it holds.
    pub docs: &'static str,
}

/// Types of other types.
pub const CONTAINERS: &[Container] = &[
    Container {
        name: "id",
        form: "id<MODEL>",
        rust: "MODELId",
        docs: "The key of a record of another model: what a reference is made of. The model's key is one field.",
    },
    Container {
        name: "list",
        form: "list<TYPE>",
        rust: "Vec<TYPE>",
        docs: "Values or structs in order, empty by default, never optional. An index of `(each)` element has an entry an element.",
    },
    Container {
        name: "map",
        form: "map<string,TYPE>",
        rust: "BTreeMap<String, TYPE>",
        docs: "Values or structs by text, empty by default, never optional. Written without a space.",
    },
];

impl Type {
    /// A value with an order that keys keep.
    const fn value(
        name: &'static str,
        rust: &'static str,
        docs: &'static str,
        scalar: Scalar,
    ) -> Self {
        Self {
            name,
            rust,
            docs,
            optional: true,
            key: true,
            index: true,
            unique: true,
            equality: true,
            ranges: true,
            kind: TypeKind::Scalar(scalar),
        }
    }

    /// Something that is stored, and nothing else.
    const fn opaque(
        name: &'static str,
        rust: &'static str,
        docs: &'static str,
        kind: TypeKind,
    ) -> Self {
        Self {
            key: false,
            index: false,
            unique: false,
            equality: false,
            ranges: false,
            kind,
            ..Self::value(name, rust, docs, Scalar::Bool)
        }
    }
}

/// All types of one word.
pub const TYPES: &[Type] = &[
    Type {
        ranges: false,
        ..Type::value("bool", "bool", "`#true` or `#false`.", Scalar::Bool)
    },
    Type::value("i32", "i32", "A whole number of 32 bits.", Scalar::I32),
    Type::value("i64", "i64", "A whole number of 64 bits.", Scalar::I64),
    Type::value(
        "u32",
        "u32",
        "A whole number of 32 bits that is not negative.",
        Scalar::U32,
    ),
    Type::value(
        "u64",
        "u64",
        "A whole number of 64 bits that is not negative.",
        Scalar::U64,
    ),
    Type {
        key: false,
        unique: false,
        equality: false,
        ..Type::value(
            "f64",
            "f64",
            "A floating-point number. Rarely equal to another: no key, not unique, ranges only.",
            Scalar::F64,
        )
    },
    Type::value(
        "string",
        "String",
        "Text, kept exactly as it is. `max=` counts characters.",
        Scalar::String,
    ),
    Type::value(
        "bytes",
        "Vec<u8>",
        "Bytes; written as hexadecimal digits in a schema: `\"00ff\"`.",
        Scalar::Bytes,
    ),
    Type {
        ranges: false,
        ..Type::value(
            "uuid",
            "keyloom::Uuid",
            "A UUID; `default=uuid-v7` makes one.",
            Scalar::Uuid,
        )
    },
    Type::value(
        "timestamp",
        "keyloom::Timestamp",
        "A moment in whole microseconds, UTC; written as RFC 3339: `\"2026-01-31T12:00:00Z\"`.",
        Scalar::Timestamp,
    ),
    Type::value(
        "date",
        "keyloom::Date",
        "A day of the calendar; written `\"2026-01-31\"`.",
        Scalar::Date,
    ),
    Type::value(
        "duration",
        "keyloom::Duration",
        "A length of time; written `\"90s\"`, `\"7d\"` or as ISO 8601.",
        Scalar::Duration,
    ),
    Type {
        key: false,
        ..Type::value(
            "decimal",
            "keyloom::Decimal",
            "An exact number of up to 28 digits; `scale=` fixes the digits after the point.",
            Scalar::Decimal,
        )
    },
    Type::opaque(
        "json",
        "keyloom::Json",
        "Any JSON value. Stored and given back, in no index.",
        TypeKind::Json,
    ),
    Type {
        optional: false,
        ..Type::opaque(
            "version",
            "u64",
            "The optimistic lock: 1 at first, 1 more at each write; a write of an old version is refused. One a model.",
            TypeKind::Version,
        )
    },
];

/// The type of a word.
pub(crate) fn kind(name: &str) -> Option<TypeKind> {
    TYPES.iter().find(|ty| ty.name == name).map(|ty| ty.kind)
}

/// What is known of a type that is one word; of no enum, struct, id, list or map.
pub(crate) fn of(kind: TypeKind) -> Option<&'static Type> {
    TYPES.iter().find(|ty| ty.kind == kind)
}

/// The word of a type that is one word; empty for others.
pub(crate) fn name(kind: TypeKind) -> &'static str {
    of(kind).map_or("", |ty| ty.name)
}

/// The words of all types.
pub(crate) fn words() -> impl Iterator<Item = &'static str> + Clone {
    TYPES.iter().map(|ty| ty.name)
}
