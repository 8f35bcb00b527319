//! A text as lines of pieces: all that a person wrote, without the white space.
//!
//! The tree of `syntax` has no comments; here nothing is left out. The text is known to be KDL.

use crate::source::FileId;
use crate::syntax::kdl::{Token, TokenKind, is_newline, is_space, tokens};

/// What stands on lines of its own.
#[derive(Debug)]
pub(super) enum Item<'t> {
    /// One or more empty lines.
    Blank,
    /// `// …`, `/// …` or `/* … */`.
    Comment(String),
    /// A statement.
    Statement(Statement<'t>),
}

/// A statement, maybe behind `/-`.
#[derive(Debug, Default)]
pub(super) struct Statement<'t> {
    pub(super) pieces: Vec<Piece<'t>>,
    /// `// …` at the end of its line.
    pub(super) trailing: Option<&'t str>,
}

/// A piece of a statement.
#[derive(Debug)]
pub(super) enum Piece<'t> {
    /// A name, an argument or a property.
    Word(String),
    /// `/* … */`
    Comment(&'t str),
    /// `\` at the end of a line, maybe with a comment after it.
    Break(Option<&'t str>),
    /// A comment between `/-` and what it removes, to the end of its line.
    Line(&'t str),
    /// `/-`
    Dash,
    /// `{ … }`
    Block(Block<'t>),
}

/// `{ … }`
#[derive(Debug)]
pub(super) struct Block<'t> {
    /// `// …` right after the brace.
    pub(super) opening: Option<&'t str>,
    pub(super) items: Vec<Item<'t>>,
    /// Written over several lines.
    pub(super) broken: bool,
}

impl<'t> Statement<'t> {
    /// Adds comments; one to the end of the line is the statement's last.
    fn add(&mut self, comments: impl IntoIterator<Item = Piece<'t>>) {
        for piece in comments {
            match piece {
                Piece::Line(text) => self.trailing = Some(text),
                other => self.pieces.push(other),
            }
        }
    }

    /// Its words, also those behind `/-`.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Word(word) => Some(word.as_str()),
            _ => None,
        })
    }
}

/// Reads a text that is KDL.
pub(super) fn read(text: &str) -> Vec<Item<'_>> {
    let (tokens, _) = tokens(FileId(0), text);
    let mut reader = Reader {
        text,
        tokens,
        at: 0,
        taken: 0,
    };
    reader.items()
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    /// Comments before this byte are in the pieces already.
    taken: usize,
}

impl<'t> Reader<'t> {
    fn kind(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn bump(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    /// The token's own text.
    fn text(&self) -> &'t str {
        let token = &self.tokens[self.at];
        &self.text[token.start..token.end]
    }

    /// The comments between the token before and this one; the last may be a `//` comment.
    fn comments(&self) -> Vec<Piece<'t>> {
        let before = self.at.checked_sub(1);
        let start = before.map_or(0, |before| self.tokens[before].end);
        let end = self.tokens[self.at].start;
        comments(&self.text[start.max(self.taken).min(end)..end])
    }

