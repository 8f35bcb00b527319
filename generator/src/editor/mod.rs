//! What an editor asks of a schema: what stands at a place, where it is declared, what may be written there.
//!
//! Works on any text, whatever is wrong with it: names come from the tree of what could be read, places from the tokens
//! alone. Knows no protocol; offsets are bytes.

mod complete;
mod context;
mod hover;
mod names;
mod resolve;
mod symbols;
#[cfg(test)]
mod tests;

use crate::Checked;
use crate::source::{FileId, Span};

pub use complete::{Completion, CompletionKind};
pub use hover::Hover;

use symbols::Symbols;

/// A schema, checked, with all names that it declares and uses.
#[derive(Debug)]
pub struct Analysis {
    /// What `check` gave.
    pub checked: Checked,
    symbols: Symbols,
}

impl Analysis {
    /// Finds the names of a schema, right or wrong. The time is linear in its text.
    #[must_use]
    pub fn new(checked: Checked) -> Self {
        let symbols = symbols::collect(&checked.tree, &checked.sources);
        Self { checked, symbols }
    }

    /// Where the name at a place is declared; of an import, the start of its file.
    #[must_use]
    pub fn definition(&self, file: FileId, offset: usize) -> Option<Span> {
        let offset = self.place(file, offset);
        let within = |span: &Span| span.file == file && (span.start..=span.end).contains(&offset);
        let import = self.checked.imports.iter().find(|(span, _)| within(span));
        if let Some(&(_, imported)) = import {
            return Some(Span::new(imported, 0, 0));
        }
        self.symbols.at(file, offset).map(|symbol| symbol.span)
    }

    /// A byte as a place of the text: one within a character is where that starts, one past the end is the end.
    fn place(&self, file: FileId, offset: usize) -> usize {
        self.text(file).floor_char_boundary(offset)
    }

    fn text(&self, file: FileId) -> &str {
        &self.checked.sources.get(file).text
    }
}
