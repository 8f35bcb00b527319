//! Lines of `fields` blocks.

use crate::diagnostics::{Code, Diagnostic};
use crate::language::{self, Place};

use super::indexes::shown_entry;
use super::kdl::{Block, Node, Value, ValueKind};
use super::lines::{split_at_commas, split_at_names};
use super::statement::{Faults, Statement};
use super::tree::{FieldTree, Fields, Name, Property};
use super::{foreign, habits};

/// The lines of a block.
pub(super) fn fields(block: &Block, faults: &mut Faults) -> Fields {
    let mut fields = Fields::default();
    for node in &block.nodes {
        let lines = split_at_commas(node, "fields", faults);
        for line in lines {
            for line in split_at_names(line, faults) {
                match field(&line, faults) {
                    Some(field) => fields.list.push(field),
                    None => fields.incomplete = true,
                }
            }
        }
    }
    fields
}

/// Whether a word can only be meant as a type.
pub(super) fn looks_like_type(text: &str) -> bool {
    let plain = text.trim_end_matches('?');
    language::TYPES.iter().any(|ty| ty.name == plain)
        || plain.starts_with(|c: char| c.is_ascii_uppercase())
        || plain.contains(['<', '(', '['])
        || matches!(
            plain,
            "boolean"
                | "text"
                | "int"
                | "integer"
                | "float"
                | "double"
                | "varchar"
                | "datetime"
                | "str"
        )
}

/// `NAME TYPE [property…]`
pub(super) fn field(node: &Node, faults: &mut Faults) -> Option<FieldTree> {
    let before = faults.list.len();
    let name = field_name(node, faults)?;
    let mut statement = Statement::with(node, &name.text, language::FIELD.properties, faults);
    let texts: Vec<Option<&str>> = statement
        .arguments
        .iter()
        .map(|entry| type_text(&entry.value))
        .collect();
    let typed = |at: usize| {
        texts
            .get(at)
            .copied()
            .flatten()
            .is_some_and(looks_like_type)
    };
    let mut name = name.clone();
    if let Some(field) = foreign::line(node, &name, &statement, &texts, faults) {
        return Some(field);
    }
    if !typed(0)
        && typed(1)
        && matches!(
            name.text.as_str(),
            "field" | "column" | "let" | "pub" | "var" | "const" | "val" | "optional" | "required"
        )
    {
        // `field name string`
        let word = std::mem::take(&mut name.text);
        let first = statement.arguments.pop_front()?;
        name = faults.name(&first.value)?;
        let ty = texts[1].unwrap_or_default();
        faults.push(
            Diagnostic::error(
                Code::S003,
                name.span,
                format!("unknown type `{}`; a field is written NAME TYPE", name.text),
            )
            .help(format!("leave out the word `{word}`: `{} {ty}`", name.text)),
        );
    } else if !typed(0) && foreign::is_statement(&name.text, &statement, &texts) {
        let help = "close `fields` before it: it is a statement of the model";
        let message = format!(
            "`{}` is not a field",
            foreign::shown_line(&name.text, &texts)
        );
        faults.error(Code::S001, node.header, message, help);
        return None;
    }
    if let Some(fault) = foreign::equals_after_type(&name.text, &statement) {
        faults.push(fault);
        let key = statement.properties()[0].key.clone()?;
        let ty = Name {
            text: key.text,
            span: key.span,
        };
        return Some(foreign::reported(node, name, ty));
    }
    let ty = field_type(&name, &mut statement, faults);
    let mut properties: Vec<Property> = Vec::new();
    let mut was: Vec<Name> = Vec::new();
    for language::Property { name: key, .. } in language::FIELD.properties {
        if *key == "was" {
            was.extend(statement.property_name(key, faults));
        } else {
            properties.extend(statement.property(key));
        }
    }
    was.extend(was_block(node, "field", faults));
    foreign::too_many(&name, &mut statement, faults);
    statement.finish(faults);
    Some(FieldTree {
        name,
        docs: node.docs.lines.clone(),
        ty,
        properties,
        was,
        broken: faults.list.len() > before,
    })
}

