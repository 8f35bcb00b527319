//! Bytes to positions and back: a position is a line and a column in UTF-16 units, both from 0.

use keyloom_generator::source::Span;
use lsp_types::{Position, Range};

/// The lines of a text as the protocol counts them.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// The first byte of each line.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|&(at, byte)| {
            *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1));
        Self {
            text,
            starts: starts.collect(),
        }
    }

    /// The position of a byte; of one within a character, or past the end, the next that there is.
    pub(super) fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset += 1;
        }
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let before = &self.text[self.starts[line]..offset];
        Position {
            line: number(line),
            character: number(before.encode_utf16().count()),
        }
    }

    /// The byte of a position; past the end of a line it is the line's last.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(line) else {
            return self.text.len();
        };
        let end = self
            .starts
            .get(line + 1)
            .copied()
            .unwrap_or(self.text.len());
        let text = self.text[start..end].trim_end_matches(['\n', '\r']);
        let mut units = usize::try_from(position.character).unwrap_or(usize::MAX);
        for (at, c) in text.char_indices() {
            if units < c.len_utf16() {
                return start + at;
            }
            units -= c.len_utf16();
        }
        start + text.len()
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;

    use super::Lines;

    #[test]
    fn positions_count_utf_16_units_and_come_back() {
        let text = "a\r\né😀b\rc\n";
        let lines = Lines::new(text);
        let places: Vec<(u32, u32)> = text
            .char_indices()
            .map(|(at, _)| {
                let position = lines.position(at);
                (position.line, position.character)
            })
            .collect();
        let wanted = [
            (0, 0),
            (0, 1),
            (0, 2),
            (1, 0),
            (1, 1),
            (1, 3),
            (1, 4),
            (2, 0),
            (2, 1),
        ];
        assert_eq!(places, wanted);
        for (at, c) in text.char_indices() {
            if !matches!(c, '\r' | '\n') {
                assert_eq!(lines.offset(lines.position(at)), at);
            }
        }
        assert_eq!(lines.offset(Position::new(0, 99)), 1);
        assert_eq!(lines.offset(Position::new(1, 2)), 5);
        assert_eq!(lines.offset(Position::new(99, 0)), text.len());
    }
}
