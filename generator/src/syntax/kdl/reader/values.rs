//! Values and the annotations before them.

use super::super::lexer::{self, TokenKind};
use super::super::node::{Annotation, Value, ValueKind};
use super::Reader;

impl Reader<'_> {
    pub(super) fn is_value(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Bare
                | TokenKind::Quoted(_)
                | TokenKind::Number
                | TokenKind::Keyword
                | TokenKind::Malformed
                | TokenKind::Reported
        )
    }

    /// The value at this token, which [`Self::is_value`].
    pub(super) fn value(&mut self) -> Value {
        let span = self.span();
        let text = || self.text[span.start..span.end].to_owned();
        let kind = match self.kind() {
            TokenKind::Bare => ValueKind::Bare(text()),
            TokenKind::Quoted(value) => ValueKind::Quoted(value.clone()),
            TokenKind::Number => ValueKind::Number(text()),
            TokenKind::Keyword => match &self.text[span.start..span.end] {
                "#true" => ValueKind::Bool(true),
                "#false" => ValueKind::Bool(false),
                "#null" => ValueKind::Null,
                _ => ValueKind::NotFinite(text()),
            },
            TokenKind::Malformed => ValueKind::Malformed(text()),
            _ => ValueKind::Reported,
        };
        self.bump();
        Value { kind, span }
    }

    /// `(…)`; several are joined, and reported.
    pub(super) fn annotations(&mut self) -> Option<Annotation> {
        let mut all: Option<Annotation> = None;
        let mut several = false;
        while let TokenKind::Annotation(text) = self.kind() {
            let text = text.clone();
            let span = self.span();
            self.bump();
            if let Some(first) = &mut all {
                first.text.push(',');
                first.text.push_str(&text);
                first.span = first.span.to(span);
                several = true;
            } else {
                all = Some(Annotation { text, span });
            }
        }
        let all = all?;
        if several {
            let next = self.span();
            let name = if self.is_value() {
                &self.text[next.start..next.end]
            } else {
                ""
            };
            let joined = format!("join them with a comma: `({}){name}`", all.text);
            self.fault(all.span, "a part takes one annotation", joined);
        }
        if !all.text.contains(lexer::is_space) || !self.is_value() {
            return Some(all);
        }
        let tight: String = all.text.split(lexer::is_space).collect();
        self.fault(
            all.span,
            format!("`({})` holds a space", all.text),
            format!("write `({tight})`"),
        );
        Some(Annotation {
            text: tight,
            span: all.span,
        })
    }
}
