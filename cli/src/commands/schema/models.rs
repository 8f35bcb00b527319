//! Models: keys, indexes, counts, relations and events.

use keyloom_generator::model::{self, Include, ModelId, PartSource, RelationKind, Schema};
use serde::Serialize;

use super::conditions::Condition;
use super::fields::Field;
use super::text;
use super::types::Type;

/// A model.
#[derive(Debug, Serialize)]
pub(super) struct Model<'s> {
    name: &'s str,
    table: &'s str,
    docs: String,
    was: &'s [String],
    fields: Vec<Field<'s>>,
    key: Vec<&'s str>,
    computed: Vec<Computed<'s>>,
    indexes: Vec<Index<'s>>,
    counts: Vec<Count<'s>>,
    relations: Vec<Relation<'s>>,
    events: Option<Events<'s>>,
}

#[derive(Debug, Serialize)]
struct Computed<'s> {
    name: &'s str,
    docs: String,
    #[serde(rename = "type")]
    ty: Type,
    function: &'s str,
    revision: u32,
}

#[derive(Debug, Serialize)]
struct Index<'s> {
    name: &'s str,
    docs: String,
    unique: bool,
    nulls_equal: bool,
    parts: Vec<Part<'s>>,
    #[serde(rename = "where")]
    condition: Option<Condition>,
    include: Option<Included<'s>>,
    was: &'s [String],
}

/// The whole record, or some of its fields.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Included<'s> {
    Record(&'static str),
    Fields(Vec<&'s str>),
}

#[derive(Debug, Serialize)]
struct Part<'s> {
    #[serde(flatten)]
    source: Source<'s>,
    each: bool,
    lower: bool,
    desc: bool,
    #[serde(rename = "type")]
    ty: Type,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Source<'s> {
    Path(String),
    Computed(&'s str),
}

#[derive(Debug, Serialize)]
struct Count<'s> {
    name: &'s str,
    docs: String,
    parts: Vec<Part<'s>>,
    #[serde(rename = "where")]
    condition: Option<Condition>,
}

#[derive(Debug, Serialize)]
struct Relation<'s> {
    name: &'s str,
    docs: String,
    kind: &'static str,
    target: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Vec<&'s str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_delete: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    through: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'s str>,
}

#[derive(Debug, Serialize)]
struct Events<'s> {
    partitions: u32,
    retain_seconds: Option<u64>,
    retain_max_seconds: Option<u64>,
    partition_by: Option<&'s str>,
    created: bool,
    updated: Option<Vec<&'s str>>,
    deleted: bool,
    own: Vec<OwnEvent<'s>>,
}

#[derive(Debug, Serialize)]
struct OwnEvent<'s> {
    name: &'s str,
    docs: String,
    fields: Vec<Field<'s>>,
    was: &'s [String],
}

impl<'s> Model<'s> {
    pub(super) fn new(schema: &'s Schema, model: &'s model::Model) -> Self {
        let parts = |parts: &'s [model::Part]| {
            parts
                .iter()
                .map(|part| Part::new(schema, model, part))
                .collect()
        };
        let condition = |condition: &'s Option<model::Condition>| {
            condition
                .as_ref()
                .map(|it| Condition::new(schema, model, it))
        };
        Self {
            name: &model.name,
            table: &model.table,
            docs: text(&model.docs),
            was: &model.was,
            fields: fields(schema, &model.fields),
            key: names(model, &model.key),
            computed: model
                .computed
                .iter()
                .map(|it| Computed {
                    name: &it.name,
                    docs: text(&it.docs),
                    ty: Type::required(schema, model::Item::Scalar(it.ty)),
                    function: &it.function,
                    revision: it.revision,
                })
                .collect(),
            indexes: model
                .indexes
                .iter()
                .map(|it| Index {
                    name: &it.name,
                    docs: text(&it.docs),
                    unique: it.unique,
                    nulls_equal: it.nulls_equal,
                    parts: parts(&it.parts),
                    condition: condition(&it.condition),
                    include: match &it.include {
                        Include::None => None,
                        Include::Record => Some(Included::Record("record")),
                        Include::Fields(places) => Some(Included::Fields(names(model, places))),
                    },
                    was: &it.was,
                })
                .collect(),
            counts: model
                .counts
                .iter()
                .map(|it| Count {
                    name: &it.name,
                    docs: text(&it.docs),
                    parts: parts(&it.parts),
                    condition: condition(&it.condition),
                })
                .collect(),
            relations: model
                .relations
                .iter()
                .map(|it| Relation::new(schema, model, it))
                .collect(),
            events: model
                .events
                .as_ref()
                .map(|it| Events::new(schema, model, it)),
        }
    }
}

impl<'s> Part<'s> {
    fn new(schema: &'s Schema, model: &'s model::Model, part: &'s model::Part) -> Self {
        Self {
            source: match &part.source {
                PartSource::Path(path) => Source::Path(schema.path_text(model, path)),
                PartSource::Computed(place) => Source::Computed(&model.computed[*place].name),
            },
            each: part.each,
            lower: part.lower,
            desc: part.desc,
            ty: Type::new(
                schema,
                model::FieldType {
                    kind: model::TypeKind::Scalar(part.ty),
                    optional: part.optional,
                },
            ),
        }
    }
}

impl<'s> Relation<'s> {
    fn new(schema: &'s Schema, model: &'s model::Model, relation: &'s model::Relation) -> Self {
        let related = |id: ModelId, place: usize| schema.model(id).relations[place].name.as_str();
        let mut it = Self {
            name: &relation.name,
            docs: text(&relation.docs),
            kind: relation.kind.word(),
            target: &schema.model(relation.target).name,
            by: None,
            on_delete: None,
            through: None,
            via: None,
            to: None,
        };
        match &relation.kind {
            RelationKind::BelongsTo { by, on_delete } => {
                it.by = Some(names(model, by));
                it.on_delete = Some(on_delete.word());
            }
            RelationKind::HasOne { via } | RelationKind::HasMany { via } => {
                it.via = Some(related(relation.target, *via));
            }
            RelationKind::HasManyThrough { join, via, to } => {
                it.through = Some(&schema.model(*join).name);
                it.via = Some(related(*join, *via));
                it.to = Some(related(*join, *to));
            }
            RelationKind::ReferencesMany { by } => it.by = Some(names(model, &[*by])),
        }
        it
    }
}

impl<'s> Events<'s> {
    fn new(schema: &'s Schema, model: &'s model::Model, events: &'s model::Events) -> Self {
        Self {
            partitions: events.partitions,
            retain_seconds: events.retain,
            retain_max_seconds: events.retain_max,
            partition_by: events
                .partition_by
                .map(|place| model.fields[place].name.as_str()),
            created: events.created,
            updated: events.updated.as_ref().map(|places| names(model, places)),
            deleted: events.deleted,
            own: events
                .own
                .iter()
                .map(|it| OwnEvent {
                    name: &it.name,
                    docs: text(&it.docs),
                    fields: fields(schema, &it.fields),
                    was: &it.was,
                })
                .collect(),
        }
    }
}

fn fields<'s>(schema: &Schema, fields: &'s [model::Field]) -> Vec<Field<'s>> {
    fields.iter().map(|it| Field::new(schema, it)).collect()
}

/// The names of fields at these places.
fn names<'s>(model: &'s model::Model, places: &[usize]) -> Vec<&'s str> {
    places
        .iter()
        .map(|&place| model.fields[place].name.as_str())
        .collect()
}
