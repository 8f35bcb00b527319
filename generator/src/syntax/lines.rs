//! Lines that hold several statements without `;` between them.

use crate::diagnostics::Code;

use super::fields::{looks_like_type, type_text};
use super::kdl::{Docs, Node, Value, ValueKind};
use super::statement::Faults;

/// A line without its commas: people separate fields by them, KDL reads them as part of the words.
pub(super) fn split_at_commas(node: &Node, what: &str, faults: &mut Faults) -> Vec<Node> {
    let mut lines: Vec<Node> = Vec::new();
    let mut fault = None;
    let mut fresh = true;
    let mut take = |value: &Value| {
        let (value, ends) = without_comma(value);
        if ends && fault.is_none() {
            fault = Some(value.span);
        }
        (value, ends)
    };
    let (name, mut ended) = take(&node.name);
    let mut line = Node {
        name,
        entries: Vec::new(),
        ..node.clone()
    };
    for entry in &node.entries {
        let mut entry = entry.clone();
        let (value, ends) = take(&entry.value);
        entry.value = value;
        let only_comma = entry.value.as_bare() == Some("");
        if ended && entry.key.is_none() && !only_comma {
            let next = Node {
                name: entry.value,
                entries: Vec::new(),
                header: entry.span,
                docs: Docs::default(),
                ..node.clone()
            };
            lines.push(std::mem::replace(&mut line, next));
            fresh = false;
        } else if !only_comma {
            line.entries.push(entry);
        }
        ended = ends;
    }
    if fresh && line.name.as_bare() == Some("") {
        return Vec::new();
    }
    lines.push(line);
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
    let last = lines.len() - 1;
    for line in &mut lines[..last] {
        line.block = None;
    }
    lines
}

/// `id uuid title string`: two fields that no `;` separates.
pub(super) fn split_at_names(mut line: Node, faults: &mut Faults) -> Vec<Node> {
    let mut lines = Vec::new();
    loop {
        let is_type = |at: usize| {
            let entry = line.entries.get(at).filter(|entry| entry.key.is_none());
            entry
                .and_then(|entry| type_text(&entry.value))
                .is_some_and(looks_like_type)
        };
        let starts = |at: usize| {
            let name = &line.entries[at];
            // `NOT NULL` and the like are answered as words of SQL.
            let word = name
                .value
                .as_bare()
                .is_some_and(|word| word.starts_with(char::is_lowercase));
            word && name.key.is_none() && !is_type(at) && is_type(at + 1)
        };
        let next = (1..line.entries.len()).find(|&at| is_type(0) && starts(at));
        let Some(next) = next else {
            lines.push(line);
            return lines;
        };
        let rest = line.entries.split_off(next);
        let (name, ty) = (&rest[0], &rest[1]);
        let text = format!(
            "{} {}",
            name.value.as_bare().unwrap_or_default(),
            type_text(&ty.value).unwrap_or_default()
        );
        faults.error(
            Code::S006,
            name.span,
            "two fields on one line",
            format!("`;` is missing before `{text}`"),
        );
        let following = Node {
            name: name.value.clone(),
            header: name.span,
            entries: rest[1..].to_vec(),
            docs: Docs::default(),
            ..line.clone()
        };
        line.block = None;
        lines.push(std::mem::replace(&mut line, following));
    }
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
