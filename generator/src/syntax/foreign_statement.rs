//! Statements of a file as other languages write them.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;

use super::kdl::{Node, Value};
use super::tree::Name;

/// A statement of another language. What the reader finds wrong within it is not said beside its own fault.
pub(super) struct ForeignStatement {
    /// How many nodes it is read as, the first one among them.
    pub(super) nodes: usize,
    /// All of it.
    pub(super) span: Span,
    pub(super) fault: Diagnostic,
    /// The file that it means to import.
    pub(super) import: Option<Name>,
}

impl ForeignStatement {
    /// The statement that stands first, if it is of another language.
    pub(super) fn read(text: &str, nodes: &[Node]) -> Option<Self> {
        named_import(text, nodes).or_else(|| sql(text, nodes))
    }
}

/// `import { User } from "user.kdl"`, `import User from "user.kdl"`, `import "user.kdl" as user`, `import { User }`.
fn named_import(text: &str, nodes: &[Node]) -> Option<ForeignStatement> {
    let (node, after) = nodes.split_first()?;
    if node.name.as_bare() != Some("import") {
        return None;
    }
    let start = node.name.span.start;
    let whole = |end| Span::new(node.name.span.file, start, end);
    if let Some(block) = &node.block {
        let from = after.first().filter(|next| {
            let between = text.get(block.span.end..next.name.span.start);
            next.name.as_bare() == Some("from") && between.is_some_and(|it| !it.contains('\n'))
        });
        let file = from.and_then(|from| name(&from.entries.first()?.value));
        return Some(import(
            1 + usize::from(from.is_some()),
            whole(from.map_or(block.span.end, |from| from.header.end)),
            node.name.span,
            file,
        ));
    }
    let word = |word| {
        let values = node.entries.iter();
        values
            .map(|it| &it.value)
            .position(|it| it.as_bare() == Some(word))
    };
    let (at, file) = match (word("from"), word("as")) {
        (Some(at), _) => (at, at + 1),
        (None, Some(at)) => (at, 0),
        (None, None) => return None,
    };
    let file = node.entries.get(file).and_then(|entry| name(&entry.value));
    let span = whole(node.header.end);
    Some(import(1, span, node.entries[at].value.span, file))
}

/// An import of names from a file; `at` is the first word that is not ours.
fn import(nodes: usize, span: Span, at: Span, file: Option<Name>) -> ForeignStatement {
    let shown = file.as_ref().map_or("FILE.kdl", |file| &file.text);
    let fault = Diagnostic::error(
        Code::S001,
        at,
        "`import` takes a file, and everything in it",
    );
    ForeignStatement {
        nodes,
        span,
        fault: fault.help(format!("write `import \"{shown}\"`, without names")),
        import: file.filter(|file| matches!(file.text.rsplit_once('.'), Some((_, "kdl")))),
    }
}

fn name(value: &Value) -> Option<Name> {
    let text = value.as_str()?.to_owned();
    let span = value.span;
    Some(Name { text, span })
}

/// `CREATE TABLE users (…);`, `CREATE [UNIQUE] INDEX …;`, `CREATE TYPE …;`, on one line or on several.
fn sql(text: &str, nodes: &[Node]) -> Option<ForeignStatement> {
    let creates = |node: &&Node| {
        let word = node.name.as_bare();
        word.is_some_and(|word| word.eq_ignore_ascii_case("create"))
    };
    let (node, after) = nodes.split_first().filter(|(node, _)| creates(node))?;
    let Span { file, start, .. } = node.name.span;
    let next = after.iter().find(creates);
    let statement = text.get(start..next.map_or(text.len(), |next| next.name.span.start))?;
    let words = statement.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut words = words.filter(|word| !word.is_empty());
    let mut kind = words.nth(1)?.to_ascii_uppercase();
    if kind == "UNIQUE" {
        kind = format!("UNIQUE {}", words.next()?.to_ascii_uppercase());
    }
    let help = match kind.as_str() {
        "TABLE" => {
            let filler = ["if", "not", "exists"];
            let table = words.find(|word| !filler.iter().any(|it| it.eq_ignore_ascii_case(word)));
            let table = table.unwrap_or("TABLE").to_lowercase();
            format!("write `model NAME table={table} {{ fields {{ id uuid }}; key id }}`")
        }
        "INDEX" => "write `index NAME FIELD` in the block of its model".to_owned(),
        "UNIQUE INDEX" => "write `unique NAME FIELD` in the block of its model".to_owned(),
        "TYPE" => {
            "write `enum NAME { VARIANT; VARIANT }` or `struct NAME { fields { … } }`".to_owned()
        }
        _ => return None,
    };
    let end = start + sql_length(statement);
    let within = |node: &&Node| node.name.span.start < end;
    Some(ForeignStatement {
        nodes: nodes.iter().take_while(within).count(),
        span: Span::new(file, start, end),
        fault: Diagnostic::error(
            Code::S001,
            node.name.span,
            format!("`CREATE {kind}` is SQL"),
        )
        .help(help),
        import: None,
    })
}

/// How long a statement of SQL is: to its semicolon, or to the end of the line that closes its last parenthesis.
fn sql_length(statement: &str) -> usize {
    let mut open = 0_usize;
    let mut quoted = false;
    for (at, c) in statement.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            ';' if open == 0 => return at + 1,
            '\n' if open == 0 => return at,
            _ => {}
        }
    }
    // What never ends is its first line.
    let line = statement.lines().next().unwrap_or_default();
    if open == 0 && !quoted {
        statement.len()
    } else {
        line.len()
    }
}
