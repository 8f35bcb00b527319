//! The tree of a KDL document.

use crate::source::Span;

/// A name: of a node or of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// `(…)` before a value: what stands between the parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotation {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// The `///` lines above a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Docs {
    pub(crate) lines: Vec<String>,
    pub(crate) span: Option<Span>,
}

/// A statement: a name, entries, and maybe a block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) docs: Docs,
    pub(crate) annotation: Option<Annotation>,
    pub(crate) name: Value,
    pub(crate) entries: Vec<Entry>,
    pub(crate) block: Option<Block>,
    /// From the name to the last entry, without the block.
    pub(crate) header: Span,
}

/// `{ … }`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) nodes: Vec<Node>,
    /// Both braces and what is between.
    pub(crate) span: Span,
}

/// An argument or a property.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The name of a property. An empty one stands for an `=` that has nothing before it.
    pub(crate) key: Option<Word>,
    pub(crate) annotation: Option<Annotation>,
    pub(crate) value: Value,
    /// All of it.
    pub(crate) span: Span,
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub(crate) kind: ValueKind,
    pub(crate) span: Span,
}

/// What stands where a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ValueKind {
    /// A bare word.
    Bare(String),
    /// A quoted, raw or multi-line string.
    Quoted(String),
    /// A number, as written.
    Number(String),
    /// `#true`, `#false`
    Bool(bool),
    /// `#null`
    Null,
    /// `#nan`, `#inf`, `#-inf`
    NotFinite(String),
    /// What KDL cannot read, as written: whoever knows what was wanted here reports it.
    Malformed(String),
    /// Something that has been reported.
    Reported,
}

impl Value {
    /// The text of a string, bare or quoted.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Bare(text) | ValueKind::Quoted(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a bare word.
    pub(crate) fn as_bare(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Bare(text) => Some(text),
            _ => None,
        }
    }
}
