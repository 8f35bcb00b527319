//! Characters to tokens.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Span};

use super::strings;

/// A token and its bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// White space or a comment stands before it.
    pub(super) spaced: bool,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A bare word.
    Bare,
    /// A string, with its value.
    Quoted(String),
    /// A number.
    Number,
    /// `#true`, `#null`, …
    Keyword,
    /// `(…)`, with what is between.
    Annotation(String),
    /// Something that KDL cannot read as a value.
    Malformed,
    /// Something that has been reported.
    Reported,
    /// `{`
    Open,
    /// `}`
    Close,
    /// `=`
    Equals,
    /// `;`
    Semicolon,
    /// The end of a line.
    Newline,
    /// `/-`
    SlashDash,
    /// A `///` line, with its text.
    Doc(String),
    /// The end of the text.
    End,
}

/// KDL's newlines; `\r\n` counts as two, which changes nothing but line counts.
pub(super) fn is_newline(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{85}' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}'
    )
}

/// KDL's spaces.
pub(super) fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// Characters that KDL allows nowhere.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_word(c: char) -> bool {
    !matches!(
        c,
        '\\' | '/' | '(' | ')' | '{' | '}' | '[' | ']' | ';' | '"' | '#' | '='
    ) && !is_newline(c)
        && !is_space(c)
        && !is_forbidden(c)
}

