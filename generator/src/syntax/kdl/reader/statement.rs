//! One statement: its name, entries and block.

use crate::diagnostics::{Code, Diagnostic};

use super::super::lexer::TokenKind;
use super::super::node::{Block, Docs, Node, Value, ValueKind};
use super::Reader;

/// Blocks within blocks beyond this depth are refused; the language needs six.
const MOST_DEPTH: usize = 64;

impl Reader<'_> {
    /// One statement, to the end of its line or block.
    pub(super) fn node(&mut self, docs: Docs) -> Node {
        let start = self.span();
        let annotation = self.annotations();
        let name = if self.is_value() {
            self.value()
        } else {
            let span = self.span();
            match self.kind() {
                TokenKind::Equals => {
                    self.fault(
                        span,
                        "`=` has nothing before it",
                        "a statement starts with its name",
                    );
                    self.bump();
                }
                _ if annotation.is_some() => {
                    self.fault(
                        start,
                        "an annotation stands before nothing",
                        "write the name right after it: `(desc)name`",
                    );
                }
                _ => self.bump(),
            }
            Value {
                kind: ValueKind::Reported,
                span,
            }
        };
        let mut node = Node {
            docs,
            annotation,
            header: start.to(name.span),
            name,
            entries: Vec::new(),
            block: None,
        };
        self.entries(&mut node);
        if let Some(last) = node.entries.last() {
            node.header = node.header.to(last.span);
        }
        node
    }

    fn entries(&mut self, node: &mut Node) {
        loop {
            match self.kind() {
                TokenKind::Newline | TokenKind::Semicolon | TokenKind::End | TokenKind::Close => {
                    return;
                }
                TokenKind::Doc(_) => {
                    let span = self.span();
                    self.faults.push(
                        Diagnostic::warning(Code::S009, span, "this text belongs to nothing")
                            .help("put `///` on a line of its own, above what it describes; `//` is a comment"),
                    );
                    self.bump();
                    return;
                }
                TokenKind::SlashDash => {
                    self.bump();
                    self.skip_lines();
                    match self.kind() {
                        TokenKind::Open => drop(self.block()),
                        TokenKind::End | TokenKind::Close => return,
                        _ => {
                            let entry = self.entry();
                            self.report_value(&entry.value);
                        }
                    }
                }
                TokenKind::Open => {
                    if node.block.is_some() {
                        let span = self.span();
                        self.fault(
                            span,
                            "a second block",
                            "a statement has one block: join them",
                        );
                        self.block();
                    } else {
                        node.block = self.block();
                    }
                }
                _ if node.block.is_some() => {
                    let span = self.span();
                    self.fault(
                        span,
                        "`;` is missing after `}`",
                        "put `;` between two statements on one line",
                    );
                    return;
                }
                _ => {
                    let entry = self.entry();
                    node.entries.push(entry);
                }
            }
        }
    }

    /// `{ … }`; `None` if it lies too deep to read.
    pub(super) fn block(&mut self) -> Option<Block> {
        let open = self.span();
        if self.depth == MOST_DEPTH {
            self.fault(
                open,
                "blocks are nested too deeply",
                "a schema needs no more than six levels",
            );
            self.skip_block();
            return None;
        }
        self.bump();
        self.depth += 1;
        let nodes = self.nodes();
        self.depth -= 1;
        let span = open.to(self.span());
        if *self.kind() == TokenKind::Close {
            self.bump();
        }
        Some(Block { nodes, span })
    }

    fn skip_block(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth -= 1,
                TokenKind::End => return,
                _ => {}
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }
}
