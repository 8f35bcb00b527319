//! Where a place is: in which block, after which words. From the tokens alone, so that a statement that is being written
//! is no obstacle.

use crate::language::{Place, Statement};
use crate::source::FileId;
use crate::syntax::kdl::{TokenKind, tokens};

/// A word of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'t> {
    /// Of a property: what stands before the `=`.
    pub(super) key: Option<&'t str>,
    pub(super) text: &'t str,
}

/// A block around the place.
#[derive(Debug, Clone)]
pub(super) struct Block<'t> {
    /// What it holds; `None` if nothing is known of it.
    pub(super) place: Option<Place>,
    /// The statement it is the block of.
    pub(super) header: Vec<Word<'t>>,
}

/// All about a place in a text.
#[derive(Debug)]
pub(super) struct Context<'t> {
    /// The blocks around it, the outermost first.
    pub(super) blocks: Vec<Block<'t>>,
    /// The words of its statement before it.
    pub(super) before: Vec<Word<'t>>,
    /// The property whose value stands here.
    pub(super) property: Option<&'t str>,
    /// The word here: where it starts, where it ends, and what it is; empty between words.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) word: &'t str,
    /// What follows is `=`.
    pub(super) is_key: bool,
    /// The word is an annotation with its parentheses.
    pub(super) is_annotation: bool,
    /// The place is in a comment.
    pub(super) in_comment: bool,
}

impl<'t> Context<'t> {
    /// What the block around it holds.
    pub(super) fn place(&self) -> Option<Place> {
        self.blocks.last().map_or(Some(Place::File), |it| it.place)
    }

    /// The statement that it stands in, if words before it say which.
    pub(super) fn statement(&self) -> Option<&'static Statement> {
        let place = self.place()?;
        let first = self.before.first()?;
        place.find(first.text).or_else(|| place.line())
    }

    /// The name of the innermost block of a kind: of the model, say, that it stands in.
    pub(super) fn name_of(&self, word: &str) -> Option<&'t str> {
        let block = self
            .blocks
            .iter()
            .rev()
            .find(|block| block.header.first().is_some_and(|first| first.text == word))?;
        block.header.get(1).map(|it| it.text)
    }
}

/// What the block of a statement holds.
fn block_of(place: Option<Place>, header: &[Word<'_>]) -> Option<Place> {
    let place = place?;
    let first = header.first()?;
    match place.find(first.text) {
        Some(statement) => statement.block,
        None => place.line().and_then(|line| line.block),
    }
}

/// The context of a byte.
pub(super) fn context(text: &str, offset: usize) -> Context<'_> {
    let (tokens, _) = tokens(FileId(0), text);
    let mut found = Context {
        blocks: Vec::new(),
        before: Vec::new(),
        property: None,
        start: offset,
        end: offset,
        word: "",
        is_key: false,
        is_annotation: false,
        in_comment: in_comment(text, offset),
    };
    for (at, token) in tokens.iter().enumerate() {
        if token.start > offset || token.kind == TokenKind::End {
            break;
        }
        let word = &text[token.start..token.end];
        let touches = token.end >= offset;
        match &token.kind {
            TokenKind::Open if token.end <= offset => {
                let place = block_of(found.place(), &found.before);
                let header = std::mem::take(&mut found.before);
                found.blocks.push(Block { place, header });
                found.property = None;
            }
            TokenKind::Close if token.end <= offset => {
                found.blocks.pop();
                found.before.clear();
                found.property = None;
            }
            TokenKind::Newline | TokenKind::Semicolon if token.end <= offset => {
                found.before.clear();
                found.property = None;
            }
            TokenKind::Equals if token.end <= offset => {
                found.property = found.before.pop().map(|it| it.text);
            }
            TokenKind::Annotation(_) if !touches => {}
            TokenKind::Bare
            | TokenKind::Quoted(_)
            | TokenKind::Number
            | TokenKind::Keyword
            | TokenKind::Malformed
            | TokenKind::Reported
            | TokenKind::Annotation(_) => {
                if touches && !found.in_comment {
                    found.start = token.start;
                    found.end = token.end;
                    found.word = word;
                    found.is_annotation = matches!(token.kind, TokenKind::Annotation(_));
                    found.is_key = tokens
                        .get(at + 1)
                        .is_some_and(|next| next.kind == TokenKind::Equals);
                    break;
                }
                let text = match &token.kind {
                    TokenKind::Quoted(_) => word.trim_matches('"'),
                    _ => word,
                };
                let key = found.property.take();
                found.before.push(Word { key, text });
            }
            _ => {}
        }
    }
    found
}

/// Whether a `//` of the line is before the place. A comment of several lines counts by its first.
fn in_comment(text: &str, offset: usize) -> bool {
    let line = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..offset];
    let mut quoted = false;
    before.char_indices().any(|(at, c)| {
        quoted ^= c == '"';
        !quoted && before[at..].starts_with("//")
    })
}

#[cfg(test)]
mod tests {
    use super::context;
    use crate::language::Place;

    fn at(text: &str) -> (Option<Place>, Vec<String>, Option<String>, String) {
        let offset = text.find('|').expect("a `|` where the cursor is");
        let text = text.replace('|', "");
        let found = context(&text, offset);
        let before = found
            .before
            .iter()
            .map(|it| it.key.map_or_else(String::new, |key| format!("{key}=")) + it.text);
        (
            found.place(),
            before.collect(),
            found.property.map(str::to_owned),
            found.word.to_owned(),
        )
    }

    #[test]
    fn a_place_is_known_by_the_blocks_around_it_and_the_words_before_it() {
        let words = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        for (text, place, before, property, word) in [
            ("sch|", Some(Place::File), words(&[]), None, "sch"),
            (
                "model A table=as {\n  key |",
                Some(Place::Model),
                words(&["key"]),
                None,
                "",
            ),
            (
                "model A {\n fields { a str|ing; b",
                Some(Place::Fields),
                words(&["a"]),
                None,
                "string",
            ),
            (
                "model A {\n fields { a string default=n|",
                Some(Place::Fields),
                words(&["a", "string"]),
                Some("default"),
                "n",
            ),
            (
                "model A {\n fields { a string default=now ma|",
                Some(Place::Fields),
                words(&["a", "string", "default=now"]),
                None,
                "ma",
            ),
            (
                "model A {\n index by_a a { where { any { x is=|",
                Some(Place::Where),
                words(&["x"]),
                Some("is"),
                "",
            ),
            (
                "model A { events { own { x st|",
                Some(Place::Fields),
                words(&["x"]),
                None,
                "st",
            ),
            (
                "model A { index by_a (de|sc)a",
                Some(Place::Model),
                words(&["index", "by_a"]),
                None,
                "(desc)",
            ),
            ("enum E { a }; |", Some(Place::File), words(&[]), None, ""),
            ("what { ever { |", None, words(&[]), None, ""),
        ] {
            assert_eq!(
                at(text),
                (place, before, property.map(str::to_owned), word.to_owned()),
                "{text}"
            );
        }
    }
}
