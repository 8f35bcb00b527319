//! Pieces to text.

use super::columns::{self, Row, Widths, width};
use super::pieces::{Block, Item, Piece, Statement};

/// A block that was on one line stays there up to this column.
const WIDTH: usize = 100;

const INDENT: &str = "    ";

/// What the lines of a block are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// Statements of a file.
    File,
    /// Statements of a block.
    Statements,
    /// Names, types and properties.
    Fields,
    /// Events, of which some have a block of fields.
    Events,
}

/// A whole file.
pub(super) fn document(items: &[Item<'_>]) -> String {
    lines(items, 0, Lines::File)
}

fn lines(items: &[Item<'_>], depth: usize, kind: Lines) -> String {
    let widths = match kind {
        Lines::Fields => columns::of_fields(items),
        _ => vec![Widths::default(); items.len()],
    };
    // `None` is a blank line.
    let mut rows: Vec<Option<Row<'_>>> = Vec::with_capacity(items.len());
    for (item, widths) in items.iter().zip(widths) {
        rows.push(match item {
            Item::Blank => None,
            Item::Comment(text) => Some(Row {
                text: text.clone(),
                trailing: None,
                is_statement: false,
            }),
            Item::Statement(it) => Some(Row {
                text: statement(it, depth, kind, widths),
                trailing: it.trailing,
                is_statement: true,
            }),
        });
    }
    if kind == Lines::File {
        part_long_ones(&mut rows);
    }
    let mut out = String::new();
    for group in rows.chunk_by(|left, right| left.is_some() == right.is_some()) {
        let group: Vec<&Row<'_>> = group.iter().flatten().collect();
        if group.is_empty() {
            out.push('\n');
        }
        for (row, column) in group.iter().zip(columns::of_comments(&group)) {
            out.push_str(&INDENT.repeat(depth));
            out.push_str(&row.text);
            if let Some(comment) = row.trailing {
                let gap = column.saturating_sub(row.last_width()) + 2;
                out.push_str(&" ".repeat(gap));
                out.push_str(comment);
            }
            out.push('\n');
        }
    }
    out
}

/// A blank line around each statement of the file that takes several.
fn part_long_ones(rows: &mut Vec<Option<Row<'_>>>) {
    let mut parted: Vec<Option<Row<'_>>> = Vec::with_capacity(rows.len());
    // Where the statement before ended, and whether it is long; unless a blank line followed it.
    let mut before: Option<(usize, bool)> = None;
    for row in rows.drain(..) {
        match &row {
            None => before = None,
            Some(row) if row.is_statement => {
                if let Some((end, long)) = before
                    && (long || row.is_long())
                {
                    parted.insert(end, None);
                }
                before = Some((parted.len() + 1, row.is_long()));
            }
            Some(_) => {}
        }
        parted.push(row);
    }
    *rows = parted;
}

/// A statement: its blocks on one line where they were and fit.
fn statement(statement: &Statement<'_>, depth: usize, within: Lines, widths: Widths) -> String {
    let pads = columns::pads(statement, widths);
    // What stands in a block over several lines is not printed to try: it would be, twice, for each block around it.
    let flat = pieces(statement, depth, pads, &flat_block);
    let fits = |line: &str| depth * INDENT.len() + width(line) <= WIDTH;
    let fits = flat.lines().all(fits);
    let kind = kind_of_block(statement, within);
    pieces(statement, depth, pads, &|block| {
        if fits && !block.broken {
            flat_block(block)
        } else {
            broken_block(block, depth, kind)
        }
    })
}

fn pieces(
    statement: &Statement<'_>,
    depth: usize,
    pads: [usize; 2],
    block: &dyn Fn(&Block<'_>) -> String,
) -> String {
    let mut out = String::new();
    let mut fresh = true;
    for (at, piece) in statement.pieces.iter().enumerate() {
        if !fresh {
            out.push(' ');
        }
        fresh = matches!(piece, Piece::Break(_) | Piece::Line(_));
        match piece {
            Piece::Word(word) => {
                out.push_str(word);
                let pad = pads.get(at).copied().unwrap_or(0);
                if at + 1 < statement.pieces.len() {
                    out.push_str(&" ".repeat(pad.saturating_sub(width(word))));
                }
            }
            Piece::Comment(text) => out.push_str(text),
            Piece::Dash => out.push_str("/-"),
            Piece::Break(comment) => {
                out.push('\\');
                if let Some(comment) = comment {
                    out.push(' ');
                    out.push_str(comment);
                }
                out.push('\n');
                out.push_str(&INDENT.repeat(depth + 1));
            }
            Piece::Line(comment) => {
                out.push_str(comment);
                out.push('\n');
                out.push_str(&INDENT.repeat(depth));
            }
            Piece::Block(it) => out.push_str(&block(it)),
        }
    }
    out
}

/// A block over several lines.
fn broken_block(block: &Block<'_>, depth: usize, kind: Lines) -> String {
    let mut out = String::from("{");
    if let Some(comment) = block.opening {
        out.push(' ');
        out.push_str(comment);
    }
    out.push('\n');
    out.push_str(&lines(&block.items, depth + 1, kind));
    out.push_str(&INDENT.repeat(depth));
    out.push('}');
    out
}

/// `{ a; b }`; of a block over several lines its first brace alone.
fn flat_block(block: &Block<'_>) -> String {
    if block.broken {
        return "{".to_owned();
    }
    let mut out = String::from("{ ");
    let mut before: Option<&Item<'_>> = None;
    for item in &block.items {
        match (before, item) {
            (Some(Item::Statement(_)), _) => out.push_str("; "),
            (Some(_), _) => out.push(' '),
            (None, _) => {}
        }
        match item {
            Item::Blank => {}
            Item::Comment(text) => out.push_str(text),
            Item::Statement(it) => {
                out.push_str(&pieces(it, 0, [0, 0], &flat_block));
            }
        }
        before = Some(item);
    }
    if before.is_some() {
        out.push(' ');
    }
    out.push('}');
    out
}

fn kind_of_block(statement: &Statement<'_>, within: Lines) -> Lines {
    let mut words = statement.words();
    match (words.next(), words.next(), within) {
        (Some("fields"), None, Lines::File | Lines::Statements) | (_, _, Lines::Events) => {
            Lines::Fields
        }
        (Some("events"), _, Lines::Statements) => Lines::Events,
        _ => Lines::Statements,
    }
}
