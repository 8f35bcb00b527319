//! Diagnostics for programs.

use std::fmt::Write;

use crate::source::{Sources, Span};

use super::{Diagnostic, Severity};

/// One JSON object with all diagnostics and how many there are.
#[must_use]
pub fn json(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::from("{\n  \"diagnostics\": [");
    for (at, diagnostic) in diagnostics.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        one(&mut out, sources, diagnostic);
    }
    let count = |severity| {
        let list = diagnostics.iter();
        list.filter(|it| it.severity == severity).count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let notes = match count(Severity::Note) {
        0 => String::new(),
        notes => format!(",\n  \"notes\": {notes}"),
    };
    let end = if diagnostics.is_empty() { "" } else { "\n  " };
    let _ = write!(
        out,
        "{end}],\n  \"errors\": {errors},\n  \"warnings\": {warnings}{notes}\n}}\n"
    );
    out
}

fn one(out: &mut String, sources: &Sources, diagnostic: &Diagnostic) {
    let category = diagnostic.code.category();
    let category = category.map_or_else(String::new, |category| {
        format!(", \"category\": \"{category}\"")
    });
    let _ = write!(
        out,
        "    {{ \"code\": \"{}\", \"severity\": \"{}\"{category}, \"message\": ",
        diagnostic.code,
        diagnostic.severity.as_str()
    );
    string(out, &diagnostic.message);
    out.push_str(",\n      \"labels\": [");
    for (at, label) in diagnostic.labels.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        place(out, sources, label.span);
        string(out, &label.text);
        out.push_str(" }");
    }
    out.push_str("\n      ],\n      \"help\": ");
    string(out, &diagnostic.help);
    out.push_str(" }");
}

fn place(out: &mut String, sources: &Sources, span: Span) {
    let source = sources.get(span.file);
    let (start, end) = (source.position(span.start), source.position(span.end));
    out.push_str("        { \"file\": ");
    string(out, &source.name);
    let _ = write!(
        out,
        ", \"line\": {}, \"column\": {}, \"end_line\": {}, \"end_column\": {}, \"start\": {}, \"end\": {}, \"text\": ",
        start.line, start.column, end.line, end.column, span.start, span.end
    );
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
