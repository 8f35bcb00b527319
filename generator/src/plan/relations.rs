//! Relations: the statics of references, the keys that a record refers to, and a function each.

use super::{
    context::{Context, Scope},
    descriptor::is_several,
    docs::{Doc, code, list},
    literals,
    names::{self, ident},
    paths,
};
use crate::model::{Index, Model, ModelId, OnDelete, PartSource, Relation, RelationKind};

/// The static of a `belongs-to` or `references-many`.
#[derive(Debug)]
pub(crate) struct ReferenceStatic {
    pub(crate) name: String,
    /// The relation's name as a string literal.
    pub(crate) relation: String,
    /// The fields that hold the key, each with whether it may be absent.
    pub(crate) by: Vec<String>,
    /// Path of the target's static.
    pub(crate) target: String,
    /// What else there is to say: the way back, and what a delete does.
    pub(crate) calls: Vec<String>,
    pub(crate) statement: ReferenceStatement,
}

/// The statement that says which keys a record refers to.
#[derive(Debug)]
pub(crate) struct ReferenceStatement {
    /// What a loop goes through, a key for each.
    pub(crate) each: Option<String>,
    pub(crate) parts: Vec<String>,
}

/// How a delete of its target empties a reference.
#[derive(Debug)]
pub(crate) struct Clear {
    /// The static of the reference.
    pub(crate) reference: String,
    /// The fields that become absent.
    pub(crate) fields: Vec<String>,
}

/// The function of a relation.
#[derive(Debug)]
pub(crate) struct RelationFunction {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    pub(crate) output: String,
    /// What makes the relation.
    pub(crate) call: String,
}

/// How the records that refer to a target are found.
enum WayBack {
    Key,
    /// By the place of the index.
    Index(usize),
}

/// Fields that hold keys of another model, of a relation that has such.
struct Reference<'a> {
    by: &'a [usize],
    is_list: bool,
    on_delete: OnDelete,
}

impl<'a> Reference<'a> {
    fn of(relation: &'a Relation) -> Option<Self> {
        match &relation.kind {
            RelationKind::BelongsTo { by, on_delete } => Some(Self {
                by,
                is_list: false,
                on_delete: *on_delete,
            }),
            RelationKind::ReferencesMany { by } => Some(Self {
                by: std::slice::from_ref(by),
                is_list: true,
                on_delete: OnDelete::Unchecked,
            }),
            RelationKind::HasOne { .. }
            | RelationKind::HasMany { .. }
            | RelationKind::HasManyThrough { .. } => None,
        }
    }

    /// The key or the index that leads back: the key needs no second read.
    fn way_back(&self, model: &Model) -> Option<WayBack> {
        let same_fields = |fields: &[usize]| {
            fields.len() == self.by.len() && self.by.iter().all(|field| fields.contains(field))
        };
        if model.key.starts_with(self.by) || same_fields(&model.key) {
            return Some(WayBack::Key);
        }
        let found = model.indexes.iter().position(|index| {
            let Some(fields) = self.plain_fields(index) else {
                return false;
            };
            fields.starts_with(self.by) || same_fields(&fields)
        });
        found.map(WayBack::Index)
    }

    /// The fields of an index that has an entry for each record, and each key it refers to; `None` for any other.
    fn plain_fields(&self, index: &Index) -> Option<Vec<usize>> {
        if index.condition.is_some() {
            return None;
        }
        let mut fields = Vec::with_capacity(index.parts.len());
        for (place, part) in index.parts.iter().enumerate() {
            let leads = place < self.by.len();
            if is_several(part) && !(leads && self.is_list && part.each) {
                return None;
            }
            match &part.source {
                PartSource::Path(path) if path.steps.is_empty() && !(leads && part.lower) => {
                    fields.push(path.field);
                }
                // Not a field of the record itself, so none of the reference's.
                _ if leads => return None,
                _ => fields.push(usize::MAX),
            }
        }
        let leads = &index.parts[0];
        (self.is_list == leads.each).then_some(fields)
    }
}

