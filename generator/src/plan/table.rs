//! The module of a table.

use super::{
    constructor::{Constructor, now_as},
    context::{Context, Scope},
    counts::CountPlan,
    covered::{Covered, covered_names},
    descriptor::Descriptor,
    docs::{Doc, a},
    entries::EntryStatement,
    events::{self, EventsPlan},
    names::{self, Taken, ident},
    query::QueryFunction,
    record::{Record, is_required},
    relations::{Clear, ReferenceStatic, RelationFunction},
};
use crate::model::{DefaultValue, Field, Include, Model, ModelId, Scalar, TypeKind};

/// Everything in the module of a table.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) docs: Doc,
    /// The module's name as an identifier.
    pub(crate) module: String,
    /// The table's name, as files are called.
    pub(crate) name: String,
    pub(crate) key: Option<KeyType>,
    pub(crate) record: Record,
    pub(crate) new: Record,
    pub(crate) constructor: Constructor,
    pub(crate) descriptor: Descriptor,
    pub(crate) model: ModelImpl,
    pub(crate) functions: Vec<QueryFunction>,
    pub(crate) references: Vec<ReferenceStatic>,
    pub(crate) relations: Vec<RelationFunction>,
    pub(crate) clears: Vec<Clear>,
    pub(crate) counts: Vec<CountPlan>,
    /// Whether a delete of a record looks at others.
    pub(crate) has_children: bool,
    pub(crate) covered: Vec<Covered>,
    pub(crate) events: Option<EventsPlan>,
    /// Whether an index covers the whole record.
    pub(crate) is_covered_record: bool,
}

/// The newtype of a key.
#[derive(Debug)]
pub(crate) struct KeyType {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    pub(crate) inner: String,
    pub(crate) is_copy: bool,
    pub(crate) is_uuid: bool,
    pub(crate) is_text: bool,
}

/// What `impl Model` says.
#[derive(Debug)]
pub(crate) struct ModelImpl {
    pub(crate) key_type: String,
    pub(crate) key: String,
    pub(crate) entries: Vec<EntryStatement>,
    /// The field of the optimistic lock.
    pub(crate) version: Option<String>,
    /// Fields with `on-update=now`.
    pub(crate) stamps: Vec<Stamp>,
    /// The place of the number that the store hands out.
    pub(crate) number: Option<String>,
}

/// A field with `on-update=now`.
#[derive(Debug)]
pub(crate) struct Stamp {
    pub(crate) field: String,
    /// Its new value, made from `now`.
    pub(crate) value: String,
}

impl Table {
    /// The names of the module that the root shows again; covered structs are decided there.
    pub(crate) fn exports(&self) -> Vec<&str> {
        let key = self.key.iter().map(|key| key.name.as_str());
        [self.record.name.as_str(), self.new.name.as_str()]
            .into_iter()
            .chain(key)
            .chain(self.events.iter().flat_map(EventsPlan::exports))
            .collect()
    }
}

