//! Words and numbers, and what is neither.

use super::chars::{is_newline, is_space, is_word};
use super::{Lexer, TokenKind};

impl Lexer<'_> {
    pub(super) fn word(&mut self) -> TokenKind {
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
    pub(super) fn malformed(&mut self) {
        let mut depth = 0_usize;
        let mut quoted = false;
        let start = self.at;
        self.line.pass(self.text, start);
        let line_end = self.line.end();
        let (round, square) = self.line.is_balanced();
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

    pub(super) fn hash(&mut self) -> TokenKind {
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
        if &self.text[start..self.at] == "#" && self.rest().starts_with(is_space) {
            // A comment of other languages, whose words mean nothing.
            self.skip_while(|c| !is_newline(c) && !matches!(c, ';' | '{' | '}'));
            return TokenKind::Malformed;
        }
        if !self.ends() {
            self.malformed();
        }
        TokenKind::Malformed
    }
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
