//! `unique`, `index`, `count` and `computed`.

use crate::diagnostics::{Code, Diagnostic, did_you_mean, or_list};
use crate::language::{self, Kind, Place, Statement as Language};

use super::conditions::where_statement;
use super::kdl::{Entry, Node, ValueKind};
use super::statement::{Faults, Statement, shown};
use super::tree::{ComputedTree, ConditionTree, CountTree, IncludeTree, IndexTree, Name, PartTree};

/// `computed NAME TYPE "path::to::fn" [revision=N]`
pub(super) fn computed(node: &Node, faults: &mut Faults) -> Option<ComputedTree> {
    const FORM: &str = "computed NAME TYPE \"crate::path::to_function\"";
    let mut statement = Statement::with(node, "computed", language::COMPUTED.properties, faults);
    let name = statement.name(faults, FORM)?;
    let ty = statement.name(faults, FORM)?;
    let function = statement.name(faults, FORM)?;
    let revision = statement.property("revision");
    statement.finish_line(faults);
    Some(ComputedTree {
        name,
        docs: node.docs.lines.clone(),
        ty,
        function,
        revision,
    })
}

/// `unique NAME PART… { … }` or `index NAME PART… { … }`
pub(super) fn index(node: &Node, unique: bool, faults: &mut Faults) -> Option<IndexTree> {
    let Language {
        name: word,
        properties,
        ..
    } = if unique {
        language::UNIQUE
    } else {
        language::INDEX
    };
    let mut statement = Statement::with(node, word, properties, faults);
    let name = statement.name(faults, &format!("{word} by_FIELD FIELD"))?;
    let outside = outside_block(&mut statement, word, &name, faults);
    let parts = parts(&mut statement, faults);
    if parts.is_empty() && statement.node.entries.len() < 2 {
        let field = name.text.strip_prefix("by_").unwrap_or("FIELD");
        faults.error(
            Code::S006,
            node.header,
            format!("{word} `{}` has no parts", name.text),
            format!("write `{word} {} {field}`", name.text),
        );
    }
    let nulls_equal = nulls_equal(&mut statement, unique, faults);
    let mut was: Vec<Name> = statement.property_name("was", faults).into_iter().collect();
    statement.finish(faults);

    let mut condition = Once::default();
    let mut include = Once::default();
    let block = node.block.as_ref().filter(|_| !outside);
    for child in block.iter().flat_map(|block| &block.nodes) {
        let Some(word) = faults.name(&child.name) else {
            continue;
        };
        faults.no_docs(child, &word.text);
        match Place::Index.find(&word.text).map(|it| it.kind) {
            Some(Kind::Where) => condition.set(where_statement(child, faults), &word, faults),
            Some(Kind::Include) => {
                let mut statement = Statement::new(child, "include", faults);
                let fields = statement.names(faults);
                statement.finish_line(faults);
                // `include` that lost its fields to faults must not become the whole record.
                if fields.is_empty() != child.entries.is_empty() {
                    continue;
                }
                include.set(IncludeTree { fields }, &word, faults);
            }
            Some(Kind::Was) => {
                let mut statement = Statement::new(child, "was", faults);
                was.extend(statement.names(faults));
                statement.finish_line(faults);
            }
            _ => unknown(&word, "an index", Place::Index, faults),
        }
    }
    Some(IndexTree {
        name,
        docs: node.docs.lines.clone(),
        unique,
        nulls_equal,
        parts,
        condition: if outside {
            Some(ConditionTree::Reported)
        } else {
            condition.value
        },
        include: include.value,
        was,
        span: node.header,
    })
}

/// `index by_x x where x is=1`: the rest belongs into the block.
fn outside_block(
    statement: &mut Statement<'_>,
    word: &str,
    name: &Name,
    faults: &mut Faults,
) -> bool {
    let is = |entry: &&Entry| matches!(entry.value.as_bare(), Some("where" | "include"));
    let Some(at) = statement.arguments.iter().skip(1).position(is) else {
        return false;
    };
    let span = statement.arguments[at + 1].span;
    let rest = statement.cut(span);
    let text = rest.iter().map(|entry| shown_entry(entry));
    let mut text = text.collect::<Vec<_>>().join(" ");
    let nodes = statement.node.block.as_ref().map(|block| &block.nodes);
    match nodes.filter(|nodes| !nodes.is_empty()) {
        Some(nodes) if text == "include" => {
            for field in nodes.iter().filter_map(|node| node.name.as_str()) {
                text += &format!(" {field}");
            }
        }
        Some(_) if text == "where" => text += " { … }",
        _ => {}
    }
    let before = statement.arguments.iter().map(|entry| shown_entry(entry));
    let before = before.collect::<Vec<_>>().join(" ");
    let first = shown(&rest[0].value);
    faults.error(
        Code::S001,
        span,
        format!("`{first}` belongs into the block of `{word}`"),
        format!("write `{word} {} {before} {{ {text} }}`", name.text),
    );
    true
}

/// An entry as it was written.
pub(super) fn shown_entry(entry: &Entry) -> String {
    let annotation = entry.annotation.as_ref();
    let annotation = annotation.map_or_else(String::new, |it| format!("({})", it.text));
    let value = format!("{annotation}{}", shown(&entry.value));
    match &entry.key {
        Some(key) => format!("{}={value}", key.text),
        None => value,
    }
}

