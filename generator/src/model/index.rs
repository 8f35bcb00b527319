//! Indexes, computed parts and counts.

use super::{Condition, Docs, Scalar, StructId};

/// `computed NAME TYPE "path::to::fn" [revision=N]`
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// As index parts name it.
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// Type of each value the function yields.
    pub ty: Scalar,
    /// Path of `fn(&Model) -> impl IntoIterator<Item = T>`, checked to be a Rust path.
    pub function: String,
    /// Grows when the function changes its mind; 1 unless written.
    pub revision: u32,
}

/// `unique NAME PART… { … }` or `index NAME PART… { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// `snake_case`; the name of the generated function.
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// Declared by `unique`.
    pub unique: bool,
    /// `nulls=equal`: absent equals absent.
    pub nulls_equal: bool,
    /// In index order; never empty. At most one of them yields several entries ([`Part::each`] or a computed one).
    pub parts: Vec<Part>,
    /// `where`: the records that are in the index.
    pub condition: Option<Condition>,
    /// What the entries carry.
    pub include: Include,
    /// Earlier names, newest first.
    pub was: Vec<String>,
}

/// One part of an index.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an annotation that stands or not, in any combination"
)]
pub struct Part {
    /// Where its value comes from.
    pub source: PartSource,
    /// `(each)`: an entry per element of the list.
    pub each: bool,
    /// `(lower)`: case-folded.
    pub lower: bool,
    /// `(desc)`: from the greatest.
    pub desc: bool,
    /// The value's type (the element's with `each`).
    pub ty: Scalar,
    /// Whether it may be absent: the field, or a struct on the way to it, is optional.
    pub optional: bool,
}

/// Where the value of a part comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum PartSource {
    /// A field of the model, or of a struct it holds.
    Path(Path),
    /// The place of a [`Computed`] in its model.
    Computed(usize),
}

/// A way from a model to a value: field, then fields of structs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Place of the field in [`super::Model::fields`].
    pub field: usize,
    /// Each further step: the struct, and the place of the field in it.
    pub steps: Vec<(StructId, usize)>,
}

/// What the entries of an index carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Include {
    /// Nothing.
    None,
    /// `include` alone: the whole record.
    Record,
    /// `include FIELD…`: places in [`super::Model::fields`].
    Fields(Vec<usize>),
}

/// `count NAME [FIELD…] { where … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// `snake_case`.
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// What records are counted by; none counts the table.
    pub parts: Vec<Part>,
    /// `where`: the records that count.
    pub condition: Option<Condition>,
}
