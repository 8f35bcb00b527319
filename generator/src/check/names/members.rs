//! Names within a model: functions of its module, parts, events.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::language;
use crate::source::Span;
use crate::syntax::tree::ModelTree;

use super::super::world::World;
use super::valid::{Case, valid};
use super::{fields, twice, was};

/// Indexes, counts and relations are functions of one module; computed parts share names with fields.
pub(super) fn members(world: &mut World<'_>, model: &ModelTree) {
    let indexes = model.indexes.iter().map(|it| (&it.name, "index"));
    let counts = model.counts.iter().map(|it| (&it.name, "count"));
    let relations = model.relations.iter().map(|it| (&it.name, "relation"));
    let mut all: Vec<_> = indexes.chain(counts).chain(relations).collect();
    all.sort_by_key(|(name, _)| (name.span.file, name.span.start));
    let mut seen: HashMap<&str, (Span, &str)> = HashMap::new();
    for (name, what) in all {
        if valid(world, name, what, Case::Snake)
            && language::FUNCTIONS.contains(&name.text.as_str())
        {
            let help = format!(
                "every table has a function `{}`: write another name",
                name.text
            );
            world.error(
                Code::M004,
                name.span,
                format!("{what} name `{}` is reserved", name.text),
                help,
            );
        }
        match seen.get(name.text.as_str()) {
            Some(&(first, other)) if other == what => {
                world.push(twice(
                    name,
                    first,
                    what,
                    "write another name for one of them",
                ));
            }
            Some(&(first, other)) => world.push(
                Diagnostic::error(
                    Code::M004,
                    name.span,
                    format!(
                        "{what} and {other} would both be the function `{}`",
                        name.text
                    ),
                )
                .and(first, format!("the {other}"))
                .help("write another name for one of them"),
            ),
            None => drop(seen.insert(&name.text, (name.span, what))),
        }
    }
    for index in &model.indexes {
        was(
            world,
            &index.was,
            |old| {
                model
                    .indexes
                    .iter()
                    .find(|it| it.name.text == old)
                    .map(|it| it.name.span)
            },
            "index",
        );
    }
    let mut parts: HashMap<&str, Span> = model
        .fields
        .list
        .iter()
        .map(|it| (it.name.text.as_str(), it.name.span))
        .collect();
    for computed in &model.computed {
        valid(world, &computed.name, "computed", Case::Snake);
        match parts.get(computed.name.text.as_str()) {
            Some(&first) => world.push(twice(
                &computed.name,
                first,
                "part",
                "fields and computed parts need different names",
            )),
            None => drop(parts.insert(&computed.name.text, computed.name.span)),
        }
    }
}

pub(super) fn events(world: &mut World<'_>, model: &ModelTree) {
    let Some(events) = &model.events else { return };
    for event in &events.own {
        valid(world, &event.name, "event", Case::Snake);
        fields(
            world,
            &event.fields.list,
            &format!("event `{}`", event.name.text),
            Case::Snake,
        );
        was(
            world,
            &event.was,
            |old| {
                events
                    .own
                    .iter()
                    .find(|it| it.name.text == old)
                    .map(|it| it.name.span)
            },
            "event",
        );
    }
}
