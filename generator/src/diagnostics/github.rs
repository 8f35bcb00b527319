//! Diagnostics as annotations of a pull request on GitHub.

use std::fmt::Write;

use crate::source::Sources;

use super::{Diagnostic, SHOWN, Severity};

/// A workflow command a diagnostic; see GitHub's "workflow commands for GitHub Actions".
#[must_use]
pub fn github(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(SHOWN) {
        let command = match diagnostic.severity {
            Severity::Note => "notice",
            other => other.as_str(),
        };
        let category = diagnostic.code.category();
        let category = category.map_or_else(String::new, |category| format!(" ({category})"));
        let span = diagnostic.span();
        let source = sources.get(span.file);
        let (start, end) = (source.position(span.start), source.position(span.end));
        let _ = write!(
            out,
            "::{command} file={},line={},col={},endLine={},endColumn={},title={}{category}::{}",
            property(&source.name),
            start.line,
            start.column,
            end.line,
            end.column,
            diagnostic.code,
            data(&diagnostic.message)
        );
        if !diagnostic.help.is_empty() {
            let _ = write!(out, "%0Ahelp: {}", data(&diagnostic.help));
        }
        out.push('\n');
    }
    if diagnostics.len() > SHOWN {
        let _ = writeln!(
            out,
            "::notice::{} more faults are not shown",
            diagnostics.len() - SHOWN
        );
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
