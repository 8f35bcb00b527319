//! Arguments and properties.

use crate::source::Span;

use super::super::lexer::TokenKind;
use super::super::node::{Annotation, Entry, Value, ValueKind, Word};
use super::Reader;

impl Reader<'_> {
    pub(super) fn entry(&mut self) -> Entry {
        let start = self.span();
        let annotation = self.annotations();
        if *self.kind() == TokenKind::Equals {
            return self.orphan(start);
        }
        if !self.is_value() {
            let name = Value {
                kind: ValueKind::Reported,
                span: start,
            };
            if let Some(annotation) = &annotation {
                let words: Vec<&str> = annotation
                    .text
                    .split([',', ' '])
                    .filter(|word| !word.is_empty())
                    .collect();
                let known = |word: &&str| matches!(*word, "each" | "lower" | "desc");
                let help = if words.iter().all(known) {
                    "write the value right after it: `(desc)name`".to_owned()
                } else {
                    format!("write `{}` without the parentheses", words.join(" "))
                };
                self.fault(start, "an annotation stands before nothing", help);
            } else {
                self.bump();
            }
            return Entry {
                key: None,
                annotation,
                value: name,
                span: start,
            };
        }
        let value = self.value();
        let span = start.to(value.span);
        if *self.kind() != TokenKind::Equals || annotation.is_some() {
            return Entry {
                key: None,
                annotation,
                value,
                span,
            };
        }
        let key = match value.kind {
            ValueKind::Malformed(text) if !matches!(text.as_str(), "true" | "false" | "null") => {
                self.report_value(&Value {
                    kind: ValueKind::Malformed(text),
                    span: value.span,
                });
                return self.orphan(start);
            }
            ValueKind::Bare(text) | ValueKind::Quoted(text) | ValueKind::Malformed(text) => Word {
                text,
                span: value.span,
            },
            _ => {
                self.report_value(&value);
                return self.orphan(start);
            }
        };
        let (annotation, value) = self.after_equals(&key);
        let span = start.to(value.span);
        Entry {
            key: Some(key),
            annotation,
            value,
            span,
        }
    }

    /// `=` and a value, with no name before it.
    fn orphan(&mut self, start: Span) -> Entry {
        let key = Word {
            text: String::new(),
            span: self.span(),
        };
        let first = self.at;
        let (annotation, value) = self.after_equals(&key);
        // `==` is an operator of other languages, and keeps its text for what is said of it.
        let equals = self.tokens[first..]
            .iter()
            .take_while(|token| token.kind == TokenKind::Equals)
            .count();
        let text = if equals > 1 {
            "=".repeat(equals)
        } else {
            String::new()
        };
        let key = Word {
            text,
            span: key.span,
        };
        let span = start.to(value.span);
        Entry {
            key: Some(key),
            annotation,
            value,
            span,
        }
    }

    /// The value after `=`.
    fn after_equals(&mut self, key: &Word) -> (Option<Annotation>, Value) {
        let mut span = self.span();
        self.bump();
        while *self.kind() == TokenKind::Equals {
            span = span.to(self.span());
            self.bump();
        }
        let annotation = self.annotations();
        if self.is_value() {
            return (annotation, self.value());
        }
        if span.end - span.start == 1 && !key.text.is_empty() {
            let help = format!("write a value after `=`, or leave `{}` out", key.text);
            self.fault(
                key.span.to(span),
                format!("`{}=` has no value", key.text),
                help,
            );
            return (
                annotation,
                Value {
                    kind: ValueKind::Reported,
                    span,
                },
            );
        }
        (
            annotation,
            Value {
                kind: ValueKind::Malformed(self.text[span.start..span.end].to_owned()),
                span,
            },
        )
    }
}
