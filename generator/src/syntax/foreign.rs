//! Lines of `fields` blocks as other languages write them.

use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::language::{self, Place};

use super::fields::looks_like_type;
use super::kdl::Node;
use super::statement::{Faults, Statement, shown};
use super::tree::{FieldTree, Name};

/// A line that says a name and a type, in another way: reported, and read as what it means.
pub(super) fn line(
    node: &Node,
    name: &Name,
    statement: &Statement<'_>,
    texts: &[Option<&str>],
    faults: &mut Faults,
) -> Option<FieldTree> {
    equals(node, name, statement, faults)
        .or_else(|| numbered(node, name, statement, faults))
        .or_else(|| labelled(node, name, statement, texts, faults))
        .or_else(|| reversed(node, name, statement, texts, faults))
}

/// A field of which nothing else will be said.
pub(super) fn reported(node: &Node, name: Name, ty: Name) -> FieldTree {
    FieldTree {
        name,
        docs: node.docs.lines.clone(),
        ty: Some(ty),
        properties: Vec::new(),
        was: Vec::new(),
        broken: true,
    }
}

/// `name = string`
fn equals(
    node: &Node,
    name: &Name,
    statement: &Statement<'_>,
    faults: &mut Faults,
) -> Option<FieldTree> {
    let [entry] = statement.properties() else {
        return None;
    };
    let key = entry.key.as_ref().filter(|key| key.text.is_empty())?;
    let ty = entry
        .value
        .as_bare()
        .filter(|_| statement.arguments.is_empty())?;
    faults.error(
        Code::S008,
        key.span,
        "`=` does not stand between a field and its type",
        format!("write `{} {ty}`", name.text),
    );
    let ty = Name {
        text: ty.to_owned(),
        span: entry.value.span,
    };
    Some(reported(node, name.clone(), ty))
}

/// `string name = 1`, as in a protocol buffer.
fn numbered(
    node: &Node,
    name: &Name,
    statement: &Statement<'_>,
    faults: &mut Faults,
) -> Option<FieldTree> {
    let [entry] = statement.properties() else {
        return None;
    };
    let key = entry.key.as_ref().filter(|key| !key.text.is_empty())?;
    let is_type = language::TYPES.iter().any(|ty| ty.name == name.text);
    let known = language::FIELD
        .properties
        .iter()
        .any(|it| it.name == key.text);
    if !is_type || known || !statement.arguments.is_empty() {
        return None;
    }
    faults.error(
        Code::S003,
        node.header,
        format!(
            "a field is written NAME TYPE, and `{}` is a type",
            name.text
        ),
        format!("write `{} {}`: a field has no number", key.text, name.text),
    );
    let field = Name {
        text: key.text.clone(),
        span: key.span,
    };
    Some(reported(node, field, name.clone()))
}

/// `repeated string names`, `optional string name`
fn labelled(
    node: &Node,
    word: &Name,
    statement: &Statement<'_>,
    texts: &[Option<&str>],
    faults: &mut Faults,
) -> Option<FieldTree> {
    let (Some(Some(ty)), Some(Some(name))) = (texts.first(), texts.get(1)) else {
        return None;
    };
    if !looks_like_type(ty) || looks_like_type(name) {
        return None;
    }
    let right = match word.text.as_str() {
        "repeated" => format!("list<{ty}>"),
        "optional" => format!("{ty}?"),
        "required" => (*ty).to_owned(),
        _ => return None,
    };
    let (ty, name) = (statement.arguments[0], statement.arguments[1]);
    let text = name.value.as_bare()?.to_owned();
    faults.error(
        Code::S001,
        word.span,
        format!("`{}` is not part of a field", word.text),
        format!("write `{text} {right}`"),
    );
    let name = Name {
        text,
        span: name.span,
    };
    let ty = Name {
        text: right,
        span: ty.span,
    };
    Some(reported(node, name, ty))
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
    let field = Name {
        text: (*first).to_owned(),
        span,
    };
    Some(reported(node, field, name.clone()))
}

/// Whether a line without a type is a statement of the model.
pub(super) fn is_statement(word: &str, statement: &Statement<'_>, texts: &[Option<&str>]) -> bool {
    Place::Model.find(word).is_some()
        && texts.iter().all(Option::is_some)
        && statement.properties().is_empty()
        && (texts.len() > 1 || (word == "key" && !texts.is_empty()))
}

pub(super) fn shown_line(name: &str, texts: &[Option<&str>]) -> String {
    texts
        .iter()
        .flatten()
        .fold(name.to_owned(), |line, text| format!("{line} {text}"))
}

/// `name string = "x"`, which KDL reads as a property `string`.
pub(super) fn equals_after_type(name: &str, statement: &Statement<'_>) -> Option<Diagnostic> {
    let [entry] = statement.properties() else {
        return None;
    };
    let key = entry.key.as_ref()?;
    if !statement.arguments.is_empty() || !looks_like_type(&key.text) {
        return None;
    }
    let value = shown(&entry.value);
    Some(
        Diagnostic::error(Code::S008, entry.span, "`=` after a type gives no default")
            .help(format!("write `{name} {} default={value}`", key.text)),
    )
}

/// Words after the type: two fields on one line, or words of SQL.
pub(super) fn too_many(name: &Name, statement: &mut Statement<'_>, faults: &mut Faults) {
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
        ("|", _) => "write `?` after the type of a value that may be absent".to_owned(),
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
