//! What a token is.

/// A token and its bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// White space or a comment stands before it.
    pub(crate) spaced: bool,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
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
