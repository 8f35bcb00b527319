//! Columns: names and types of fields, and the comments at the ends of lines.

use unicode_width::UnicodeWidthStr;

use super::pieces::{Item, Piece, Statement};

/// How wide a name and a type are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Widths {
    pub(super) name: usize,
    pub(super) ty: usize,
}

/// Columns of a word.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// For each item the widths of its group: the lines up to the next blank one.
pub(super) fn of_fields(items: &[Item<'_>]) -> Vec<Widths> {
    items
        .split_inclusive(|item| matches!(item, Item::Blank))
        .flat_map(|group| {
            let fields = || {
                group.iter().filter_map(|item| match item {
                    Item::Statement(statement) => field(statement),
                    _ => None,
                })
            };
            let widths = Widths {
                name: fields().map(|(name, _)| width(name)).max().unwrap_or(0),
                ty: fields()
                    .filter_map(|(_, ty)| ty)
                    .map(width)
                    .max()
                    .unwrap_or(0),
            };
            std::iter::repeat_n(widths, group.len())
        })
        .collect()
}

/// A line of plain words: its name, and its type if something stands after it.
fn field<'s>(statement: &'s Statement<'_>) -> Option<(&'s str, Option<&'s str>)> {
    match statement.pieces.as_slice() {
        [Piece::Word(name), Piece::Word(ty), rest @ ..] if is_plain(rest) => {
            Some((name, (!rest.is_empty()).then_some(ty.as_str())))
        }
        _ => None,
    }
}

fn is_plain(pieces: &[Piece<'_>]) -> bool {
    !pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Break(_) | Piece::Line(_)))
}

/// How wide each of the first pieces of a statement is made.
pub(super) fn pads(statement: &Statement<'_>, widths: Widths) -> [usize; 2] {
    match field(statement) {
        Some((_, Some(_))) => [widths.name, widths.ty],
        Some((_, None)) => [widths.name, 0],
        None => [0, 0],
    }
}

/// A statement or a comment as printed, without its indentation.
pub(super) struct Row<'t> {
    pub(super) text: String,
    pub(super) trailing: Option<&'t str>,
    pub(super) is_statement: bool,
}

impl Row<'_> {
    /// Columns of its last line.
    pub(super) fn last_width(&self) -> usize {
        width(self.text.rsplit('\n').next().unwrap_or(""))
    }

    pub(super) fn is_long(&self) -> bool {
        self.is_statement && self.text.contains('\n')
    }
}

/// For each row where its comment starts: in one column as long as each line has one.
pub(super) fn of_comments(rows: &[&Row<'_>]) -> Vec<usize> {
    let mut columns = Vec::with_capacity(rows.len());
    for run in rows.chunk_by(|left, right| in_run(left) && in_run(right)) {
        let widest = run.iter().map(|row| row.last_width()).max().unwrap_or(0);
        columns.extend(std::iter::repeat_n(widest, run.len()));
    }
    columns
}

fn in_run(row: &Row<'_>) -> bool {
    row.trailing.is_some() && !row.text.contains('\n')
}
