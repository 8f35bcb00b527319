//! Lines of `fields` blocks.

use crate::diagnostics::{Code, Diagnostic, did_you_mean};

use super::habits;
use super::kdl::{Block, Node, Value, ValueKind};
use super::statement::{Faults, Statement};
use super::tree::{FieldTree, Fields, Name, Property};
use super::words;

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
                docs: super::kdl::Docs::default(),
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
fn split_at_names(mut line: Node, faults: &mut Faults) -> Vec<Node> {
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
            docs: super::kdl::Docs::default(),
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

/// Whether a word can only be meant as a type.
pub(super) fn looks_like_type(text: &str) -> bool {
    let plain = text.trim_end_matches('?');
    words::TYPES.contains(&plain)
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
    let mut statement = Statement::new(node, &name.text, faults);
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
    } else if let ([Some(first)], true) =
        (texts.as_slice(), words::TYPES.contains(&name.text.as_str()))
        && !looks_like_type(first)
        && !first.contains('-')
    {
        // `string name`
        faults.push(
            Diagnostic::error(
                Code::S003,
                statement.arguments[0].span,
                format!("unknown type `{first}`; a field is written NAME TYPE"),
            )
            .help(format!("write `{first} {}`", name.text)),
        );
        let ty = Some(Name {
            text: name.text.clone(),
            span: name.span,
        });
        let name = Name {
            text: (*first).to_owned(),
            span: statement.arguments[0].span,
        };
        return Some(FieldTree {
            name,
            docs: node.docs.lines.clone(),
            ty,
            properties: Vec::new(),
            was: Vec::new(),
            broken: true,
        });
    } else if words::MODEL.contains(&name.text.as_str())
        && !typed(0)
        && !texts.is_empty()
        && texts.iter().all(Option::is_some)
        && statement.properties().is_empty()
        && is_statement(&name.text, texts.len())
    {
        let help = "close `fields` before it: it is a statement of the model";
        faults.error(
            Code::S001,
            node.header,
            format!("`{}` is not a field", shown_line(&name.text, &texts)),
            help,
        );
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
    for key in words::FIELD {
        if *key == "was" {
            was.extend(statement.property_name(key, faults));
        } else {
            properties.extend(statement.property(key));
        }
    }
    was.extend(was_block(node, "field", faults));
    too_many(&name, &mut statement, faults);
    statement.finish(words::FIELD, faults);
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

/// Whether so many arguments make a statement of the model that `word` starts.
fn is_statement(word: &str, arguments: usize) -> bool {
    word == "key" || arguments > 1
}

fn shown_line(name: &str, texts: &[Option<&str>]) -> String {
    texts
        .iter()
        .flatten()
        .fold(name.to_owned(), |line, text| format!("{line} {text}"))
}

/// What stands in the place of a type, which may be something that KDL cannot read.
fn type_text(value: &Value) -> Option<&str> {
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
        _ => match did_you_mean(first, words::FIELD.iter().copied()) {
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
        if word.text == "was" {
            let mut statement = Statement::new(child, "was", faults);
            names.extend(statement.names(faults));
            statement.finish_line(&[], faults);
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