/// All tokens of a text, and what is wrong below the level of statements. The last token is [`TokenKind::End`].
pub(super) fn tokens(file: FileId, text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        file,
        text,
        at: 0,
        tokens: Vec::with_capacity(text.len() / 4),
        faults: Vec::new(),
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

    /// Skips spaces, comments within a line and continued lines; says whether there were any.
    fn space(&mut self) -> bool {
        let start = self.at;
        loop {
            self.skip_while(is_space);
            if self.rest().starts_with("/*") {
                self.comment();
            } else if self.rest().starts_with('\\') {
                if !self.continued_line() {
                    break;
                }
            } else {
                break;
            }
        }
        self.at > start
    }

    /// `/* … */`, which may contain others.
    fn comment(&mut self) {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                let Some(c) = rest.chars().next() else {
                    self.fault(
                        start,
                        start + 2,
                        "this comment is never closed",
                        "write `*/` where it ends",
                    );
                    return;
                };
                self.at += c.len_utf8();
                let rest = self.rest();
                self.at += rest.find(['/', '*']).unwrap_or(rest.len());
            }
        }
    }

    /// `\`, maybe a comment, and the end of the line: the statement goes on.
    fn continued_line(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        loop {
            self.skip_while(is_space);
            if !self.rest().starts_with("/*") {
                break;
            }
            self.comment();
        }
        if self.rest().starts_with("//") {
            self.skip_while(|c| !is_newline(c));
        }
        if self.rest().starts_with("\r\n") {
            self.at += 2;
            return true;
        }
        match self.peek() {
            Some(c) if is_newline(c) => {
                self.at += c.len_utf8();
                true
            }
            None => true,
            Some(_) => {
                self.at = start;
                false
            }
        }
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

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        self.skip_while(is_word);
        let word = &self.text[start..self.at];
        if matches!(word, "r") && self.rest().starts_with(['"', '#']) {
            return self.old_raw_string(start);
        }
        if !self.ends() || word.is_empty() {
            self.malformed();
            return TokenKind::Malformed;
        }
        if word.starts_with(|c: char| c.is_ascii_digit())
            || (word.starts_with(['+', '-']) && word[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            return if is_number(word) {
                TokenKind::Number
            } else {
                TokenKind::Malformed
            };
        }
        let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
        let number_like = unsigned
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if number_like || matches!(word, "true" | "false" | "null" | "inf" | "-inf" | "nan") {
            return TokenKind::Malformed;
        }
        TokenKind::Bare
    }

    /// KDL 1's `r"…"` and `r#"…"#`, so that its spaces do not become more faults.
    fn old_raw_string(&mut self, start: usize) -> TokenKind {
        let hashes = self.rest().bytes().take_while(|&b| b == b'#').count();
        let Some(body) = self.rest()[hashes..].strip_prefix('"') else {
            self.malformed();
            return TokenKind::Malformed;
        };
        let close = format!("\"{}", "#".repeat(hashes));
        let line_end = body.find(is_newline).unwrap_or(body.len());
        let end = body[..line_end]
            .find(&close)
            .map_or(line_end, |at| at + close.len());
        self.at = start + 1 + hashes + 1 + end;
        TokenKind::Malformed
    }

    /// Takes all of something that is no value: up to white space, with balanced brackets and quotes.
    fn malformed(&mut self) {
        let mut depth = 0_usize;
        let mut quoted = false;
        let start = self.at;
        let line_end = start + self.rest().find(is_newline).unwrap_or(self.rest().len());
        let balanced = |open: &str, close: &str| {
            let line = &self.text[start..line_end];
            line.matches(open).count() <= line.matches(close).count()
        };
        let (round, square) = (balanced("(", ")"), balanced("[", "]"));
        for (at, c) in self.text[start..line_end].char_indices() {
            let at = start + at;
            let stops =
                is_space(c) || matches!(c, ';' | '{' | '}') || self.text[at..].starts_with("//");
            if at > start && stops && depth == 0 && !quoted {
                self.at = at;
                return;
            }
            match c {
                '"' => quoted = !quoted && self.text[at + 1..line_end].contains('"'),
                '(' if round => depth += 1,
                '[' if square => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.at = line_end.max(self.at);
        if self.at == start {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
    }

    fn hash(&mut self) -> TokenKind {
        let hashes = self.rest().bytes().take_while(|&b| b == b'#').count();
        if self.rest()[hashes..].starts_with('"') {
            self.at += hashes;
            return self.quoted(hashes);
        }
        let start = self.at;
        self.at += hashes;
        self.skip_while(is_word);
        let known = matches!(
            &self.text[start..self.at],
            "#true" | "#false" | "#null" | "#nan" | "#inf" | "#-inf"
        );
        if known && self.ends() {
            return TokenKind::Keyword;
        }
        if !self.ends() {
            self.malformed();
        }
        TokenKind::Malformed
    }

    /// A string, from its opening quote; `hashes` is how raw it is.
    fn quoted(&mut self, hashes: usize) -> TokenKind {
        let start = self.at - hashes;
        let multi = self.rest().starts_with("\"\"\"")
            && (self.rest()[3..].starts_with(is_newline)
                || !self.rest()[3..].starts_with('"') && hashes == 0);
        let quote = if multi { "\"\"\"" } else { "\"" };
        self.at += quote.len();
        let body_start = self.at;
        let close = format!("{quote}{}", "#".repeat(hashes));
        let Some(length) = closing(self.rest(), &close, hashes > 0, multi) else {
            self.skip_while(|c| !is_newline(c));
            let help = if multi {
                "close it with `\"\"\"` on a line of its own"
            } else {
                "close it with `\"` on the same line"
            };
            self.fault(start, body_start, "this string is never closed", help);
            return TokenKind::Reported;
        };
        self.at += length + close.len();
        let body = &self.text[body_start..body_start + length];
        if multi && !body.starts_with(is_newline) {
            self.fault(
                start,
                body_start,
                "a `\"\"\"` string starts on the next line",
                "break the line after `\"\"\"`",
            );
            return TokenKind::Reported;
        }
        if let Some((at, c)) = body.char_indices().find(|&(_, c)| is_forbidden(c)) {
            let at = body_start + at;
            self.fault(
                at,
                at + c.len_utf8(),
                "a character that KDL does not allow",
                format!("write `\\u{{{:x}}}`", u32::from(c)),
            );
            return TokenKind::Reported;
        }
        match strings::value(body, hashes > 0, multi) {
            Ok(value) if self.ends() => TokenKind::Quoted(value),
            Ok(_) => {
                self.malformed();
                TokenKind::Malformed
            }
            Err(bad) => {
                let at = body_start + bad.at;
                self.fault(at, (at + bad.len).min(self.at), bad.message, bad.help);
                TokenKind::Reported
            }
        }
    }

    /// `(…)` at the start of a value.
    fn annotation(&mut self) -> TokenKind {
        let start = self.at;
        let rest = self.rest();
        let line = &rest[..rest
            .find(|c| is_newline(c) || matches!(c, ';' | '{' | '}'))
            .unwrap_or(rest.len())];
        let Some(end) = line.find(')') else {
            self.at += line.len();
            self.fault(
                start,
                start + 1,
                "this `(` is never closed",
                "an annotation is written `(desc)field`",
            );
            return TokenKind::Reported;
        };
        let inner = line[1..end]
            .trim_matches(is_space)
            .trim_matches('"')
            .to_owned();
        self.at += end + 1;
        TokenKind::Annotation(inner)
    }
}

/// Where a string ends: the length of its body.
fn closing(text: &str, close: &str, raw: bool, multi: bool) -> Option<usize> {
    let mut at = 0;
    while let Some(found) =
        text[at..].find(|c| c == '"' || (!raw && c == '\\') || (!multi && is_newline(c)))
    {
        at += found;
        let rest = &text[at..];
        if rest.starts_with(close) {
            return Some(at);
        }
        let c = rest.chars().next()?;
        if c == '\\' {
            at += 1;
            let escaped = text[at..].chars().next()?;
            if !multi && (is_space(escaped) || is_newline(escaped)) {
                // Escaped white space may hold newlines.
                let rest = &text[at..];
                at += rest.find(|c| !is_space(c) && !is_newline(c))?;
                continue;
            }
            at += escaped.len_utf8();
        } else if is_newline(c) {
            return None;
        } else {
            at += c.len_utf8();
        }
    }
    None
}

/// KDL's numbers: decimal with fraction and exponent, hexadecimal, octal, binary.
fn is_number(word: &str) -> bool {
    let digits = |text: &str, radix: u32| {
        text.starts_with(|c: char| c.is_digit(radix))
            && text.chars().all(|c| c == '_' || c.is_digit(radix))
    };
    let word = word.strip_prefix(['+', '-']).unwrap_or(word);
    for (prefix, radix) in [
        ("0x", 16),
        ("0X", 16),
        ("0o", 8),
        ("0O", 8),
        ("0b", 2),
        ("0B", 2),
    ] {
        if let Some(rest) = word.strip_prefix(prefix) {
            return digits(rest, radix);
        }
    }
    let (number, exponent) = match word.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (word, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    digits(whole, 10)
        && fraction.is_none_or(|fraction| digits(fraction, 10))
        && exponent.is_none_or(|exponent| {
            digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), 10)
        })
}
