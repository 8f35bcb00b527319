//! Names that a schema cannot use.

/// Functions of a table's module, which no index, relation, count or event can be called like.
pub const FUNCTIONS: &[&str] = &[
    "get",
    "get_many",
    "all",
    "insert",
    "insert_many",
    "update",
    "put",
    "modify",
    "delete",
    "delete_by",
    "delete_cascade",
    "publish",
    "new",
    "by_key",
];

/// Names that no table can have: they would hide what generated code names, or are files of every crate.
pub const TABLES: &[&str] = &[
    "std", "core", "alloc", "keyloom", "bool", "char", "str", "i8", "i16", "i32", "i64", "i128",
    "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64", "lib", "main", "mod",
];

/// What starts so belongs to the generated code.
pub const KEPT_PREFIX: &str = "__";

/// Words that Rust keeps for itself even as `r#word`. Other keywords are fine names.
pub const KEPT_BY_RUST: &[&str] = &["self", "super", "crate", "Self", "_"];

/// Keywords of edition 2024, strict and reserved, that a raw identifier can spell: fine names, written `r#type` in Rust.
pub const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];