/// The names of the statics of a model's references, by the relation's place.
pub(super) fn statics(model: &Model, taken: &mut names::Taken) -> Vec<Option<String>> {
    let name = |relation: &Relation| {
        let plain = format!("__REF_{}", relation.name.to_uppercase());
        Reference::of(relation).map(|_| taken.fresh(&plain))
    };
    model.relations.iter().map(name).collect()
}

impl Context<'_> {
    /// The statics of a table's references.
    pub(super) fn references(&self, id: ModelId, model: &Model) -> Vec<ReferenceStatic> {
        let relations = model.relations.iter().enumerate();
        relations
            .filter_map(|(at, relation)| Some((at, relation, Reference::of(relation)?)))
            .map(|(at, relation, reference)| ReferenceStatic {
                name: self.reference_static(id, at).to_owned(),
                relation: literals::string(&relation.name),
                by: reference_fields(model, &reference),
                target: self.table_path(id, relation.target, "__TABLE"),
                calls: self.reference_calls(id, model, &reference),
                statement: reference_statement(model, &reference),
            })
            .collect()
    }

    fn reference_calls(
        &self,
        id: ModelId,
        model: &Model,
        reference: &Reference<'_>,
    ) -> Vec<String> {
        let back = match reference.way_back(model) {
            None => None,
            Some(WayBack::Key) => Some("by_key()".to_owned()),
            Some(WayBack::Index(at)) => {
                Some(format!("by_index({})", self.index_static_name(id, at)))
            }
        };
        let action = reference.on_delete;
        let action = (action != OnDelete::Unchecked).then(|| format!("{}()", action.word()));
        back.into_iter().chain(action).collect()
    }

    /// The references that a delete of their target empties.
    pub(super) fn clears(&self, id: ModelId, model: &Model) -> Vec<Clear> {
        let relations = model.relations.iter().enumerate();
        relations
            .filter_map(|(at, relation)| match &relation.kind {
                RelationKind::BelongsTo { by, on_delete } if *on_delete == OnDelete::Clear => {
                    let fields = by.iter().map(|place| &model.fields[*place]);
                    let optional = fields.filter(|field| field.ty.optional);
                    Some(Clear {
                        reference: self.reference_static(id, at).to_owned(),
                        fields: optional.map(|field| ident(&field.name)).collect(),
                    })
                }
                _ => None,
            })
            .collect()
    }

    /// Whether a delete of the model's records looks at others.
    pub(super) fn has_children(&self, id: ModelId) -> bool {
        let relations = self.schema.models.iter().flat_map(|model| &model.relations);
        relations
            .filter(|relation| relation.target == id)
            .filter_map(Reference::of)
            .any(|reference| reference.on_delete != OnDelete::Unchecked)
    }

    /// A static of a table's module, from the module of another.
    fn table_path(&self, from: ModelId, of: ModelId, name: &str) -> String {
        if from == of {
            return name.to_owned();
        }
        format!("super::{}::{name}", ident(&self.schema.model(of).table))
    }

    /// The functions of a table's relations.
    pub(super) fn relation_functions(&self, id: ModelId, model: &Model) -> Vec<RelationFunction> {
        let relations = model.relations.iter().enumerate();
        relations
            .map(|(at, relation)| {
                let (kind, call) = self.relation_call(id, at, relation);
                let target = self.record_path(id, relation.target);
                RelationFunction {
                    docs: self.relation_doc(id, model, relation),
                    name: ident(&relation.name),
                    output: format!("::keyloom::{kind}<{}, {target}>", ident(&model.name)),
                    call,
                }
            })
            .collect()
    }

    fn record_path(&self, from: ModelId, of: ModelId) -> String {
        let name = ident(&self.schema.model(of).name);
        if from == of {
            name
        } else {
            format!("super::{name}")
        }
    }

    fn relation_call(&self, id: ModelId, at: usize, relation: &Relation) -> (&'static str, String) {
        let of = |model: ModelId, at: usize| {
            self.table_path(id, model, self.reference_static(model, at))
        };
        let own = self.reference_static(id, at);
        match &relation.kind {
            RelationKind::BelongsTo { .. } => ("BelongsTo", format!("__rt::belongs_to(&{own})")),
            RelationKind::ReferencesMany { .. } => {
                ("References", format!("__rt::references_many(&{own})"))
            }
            RelationKind::HasOne { via } => (
                "HasOne",
                format!("__rt::has_one(&{})", of(relation.target, *via)),
            ),
            RelationKind::HasMany { via } => (
                "HasMany",
                format!("__rt::has_many(&{})", of(relation.target, *via)),
            ),
            RelationKind::HasManyThrough { join, via, to } => (
                "HasMany",
                format!("__rt::through(&{}, &{})", of(*join, *via), of(*join, *to)),
            ),
        }
    }

    /// What a relation function loads, in which order, and what it costs.
    fn relation_doc(&self, id: ModelId, model: &Model, relation: &Relation) -> Doc {
        let scope = Scope::Table(id);
        let target = self.model_link(scope, relation.target);
        let text = match &relation.kind {
            RelationKind::BelongsTo { by, .. } => {
                let names: Vec<String> = by
                    .iter()
                    .map(|place| code(&model.fields[*place].name))
                    .collect();
                let verb = if by.len() == 1 { "names" } else { "name" };
                format!(
                    "The {target} that {} {verb}. One batch.",
                    list(&names, "and")
                )
            }
            RelationKind::ReferencesMany { by } => format!(
                "Each {target} that {} names, in the order of the list. One batch.",
                code(&model.fields[*by].name)
            ),
            RelationKind::HasOne { via } => {
                let (back, _, cost) = self.back_text(scope, relation.target, *via);
                format!("The {target} whose {back} it is, if there is one. {cost}.")
            }
            RelationKind::HasMany { via } => {
                let (back, order, cost) = self.back_text(scope, relation.target, *via);
                format!("Each {target} whose {back} it is, {order}; 50 unless told. {cost}.")
            }
            RelationKind::HasManyThrough { join, via, to } => {
                let (back, order, cost) = self.back_text(scope, *join, *via);
                let far = code(&self.schema.model(*join).relations[*to].name);
                let join = self.model_link(scope, *join);
                let batch = if cost.contains("batch") {
                    ""
                } else {
                    " and one batch"
                };
                format!(
                    "The {far} of each {join} whose {back} it is, {order}; 50 unless told. {cost}{batch}."
                )
            }
        };
        if relation.docs.0.is_empty() {
            Doc::sentence(text)
        } else {
            Doc::of(&relation.docs, String::new).paragraph(text)
        }
    }

    /// The name of the relation that leads back, the order of what it finds, and what that costs.
    fn back_text(&self, scope: Scope, of: ModelId, via: usize) -> (String, String, &'static str) {
        let model = self.schema.model(of);
        let relation = &model.relations[via];
        let back = code(&relation.name);
        match Reference::of(relation).and_then(|it| it.way_back(model)) {
            Some(WayBack::Index(at)) => {
                let index = &model.indexes[at];
                let link = match scope {
                    // A raw identifier is no link of rustdoc.
                    _ if ident(&index.name) != index.name || ident(&model.table) != model.table => {
                        code(&index.name)
                    }
                    Scope::Table(own) if own == of => format!("[`{}`]", index.name),
                    _ => format!("[`{0}`](super::{1}::{0})", index.name, model.table),
                };
                let order = format!("in the order of {link}");
                (back, order, "One scan for each row, and one batch")
            }
            _ => (back, "in key order".to_owned(), "One scan for each row"),
        }
    }
}

fn reference_fields(model: &Model, reference: &Reference<'_>) -> Vec<String> {
    let field = |place: &usize| {
        let field = &model.fields[*place];
        let kind = if field.ty.optional {
            "optional"
        } else {
            "required"
        };
        format!("{kind} {}", literals::string(&field.name))
    };
    reference.by.iter().map(field).collect()
}

fn reference_statement(model: &Model, reference: &Reference<'_>) -> ReferenceStatement {
    if reference.is_list {
        let field = &model.fields[reference.by[0]];
        return ReferenceStatement {
            each: Some(paths::elements(&[field])),
            parts: vec!["each".to_owned()],
        };
    }
    let value = |place: &usize| paths::borrow("self", &[&model.fields[*place]]);
    ReferenceStatement {
        each: None,
        parts: reference.by.iter().map(value).collect(),
    }
}
