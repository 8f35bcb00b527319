//! Braces that do not match, found by indentation.
//!
//! A missing `}` shows only at the end of the text, far from its place. People indent what they mean: a block whose `}`
//! stands further left than its `{` has lost its own, and the first line that is not indented deeper than the block's
//! header is where it belongs.

use crate::diagnostics::{Code, Diagnostic};
use crate::language::Place;
use crate::source::{FileId, Span};

use super::lexer::{Token, TokenKind, is_newline};

/// Repairs beyond this many are left to the end of the text.
const MOST_REPAIRS: usize = 20;

/// Makes braces match: closes what is open, drops what closes nothing, and reports both.
pub(super) fn balance(
    file: FileId,
    text: &str,
    mut tokens: Vec<Token>,
) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut faults = Vec::new();
    for _ in 0..MOST_REPAIRS {
        let layout = Layout::of(text, &tokens);
        if layout.open.is_empty() {
            break;
        }
        let Some((open, before)) = layout.culprit(&tokens) else {
            break;
        };
        faults.push(missing(file, text, &tokens, open, before));
        let at = tokens[before].start;
        // The line goes on as one of its own.
        let inserted = [TokenKind::Close, TokenKind::Newline].map(|kind| Token {
            kind,
            start: at,
            end: at,
            spaced: true,
        });
        tokens.splice(before..before, inserted);
    }
    close_the_rest(file, text, tokens, faults)
}

/// Drops every `}` that closes nothing, and closes at the end what is still open.
fn close_the_rest(
    file: FileId,
    text: &str,
    tokens: Vec<Token>,
    mut faults: Vec<Diagnostic>,
) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut open: Vec<usize> = Vec::new();
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match token.kind {
            TokenKind::Open => open.push(out.len()),
            TokenKind::Close if open.pop().is_none() => {
                let span = Span::new(file, token.start, token.end);
                faults.push(
                    Diagnostic::error(Code::S006, span, "this `}` closes nothing")
                        .help("remove it, or write the `{` of its block at the end of the block's first line"),
                );
                continue;
            }
            TokenKind::End => {
                if let Some(&innermost) = open.last() {
                    let brace = Span::new(file, out[innermost].start, out[innermost].end);
                    let name = header(text, &out, innermost);
                    faults.push(
                        Diagnostic::error(
                            Code::S006,
                            brace,
                            format!("the `{{` of `{name}` is never closed"),
                        )
                        .label("opened here")
                        .help(format!("write `}}` where `{name}` ends")),
                    );
                }
                for _ in open.drain(..) {
                    out.push(Token {
                        kind: TokenKind::Close,
                        start: token.start,
                        end: token.start,
                        spaced: true,
                    });
                }
            }
            _ => {}
        }
        out.push(token);
    }
    (out, faults)
}

fn missing(file: FileId, text: &str, tokens: &[Token], open: usize, before: usize) -> Diagnostic {
    let name = header(text, tokens, open);
    let next = &tokens[before];
    let brace = Span::new(file, tokens[open].start, tokens[open].end);
    let there = Span::new(file, next.start, next.end);
    let what = match next.kind {
        TokenKind::Close => "this `}`".to_owned(),
        _ => format!("`{}`", words(text, tokens, before)),
    };
    let word = &text[next.start..next.end];
    let of_the_model = name == "fields" && Place::Model.find(word).is_some();
    let because = if of_the_model {
        ", which is a statement of the model"
    } else {
        ""
    };
    Diagnostic::error(
        Code::S006,
        brace,
        format!("the `{{` of `{name}` is never closed"),
    )
    .label("opened here")
    .and(there, "a `}` is missing before this")
    .help(format!("a `}}` is missing before {what}{because}"))
}

/// The first two words of the statement that starts at a token.
fn words(text: &str, tokens: &[Token], start: usize) -> String {
    let words: Vec<&str> = tokens[start..]
        .iter()
        .take(2)
        .take_while(|token| matches!(token.kind, TokenKind::Bare | TokenKind::Quoted(_)))
        .map(|token| &text[token.start..token.end])
        .collect();
    if words.is_empty() {
        text[tokens[start].start..tokens[start].end].to_owned()
    } else {
        words.join(" ")
    }
}

/// The first words of the statement whose block opens at a token.
fn header(text: &str, tokens: &[Token], open: usize) -> String {
    let before = tokens[..open].iter().rposition(|token| {
        matches!(
            token.kind,
            TokenKind::Newline
                | TokenKind::Semicolon
                | TokenKind::Open
                | TokenKind::Close
                | TokenKind::Doc(_)
        )
    });
    let start = before.map_or(0, |at| at + 1);
    if start == open {
        return "{".to_owned();
    }
    words(text, tokens, start)
}

/// How braces match, and how lines are indented.
struct Layout {
    /// Each `{` and its `}`, in the order of the `}`.
    pairs: Vec<(usize, usize)>,
    /// Each `{` without a `}`.
    open: Vec<usize>,
    /// For each token: the indentation of its line, and whether it is the first of its line.
    lines: Vec<(usize, bool)>,
}

impl Layout {
    fn of(text: &str, tokens: &[Token]) -> Self {
        let mut layout = Self {
            pairs: Vec::new(),
            open: Vec::new(),
            lines: Vec::with_capacity(tokens.len()),
        };
        let mut fresh = true;
        let mut indent = 0;
        for (at, token) in tokens.iter().enumerate() {
            if fresh && token.kind != TokenKind::Newline {
                let before = &text[..token.start];
                let line = before.trim_end_matches(|c| !is_newline(c));
                indent = before.len() - line.len();
            }
            layout.lines.push((indent, fresh));
            fresh = token.kind == TokenKind::Newline;
            match token.kind {
                TokenKind::Open => layout.open.push(at),
                TokenKind::Close => {
                    if let Some(open) = layout.open.pop() {
                        layout.pairs.push((open, at));
                    }
                }
                _ => {}
            }
        }
        layout
    }

    /// The `{` that has lost its `}`, and the token before which that belongs.
    fn culprit(&self, tokens: &[Token]) -> Option<(usize, usize)> {
        let multi_line = |open: usize| {
            matches!(
                tokens[open + 1].kind,
                TokenKind::Newline | TokenKind::Doc(_)
            )
        };
        let closed_too_far_left = self.pairs.iter().find(|&&(open, close)| {
            let (closing, first) = self.lines[close];
            first
                && multi_line(open)
                && tokens[close].start < tokens[close].end
                && closing < self.lines[open].0
        });
        if let Some(&(open, close)) = closed_too_far_left {
            return self
                .first_outside(tokens, open, close + 1)
                .map(|before| (open, before));
        }
        self.open
            .iter()
            .rev()
            .filter(|&&open| multi_line(open))
            .find_map(|&open| {
                self.first_outside(tokens, open, tokens.len() - 1)
                    .map(|before| (open, before))
            })
    }

    /// The first token that starts a line and is not indented deeper than the line of `open`.
    fn first_outside(&self, tokens: &[Token], open: usize, end: usize) -> Option<usize> {
        let indent = self.lines[open].0;
        (open + 1..end).find(|&at| {
            self.lines[at].1 && self.lines[at].0 <= indent && tokens[at].kind != TokenKind::Newline
        })
    }
}
