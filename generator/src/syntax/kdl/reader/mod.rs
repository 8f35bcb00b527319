//! Tokens to statements.

mod entries;
mod statement;
mod values;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::habits;

use super::blocks;
use super::lexer::{self, Token, TokenKind};
use super::node::{Block, Docs, Node, Value, ValueKind};

/// A document and what is wrong with it as KDL. [`ValueKind::Malformed`] values are not among the faults yet.
pub(crate) struct Read {
    pub(crate) nodes: Vec<Node>,
    pub(crate) faults: Vec<Diagnostic>,
}

/// Reads a text.
pub(crate) fn read(file: FileId, text: &str) -> Read {
    let (tokens, mut faults) = lexer::tokens(file, text);
    let (tokens, unbalanced) = blocks::balance(file, text, tokens);
    faults.extend(unbalanced);
    let mut reader = Reader {
        file,
        text,
        tokens,
        at: 0,
        depth: 0,
        faults,
    };
    let nodes = reader.nodes();
    Read {
        nodes,
        faults: reader.faults,
    }
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    /// Braces match, and the last one is [`TokenKind::End`].
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    faults: Vec<Diagnostic>,
}

/// A run of `///` lines that waits for its node.
#[derive(Default)]
struct Pending {
    docs: Docs,
    newlines: usize,
}

impl Reader<'_> {
    fn kind(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn span(&self) -> Span {
        let token = &self.tokens[self.at];
        Span::new(self.file, token.start, token.end)
    }

    fn bump(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn fault(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.faults
            .push(Diagnostic::error(Code::S006, span, message).help(help));
    }

    /// The statements up to a `}` or the end.
    fn nodes(&mut self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut pending = Pending::default();
        loop {
            match self.kind() {
                TokenKind::End | TokenKind::Close => {
                    self.drop_docs(&pending);
                    return nodes;
                }
                TokenKind::Newline => {
                    pending.newlines += 1;
                    self.bump();
                }
                TokenKind::Semicolon => self.bump(),
                TokenKind::Doc(line) => {
                    let line = line.clone();
                    if pending.newlines > 1 {
                        self.drop_docs(&std::mem::take(&mut pending));
                    }
                    let span = self.span();
                    pending.docs.lines.push(line);
                    pending.docs.span =
                        Some(pending.docs.span.map_or(span, |first| first.to(span)));
                    pending.newlines = 0;
                    self.bump();
                }
                TokenKind::SlashDash => {
                    pending = Pending::default();
                    self.bump();
                    self.skip_lines();
                    if !matches!(self.kind(), TokenKind::End | TokenKind::Close) {
                        let node = self.node(Docs::default());
                        self.report_malformed(&node);
                    }
                }
                TokenKind::Open => {
                    let block = self.misplaced_block(nodes.last());
                    if let (Some(node), Some(block)) = (nodes.last_mut(), block) {
                        node.block.get_or_insert(block);
                    }
                }
                _ => {
                    if pending.newlines > 1 {
                        self.drop_docs(&std::mem::take(&mut pending));
                    }
                    let docs = std::mem::take(&mut pending).docs;
                    let node = self.node(docs);
                    nodes.push(node);
                }
            }
        }
    }

    /// `///` lines with nothing below them.
    fn drop_docs(&mut self, pending: &Pending) {
        if let Some(span) = pending.docs.span {
            self.faults.push(
                Diagnostic::warning(Code::S009, span, "this text belongs to nothing")
                    .help("a `///` line stands directly above what it describes; write `//` for a comment"),
            );
        }
    }

    fn skip_lines(&mut self) {
        while matches!(self.kind(), TokenKind::Newline | TokenKind::Doc(_)) {
            self.bump();
        }
    }

    /// A `{` at the start of a line: the block of the statement before it, or of nothing.
    fn misplaced_block(&mut self, before: Option<&Node>) -> Option<Block> {
        let span = self.span();
        let owner = before.filter(|node| node.block.is_none());
        if let Some(node) = owner {
            let name = self.name_of(node);
            self.fault(
                span,
                format!("the block of `{name}` starts on a new line"),
                "put `{` at the end of the line before",
            );
        } else {
            self.fault(
                span,
                "this block belongs to nothing",
                "write what it is the block of before the `{`, on the same line",
            );
        }
        let block = self.block();
        owner.and(block)
    }

    /// The first two words of a statement.
    fn name_of(&self, node: &Node) -> String {
        let name = &self.text[node.name.span.start..node.name.span.end];
        let argument = node.entries.first().filter(|entry| entry.key.is_none());
        argument.map_or_else(
            || name.to_owned(),
            |entry| format!("{name} {}", &self.text[entry.span.start..entry.span.end]),
        )
    }

    /// Reports what is malformed in a statement that nobody will look at.
    fn report_malformed(&mut self, node: &Node) {
        self.report_value(&node.name);
        for entry in &node.entries {
            self.report_value(&entry.value);
        }
        for node in node.block.iter().flat_map(|block| &block.nodes) {
            self.report_malformed(node);
        }
    }

    fn report_value(&mut self, value: &Value) {
        if let ValueKind::Malformed(text) = &value.kind {
            self.faults.push(habits::malformed(value.span, text));
        }
    }
}
