//! `import` as other languages write it: names of a file instead of the file.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;

use super::kdl::{Node, Value};
use super::tree::Name;

/// `import { User } from "user.kdl"`, `import User from "user.kdl"`, `import "user.kdl" as user`, `import { User }`.
pub(super) struct NamedImport {
    /// How many nodes it is read as, the first one among them.
    pub(super) nodes: usize,
    /// All of it.
    span: Span,
    /// The first word that is not ours.
    at: Span,
    file: Option<Name>,
}

impl NamedImport {
    /// The statement that stands first, if it imports names.
    pub(super) fn read(text: &str, nodes: &[Node]) -> Option<Self> {
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
            return Some(Self {
                nodes: 1 + usize::from(from.is_some()),
                span: whole(from.map_or(block.span.end, |from| from.header.end)),
                at: node.name.span,
                file,
            });
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
        Some(Self {
            nodes: 1,
            span: whole(node.header.end),
            at: node.entries[at].value.span,
            file: node.entries.get(file).and_then(|entry| name(&entry.value)),
        })
    }

    /// Whether a fault stands at it or behind it.
    pub(super) fn starts_before(&self, fault: &Diagnostic) -> bool {
        self.span.start <= fault.span().start
    }

    /// Whether a fault is about a part of it.
    pub(super) fn covers(&self, fault: &Diagnostic) -> bool {
        self.starts_before(fault) && fault.span().start < self.span.end
    }

    pub(super) fn fault(&self) -> Diagnostic {
        let file = self.file.as_ref().map_or("FILE.kdl", |file| &file.text);
        Diagnostic::error(
            Code::S001,
            self.at,
            "`import` takes a file, and everything in it",
        )
        .help(format!("write `import \"{file}\"`, without names"))
    }

    /// The file, if it is one of a schema.
    pub(super) fn file(&self) -> Option<Name> {
        let file = self.file.as_ref();
        file.filter(|file| matches!(file.text.rsplit_once('.'), Some((_, "kdl"))))
            .cloned()
    }
}

fn name(value: &Value) -> Option<Name> {
    let text = value.as_str()?.to_owned();
    let span = value.span;
    Some(Name { text, span })
}
