//! Names that the generated code makes of several declarations.

use std::collections::HashMap;

use heck::ToUpperCamelCase;

use crate::diagnostics::{Code, Diagnostic};
use crate::plan::names;
use crate::source::Span;
use crate::syntax::tree::{ModelTree, Name};

use super::super::world::World;

/// What stands at the root of the generated code.
pub(super) fn root(world: &mut World<'_>) {
    let tree = world.tree;
    let mut all: Vec<(String, Span, String)> = Vec::new();
    if let Some(schema) = &tree.schema {
        all.push((
            schema.name.text.to_upper_camel_case(),
            schema.name.span,
            "the store".to_owned(),
        ));
    }
    for it in &tree.enums {
        all.push((
            it.name.text.clone(),
            it.name.span,
            format!("enum `{}`", it.name.text),
        ));
    }
    for it in &tree.structs {
        all.push((
            it.name.text.clone(),
            it.name.span,
            format!("struct `{}`", it.name.text),
        ));
    }
    for model in &tree.models {
        let (name, span) = (&model.name.text, model.name.span);
        all.push((name.clone(), span, format!("model `{name}`")));
        all.push((names::key_type(name), span, format!("the key of `{name}`")));
        all.push((
            names::new_type(name),
            span,
            format!("what makes a new `{name}`"),
        ));
        all.push((
            names::event_type(name),
            span,
            format!("the events of `{name}`"),
        ));
        all.push((
            names::handler_trait(name),
            span,
            format!("the handler of the events of `{name}`"),
        ));
        for event in model.events.iter().flat_map(|events| &events.own) {
            let rust = names::payload_type(name, &event.name.text);
            all.push((
                rust,
                event.name.span,
                format!("event `{}` of `{name}`", event.name.text),
            ));
        }
        covered(world, model);
    }
    let mut seen: HashMap<&str, (Span, &str)> = HashMap::new();
    for (rust, span, what) in &all {
        match seen.get(rust.as_str()) {
            // The same declaration twice has been reported.
            Some((first, other))
                if !(other.ends_with(&format!("`{rust}`"))
                    && what.ends_with(&format!("`{rust}`"))) =>
            {
                world.push(
                    Diagnostic::error(
                        Code::M004,
                        *span,
                        format!("{what} and {other} would both be `{rust}` in Rust"),
                    )
                    .label(what.clone())
                    .and(*first, (*other).to_owned())
                    .help("write another name for one of them"),
                );
            }
            Some(_) => {}
            None => drop(seen.insert(rust, (*span, what))),
        }
    }
    let enums = tree.enums.iter().map(|it| &it.name);
    statics(world, enums, "enums");
    statics(world, tree.structs.iter().map(|it| &it.name), "structs");
}

/// Covering indexes generate a struct in the module of the table.
fn covered(world: &mut World<'_>, model: &ModelTree) {
    let name = &model.name.text;
    let mut seen: HashMap<String, Span> = HashMap::new();
    for taken in [name.clone(), names::key_type(name), names::new_type(name)] {
        seen.insert(taken, model.name.span);
    }
    for index in model.indexes.iter().filter(|index| {
        index
            .include
            .as_ref()
            .is_some_and(|include| !include.fields.is_empty())
    }) {
        let rust = names::pascal(&index.name.text);
        if let Some(&first) = seen.get(&rust) {
            if model
                .indexes
                .iter()
                .any(|other| other.name.text == index.name.text && other.name.span == first)
            {
                continue;
            }
            world.push(
                Diagnostic::error(
                    Code::M004,
                    index.name.span,
                    format!(
                        "what index `{}` holds would be a second `{rust}` in Rust",
                        index.name.text
                    ),
                )
                .and(first, "the other one")
                .help("write another name for the index"),
            );
        } else {
            seen.insert(rust, index.name.span);
        }
    }
}

/// Each enum and struct has a static whose name is in capitals: `HttpCode` and `HTTPCode` would share it.
fn statics<'n>(world: &mut World<'_>, names: impl Iterator<Item = &'n Name>, what: &str) {
    let mut seen: HashMap<String, &Name> = HashMap::new();
    for name in names {
        let key = names::enum_static(&name.text);
        match seen.get(&key) {
            Some(first) if first.text != name.text => world.push(
                Diagnostic::error(
                    Code::M004,
                    name.span,
                    format!(
                        "{what} `{}` and `{}` differ in capitals only",
                        first.text, name.text
                    ),
                )
                .and(first.span, "the other one")
                .help("write another name for one of them"),
            ),
            Some(_) => {}
            None => drop(seen.insert(key, name)),
        }
    }
}
