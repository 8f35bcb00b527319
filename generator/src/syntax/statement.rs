//! Taking a statement apart: arguments in order, properties by name, and whatever is left over.

use std::collections::{HashMap, VecDeque};

use crate::diagnostics::{Code, Diagnostic};
use crate::language;
use crate::source::Span;

use super::habits;
use super::kdl::{Entry, Node, Value, ValueKind};
use super::properties::unknown_property;
use super::tree::{Name, Property};

/// What is wrong so far.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) list: Vec<Diagnostic>,
}

impl Faults {
    pub(super) fn push(&mut self, fault: Diagnostic) {
        self.list.push(fault);
    }

    pub(super) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::error(code, span, message).help(help));
    }

    /// The name that a value is, without punctuation of another language.
    pub(super) fn name(&mut self, value: &Value) -> Option<Name> {
        let name = |text: &str| Name {
            text: text.to_owned(),
            span: value.span,
        };
        match &value.kind {
            ValueKind::Quoted(text) => Some(name(text)),
            ValueKind::Bare(text) => match habits::punctuated(value.span, text) {
                None => Some(name(text)),
                Some((clean, fault)) => {
                    self.push(fault);
                    (!clean.is_empty() && !clean.starts_with('@')).then(|| name(&clean))
                }
            },
            ValueKind::Malformed(text) if text.starts_with(|c: char| c.is_ascii_digit()) => {
                let fault =
                    Diagnostic::error(Code::M003, value.span, format!("`{text}` is not a name"));
                self.push(fault.help("a name starts with a letter"));
                None
            }
            ValueKind::Malformed(text)
                if text
                    .strip_prefix("r#")
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic())) =>
            {
                let plain = &text[2..];
                let fault =
                    Diagnostic::error(Code::M003, value.span, format!("`{text}` is not a name"));
                self.push(fault.help(format!("write `{plain}`: a Rust keyword is a fine name")));
                Some(name(plain))
            }
            ValueKind::Malformed(text) => {
                self.push(habits::malformed(value.span, text));
                None
            }
            ValueKind::Reported => None,
            ValueKind::Number(text) | ValueKind::NotFinite(text) => {
                self.error(
                    Code::S006,
                    value.span,
                    format!("a name is wanted here, not `{text}`"),
                    "a name starts with a letter",
                );
                None
            }
            ValueKind::Bool(_) | ValueKind::Null => {
                self.error(
                    Code::S006,
                    value.span,
                    "a name is wanted here, not a keyword",
                    "a name starts with a letter",
                );
                None
            }
        }
    }

    /// `///` above a statement that cannot carry it.
    pub(super) fn no_docs(&mut self, node: &Node, name: &str) {
        if let Some(span) = node.docs.span {
            let fault = Diagnostic::warning(Code::S009, span, format!("`{name}` carries no text"));
            self.push(fault.help("write `//` for a comment"));
        }
    }

    /// An entry that no statement wants.
    fn unexpected(&mut self, entry: &Entry, statement: &str) {
        match &entry.value.kind {
            ValueKind::Malformed(text) => self.push(habits::malformed(entry.value.span, text)),
            ValueKind::Reported => {}
            ValueKind::Bare(text) if habits::punctuated(entry.value.span, text).is_some() => {
                self.name(&entry.value);
            }
            _ => {
                let text = shown(&entry.value);
                self.error(
                    Code::S001,
                    entry.span,
                    format!("`{statement}` takes no further `{text}`"),
                    format!("remove `{text}`, or put `;` before it if it starts a statement"),
                );
            }
        }
    }
}

/// A value as a message shows it.
pub(crate) fn shown(value: &Value) -> String {
    match &value.kind {
        ValueKind::Bare(text)
        | ValueKind::Number(text)
        | ValueKind::NotFinite(text)
        | ValueKind::Malformed(text) => text.clone(),
        ValueKind::Quoted(text) => format!("{text:?}"),
        ValueKind::Bool(value) => format!("#{value}"),
        ValueKind::Null => "#null".to_owned(),
        ValueKind::Reported => "…".to_owned(),
    }
}

/// A statement of which something has not been taken yet.
pub(super) struct Statement<'n> {
    pub(super) node: &'n Node,
    /// As the schema calls it: `index`.
    pub(super) word: &'n str,
    pub(super) arguments: VecDeque<&'n Entry>,
    properties: Vec<&'n Entry>,
    /// The properties that it has.
    known: &'static [language::Property],
}

impl<'n> Statement<'n> {
    /// A statement without properties.
    pub(super) fn new(node: &'n Node, word: &'n str, faults: &mut Faults) -> Self {
        Self::with(node, word, &[], faults)
    }

