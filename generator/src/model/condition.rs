//! Conditions of `where`.
//!
//! Two-valued: a comparison with an absent value is false; `Not` is exactly the opposite of `Is`.

use super::{Literal, Path};

/// A condition on a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// The value at the path stands so to the literal.
    Compare(Path, Comparison, Literal),
    /// The value at the path is one of these.
    In(Path, Vec<Literal>),
    /// There is a value at the path.
    Present(Path),
    /// There is no value at the path.
    Absent(Path),
}

/// How a value stands to a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `is=`
    Is,
    /// `not=`: not `is=`, so true for an absent value.
    Not,
    /// `lt=`
    Less,
    /// `le=`
    LessOrEqual,
    /// `gt=`
    Greater,
    /// `ge=`
    GreaterOrEqual,
}

impl Comparison {
    /// All comparisons.
    pub const ALL: &'static [Self] = &[
        Self::Is,
        Self::Not,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
    ];

    /// As the schema writes it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::Not => "not",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
        }
    }
}
