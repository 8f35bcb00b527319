//! The words of the language.

/// Statements of a file.
pub(crate) const FILE: &[&str] = &["schema", "import", "enum", "struct", "model"];

/// Statements of a model.
pub(crate) const MODEL: &[&str] = &[
    "fields",
    "key",
    "computed",
    "unique",
    "index",
    "count",
    "belongs-to",
    "has-one",
    "has-many",
    "references-many",
    "events",
    "was",
];

/// Types that are written without a name of the schema's.
pub(crate) const TYPES: &[&str] = &[
    "bool",
    "i32",
    "i64",
    "u32",
    "u64",
    "f64",
    "string",
    "bytes",
    "uuid",
    "timestamp",
    "date",
    "duration",
    "decimal",
    "json",
    "version",
];

/// Properties of a field.
pub(crate) const FIELD: &[&str] = &[
    "default",
    "min",
    "max",
    "item-max",
    "scale",
    "on-update",
    "was",
    "secret",
];

/// Annotations of an index part.
pub(crate) const PART: &[&str] = &["each", "lower", "desc"];

/// Properties of a condition.
pub(crate) const CONDITION: &[&str] = &["is", "not", "lt", "le", "gt", "ge"];

/// Words after `on-delete=`.
pub(crate) const ON_DELETE: &[&str] = &["restrict", "cascade", "clear", "unchecked"];

/// Events that every model can have.
pub(crate) const EVENTS: &[&str] = &["created", "updated", "deleted"];
