//! Formatting: rendered text is parsed and printed again, item by item with blank lines between.

use std::{fmt::Write as _, iter::Peekable};

use syn::Item;

use super::RenderError;

/// What the template lays out itself: the printer would break these lines anywhere.
const LAID_OUT: &str = "__rt::index!(";

/// Columns of a statement that is laid out on one line.
const WIDTH: usize = 92;

/// Formats the items of a text; `what` names it in an error.
pub(super) fn items(what: &str, text: &str) -> Result<String, RenderError> {
    let mut laid_out = laid_out(text);
    let mut file = syn::parse_file(text).map_err(|fault| RenderError {
        what: what.to_owned(),
        message: fault.to_string(),
    })?;
    let mut out = String::with_capacity(text.len());
    let mut previous: Option<Kind> = None;
    for item in std::mem::take(&mut file.items) {
        let kind = Kind::of(&item);
        if previous.is_some_and(|previous| previous == Kind::Other || previous != kind) {
            out.push('\n');
        }
        previous = Some(kind);
        let is_block = matches!(item, Item::Impl(_) | Item::Trait(_));
        file.items = vec![item];
        let printed = prettyplease::unparse(&file);
        let is_laid_out = printed.starts_with(LAID_OUT);
        if let Some(lines) = laid_out.next_if(|_| is_laid_out) {
            out.push_str(&lines);
        } else if is_block {
            spaced(&mut out, &printed);
        } else {
            out.push_str(&printed);
        }
    }
    Ok(out)
}

/// The statements of a text that start with [`LAID_OUT`], in order: on one line, or as many as the template has.
fn laid_out(text: &str) -> Peekable<impl Iterator<Item = String>> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let statements = std::iter::from_fn(move || {
        let mut statement = vec![lines.find(|line| line.starts_with(LAID_OUT))?];
        while !statement.last().is_some_and(|line| line.ends_with(");")) {
            statement.push(lines.next()?);
        }
        let flat = statement.join(" ");
        let fits = flat.len() <= WIDTH;
        Some(if fits { flat } else { statement.join("\n    ") } + "\n")
    });
    statements.peekable()
}

/// Statements of one kind that stand together without blank lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Use,
    Reexport,
    Module,
    Macro,
    Other,
}

impl Kind {
    fn of(item: &Item) -> Self {
        match item {
            Item::Use(it) if matches!(it.vis, syn::Visibility::Inherited) => Self::Use,
            Item::Use(_) => Self::Reexport,
            Item::Mod(it) if it.content.is_none() => Self::Module,
            Item::Macro(_) => Self::Macro,
            _ => Self::Other,
        }
    }
}

/// Adds the text of an `impl`, with a blank line between its functions, and between them and what stands above.
fn spaced(out: &mut String, printed: &str) {
    let mut after = "";
    for line in printed.lines() {
        let after_function = after == "    }" && line != "}";
        let after_constants = after.starts_with("    const ") || after.starts_with("    type ");
        if after_function || (after_constants && line.starts_with("    fn ")) {
            out.push('\n');
        }
        after = line;
        out.push_str(line);
        out.push('\n');
    }
}

/// A module with a body, its lines indented.
pub(super) fn module(head: &str, body: &str) -> String {
    let mut out = String::with_capacity(head.len() + body.len() * 5 / 4);
    let _ = writeln!(out, "{head} {{");
    for line in body.lines() {
        if line.is_empty() {
            out.push('\n');
        } else {
            let _ = writeln!(out, "    {line}");
        }
    }
    out.push_str("}\n");
    out
}