/// The name of a field; `name: string` is what people of most languages write.
fn field_name(node: &Node, faults: &mut Faults) -> Option<Name> {
    let written = node.name.as_bare().unwrap_or_default();
    let colon = written.strip_suffix(':');
    let plain = colon.unwrap_or(written);
    let optional = plain.strip_suffix('?');
    let plain = optional.unwrap_or(plain);
    if (colon.is_none() && optional.is_none()) || plain.is_empty() {
        return faults.name(&node.name);
    }
    let ty = node
        .entries
        .first()
        .and_then(|entry| type_text(&entry.value))
        .unwrap_or("TYPE");
    let (message, ty) = match (optional, colon) {
        (Some(_), _) => (
            format!("the `?` of `{written}` belongs behind the type"),
            format!("{}?", ty.trim_end_matches('?')),
        ),
        _ => (format!("field name `{written}` ends in `:`"), ty.to_owned()),
    };
    let said = |fault: &Diagnostic| fault.code == Code::S008 && fault.span() == node.name.span;
    if !faults.list.iter().any(said) {
        faults.error(
            Code::S008,
            node.name.span,
            message,
            format!("write `{plain} {ty}`"),
        );
    }
    Some(Name {
        text: plain.to_owned(),
        span: node.name.span,
    })
}

/// What stands in the place of a type, which may be something that KDL cannot read.
pub(super) fn type_text(value: &Value) -> Option<&str> {
    match &value.kind {
        ValueKind::Bare(text) | ValueKind::Quoted(text) | ValueKind::Malformed(text) => Some(text),
        _ => None,
    }
}

fn field_type(name: &Name, statement: &mut Statement<'_>, faults: &mut Faults) -> Option<Name> {
    let Some(entry) = statement.arguments.pop_front() else {
        let reported = statement
            .node
            .entries
            .iter()
            .any(|entry| entry.value.kind == ValueKind::Reported);
        if !reported {
            let help = if name.text == "timestamps" {
                "write `created_at timestamp default=now; updated_at timestamp default=now on-update=now`".to_owned()
            } else {
                format!("a field is written NAME TYPE: `{} string`", name.text)
            };
            faults.error(
                Code::S006,
                statement.node.header,
                format!("field `{}` has no type", name.text),
                help,
            );
        }
        return None;
    };
    let Some(text) = type_text(&entry.value) else {
        faults.name(&entry.value);
        return None;
    };
    if text.starts_with(['@', '\'', '`', '='])
        || text.ends_with([':', '\''])
        || matches!(text, "true" | "false" | "null")
    {
        faults.name(&entry.value);
        return None;
    }
    if text.starts_with("map<") && text.ends_with(',') {
        // `map<string, i64>`: the rest of the type is the next word.
        let rest = statement
            .arguments
            .front()
            .and_then(|next| type_text(&next.value));
        if let Some(rest) = rest {
            let whole = format!("{text}{rest}");
            faults.error(
                Code::S003,
                entry.span,
                format!("`{text}` is cut by the space: KDL ends a word there"),
                format!("write `{whole}` without a space"),
            );
            statement.arguments.pop_front();
            return Some(Name {
                text: whole,
                span: entry.span,
            });
        }
    }
    if text.ends_with(',') && text.contains('<') {
        let rest = statement
            .arguments
            .pop_front()
            .and_then(|next| type_text(&next.value));
        return Some(Name {
            text: format!("{text}{}", rest.unwrap_or_default()),
            span: entry.span,
        });
    }
    Some(Name {
        text: text.to_owned(),
        span: entry.span,
    })
}

/// `{ was a b }` after a field, a variant or an index.
pub(super) fn was_block(node: &Node, what: &str, faults: &mut Faults) -> Vec<Name> {
    let mut names = Vec::new();
    for child in node.block.iter().flat_map(|block| &block.nodes) {
        let Some(word) = faults.name(&child.name) else {
            continue;
        };
        if Place::Renamed.find(&word.text).is_some() {
            let mut statement = Statement::new(child, "was", faults);
            names.extend(statement.names(faults));
            statement.finish_line(faults);
        } else {
            let help = format!("the block of a {what} holds `was OLD…` only");
            faults.error(
                Code::S001,
                word.span,
                format!("unknown statement `{}` of a {what}", word.text),
                help,
            );
        }
    }
    names
}

/// A field's line where a statement of a model is wanted.
pub(super) fn stray_field(node: &Node, word: &str, faults: &mut Faults) -> Option<FieldTree> {
    let ty = node
        .entries
        .first()
        .filter(|entry| entry.key.is_none())
        .and_then(|entry| type_text(&entry.value))?;
    if !looks_like_type(ty) || habits::punctuated(node.name.span, word).is_some() {
        return None;
    }
    let entries = node.entries.iter().map(shown_entry);
    let line = entries.fold(word.to_owned(), |line, entry| format!("{line} {entry}"));
    let help = format!("move it into the block: `fields {{ {line} }}`");
    faults.error(
        Code::S001,
        node.header,
        format!("field `{word}` stands outside `fields`"),
        help,
    );
    field(node, faults)
}