    /// [`Self::comments`], once.
    fn take_comments(&mut self) -> Vec<Piece<'t>> {
        let comments = self.comments();
        self.taken = self.tokens[self.at].start;
        comments
    }

    /// The items up to a `}` or the end.
    fn items(&mut self) -> Vec<Item<'t>> {
        let mut items: Vec<Item<'t>> = Vec::new();
        let mut newlines = 0_usize;
        loop {
            let comments = self.take_comments();
            let (own, statement) = match self.kind() {
                TokenKind::Doc(_) => (own_lines(&comments, Some(self.text().trim_end())), None),
                TokenKind::Newline | TokenKind::Semicolon | TokenKind::Close | TokenKind::End => {
                    (own_lines(&comments, None), None)
                }
                _ => (Vec::new(), Some(self.statement(comments))),
            };
            if statement.is_some() || !own.is_empty() {
                if newlines > 1 && !items.is_empty() {
                    items.push(Item::Blank);
                }
                newlines = 0;
            }
            items.extend(own.into_iter().map(Item::Comment));
            if let Some(statement) = statement {
                items.push(Item::Statement(statement));
                continue;
            }
            match self.kind() {
                TokenKind::Close | TokenKind::End => return items,
                TokenKind::Newline => newlines += 1,
                _ => {}
            }
            self.bump();
        }
    }

    /// A statement to the end of its line, of the block around it, or past its `;`.
    fn statement(&mut self, leading: Vec<Piece<'t>>) -> Statement<'t> {
        let mut statement = Statement::default();
        statement.add(
            leading
                .into_iter()
                .skip_while(|piece| matches!(piece, Piece::Break(None))),
        );
        loop {
            statement.add(self.take_comments());
            match self.kind() {
                TokenKind::Newline | TokenKind::Close | TokenKind::End => break,
                TokenKind::Semicolon => {
                    self.bump();
                    if self.ends() {
                        statement.add(self.take_comments());
                    }
                    break;
                }
                TokenKind::Doc(_) => {
                    statement.trailing = Some(self.text().trim_end());
                    self.bump();
                    break;
                }
                TokenKind::SlashDash => {
                    statement.pieces.push(Piece::Dash);
                    self.bump();
                    self.skip_lines(&mut statement);
                }
                TokenKind::Open => {
                    let block = self.block();
                    statement.pieces.push(Piece::Block(block));
                }
                _ => self.word(&mut statement),
            }
        }
        // A line that goes on only to end.
        while matches!(statement.pieces.last(), Some(Piece::Break(None))) {
            statement.pieces.pop();
        }
        statement
    }

    fn ends(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Newline | TokenKind::Close | TokenKind::End
        )
    }

    /// Lines between `/-` and what it removes.
    fn skip_lines(&mut self, statement: &mut Statement<'t>) {
        loop {
            for piece in self.take_comments() {
                if !matches!(piece, Piece::Break(None)) {
                    statement.pieces.push(piece);
                }
            }
            match self.kind() {
                TokenKind::Doc(_) => statement.pieces.push(Piece::Line(self.text().trim_end())),
                TokenKind::Newline => {}
                _ => return,
            }
            self.bump();
        }
    }

    /// `[(…)]VALUE` or `NAME=[(…)]VALUE`, without white space.
    fn word(&mut self, statement: &mut Statement<'t>) {
        let mut word = String::new();
        loop {
            let wants_value = match self.kind() {
                TokenKind::Annotation(_) => {
                    let text = self.text();
                    word.push('(');
                    word.push_str(text[1..text.len() - 1].trim_matches(is_space));
                    word.push(')');
                    true
                }
                TokenKind::Equals => {
                    word.push('=');
                    true
                }
                _ => {
                    word.push_str(self.text());
                    false
                }
            };
            self.bump();
            let goes_on = match self.kind() {
                TokenKind::Equals => true,
                TokenKind::Semicolon
                | TokenKind::Open
                | TokenKind::SlashDash
                | TokenKind::Doc(_) => false,
                _ => wants_value && !self.ends(),
            };
            if !goes_on {
                break;
            }
            // `max /* why */ = 3`: the comment stands before the property.
            let inner = self.take_comments();
            statement.add(
                inner
                    .into_iter()
                    .filter(|piece| !matches!(piece, Piece::Break(None))),
            );
        }
        statement.pieces.push(Piece::Word(word));
    }

    fn block(&mut self) -> Block<'t> {
        let start = self.tokens[self.at].start;
        self.bump();
        let mut opening = None;
        if matches!(self.kind(), TokenKind::Newline)
            && let [Piece::Line(text)] = self.comments().as_slice()
        {
            opening = Some(*text);
            self.take_comments();
        }
        let items = self.items();
        let end = self.tokens[self.at].end;
        self.bump();
        Block {
            opening,
            items,
            broken: self.text[start..end].contains(is_newline),
        }
    }
}

/// Comments that stand on lines of their own, and the `///` at the end of the last of these lines.
fn own_lines(comments: &[Piece<'_>], doc: Option<&str>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    let mut add = |text: &str, ends: bool| {
        match lines.last_mut().filter(|_| open) {
            Some(line) => {
                line.push(' ');
                line.push_str(text);
            }
            None => lines.push(text.to_owned()),
        }
        open = !ends;
    };
    for piece in comments {
        match piece {
            Piece::Comment(text) => add(text, false),
            Piece::Line(text) | Piece::Break(Some(text)) => add(text, true),
            _ => {}
        }
    }
    if let Some(doc) = doc {
        add(doc, true);
    }
    lines
}

/// The comments in what stands between two tokens.
fn comments(gap: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = gap;
    loop {
        rest = rest.trim_start_matches(|c| is_space(c) || c == '\u{feff}');
        if rest.starts_with("/*") {
            let (comment, after) = rest.split_at(block_comment(rest));
            pieces.push(Piece::Comment(comment));
            rest = after;
        } else if rest.starts_with("//") {
            let (comment, after) = rest.split_at(rest.find(is_newline).unwrap_or(rest.len()));
            pieces.push(Piece::Line(comment.trim_end()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('\\') {
            let mut after = after.trim_start_matches(is_space);
            while after.starts_with("/*") {
                let (comment, more) = after.split_at(block_comment(after));
                pieces.push(Piece::Comment(comment));
                after = more.trim_start_matches(is_space);
            }
            let (comment, more) = after.split_at(after.find(is_newline).unwrap_or(after.len()));
            let comment = comment.trim_end();
            pieces.push(Piece::Break((!comment.is_empty()).then_some(comment)));
            rest = more.strip_prefix(is_newline).unwrap_or(more);
        } else {
            return pieces;
        }
    }
}

/// The length of the `/* … */` that a text starts with, with those inside of it.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}
