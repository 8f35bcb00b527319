//! Names of models, structs, enums, tables and variants.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::language;
use crate::plan::names;
use crate::source::Span;
use crate::syntax::tree::{EnumTree, ModelTree, Name};

use super::super::world::World;
use super::valid::{Case, valid};
use super::{twice, was};

/// Models, structs and enums share one space of names.
pub(super) fn types(world: &mut World<'_>) {
    let tree = world.tree;
    let names = tree
        .enums
        .iter()
        .map(|it| (&it.name, "enum"))
        .chain(tree.structs.iter().map(|it| (&it.name, "struct")))
        .chain(tree.models.iter().map(|it| (&it.name, "model")));
    let mut names: Vec<_> = names.collect();
    names.sort_by_key(|(name, _)| (name.span.file, name.span.start));
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for (name, what) in names {
        valid(world, name, what, Case::Pascal);
        match seen.get(name.text.as_str()) {
            Some(&first) => world.push(twice(
                name,
                first,
                what,
                "models, structs and enums need different names",
            )),
            None => drop(seen.insert(&name.text, name.span)),
        }
    }
}

pub(super) fn tables(world: &mut World<'_>) {
    let tree = world.tree;
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for model in &tree.models {
        let Some(table) = &model.table else { continue };
        if valid(world, table, "table", Case::Snake)
            && language::TABLES.contains(&table.text.as_str())
        {
            let help = format!(
                "write another one: `table={}`",
                other_table(model, &table.text)
            );
            world.error(
                Code::M004,
                table.span,
                format!("table name `{}` is reserved", table.text),
                help,
            );
        }
        match seen.get(table.text.as_str()) {
            Some(&first) => world.push(twice(
                table,
                first,
                "table",
                "every model needs a table of its own",
            )),
            None => drop(seen.insert(&table.text, table.span)),
        }
    }
    for model in &tree.models {
        was(world, &model.was, |old| seen.get(old).copied(), "table");
    }
}

fn other_table(model: &ModelTree, taken: &str) -> String {
    let plural = crate::syntax::plural(&model.name.text);
    if plural == taken {
        format!("{plural}_table")
    } else {
        plural
    }
}

pub(super) fn variants(world: &mut World<'_>, it: &EnumTree) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    let mut generated: HashMap<String, &Name> = HashMap::new();
    for variant in &it.variants {
        let name = &variant.name;
        if let Some(&first) = seen.get(name.text.as_str()) {
            world.push(twice(name, first, "variant", "keep one of them"));
            continue;
        }
        seen.insert(&name.text, name.span);
        if !valid(world, name, "variant", Case::Either) {
            continue;
        }
        let rust = names::variant(&name.text);
        if it.open && rust == "Other" {
            let message = format!(
                "variant `{}` and the one that `open` adds are both `Other`",
                name.text
            );
            world.push(
                Diagnostic::error(Code::M004, name.span, message)
                    .and(it.name.span, "`open` adds `Other`")
                    .help("write another word, or leave out `open`"),
            );
        }
        if let Some(first) = generated.get(&rust) {
            let message = format!(
                "variants `{}` and `{}` are both `{rust}` in Rust",
                first.text, name.text
            );
            world.push(
                Diagnostic::error(Code::M004, name.span, message)
                    .and(first.span, "the other one")
                    .help("write one of them differently"),
            );
        } else {
            generated.insert(rust, name);
        }
    }
    for variant in &it.variants {
        was(world, &variant.was, |old| seen.get(old).copied(), "variant");
    }
}
