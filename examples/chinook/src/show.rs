//! Tables on the terminal.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};

/// An answer: lines of cells. Two answers are the same if all their cells are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lines(pub(crate) Vec<Vec<String>>);

/// A line of cells from values of any kind.
macro_rules! cells {
    ($($value:expr),+ $(,)?) => { vec![$($value.to_string()),+] };
}
pub(crate) use cells;

/// Prints an answer under its question; and the expected one, if it is another.
pub(crate) fn answer(question: &str, head: &[&str], found: &Lines, expected: &Lines) -> bool {
    let same = found == expected;
    let mark = if same { "✓" } else { "✗" };
    println!("\n{mark} {question}");
    println!("{}", table(head, found));
    if !same {
        println!("expected:\n{}", table(head, expected));
    }
    same
}

fn table(head: &[&str], lines: &Lines) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(head);
    table.add_rows(&lines.0);
    table
}
