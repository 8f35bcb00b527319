//! The statements that say which index entries a record has.

use super::{
    context::{Context, Scope},
    descriptor::{IndexStatic, is_several},
    names::ident,
    paths::{self, Walk},
};
use crate::model::{Include, Index, Model, Part, PartSource, TypeKind};

/// The entries of one index.
#[derive(Debug)]
pub(crate) struct EntryStatement {
    /// The record has entries only if this holds.
    pub(crate) condition: Option<String>,
    /// What a loop goes through, an entry for each.
    pub(crate) each: Option<String>,
    /// The method that adds an entry.
    pub(crate) method: &'static str,
    pub(crate) index: String,
    pub(crate) parts: Vec<String>,
    /// Covered fields, for a method that takes them.
    pub(crate) covered: Option<Vec<String>>,
}

impl Context<'_> {
    pub(super) fn entries(
        &self,
        scope: Scope,
        model: &Model,
        statics: &[IndexStatic],
    ) -> Vec<EntryStatement> {
        model
            .indexes
            .iter()
            .zip(statics)
            .map(|(index, statik)| self.entry(scope, model, index, &statik.name))
            .collect()
    }

    pub(super) fn entry(
        &self,
        scope: Scope,
        model: &Model,
        index: &Index,
        name: &str,
    ) -> EntryStatement {
        let each = index
            .parts
            .iter()
            .find(|part| is_several(part))
            .map(|part| self.loop_over(model, part));
        let (method, covered) = match &index.include {
            Include::None | Include::Record => ("add", None),
            Include::Fields(fields) => {
                let fields = fields
                    .iter()
                    .map(|place| format!("&self.{}", ident(&model.fields[*place].name)))
                    .collect();
                ("covering", Some(fields))
            }
        };
        EntryStatement {
            condition: index
                .condition
                .as_ref()
                .map(|it| self.condition(scope, model, it)),
            each,
            method,
            index: name.to_owned(),
            parts: index
                .parts
                .iter()
                .map(|part| self.part_value(model, part))
                .collect(),
            covered,
        }
    }

    fn loop_over(&self, model: &Model, part: &Part) -> String {
        match &part.source {
            PartSource::Path(path) => {
                let walk = Walk::new(self.schema, model, path);
                let (to_list, _) = walk.split_at_list();
                paths::elements(to_list)
            }
            // An `Option` is iterable too, but rustc warns of a loop over one as it is.
            PartSource::Computed(place) => format!(
                "::std::iter::IntoIterator::into_iter({}(self))",
                model.computed[*place].function
            ),
        }
    }

    fn part_value(&self, model: &Model, part: &Part) -> String {
        match &part.source {
            PartSource::Computed(_) => "&each".to_owned(),
            PartSource::Path(path) => {
                let walk = Walk::new(self.schema, model, path);
                if !part.each {
                    return paths::borrow("self", &walk.0);
                }
                match walk.split_at_list().1 {
                    [] => "each".to_owned(),
                    rest => paths::borrow("each", rest),
                }
            }
        }
    }
}

impl<'a> Walk<'a> {
    /// The fields up to the list, and those within its elements.
    fn split_at_list(&self) -> (&[&'a crate::model::Field], &[&'a crate::model::Field]) {
        let list = self
            .0
            .iter()
            .position(|field| matches!(field.ty.kind, TypeKind::List(_)));
        self.0.split_at(list.map_or(self.0.len(), |at| at + 1))
    }
}
