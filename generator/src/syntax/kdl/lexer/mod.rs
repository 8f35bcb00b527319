//! Characters to tokens.

mod chars;
mod line;
mod quoted;
mod space;
mod token;
mod word;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Span};

use line::Line;

pub(crate) use chars::{is_newline, is_space};
pub(crate) use token::{Token, TokenKind};

/// All tokens of a text, and what is wrong below the level of statements. The last token is [`TokenKind::End`].
pub(crate) fn tokens(file: FileId, text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        file,
        text,
        at: 0,
        tokens: Vec::with_capacity(text.len() / 4),
        faults: Vec::new(),
        line: Line::default(),
        never_closed: usize::MAX,
    };
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    lexer.run();
    (lexer.tokens, lexer.faults)
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    faults: Vec<Diagnostic>,
    line: Line,
    /// A raw string of several lines with as many hashes, or more, has no end in what is left.
    never_closed: usize,
}

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            let spaced = self.space();
            let start = self.at;
            let Some(c) = self.peek() else {
                self.push(TokenKind::End, start, spaced);
                return;
            };
            let kind = self.token(c);
            if let Some(kind) = kind {
                self.push(kind, start, spaced);
            }
        }
    }

    fn push(&mut self, kind: TokenKind, start: usize, spaced: bool) {
        self.tokens.push(Token {
            kind,
            start,
            end: self.at,
            spaced,
        });
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn fault(
        &mut self,
        start: usize,
        end: usize,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = Span::new(self.file, start, end);
        self.faults
            .push(Diagnostic::error(Code::S006, span, message).help(help));
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }

    fn token(&mut self, c: char) -> Option<TokenKind> {
        let single = match c {
            '{' => Some(TokenKind::Open),
            '}' => Some(TokenKind::Close),
            '=' => Some(TokenKind::Equals),
            ';' => Some(TokenKind::Semicolon),
            _ => None,
        };
        if let Some(kind) = single {
            self.at += 1;
            return Some(kind);
        }
        if is_newline(c) {
            self.at += if self.rest().starts_with("\r\n") {
                2
            } else {
                c.len_utf8()
            };
            return Some(TokenKind::Newline);
        }
        if self.rest().starts_with("//") {
            return self.line_comment();
        }
        if self.rest().starts_with("/-") {
            self.at += 2;
            return Some(TokenKind::SlashDash);
        }
        match c {
            '"' => Some(self.quoted(0)),
            '#' => Some(self.hash()),
            '(' => Some(self.annotation()),
            _ => Some(self.word()),
        }
    }

    fn line_comment(&mut self) -> Option<TokenKind> {
        let start = self.at;
        self.skip_while(|c| !is_newline(c));
        let line = &self.text[start..self.at];
        let text = line.strip_prefix("///")?;
        if text.starts_with('/') {
            return None;
        }
        Some(TokenKind::Doc(
            text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned(),
        ))
    }

    /// After a value: whether it ends here, as every value must.
    fn ends(&self) -> bool {
        match self.peek() {
            None => true,
            Some(c) => {
                is_newline(c)
                    || is_space(c)
                    || matches!(c, ';' | '{' | '}' | '=' | ')')
                    || self.rest().starts_with("//")
                    || self.rest().starts_with("/*")
                    || (c == '\\'
                        && !self.rest()[1..]
                            .starts_with(|c| !is_space(c) && !is_newline(c) && c != '/'))
            }
        }
    }
}
