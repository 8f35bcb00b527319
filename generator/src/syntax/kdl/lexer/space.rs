//! Space between tokens: comments, and lines that go on.

use super::Lexer;
use super::chars::{is_newline, is_space};

impl Lexer<'_> {
    /// Skips spaces, comments within a line and continued lines; says whether there were any.
    pub(super) fn space(&mut self) -> bool {
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
}