fn nulls_equal(statement: &mut Statement<'_>, unique: bool, faults: &mut Faults) -> bool {
    if !unique {
        return false;
    }
    let Some(property) = statement.property("nulls") else {
        return false;
    };
    match property.value.as_str() {
        Some("equal") => return true,
        Some("distinct") => return false,
        _ => {}
    }
    let help = "write `nulls=equal`, or leave it out: absent values are not equal";
    faults.error(Code::S001, property.span, "`nulls=` takes `equal`", help);
    false
}

/// `count NAME [FIELD…] { where … }`
pub(super) fn count(node: &Node, faults: &mut Faults) -> Option<CountTree> {
    let mut statement = Statement::new(node, "count", faults);
    let name = statement.name(faults, "count per_FIELD FIELD")?;
    let parts = parts(&mut statement, faults);
    statement.finish(faults);
    let mut condition: Once<ConditionTree> = Once::default();
    for child in node.block.iter().flat_map(|block| &block.nodes) {
        let Some(word) = faults.name(&child.name) else {
            continue;
        };
        faults.no_docs(child, &word.text);
        match Place::Count.find(&word.text).map(|it| it.kind) {
            Some(Kind::Where) => condition.set(where_statement(child, faults), &word, faults),
            _ => unknown(&word, "a count", Place::Count, faults),
        }
    }
    Some(CountTree {
        name,
        docs: node.docs.lines.clone(),
        parts,
        condition: condition.value,
    })
}

/// The arguments that are left, as parts of an index.
fn parts(statement: &mut Statement<'_>, faults: &mut Faults) -> Vec<PartTree> {
    let mut parts = Vec::new();
    while let Some(entry) = statement.arguments.pop_front() {
        parts.extend(part(entry, faults));
    }
    parts
}

/// `[(each,lower,desc)]PATH`
fn part(entry: &Entry, faults: &mut Faults) -> Option<PartTree> {
    let mut annotations: Vec<Name> = Vec::new();
    if entry.value.kind == ValueKind::Reported {
        return None;
    }
    if let Some(annotation) = &entry.annotation {
        for word in annotation.text.split(',').map(str::trim) {
            if language::word(language::ANNOTATIONS, word).is_none() {
                let help = match (
                    word.to_lowercase().as_str(),
                    did_you_mean(word, language::names(language::ANNOTATIONS)),
                ) {
                    ("asc" | "ascending", _) => {
                        "leave it out: a part ascends unless it says `desc`".to_owned()
                    }
                    ("descending", _) => "write `(desc)`".to_owned(),
                    (_, Some(meant)) => format!("did you mean `{meant}`?"),
                    _ => format!(
                        "a part takes {}",
                        or_list(language::names(language::ANNOTATIONS), 3)
                    ),
                };
                faults.error(
                    Code::S001,
                    annotation.span,
                    format!("unknown annotation `{word}`"),
                    help,
                );
            } else if annotations.iter().any(|other| other.text == word) {
                faults.error(
                    Code::S002,
                    annotation.span,
                    format!("`{word}` is given twice"),
                    "keep one of them",
                );
            } else {
                annotations.push(Name {
                    text: word.to_owned(),
                    span: annotation.span,
                });
            }
        }
    }
    let path = faults.name(&entry.value)?;
    if let Some(word) = path
        .text
        .to_lowercase()
        .strip_suffix("()")
        .or(Some(&path.text.to_lowercase()))
        .filter(|word| matches!(*word, "asc" | "desc"))
    {
        let help = if word == "asc" {
            "leave it out: a part ascends unless it says `desc`"
        } else {
            "write `(desc)` before the part: `(desc)FIELD`"
        };
        // Only a word of SQL if no field has that name, which the checker knows; `(desc)desc` is plain.
        if entry.annotation.is_none() && path.text.chars().all(char::is_uppercase) {
            faults.error(
                Code::S001,
                path.span,
                format!("`{}` is no part", path.text),
                help,
            );
            return None;
        }
    }
    Some(PartTree {
        path,
        annotations,
        span: entry.span,
    })
}

/// A statement that the block does not have.
pub(super) fn unknown(word: &Name, what: &str, place: Place, faults: &mut Faults) {
    let help = match did_you_mean(&word.text, place.words()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("the block of {what} holds {}", or_list(place.words(), 12)),
    };
    faults.push(
        Diagnostic::error(
            Code::S001,
            word.span,
            format!("unknown statement `{}` of {what}", word.text),
        )
        .help(help),
    );
}

/// A statement that may stand once.
pub(super) struct Once<T> {
    pub(super) value: Option<T>,
    first: Option<Name>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self {
            value: None,
            first: None,
        }
    }
}

impl<T> Once<T> {
    /// Keeps the first, reports the next.
    pub(super) fn set(&mut self, value: T, word: &Name, faults: &mut Faults) {
        if let Some(first) = &self.first {
            faults.push(
                Diagnostic::error(
                    Code::S002,
                    word.span,
                    format!("`{}` is given twice", word.text),
                )
                .label("again")
                .and(first.span, "first")
                .help("keep one of them, or join them"),
            );
        } else {
            self.first = Some(word.clone());
            self.value = Some(value);
        }
    }
}