    /// A statement with these properties and no others.
    pub(super) fn with(
        node: &'n Node,
        word: &'n str,
        known: &'static [language::Property],
        faults: &mut Faults,
    ) -> Self {
        let mut statement = Self {
            node,
            word,
            arguments: VecDeque::new(),
            properties: Vec::new(),
            known,
        };
        if let Some(annotation) = &node.annotation {
            let message = format!("`({})` stands before a statement", annotation.text);
            faults.error(
                Code::S001,
                annotation.span,
                message,
                "annotations stand before the parts of an index: `(desc)field`",
            );
        }
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for entry in &node.entries {
            let Some(key) = &entry.key else {
                statement.arguments.push_back(entry);
                continue;
            };
            match seen.get(key.text.as_str()) {
                Some(first) if !key.text.is_empty() => faults.push(
                    Diagnostic::error(
                        Code::S002,
                        entry.span,
                        format!("`{}=` is given twice", key.text),
                    )
                    .label("again")
                    .and(*first, "first")
                    .help("keep one of them"),
                ),
                _ => {
                    seen.insert(&key.text, entry.span);
                    statement.properties.push(entry);
                }
            }
        }
        statement
    }

    /// The next argument as a name; a fault if there is none.
    pub(super) fn name(&mut self, faults: &mut Faults, wanted: &str) -> Option<Name> {
        let Some(entry) = self.arguments.pop_front() else {
            let only_reported = self
                .node
                .entries
                .iter()
                .any(|entry| entry.value.kind == ValueKind::Reported);
            if !only_reported {
                faults.error(
                    Code::S006,
                    self.node.header,
                    format!("`{}` is not complete", self.word),
                    format!("write `{wanted}`"),
                );
            }
            return None;
        };
        self.without_annotation(entry, faults);
        faults.name(&entry.value)
    }

    /// All arguments that are left, as names.
    pub(super) fn names(&mut self, faults: &mut Faults) -> Vec<Name> {
        let mut names = Vec::new();
        while let Some(entry) = self.arguments.pop_front() {
            self.without_annotation(entry, faults);
            names.extend(faults.name(&entry.value));
        }
        names
    }

    fn without_annotation(&self, entry: &Entry, faults: &mut Faults) {
        if let Some(annotation) = &entry.annotation
            && entry.value.kind != ValueKind::Reported
        {
            let message = format!(
                "`{}` takes no annotation `({})`",
                self.word, annotation.text
            );
            faults.error(
                Code::S001,
                annotation.span,
                message,
                "annotations stand before the parts of an index: `(desc)field`",
            );
        }
    }

    /// Takes all that stands from a place on, in its order.
    pub(super) fn cut(&mut self, from: Span) -> Vec<&'n Entry> {
        let later = |entry: &&Entry| entry.span.start >= from.start;
        self.arguments.retain(|entry| !later(entry));
        self.properties.retain(|entry| !later(entry));
        self.node.entries.iter().filter(later).collect()
    }

    /// Takes the next argument if it is this bare word.
    pub(super) fn flag(&mut self, word: &str) -> bool {
        let found = self
            .arguments
            .iter()
            .position(|entry| entry.value.as_bare() == Some(word));
        found.is_some_and(|at| self.arguments.remove(at).is_some())
    }

    /// Takes a property; none if the statement does not have it.
    pub(super) fn property(&mut self, key: &str) -> Option<Property> {
        self.known.iter().find(|known| known.name == key)?;
        let at = self
            .properties
            .iter()
            .position(|entry| entry.key.as_ref().is_some_and(|name| name.text == key))?;
        let entry = self.properties.remove(at);
        let name = entry.key.as_ref()?;
        Some(Property {
            key: Name {
                text: name.text.clone(),
                span: name.span,
            },
            value: entry.value.clone(),
            span: entry.span,
        })
    }

    /// Takes a property whose value is a name.
    pub(super) fn property_name(&mut self, key: &str, faults: &mut Faults) -> Option<Name> {
        let property = self.property(key)?;
        faults.name(&property.value)
    }

    /// The properties that have not been taken.
    pub(super) fn properties(&self) -> &[&'n Entry] {
        &self.properties
    }

    /// Reports what has not been taken.
    pub(super) fn finish(self, faults: &mut Faults) {
        for entry in &self.arguments {
            faults.unexpected(entry, self.word);
        }
        for entry in &self.properties {
            let Some(key) = &entry.key else { continue };
            faults.push(unknown_property(
                self.word,
                key.text.as_str(),
                key.span,
                &entry.value,
                self.known,
            ));
        }
    }

    /// [`Self::finish`] of a statement that has no block.
    pub(super) fn finish_line(self, faults: &mut Faults) {
        if let Some(block) = &self.node.block {
            let brace = Span::new(block.span.file, block.span.start, block.span.start + 1);
            faults.error(
                Code::S001,
                brace,
                format!("`{}` has no block", self.word),
                "write it on one line, without `{ }`",
            );
        }
        self.finish(faults);
    }
}
