//! What a token is.

/// A token and its bytes.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::syntax::kdl) struct Token {
    pub(in crate::syntax::kdl) kind: TokenKind,
    pub(in crate::syntax::kdl) start: usize,
    pub(in crate::syntax::kdl) end: usize,
    /// White space or a comment stands before it.
    pub(in crate::syntax::kdl) spaced: bool,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::syntax::kdl) enum TokenKind {
    /// A bare word.
    Bare,
    /// A string, with its value.
    Quoted(String),
    /// A number.
    Number,
    /// `#true`, `#null`, …
    Keyword,
    /// `(…)`, with what is between.
    Annotation(String),
    /// Something that KDL cannot read as a value.
    Malformed,
    /// Something that has been reported.
    Reported,
    /// `{`
    Open,
    /// `}`
    Close,
    /// `=`
    Equals,
    /// `;`
    Semicolon,
    /// The end of a line.
    Newline,
    /// `/-`
    SlashDash,
    /// A `///` line, with its text.
    Doc(String),
    /// The end of the text.
    End,
}
