//! What the generator has to say about a schema, and the forms in which it says it.
//!
//! **Invariant:** every [`Diagnostic`] has a stable [`Code`] with a page of its own, points at a place in a file, and says
//! what to write instead.

mod code;
mod github;
mod human;
mod json;
mod suggest;

pub use code::{Code, explain};
pub use github::github;
pub use human::{Human, human};
pub use json::json;
pub(crate) use suggest::{did_you_mean, or_list};

use crate::source::Span;

/// How many diagnostics the human and the GitHub form show before they only count.
pub const SHOWN: usize = 20;

/// Whether a diagnostic stops the generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong; something is worth knowing.
    Note,
    /// Code is generated all the same.
    Warning,
    /// No code is generated.
    Error,
}

impl Severity {
    /// In one word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words; may be empty.
    pub text: String,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// One or two places; the first is where the fault is.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: String,
}

impl Diagnostic {
    /// An error at a place.
    pub(crate) fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label {
                span,
                text: String::new(),
            }],
            help: String::new(),
        }
    }

    /// A warning at a place.
    pub(crate) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message)
        }
    }

    /// Says what is at the first place.
    pub(crate) fn label(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// Adds the second place.
    pub(crate) fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says what to write instead.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Where the fault is.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels[0].span
    }

    /// Whether it stops the generator.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
