//! The events of a model: its topic, payloads, the enum of what happened, and the trait of handlers.

use heck::ToSnakeCase;

use super::{
    context::{Context, Scope},
    descriptor::was_call,
    docs::{Doc, a, code},
    literals,
    names::{self, Taken, ident},
    record::Record,
};
use crate::model::{Events, Model, ModelId, OwnEvent, TypeKind};

/// Everything that the `events` of a model become.
#[derive(Debug)]
pub(crate) struct EventsPlan {
    /// The expression of the topic's static.
    pub(crate) topic: String,
    pub(crate) payloads: Vec<Payload>,
    pub(crate) docs: Doc,
    /// The enum of what happened.
    pub(crate) name: String,
    pub(crate) handler_docs: Doc,
    /// The trait of handlers.
    pub(crate) handler: String,
    pub(crate) events: Vec<EventVariant>,
}

/// An event of the application's own, with its struct.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) record: Record,
    pub(crate) statik: String,
    pub(crate) place: usize,
    /// The event's name as a string literal.
    pub(crate) label: String,
    pub(crate) fields: Vec<String>,
    /// `.was(&[…])`, or nothing.
    pub(crate) was: String,
    pub(crate) variant: String,
    pub(crate) method: String,
}

/// A variant of the enum, and the method that handles it.
#[derive(Debug)]
pub(crate) struct EventVariant {
    pub(crate) docs: Doc,
    pub(crate) variant: String,
    /// `created`, `updated`, `deleted`; none for an own event.
    pub(crate) kind: Option<&'static str>,
    /// What the variant holds, each with its slashes if it has a name.
    pub(crate) content: String,
    pub(crate) method_docs: Doc,
    pub(crate) method: String,
    /// The method's arguments behind the context.
    pub(crate) arguments: String,
}

impl EventsPlan {
    /// The names that the root shows again.
    pub(crate) fn exports(&self) -> impl Iterator<Item = &str> {
        let payloads = self.payloads.iter().map(|it| it.record.name.as_str());
        [self.name.as_str(), self.handler.as_str()]
            .into_iter()
            .chain(payloads)
    }

    /// The events that every model can have, as the dispatch is told about them.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let events = self.events.iter();
        events.filter_map(|it| Some((it.kind?, it.variant.as_str())))
    }
}

/// The names that the events of a model take in its module.
pub(super) fn module_names(model: &Model) -> Vec<String> {
    let own = model.events.iter().flat_map(|events| &events.own);
    [
        names::event_type(&model.name),
        names::handler_trait(&model.name),
    ]
    .into_iter()
    .chain(own.map(|event| names::payload_type(&model.name, &event.name)))
    .collect()
}

impl Context<'_> {
    pub(super) fn events(&self, id: ModelId, model: &Model, key_type: &str) -> Option<EventsPlan> {
        let events = model.events.as_ref()?;
        let mut statics = Taken::from_iter(["__TOPIC"]);
        let payloads: Vec<Payload> = events
            .own
            .iter()
            .enumerate()
            .map(|(place, event)| {
                let statik = statics.fresh(&names::event_static(&event.name));
                self.payload(id, model, event, place, statik)
            })
            .collect();
        let name = ident(&names::event_type(&model.name));
        let handler = ident(&names::handler_trait(&model.name));
        let variants = variants(model, events, &payloads, key_type);
        Some(EventsPlan {
            topic: topic(model, events, &payloads),
            docs: Doc::sentence(format!("What happened to {}.", a(&model.name))),
            handler_docs: handler_docs(model, &handler, &variants),
            name,
            handler,
            events: variants,
            payloads,
        })
    }

    fn payload(
        &self,
        id: ModelId,
        model: &Model,
        event: &OwnEvent,
        place: usize,
        statik: String,
    ) -> Payload {
        let scope = Scope::Table(id);
        let docs = Doc::of(&event.docs, || {
            format!("The event {} of {}.", code(&event.name), a(&model.name))
        });
        let fields = event.fields.iter();
        let name = names::payload_type(&model.name, &event.name);
        Payload {
            record: Record::new(
                docs,
                name,
                self.serde,
                fields
                    .clone()
                    .map(|field| self.record_field(scope, None, field))
                    .collect(),
            ),
            statik,
            place,
            label: literals::string(&event.name),
            fields: fields
                .map(|field| self.field_static(scope, field))
                .collect(),
            was: was_call(&event.was),
            variant: names::variant(&event.name),
            method: ident(&event.name),
        }
    }
}

