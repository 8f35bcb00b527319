//! What is drawn: a box a model, an edge a reference.

use keyloom_generator::model::{
    Index, Model, OnDelete, PartSource, Relation, RelationKind, Schema,
};

/// Models and the references between them.
#[derive(Debug)]
pub(super) struct Diagram {
    /// The schema's name.
    pub(super) name: String,
    pub(super) entities: Vec<Entity>,
    pub(super) edges: Vec<Edge>,
}

/// A model.
#[derive(Debug)]
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) table: String,
    pub(super) rows: Vec<Row>,
}

/// A field.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) ty: String,
    /// It is in the key.
    pub(super) key: bool,
    /// It is, alone and without a condition, a unique index.
    pub(super) unique: bool,
    /// It refers to a record of another model.
    pub(super) reference: bool,
}

/// A `belongs-to` or a `references-many`.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) from: End,
    pub(super) to: End,
    /// The relation's name.
    pub(super) name: String,
    /// All that is known of it, in one line.
    pub(super) title: String,
    /// The store does not check it.
    pub(super) unchecked: bool,
}

/// Where an edge ends: at the row of a box.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) entity: usize,
    pub(super) row: usize,
    pub(super) number: Cardinality,
}

/// How many records may stand at the end of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cardinality {
    One,
    ZeroOrOne,
    ZeroOrMore,
}

impl Diagram {
    pub(super) fn new(schema: &Schema) -> Self {
        let models = schema.models.iter().enumerate();
        let edges = models.flat_map(|(at, model)| {
            let relations = model.relations.iter();
            relations.filter_map(move |relation| edge(schema, at, relation))
        });
        Self {
            name: schema.name.clone(),
            entities: schema.models.iter().map(|it| entity(schema, it)).collect(),
            edges: edges.collect(),
        }
    }
}

fn entity(schema: &Schema, model: &Model) -> Entity {
    let references = |place: usize| {
        model.relations.iter().any(|relation| match &relation.kind {
            RelationKind::BelongsTo { by, .. } => by.contains(&place),
            RelationKind::ReferencesMany { by } => *by == place,
            _ => false,
        })
    };
    let rows = model.fields.iter().enumerate().map(|(place, field)| Row {
        name: field.name.clone(),
        ty: schema.type_text(field.ty),
        key: model.key.contains(&place),
        unique: is_unique(model, &[place]),
        reference: references(place),
    });
    Entity {
        name: model.name.clone(),
        table: model.table.clone(),
        rows: rows.collect(),
    }
}

/// Whether at most one record has the same values of these fields.
fn is_unique(model: &Model, fields: &[usize]) -> bool {
    let covers = |index: &Index| {
        index.unique
            && index.condition.is_none()
            && index.parts.iter().all(|part| {
                matches!(&part.source, PartSource::Path(path)
                    if path.steps.is_empty() && !part.each && fields.contains(&path.field))
            })
    };
    model.key.iter().all(|place| fields.contains(place)) || model.indexes.iter().any(covers)
}

fn edge(schema: &Schema, at: usize, relation: &Relation) -> Option<Edge> {
    let model = &schema.models[at];
    let target = schema.model(relation.target);
    let (by, many_targets, on_delete) = match &relation.kind {
        RelationKind::BelongsTo { by, on_delete } => (by.clone(), false, Some(*on_delete)),
        RelationKind::ReferencesMany { by } => (vec![*by], true, None),
        _ => return None,
    };
    let optional = by.iter().any(|&place| model.fields[place].ty.optional);
    let names: Vec<&str> = by
        .iter()
        .map(|&place| model.fields[place].name.as_str())
        .collect();
    let action = on_delete.map_or_else(String::new, |it| format!(", on-delete={}", it.word()));
    let many_here = many_targets || !is_unique(model, &by);
    Some(Edge {
        from: End {
            entity: at,
            row: by[0],
            number: if many_here {
                Cardinality::ZeroOrMore
            } else {
                Cardinality::ZeroOrOne
            },
        },
        to: End {
            entity: relation.target.0,
            row: target.key[0],
            number: match (many_targets, optional) {
                (true, _) => Cardinality::ZeroOrMore,
                (false, true) => Cardinality::ZeroOrOne,
                (false, false) => Cardinality::One,
            },
        },
        name: relation.name.clone(),
        title: format!(
            "{}.{} by {} to {}{action}",
            model.name,
            relation.name,
            names.join(", "),
            target.name
        ),
        unchecked: on_delete == Some(OnDelete::Unchecked),
    })
}
