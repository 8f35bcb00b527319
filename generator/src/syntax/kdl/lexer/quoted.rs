//! Strings and annotations.

use super::super::strings;
use super::chars::{is_forbidden, is_newline, is_space};
use super::{Lexer, TokenKind};

impl Lexer<'_> {
    /// A string, from its opening quote; `hashes` is how raw it is.
    pub(super) fn quoted(&mut self, hashes: usize) -> TokenKind {
        let start = self.at - hashes;
        let multi = self.rest().starts_with("\"\"\"")
            && (self.rest()[3..].starts_with(is_newline)
                || !self.rest()[3..].starts_with('"') && hashes == 0);
        let quote = if multi { "\"\"\"" } else { "\"" };
        self.at += quote.len();
        let body_start = self.at;
        let close = format!("{quote}{}", "#".repeat(hashes));
        let is_known_open = multi && hashes >= self.never_closed;
        let length = if is_known_open {
            None
        } else {
            closing(self.rest(), &close, hashes > 0, multi)
        };
        let Some(length) = length else {
            if multi && hashes > 0 {
                self.never_closed = self.never_closed.min(hashes);
            }
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
    pub(super) fn annotation(&mut self) -> TokenKind {
        let start = self.at;
        let rest = self.rest();
        let end = rest
            .find(|c| is_newline(c) || matches!(c, ')' | ';' | '{' | '}'))
            .unwrap_or(rest.len());
        if !rest[end..].starts_with(')') {
            self.at += end;
            self.fault(
                start,
                start + 1,
                "this `(` is never closed",
                "an annotation is written `(desc)field`",
            );
            return TokenKind::Reported;
        }
        let inner = rest[1..end]
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
