//! Tokens to statements.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::habits;

use super::blocks;
use super::lexer::{self, Token, TokenKind};
use super::node::{Annotation, Block, Docs, Entry, Node, Value, ValueKind, Word};

/// Blocks within blocks beyond this depth are refused; the language needs six.
const MOST_DEPTH: usize = 64;

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

    /// One statement, to the end of its line or block.
    fn node(&mut self, docs: Docs) -> Node {
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
    fn block(&mut self) -> Option<Block> {
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

    fn is_value(&self) -> bool {
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
    fn value(&mut self) -> Value {
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
    fn annotations(&mut self) -> Option<Annotation> {
        let mut all: Option<Annotation> = None;
        while let TokenKind::Annotation(text) = self.kind() {
            let text = text.clone();
            let span = self.span();
            self.bump();
            all = Some(match all {
                None => Annotation { text, span },
                Some(first) => Annotation {
                    text: format!("{},{text}", first.text),
                    span: first.span.to(span),
                },
            });
            let again = matches!(self.kind(), TokenKind::Annotation(_));
            if let (false, Some(all)) = (again, &all)
                && all.span.start < span.start
            {
                let next = self.span();
                let name = if self.is_value() {
                    &self.text[next.start..next.end]
                } else {
                    ""
                };
                let joined = format!("join them with a comma: `({}){name}`", all.text);
                self.fault(all.span, "a part takes one annotation", joined);
            }
        }
        let all = all?;
        if !all.text.contains(lexer::is_space) {
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

    fn entry(&mut self) -> Entry {
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
            if annotation.is_some() {
                self.fault(
                    start,
                    "an annotation stands before nothing",
                    "write the value right after it: `(desc)name`",
                );
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
            ValueKind::Bare(text) | ValueKind::Quoted(text) => Word {
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
