//! From files to a checked schema.

use std::io;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Severity};
use crate::model::Schema;
use crate::source::{FileId, Sources, Span};
use crate::syntax::tree::Tree;

/// What checking a schema gave.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The schema, if nothing is an error.
    pub schema: Option<Schema>,
    /// All faults, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read: the first one, and what it imports.
    pub sources: Sources,
    /// The statements, with their places.
    pub(crate) tree: Arc<Tree>,
    /// Each `import` that could be read, and its file.
    pub(crate) imports: Vec<(Span, FileId)>,
}

impl Checked {
    /// How many of the diagnostics are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|it| it.is_error()).count()
    }

    /// How many of the diagnostics are warnings.
    #[must_use]
    pub fn warnings(&self) -> usize {
        let warnings = self.diagnostics.iter();
        warnings
            .filter(|it| it.severity == Severity::Warning)
            .count()
    }
}

/// Checks a schema. `read` gives the text of a file by its name: `root`, then what it imports, each once.
///
/// # Errors
///
/// If `root` cannot be read; an import that cannot is a diagnostic.
pub fn check(root: &str, mut read: impl FnMut(&str) -> io::Result<String>) -> io::Result<Checked> {
    let text = read(root)?;
    Ok(checked(root, text, &mut read))
}

/// Checks a schema that is one text; an `import` in it is a fault.
#[must_use]
pub fn check_text(name: &str, text: &str) -> Checked {
    let none = || io::Error::new(io::ErrorKind::NotFound, "there is no other file");
    checked(name, text.to_owned(), &mut |_| Err(none()))
}

fn checked(root: &str, text: String, read: &mut dyn FnMut(&str) -> io::Result<String>) -> Checked {
    let loaded = crate::syntax::load(root, text, read);
    let (schema, diagnostics) = crate::check::check(&loaded.tree, loaded.faults);
    Checked {
        schema,
        diagnostics,
        sources: loaded.sources,
        tree: Arc::new(loaded.tree),
        imports: loaded.imports,
    }
}
