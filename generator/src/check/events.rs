//! Events.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Docs, Events, OwnEvent, Scalar, TypeKind};
use crate::syntax::malformed;
use crate::syntax::tree::{EventsTree, Name, Property, ValueKind};

use super::enums::texts;
use super::fields::{self, Owner};
use super::guesses::{Among, Guess};
use super::layouts;
use super::paths::fields_of;
use super::types::span_of;
use super::values;
use super::world::World;

const PARTITIONS: u32 = 1024;
/// Seconds that events are kept unless `retain=` says otherwise.
const RETAIN: u64 = 7 * 24 * 60 * 60;
/// More would be more cursors than anyone reads.
const MOST_PARTITIONS: u32 = 65_536;

/// The events of a model; `None` if something in them has been reported.
pub(super) fn check<'t>(
    world: &mut World<'t>,
    model: usize,
    tree: &'t EventsTree,
) -> Option<Events> {
    let partitions = match &tree.partitions {
        None => Some(PARTITIONS),
        Some(property) => partitions(world, property),
    };
    let retain = match &tree.retain {
        None => Some(None),
        Some(property) => seconds(world, property, "retain").map(Some),
    };
    let retain_max = match &tree.retain_max {
        None => Some(None),
        Some(property) => seconds(world, property, "retain-max").map(Some),
    };
    if let (Some(retain), Some(Some(most)), Some(property)) = (retain, retain_max, &tree.retain_max)
        && most < retain.unwrap_or(RETAIN)
    {
        kept_too_long(world, tree.retain.as_ref(), property);
        return None;
    }
    let partition_by = match &tree.partition_by {
        None => Some(None),
        Some(name) => partition_by(world, model, name).map(Some),
    };
    let updated = match &tree.updated {
        None => Some(None),
        Some(names) => {
            let places: Vec<Option<usize>> = names
                .iter()
                .map(|name| field(world, model, name, "updated"))
                .collect();
            places.into_iter().collect::<Option<Vec<usize>>>().map(Some)
        }
    };
    let own = tree
        .own
        .iter()
        .map(|event| {
            let set = fields::set(world, &event.fields);
            layouts::check(world, &event.name, &event.fields.list, &set.types);
            OwnEvent {
                name: event.name.text.clone(),
                docs: Docs(event.docs.clone()),
                fields: fields::check(world, &event.fields.list, &set.types, Owner::Event),
                was: texts(&event.was),
            }
        })
        .collect();
    Some(Events {
        partitions: partitions?,
        retain: retain?,
        retain_max: retain_max?,
        partition_by: partition_by?,
        created: tree.created,
        updated: updated?,
        deleted: tree.deleted,
        own,
    })
}

fn partitions(world: &mut World<'_>, property: &Property) -> Option<u32> {
    match &property.value.kind {
        ValueKind::Number(text) => {
            let number = values::whole(text).and_then(|number| u32::try_from(number).ok());
            if let Some(number) = number.filter(|number| (1..=MOST_PARTITIONS).contains(number)) {
                return Some(number);
            }
        }
        ValueKind::Malformed(text) => {
            let fault = malformed(property.value.span, text);
            world.push(fault);
            return None;
        }
        ValueKind::Reported => return None,
        _ => {}
    }
    let help = "write `partitions=256`: it cannot change later, and bounds how many workers share the events";
    world.error(
        Code::S007,
        property.span,
        format!("`partitions=` takes a whole number from 1 to {MOST_PARTITIONS}"),
        help,
    );
    None
}

fn seconds(world: &mut World<'_>, property: &Property, name: &str) -> Option<u64> {
    match &property.value.kind {
        ValueKind::Quoted(text) | ValueKind::Bare(text) => {
            if let Some(seconds) = values::seconds(text) {
                return Some(seconds);
            }
        }
        ValueKind::Malformed(text) if values::seconds(text).is_some() => {
            let help = format!("write `{name}=\"{text}\"`");
            world.error(
                Code::S006,
                property.value.span,
                format!("`{text}` is not a value"),
                help,
            );
            return None;
        }
        ValueKind::Reported => return None,
        _ => {}
    }
    world.error(
        Code::S007,
        property.span,
        format!("`{name}=` takes a duration in whole seconds"),
        format!("write it in quotes: `{name}=\"7d\"`, `\"12h\"`"),
    );
    None
}

fn kept_too_long(world: &mut World<'_>, retain: Option<&Property>, most: &Property) {
    let text = match &most.value.kind {
        ValueKind::Quoted(text) | ValueKind::Bare(text) => text.as_str(),
        _ => "",
    };
    let message = "`retain-max=` is shorter than events are kept anyway";
    let fault = Diagnostic::error(Code::E002, most.span, message.to_owned());
    let fault = match retain {
        Some(retain) => fault.and(retain.span, "so long for everybody"),
        None => fault,
    };
    let help = match retain {
        Some(_) => format!("write `retain=\"{text}\"` or less, or a longer `retain-max=`"),
        None => format!(
            "events are kept for seven days unless told: write `retain=\"{text}\"` or less too"
        ),
    };
    world.push(fault.help(help));
}

fn field(world: &mut World<'_>, model: usize, name: &Name, of: &str) -> Option<usize> {
    let set = &world.model_fields[model];
    let found = set.names.get(name.text.as_str()).copied();
    if found.is_none() && !set.incomplete {
        let message = format!("`{of}` names an unknown field `{}`", name.text);
        let help = fields_of(world, model);
        world.push_with(
            Diagnostic::error(Code::E001, name.span, message).help(help),
            Guess::name(&name.text, Among::Fields(model)),
        );
    }
    found
}

fn partition_by(world: &mut World<'_>, model: usize, name: &Name) -> Option<usize> {
    let place = field(world, model, name, "partition-by")?;
    let ty = world.model_type(model, place)?;
    let span = span_of(world.model_field(model, place));
    let kind = world.kind_name(ty.kind);
    let (message, help) = if ty.optional {
        let help = format!(
            "write `{} {kind}`, or partition by another field",
            name.text
        );
        (
            format!("`partition-by` names an optional field `{}`", name.text),
            help,
        )
    } else if !matches!(ty.kind, TypeKind::Scalar(scalar) if !matches!(scalar, Scalar::F64 | Scalar::Decimal))
    {
        (
            format!("`partition-by` names `{}`, which is `{kind}`", name.text),
            "name a field of one exact value, such as an id, text or a whole number; without `partition-by` events are spread by the key".to_owned(),
        )
    } else {
        return Some(place);
    };
    world.push(
        Diagnostic::error(Code::E001, name.span, message)
            .and(span, "its type")
            .help(help),
    );
    None
}
