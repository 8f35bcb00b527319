//! Index functions: one a table's key, one an index.

use super::{
    context::{Context, Scope},
    covered::CoveredName,
    descriptor::IndexStatic,
    docs::{Doc, code},
    names::{Taken, ident},
    paths::Walk,
    types::optional_type,
};
use crate::model::{Index, Model, ModelId, Part, PartSource};

/// Above this many arguments clippy asks for a reason.
const MANY_ARGUMENTS: usize = 7;

/// A function that makes a query.
#[derive(Debug)]
pub(crate) struct QueryFunction {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    /// Type parameters with their bounds.
    pub(crate) generics: Vec<String>,
    /// Arguments with their types.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) output: String,
    /// The static of the index; the key has none.
    pub(crate) index: Option<String>,
    pub(crate) has_many_arguments: bool,
}

/// An argument of a [`QueryFunction`].
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) ty: String,
}

/// What an argument of a query stands for.
struct Slot {
    name: String,
    ty: String,
}

impl Context<'_> {
    /// `by_key`
    pub(super) fn key_function(
        &self,
        id: ModelId,
        model: &Model,
        module_names: &Taken,
    ) -> QueryFunction {
        let scope = Scope::Table(id);
        let names: Vec<String> = model
            .key
            .iter()
            .map(|place| code(&model.fields[*place].name))
            .collect();
        let slots = model
            .key
            .iter()
            .map(|place| &model.fields[*place])
            .map(|field| Slot {
                name: field.name.clone(),
                ty: self.record_type(scope, Some(model), field),
            })
            .collect();
        let docs = Doc::sentence(format!(
            "By the key: {}. With a value for each part: one read.",
            names.join(", then ")
        ));
        query_function(
            docs,
            "by_key",
            slots,
            None,
            None,
            true,
            &model.name,
            module_names,
        )
    }

    /// The function of an index.
    pub(super) fn index_function(
        &self,
        id: ModelId,
        model: &Model,
        index: &Index,
        statik: &IndexStatic,
        covered: Option<&CoveredName>,
        module_names: &Taken,
    ) -> QueryFunction {
        let scope = Scope::Table(id);
        let slots = index
            .parts
            .iter()
            .map(|part| Slot {
                name: self.part_name(model, part),
                ty: self.part_type(scope, model, part),
            })
            .collect();
        query_function(
            self.index_doc(model, index),
            &index.name,
            slots,
            Some(statik.name.clone()),
            covered.map(|it| it.0.as_str()),
            index.unique,
            &model.name,
            module_names,
        )
    }

    /// The type of a part's value; a part that is the key has the model's newtype.
    pub(super) fn part_type(&self, scope: Scope, model: &Model, part: &Part) -> String {
        match &part.source {
            PartSource::Path(path) if path.steps.is_empty() && !part.each && !part.lower => {
                self.record_type(scope, Some(model), &model.fields[path.field])
            }
            _ => optional_type(self.scalar_type(scope, part.ty), part.optional),
        }
    }

    /// How a part is called as an argument, before it becomes an identifier.
    pub(super) fn part_name(&self, model: &Model, part: &Part) -> String {
        match &part.source {
            PartSource::Path(path) => Walk::new(self.schema, model, path).flat(),
            PartSource::Computed(place) => model.computed[*place].name.clone(),
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one private constructor with two callers above it"
)]
fn query_function(
    docs: Doc,
    name: &str,
    slots: Vec<Slot>,
    index: Option<String>,
    covered: Option<&str>,
    unique: bool,
    model: &str,
    module_names: &Taken,
) -> QueryFunction {
    let mut letters = letters(module_names);
    let mut taken = Taken::default();
    let mut generics = Vec::new();
    let mut arguments = Vec::new();
    let mut previous: Option<String> = None;
    let last = slots.len().saturating_sub(1);
    for (place, slot) in slots.into_iter().enumerate() {
        let bound = match &previous {
            None => format!("::keyloom::Span<{}>", slot.ty),
            Some(kind) => format!("::keyloom::SpanAfter<{kind}, {}>", slot.ty),
        };
        let argument = taken.fresh(&ident(&slot.name));
        // The kind of the last part matters only to a unique index, whose result says whether one record is meant.
        if place == last && !unique {
            arguments.push(Argument {
                name: argument,
                ty: format!("impl {bound}"),
            });
        } else {
            let letter = letters.next().unwrap_or_default();
            generics.push(format!("{letter}: {bound}"));
            previous = Some(format!("{letter}::Kind"));
            arguments.push(Argument {
                name: argument,
                ty: letter,
            });
        }
    }
    let kind = previous
        .filter(|_| unique)
        .map(|kind| format!("::keyloom::Unique<{kind}>"));
    let output = match (covered, kind) {
        (None, None) => format!("::keyloom::Query<{model}>"),
        (None, Some(kind)) => format!("::keyloom::Query<{model}, {kind}>"),
        (Some(covered), None) => {
            format!("::keyloom::Query<{model}, ::keyloom::Covering<{covered}>>")
        }
        (Some(covered), Some(kind)) => {
            format!("::keyloom::Query<{model}, ::keyloom::Covering<{covered}, {kind}>>")
        }
    };
    QueryFunction {
        docs,
        name: ident(name),
        generics,
        has_many_arguments: arguments.len() > MANY_ARGUMENTS,
        arguments,
        output,
        index,
    }
}

/// Names for type parameters that no type of the module has: `A`, `B`, …, then `A1`, ….
fn letters(module_names: &Taken) -> impl Iterator<Item = String> {
    let plain = ('A'..='Z').map(String::from);
    let numbered = (1_u32..).map(|number| format!("A{number}"));
    plain.chain(numbered).filter(|name| !module_names.has(name))
}
