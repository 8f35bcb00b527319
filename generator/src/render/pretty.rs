//! Formatting: rendered text is parsed and printed again, item by item with blank lines between.

use std::fmt::Write as _;

use syn::Item;

use super::RenderError;

/// Formats the items of a text; `what` names it in an error.
pub(super) fn items(what: &str, text: &str) -> Result<String, RenderError> {
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
        if is_block {
            spaced(&mut out, &printed);
        } else {
            out.push_str(&printed);
        }
    }
    Ok(out)
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
