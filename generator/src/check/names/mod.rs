//! Names: what Rust can take, what is declared twice, what would generate one name.

mod members;
mod root;
mod types;
mod valid;

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{FieldTree, Name};

use super::world::World;
use valid::{Case, valid};

/// Checks all names.
pub(super) fn check(world: &mut World<'_>) {
    let tree = world.tree;
    if let Some(schema) = &tree.schema {
        valid(world, &schema.name, "schema", Case::Snake);
    }
    types::types(world);
    types::tables(world);
    for it in &tree.enums {
        types::variants(world, it);
    }
    for it in &tree.structs {
        fields(
            world,
            &it.fields.list,
            &format!("struct `{}`", it.name.text),
            Case::Snake,
        );
    }
    for model in &tree.models {
        let owner = format!("model `{}`", model.name.text);
        fields(world, &model.fields.list, &owner, Case::Snake);
        members::members(world, model);
        members::events(world, model);
    }
    root::root(world);
}

fn twice(again: &Name, first: Span, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error(
        Code::M001,
        again.span,
        format!("{what} `{}` is declared twice", again.text),
    )
    .label("again")
    .and(first, "first")
    .help(help)
}

/// `was=` names what is gone; a name that is still declared is refused.
fn was(world: &mut World<'_>, was: &[Name], declared: impl Fn(&str) -> Option<Span>, what: &str) {
    for old in was {
        if let Some(first) = declared(&old.text) {
            world.push(
                Diagnostic::error(
                    Code::M001,
                    old.span,
                    format!(
                        "`was={}` names a {what} that the schema still declares",
                        old.text
                    ),
                )
                .and(first, "declared here")
                .help("rename in one release and use the old name again in a later one"),
            );
        }
    }
}

fn fields(world: &mut World<'_>, list: &[FieldTree], owner: &str, case: Case) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for field in list {
        let name = &field.name;
        valid(world, name, "field", case);
        match seen.get(name.text.as_str()) {
            Some(&first) => world.push(twice(
                name,
                first,
                "field",
                &format!("the fields of {owner} need different names"),
            )),
            None => drop(seen.insert(&name.text, name.span)),
        }
    }
    for field in list {
        was(world, &field.was, |old| seen.get(old).copied(), "field");
    }
}
