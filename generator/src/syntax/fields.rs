//! Lines of `fields` blocks.

use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::language::{self, Place};

use super::habits;
use super::kdl::{Block, Node, Value, ValueKind};
use super::lines::{split_at_commas, split_at_names};
use super::statement::{Faults, Statement};
use super::tree::{FieldTree, Fields, Name, Property};

/// The lines of a block.
pub(super) fn fields(block: &Block, faults: &mut Faults) -> Fields {
    let mut fields = Fields::default();
    for node in &block.nodes {
        let lines = split_at_commas(node, "fields", faults);
        for line in lines
            .into_iter()
            .flat_map(|line| split_at_names(line, faults))
            .collect::<Vec<_>>()
        {
            match field(&line, faults) {
                Some(field) => fields.list.push(field),
                None => fields.incomplete = true,
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
    if !typed(0)
        && typed(1)
        && matches!(
            name.text.as_str(),
            "field" | "column" | "let" | "pub" | "var" | "optional" | "required"
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
    } else if let Some(field) = reversed(node, &name, &statement, &texts, faults) {
        return Some(field);
    } else if !typed(0) && is_statement(&name.text, &statement, &texts) {
        let help = "close `fields` before it: it is a statement of the model";
        let message = format!("`{}` is not a field", shown_line(&name.text, &texts));
        faults.error(Code::S001, node.header, message, help);
        return None;
    }
    if let Some(fault) = equals_after_type(&name.text, &statement) {
        faults.push(fault);
        let key = statement.properties()[0].key.clone()?;
        let ty = Some(Name {
            text: key.text,
            span: key.span,
        });
        return Some(FieldTree {
            name,
            docs: node.docs.lines.clone(),
            ty,
            properties: Vec::new(),
            was: Vec::new(),
            broken: true,
        });
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
    too_many(&name, &mut statement, faults);
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
    let Some(plain) = written.strip_suffix(':').filter(|plain| !plain.is_empty()) else {
        return faults.name(&node.name);
    };
    let ty = node
        .entries
        .first()
        .and_then(|entry| type_text(&entry.value))
        .unwrap_or("TYPE");
    faults.error(
        Code::S008,
        node.name.span,
        format!("field name `{written}` ends in `:`"),
        format!("write `{plain} {ty}`"),
    );
    Some(Name {
        text: plain.to_owned(),
        span: node.name.span,
    })
}

/// `string name`: the type first, as in C.
fn reversed(
    node: &Node,
    name: &Name,
    statement: &Statement<'_>,
    texts: &[Option<&str>],
    faults: &mut Faults,
) -> Option<FieldTree> {
    let [Some(first)] = texts else { return None };
    let is_type = language::TYPES.iter().any(|ty| ty.name == name.text);
    if !is_type || looks_like_type(first) || first.contains('-') {
        return None;
    }
    let span = statement.arguments[0].span;
    faults.error(
        Code::S003,
        span,
        format!("unknown type `{first}`; a field is written NAME TYPE"),
        format!("write `{first} {}`", name.text),
    );
    Some(FieldTree {
        name: Name {
            text: (*first).to_owned(),
            span,
        },
        docs: node.docs.lines.clone(),
        ty: Some(name.clone()),
        properties: Vec::new(),
        was: Vec::new(),
        broken: true,
    })
}

/// Whether a line without a type is a statement of the model.
fn is_statement(word: &str, statement: &Statement<'_>, texts: &[Option<&str>]) -> bool {
    Place::Model.find(word).is_some()
        && texts.iter().all(Option::is_some)
        && statement.properties().is_empty()
        && (texts.len() > 1 || (word == "key" && !texts.is_empty()))
}

fn shown_line(name: &str, texts: &[Option<&str>]) -> String {
    texts
        .iter()
        .flatten()
        .fold(name.to_owned(), |line, text| format!("{line} {text}"))
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
            let help = format!("a field is written NAME TYPE: `{} string`", name.text);
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

/// `name string = "x"`, which KDL reads as a property `string`.
fn equals_after_type(name: &str, statement: &Statement<'_>) -> Option<Diagnostic> {
    let [entry] = statement.properties() else {
        return None;
    };
    let key = entry.key.as_ref()?;
    if !statement.arguments.is_empty() || !looks_like_type(&key.text) {
        return None;
    }
    let value = super::statement::shown(&entry.value);
    Some(
        Diagnostic::error(Code::S008, entry.span, "`=` after a type gives no default")
            .help(format!("write `{name} {} default={value}`", key.text)),
    )
}

/// Words after the type: two fields on one line, or words of SQL.
fn too_many(name: &Name, statement: &mut Statement<'_>, faults: &mut Faults) {
    let texts: Vec<&str> = statement
        .arguments
        .iter()
        .filter_map(|entry| entry.value.as_bare())
        .collect();
    let Some(&first) = texts.first() else { return };
    let span = statement.arguments[0].span;
    let upper = first.to_uppercase();
    let help = match (upper.as_str(), texts.get(1)) {
        ("NOT", _) => "leave `not null` out: a field without `?` is always there".to_owned(),
        ("NULL" | "NULLABLE" | "OPTIONAL", _) => "write `?` after the type".to_owned(),
        ("PRIMARY" | "PK", _) => format!("write a statement of the model: `key {}`", name.text),
        ("UNIQUE", _) => format!(
            "write a statement of the model: `unique by_{0} {0}`",
            name.text
        ),
        ("INDEX", _) => format!(
            "write a statement of the model: `index by_{0} {0}`",
            name.text
        ),
        ("DEFAULT", Some(value)) => format!("write `default={value}`"),
        ("SECRET", _) => "write `secret=#true`".to_owned(),
        ("REQUIRED", _) => "leave it out: a field without `?` is always there".to_owned(),
        ("=", _) => "write `default=VALUE`".to_owned(),
        _ => match did_you_mean(first, language::FIELD.properties.iter().map(|it| it.name)) {
            Some(meant) => format!("write `{meant}=VALUE`"),
            None => return,
        },
    };
    faults.push(
        Diagnostic::error(
            Code::S001,
            span,
            format!("`{first}` is not part of a field"),
        )
        .help(help),
    );
    statement.arguments.clear();
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
    let help = format!("move it into the block: `fields {{ {word} {ty} }}`");
    faults.error(
        Code::S001,
        node.header,
        format!("field `{word}` stands outside `fields`"),
        help,
    );
    field(node, faults)
}
