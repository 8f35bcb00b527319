//! A schema file in one shape: indentation, spaces, columns of fields, and nothing else.
//!
//! **Invariant:** formatting changes no statement, no text and no comment, keeps their order, and formatting twice is
//! formatting once.

mod columns;
mod pieces;
mod print;
#[cfg(test)]
mod tests;

use crate::checked::check_text;
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Source, Sources};
use crate::syntax::kdl;
use crate::syntax::kdl::{Node, ValueKind};

/// Why a text was not formatted: it is not KDL, and a guess at what was meant could lose something.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The text.
    pub sources: Sources,
}

/// Formats one file of a schema; what it imports is not looked at. The time is linear in the text.
///
/// Statements keep their order and their blank lines (one at most). A block stays on one line if it was on one and fits
/// in a hundred columns. The lines of `fields` have columns for names and types, up to the next blank line.
///
/// # Errors
///
/// If the text is not KDL. Faults of the schema itself, such as an unknown type, do not matter.
pub fn format(name: &str, text: &str) -> Result<String, Box<Refused>> {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    let turned = plain
        .find('\n')
        .is_some_and(|at| plain[..at].ends_with('\r'));
    let plain = plain.replace("\r\n", "\n");
    let diagnostics = faults(name, text);
    if !diagnostics.is_empty() {
        let mut sources = Sources::default();
        sources.add(Source::new(name, text));
        return Err(Box::new(Refused {
            diagnostics,
            sources,
        }));
    }
    let formatted = print::document(&pieces::read(&plain));
    Ok(if turned {
        formatted.replace('\n', "\r\n")
    } else {
        formatted
    })
}

/// What keeps a text from being KDL. Where the checker has something to say of the same place, in its words, since it
/// knows what was wanted there.
fn faults(name: &str, text: &str) -> Vec<Diagnostic> {
    let read = kdl::read(FileId(0), text);
    let mut faults: Vec<Diagnostic> = read.faults;
    faults.retain(Diagnostic::is_error);
    for node in &read.nodes {
        malformed(node, &mut faults);
    }
    if faults.is_empty() {
        return faults;
    }
    let checked = check_text(name, text).diagnostics;
    for fault in &mut faults {
        let (span, is_same) = (fault.span(), |other: &&Diagnostic| {
            let there = other.span();
            other.is_error()
                && there.file == FileId(0)
                && there.start <= fault.span().start
                && fault.span().start < there.end
        });
        if let Some(other) = checked.iter().filter(is_same).min_by_key(|other| {
            let there = other.span();
            there.start.abs_diff(span.start) + there.end.abs_diff(span.end)
        }) {
            *fault = other.clone();
        }
    }
    faults.sort_by_key(|fault| fault.span().start);
    faults.dedup();
    faults
}

/// Values that KDL cannot read, which the reader leaves to whoever knows what was wanted.
fn malformed(node: &Node, faults: &mut Vec<Diagnostic>) {
    let values = node.entries.iter().map(|entry| &entry.value);
    for value in std::iter::once(&node.name).chain(values) {
        if let ValueKind::Malformed(text) = &value.kind {
            faults.push(crate::syntax::malformed(value.span, text));
        }
    }
    for entry in &node.entries {
        if entry.key.as_ref().is_some_and(|key| key.text.is_empty()) {
            faults.push(crate::syntax::malformed(entry.span, "="));
        }
    }
    for child in node.block.iter().flat_map(|block| &block.nodes) {
        malformed(child, faults);
    }
}