impl Context<'_> {
    pub(super) fn table(&self, id: ModelId) -> Table {
        let model = self.schema.model(id);
        let scope = Scope::Table(id);
        let record_name = ident(&model.name);
        let mut module_names = Taken::from_iter([
            record_name.clone(),
            names::new_type(&model.name),
            names::key_type(&model.name),
        ]);
        for name in events::module_names(model) {
            module_names.take(name);
        }
        let covered_names = covered_names(model, &mut module_names);
        let descriptor = self.descriptor(id, model);
        let mut functions = vec![self.key_function(id, model, &module_names)];
        let mut covered = Vec::new();
        for ((index, statik), name) in model
            .indexes
            .iter()
            .zip(&descriptor.indexes)
            .zip(&covered_names)
        {
            functions.push(self.index_function(
                id,
                model,
                index,
                statik,
                name.as_ref(),
                &module_names,
            ));
            covered.extend(
                name.as_ref()
                    .and_then(|name| self.covered(id, model, index, name)),
            );
        }
        let model_impl = self.model_impl(id, model, &descriptor);
        Table {
            docs: Doc::sentence(format!(
                "The table `{}`: records of [`{record_name}`].",
                model.table
            )),
            module: ident(&model.table),
            name: model.table.clone(),
            key: self.key_newtype(id, model),
            record: self.model_record(scope, model, record_name),
            new: self.new_record(scope, model),
            constructor: self.constructor(id, model),
            events: self.events(id, model, &model_impl.key_type),
            model: model_impl,
            descriptor,
            functions,
            references: self.references(id, model),
            relations: self.relation_functions(id, model),
            clears: self.clears(id, model),
            counts: self.counts(id, model),
            has_children: self.has_children(id),
            covered,
            is_covered_record: model
                .indexes
                .iter()
                .any(|index| index.include == Include::Record),
        }
    }

    fn key_newtype(&self, id: ModelId, model: &Model) -> Option<KeyType> {
        let (_, scalar) = self.has_key_type(id).then(|| self.schema.key_owner(id))?;
        Some(KeyType {
            docs: Doc::sentence(format!("The key of {}.", a(&model.name))),
            name: ident(&names::key_type(&model.name)),
            inner: self.scalar_type(Scope::Table(id), scalar),
            is_copy: self.is_copy_scalar(scalar),
            is_uuid: scalar == Scalar::Uuid,
            is_text: scalar == Scalar::String,
        })
    }

    fn model_record(&self, scope: Scope, model: &Model, name: String) -> Record {
        let docs = Doc::of(&model.docs, || {
            format!("A record of the table `{}`.", model.table)
        });
        let fields = model
            .fields
            .iter()
            .map(|field| self.record_field(scope, Some(model), field))
            .collect();
        Record::new(docs, name, self.serde, fields)
    }

    fn new_record(&self, scope: Scope, model: &Model) -> Record {
        let docs = Doc::sentence(format!(
            "What {} cannot be made without; the rest gets the defaults of the schema.",
            a(&model.name)
        ));
        let required: Vec<&Field> = model.fields.iter().filter(|it| is_required(it)).collect();
        let fields = required
            .iter()
            .map(|field| self.record_field(scope, Some(model), field))
            .collect();
        Record {
            // Taken by value and read field by field: a record that could be copied should be.
            is_copy: required.iter().all(|field| self.is_copy(field.ty)),
            ..Record::new(docs, names::new_type(&model.name), false, fields)
        }
    }

    fn model_impl(&self, id: ModelId, model: &Model, descriptor: &Descriptor) -> ModelImpl {
        let scope = Scope::Table(id);
        let types: Vec<String> = model
            .key
            .iter()
            .map(|place| self.record_type(scope, Some(model), &model.fields[*place]))
            .collect();
        let values: Vec<String> = model
            .key
            .iter()
            .map(|place| &model.fields[*place])
            .map(|field| {
                let clone = if self.is_copy(field.ty) {
                    ""
                } else {
                    ".clone()"
                };
                format!("self.{}{clone}", ident(&field.name))
            })
            .collect();
        let version = model
            .fields
            .iter()
            .find(|field| field.ty.kind == TypeKind::Version);
        let stamps = model
            .fields
            .iter()
            .filter(|field| field.on_update_now)
            .map(|field| {
                let value = now_as(field, "now");
                Stamp {
                    field: ident(&field.name),
                    value: if field.ty.optional {
                        format!("Some({value})")
                    } else {
                        value
                    },
                }
            });
        let number = model
            .single_key()
            .filter(|key| key.default == Some(DefaultValue::Next));
        ModelImpl {
            key_type: tuple(&types),
            key: tuple(&values),
            entries: self.entries(scope, model, &descriptor.indexes),
            version: version.map(|field| ident(&field.name)),
            stamps: stamps.collect(),
            number: number.map(|field| format!("self.{}.0", ident(&field.name))),
        }
    }
}

/// One as itself, several as a tuple.
fn tuple(items: &[String]) -> String {
    match items {
        [only] => only.clone(),
        several => format!("({})", several.join(", ")),
    }
}
