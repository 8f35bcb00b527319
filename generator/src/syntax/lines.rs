//! Lines that hold several statements without `;` between them.

use crate::diagnostics::Code;
use crate::source::Span;

use super::fields::{looks_like_type, type_text};
use super::kdl::{Docs, Entry, Node, Value, ValueKind};
use super::statement::Faults;

/// A line without its commas: people separate fields by them, KDL reads them as part of the words.
pub(super) fn split_at_commas(node: &Node, what: &str, faults: &mut Faults) -> Vec<Node> {
    let mut lines: Vec<Node> = Vec::new();
    let mut fault = None;
    let mut take = |value: &Value| {
        let (value, ends) = without_comma(value);
        if ends && fault.is_none() {
            fault = Some(value.span);
        }
        (value, ends)
    };
    let (name, mut ended) = take(&node.name);
    let mut line = Node {
        docs: node.docs.clone(),
        annotation: node.annotation.clone(),
        ..bare(name, node.header)
    };
    for entry in &node.entries {
        let (value, ends) = take(&entry.value);
        let only_comma = value.as_bare() == Some("");
        if ended && entry.key.is_none() && !only_comma {
            lines.push(std::mem::replace(&mut line, bare(value, entry.span)));
        } else if !only_comma {
            line.entries.push(Entry {
                value,
                ..entry.clone()
            });
        }
        ended = ends;
    }
    if let Some(span) = fault {
        let help = if what == "fields" {
            "put each on a line of its own, or `;` between them"
        } else {
            "put `;` between them, or each on a line of its own"
        };
        faults.error(
            Code::S008,
            span,
            format!("a comma does not separate {what}"),
            help,
        );
    }
    // A block belongs to the last one.
    line.block.clone_from(&node.block);
    lines.push(line);
    lines.retain(|line| line.name.as_bare() != Some(""));
    lines
}

/// A statement of one word.
fn bare(name: Value, header: Span) -> Node {
    Node {
        docs: Docs::default(),
        annotation: None,
        name,
        entries: Vec::new(),
        block: None,
        header,
    }
}

/// `id uuid title string`: two fields that no `;` separates.
pub(super) fn split_at_names(mut line: Node, faults: &mut Faults) -> Vec<Node> {
    let type_at = |at: usize| {
        let entry: &Entry = line.entries.get(at).filter(|entry| entry.key.is_none())?;
        type_text(&entry.value).filter(|text| looks_like_type(text))
    };
    let starts = |at: &usize| {
        let name = &line.entries[*at];
        // `NOT NULL` and the like are answered as words of SQL.
        let word = name
            .value
            .as_bare()
            .is_some_and(|word| word.starts_with(char::is_lowercase));
        word && name.key.is_none() && type_at(*at).is_none() && type_at(at + 1).is_some()
    };
    if type_at(0).is_none() {
        return vec![line];
    }
    let starts: Vec<usize> = (1..line.entries.len()).filter(starts).collect();
    for &at in &starts {
        let name = &line.entries[at];
        let text = format!(
            "{} {}",
            name.value.as_bare().unwrap_or_default(),
            type_at(at + 1).unwrap_or_default()
        );
        faults.error(
            Code::S006,
            name.span,
            "two fields on one line",
            format!("`;` is missing before `{text}`"),
        );
    }
    let mut starts = starts.into_iter().peekable();
    let (entries, block) = (std::mem::take(&mut line.entries), line.block.take());
    let mut lines = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        if starts.next_if_eq(&at).is_some() {
            let next = bare(entry.value, entry.span);
            lines.push(std::mem::replace(&mut line, next));
        } else {
            line.entries.push(entry);
        }
    }
    line.block = block;
    lines.push(line);
    lines
}

/// The value without a comma at its end, and whether there was one.
fn without_comma(value: &Value) -> (Value, bool) {
    let kind = match &value.kind {
        ValueKind::Bare(text)
            if text.ends_with(',') && text.matches('<').count() <= text.matches('>').count() =>
        {
            ValueKind::Bare(text.trim_end_matches(',').to_owned())
        }
        ValueKind::Malformed(text) if text.ends_with(',') => {
            let text = text.trim_end_matches(',').to_owned();
            if text.bytes().all(|byte| byte.is_ascii_digit()) {
                ValueKind::Number(text)
            } else {
                ValueKind::Malformed(text)
            }
        }
        _ => return (value.clone(), false),
    };
    (
        Value {
            kind,
            span: value.span,
        },
        true,
    )
}
