//! A template that gave something other than Rust.

use std::fmt;

/// Rendered text that is no Rust: a fault of Keyloom, never of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderError {
    /// The module that was rendered.
    pub what: String,
    /// What the parser says.
    pub message: String,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the code generated for {} is not Rust: {}; this is a fault of Keyloom, please report it with the schema",
            self.what, self.message
        )
    }
}

impl std::error::Error for RenderError {}
