//! What a covering index holds: a struct, and how an entry is read into it.

use super::{
    context::{Context, Scope},
    docs::{Doc, a},
    names::{self, Taken, ident},
    record::{Record, RecordField},
    types::optional_type,
};
use crate::model::{Field, Include, Index, Model, ModelId, Part, PartSource};

/// The type that a covering index yields.
#[derive(Debug, Clone)]
pub(crate) struct CoveredName(pub(crate) String);

/// The struct of a covering index.
#[derive(Debug)]
pub(crate) struct Covered {
    pub(crate) record: Record,
    /// The name of the argument that is read from.
    pub(crate) row: String,
    /// What an entry holds, in its order.
    pub(crate) reads: Vec<RowRead>,
}

/// A value of an entry.
#[derive(Debug)]
pub(crate) struct RowRead {
    /// The field that it becomes; the others are skipped.
    pub(crate) field: Option<String>,
    /// The method of the row that reads or skips it.
    pub(crate) method: String,
}

impl Covered {
    /// Whether an entry holds nothing that is skipped, so that the struct can be read in place.
    pub(crate) fn is_plain(&self) -> bool {
        self.reads.iter().all(|read| read.field.is_some())
    }
}

/// The type that each index of a model yields, for the covering ones; the names are taken in the module.
pub(super) fn covered_names(model: &Model, module_names: &mut Taken) -> Vec<Option<CoveredName>> {
    model
        .indexes
        .iter()
        .map(|index| match index.include {
            Include::None => None,
            Include::Record => Some(CoveredName(ident(&model.name))),
            Include::Fields(_) => {
                let plain = names::pascal(&index.name);
                let name = if module_names.has(&plain) {
                    format!("{}{plain}", model.name)
                } else {
                    plain
                };
                Some(CoveredName(module_names.fresh(&ident(&name))))
            }
        })
        .collect()
}

impl Context<'_> {
    /// The struct of a covering index; one that covers the whole record has none.
    pub(super) fn covered(
        &self,
        id: ModelId,
        model: &Model,
        index: &Index,
        name: &CoveredName,
    ) -> Option<Covered> {
        let Include::Fields(included) = &index.include else {
            return None;
        };
        let scope = Scope::Table(id);
        let mut gathered = Gathered::default();
        for part in &index.parts {
            if is_plain(part) {
                let field = self.part_field(scope, model, part);
                let place = own_place(part);
                gathered.keep(place, field, "part");
            } else {
                gathered.skip("skip_part");
            }
        }
        for place in &model.key {
            if gathered.has(*place) {
                gathered.skip("skip_key");
            } else {
                let field = self.record_field(scope, Some(model), &model.fields[*place]);
                gathered.keep(Some(*place), field, "key");
            }
        }
        for place in included {
            let field: &Field = &model.fields[*place];
            if gathered.has(*place) {
                let ty = self.record_type(scope, Some(model), field);
                gathered.skip(&format!("skip_field::<{ty}>"));
            } else {
                gathered.keep(
                    Some(*place),
                    self.record_field(scope, Some(model), field),
                    "field",
                );
            }
        }
        let docs = Doc::sentence(format!(
            "What [`{}`] holds of {}.",
            link(&index.name),
            a(&model.name)
        ));
        let row = gathered
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect::<Taken>()
            .fresh("row");
        Some(Covered {
            record: Record::new(docs, name.0.clone(), false, gathered.fields),
            row,
            reads: gathered.reads,
        })
    }

    fn part_field(&self, scope: Scope, model: &Model, part: &Part) -> RecordField {
        if let Some(place) = own_place(part) {
            return self.record_field(scope, Some(model), &model.fields[place]);
        }
        let name = self.part_name(model, part);
        let field = match &part.source {
            PartSource::Path(path) => super::paths::Walk::new(self.schema, model, path).last(),
            PartSource::Computed(_) => {
                return computed_field(&name, self.scalar_type(scope, part.ty));
            }
        };
        RecordField {
            docs: self.field_doc(scope, None, field),
            name: ident(&name),
            label: name,
            ty: optional_type(self.scalar_type(scope, part.ty), part.optional),
            secret: field.secret,
        }
    }
}

fn computed_field(name: &str, ty: String) -> RecordField {
    RecordField {
        docs: Doc::sentence(format!("`{name}`, as computed.")),
        name: ident(name),
        label: name.to_owned(),
        ty,
        secret: false,
    }
}

/// The fields and reads of a covered struct, as they are found.
#[derive(Default)]
struct Gathered {
    fields: Vec<RecordField>,
    reads: Vec<RowRead>,
    places: Vec<usize>,
    names: Taken,
}

impl Gathered {
    fn has(&self, place: usize) -> bool {
        self.places.contains(&place)
    }

    fn keep(&mut self, place: Option<usize>, mut field: RecordField, method: &str) {
        field.name = self.names.fresh(&field.name);
        self.places.extend(place);
        self.reads.push(RowRead {
            field: Some(field.name.clone()),
            method: method.to_owned(),
        });
        self.fields.push(field);
    }

    fn skip(&mut self, method: &str) {
        self.reads.push(RowRead {
            field: None,
            method: method.to_owned(),
        });
    }
}

/// Whether the entry holds the value itself, rather than one made of it.
fn is_plain(part: &Part) -> bool {
    !part.each && !part.lower && matches!(part.source, PartSource::Path(_))
}

/// The field of the model that a part is, if it is one.
fn own_place(part: &Part) -> Option<usize> {
    match &part.source {
        PartSource::Path(path) if path.steps.is_empty() => Some(path.field),
        _ => None,
    }
}

/// A function's name as a link of rustdoc: its brackets tell it from a module of that name.
fn link(function: &str) -> String {
    format!("{function}()")
}