/// The topic as the runtime is told about it.
fn topic(model: &Model, events: &Events, payloads: &[Payload]) -> String {
    let places = |places: &[usize]| -> String {
        let places: Vec<String> = places.iter().map(ToString::to_string).collect();
        places.join(", ")
    };
    let mut text = format!(
        "__rt::Topic::new({})",
        literals::integer(i128::from(events.partitions))
    );
    for (seconds, call) in [(events.retain, "retain"), (events.retain_max, "retain_max")] {
        if let Some(seconds) = seconds {
            let seconds = literals::integer(i128::from(seconds));
            text.push_str(&format!(".{call}({seconds})"));
        }
    }
    if let Some(field) = events.partition_by {
        text.push_str(&format!(".partition_by({field})"));
    }
    if events.created {
        text.push_str(".created()");
    }
    if let Some(fields) = &events.updated {
        let fields = if fields.is_empty() {
            places(&watched(model))
        } else {
            places(fields)
        };
        text.push_str(&format!(".updated(&[{fields}])"));
    }
    if events.deleted {
        text.push_str(".deleted()");
    }
    if !payloads.is_empty() {
        let own: Vec<String> = payloads
            .iter()
            .map(|it| format!("&{}", it.statik))
            .collect();
        text.push_str(&format!(".own(&[{}])", own.join(", ")));
    }
    text
}

/// The fields whose change is an event where the schema names none: all but those that every update moves on.
fn watched(model: &Model) -> Vec<usize> {
    let fields = model.fields.iter().enumerate();
    fields
        .filter(|(_, field)| !field.on_update_now && field.ty.kind != TypeKind::Version)
        .map(|(place, _)| place)
        .collect()
}

fn variants(
    model: &Model,
    events: &Events,
    payloads: &[Payload],
    key_type: &str,
) -> Vec<EventVariant> {
    let record = ident(&model.name);
    let thing = argument(model);
    let subject = a(&model.name);
    let mut variants = Vec::new();
    let mut changed = |kind: &'static str, variant: &str, content: String, arguments: String| {
        let past = match kind {
            "created" => "was added",
            "updated" => "was changed",
            _ => "was removed",
        };
        variants.push(EventVariant {
            docs: Doc::sentence(format!("It {past}.")),
            variant: variant.to_owned(),
            kind: Some(kind),
            content,
            method_docs: Doc::sentence(format!("{} {past}.", capital(&subject))),
            method: kind.to_owned(),
            arguments,
        });
    };
    if events.created {
        changed(
            "created",
            "Created",
            format!("({record})"),
            format!("{thing}: {record}"),
        );
    }
    if events.updated.is_some() {
        let content =
            format!("{{\n/// As it was.\nbefore: {record},\n/// As it is.\nafter: {record},\n}}");
        changed(
            "updated",
            "Updated",
            content,
            format!("before: {record}, after: {record}"),
        );
    }
    if events.deleted {
        changed(
            "deleted",
            "Deleted",
            format!("({record})"),
            format!("{thing}: {record}"),
        );
    }
    for (event, payload) in events.own.iter().zip(payloads) {
        let docs = Doc::of(&event.docs, || format!("The event {}.", code(&event.name)));
        variants.push(EventVariant {
            docs: docs.clone(),
            variant: payload.variant.clone(),
            kind: None,
            content: format!("({key_type}, {})", payload.record.name),
            method_docs: docs,
            method: payload.method.clone(),
            arguments: format!("{thing}: {key_type}, event: {}", payload.record.name),
        });
    }
    variants
}

/// The argument that stands for the record: called like the model.
fn argument(model: &Model) -> String {
    let name = ident(&model.name.to_snake_case());
    match name.as_str() {
        "cx" | "event" => "record".to_owned(),
        _ => name,
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

fn handler_docs(model: &Model, handler: &str, variants: &[EventVariant]) -> Doc {
    let mut doc = Doc::sentence(format!(
        "Handles the events of [`{}`]; to paste:",
        model.name
    ))
    .paragraph("```text")
    .line(format!("impl {handler} for … {{"));
    for event in variants {
        doc = doc.line(format!(
            "    async fn {}(&self, cx: &EventContext, {}) -> HandlerResult {{ Ok(()) }}",
            event.method, event.arguments
        ));
    }
    doc.line("}").line("```")
}
