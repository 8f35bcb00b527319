//! Counts: a static, the statement that says what a record counts for, and a function each.

use super::{
    context::{Context, Scope},
    descriptor::IndexStatic,
    docs::Doc,
    entries::EntryStatement,
    literals,
    names::{Taken, ident},
};
use crate::model::{Count, Include, Index, Model, ModelId};

/// A count of a table.
#[derive(Debug)]
pub(crate) struct CountPlan {
    /// Its static, which is that of an index without entries.
    pub(crate) statik: IndexStatic,
    pub(crate) statement: EntryStatement,
    pub(crate) docs: Doc,
    pub(crate) name: String,
    pub(crate) arguments: Vec<CountArgument>,
}

/// An argument of a count's function.
#[derive(Debug)]
pub(crate) struct CountArgument {
    pub(crate) name: String,
    /// The type of the part, without the trait that the argument has.
    pub(crate) ty: String,
}

/// A count as an index that has its parts and its condition.
fn as_index(count: &Count) -> Index {
    Index {
        name: count.name.clone(),
        docs: count.docs.clone(),
        unique: false,
        nulls_equal: false,
        parts: count.parts.clone(),
        condition: count.condition.clone(),
        include: Include::None,
        was: Vec::new(),
    }
}

/// The names of the statics of a model's counts.
pub(super) fn statics(model: &Model, taken: &mut Taken) -> Vec<String> {
    let name = |count: &Count| taken.fresh(&format!("__COUNT_{}", count.name.to_uppercase()));
    model.counts.iter().map(name).collect()
}

impl Context<'_> {
    pub(super) fn counts(&self, id: ModelId, model: &Model) -> Vec<CountPlan> {
        let counts = model.counts.iter().enumerate();
        counts
            .map(|(place, count)| self.count(id, model, place, count))
            .collect()
    }

    fn count(&self, id: ModelId, model: &Model, place: usize, count: &Count) -> CountPlan {
        let (scope, index) = (Scope::Table(id), as_index(count));
        let name = self.count_static(id, place).to_owned();
        let mut statik = self.index_static(scope, model, &index, place, name.clone());
        let definition = self.schema.definition(model, &index);
        let definition = definition.strip_prefix("index").unwrap_or(&definition);
        statik.definition = literals::string(&format!("count{definition}"));
        let mut taken = Taken::default();
        let arguments = index.parts.iter().map(|part| CountArgument {
            name: taken.fresh(&ident(&self.part_name(model, part))),
            ty: self.part_type(scope, model, part),
        });
        CountPlan {
            arguments: arguments.collect(),
            statement: self.entry(scope, model, &index, &name),
            docs: self.count_doc(model, &index),
            name: ident(&count.name),
            statik,
        }
    }

    /// What a count says, and what it costs.
    fn count_doc(&self, model: &Model, index: &Index) -> Doc {
        let of = if index.parts.is_empty() {
            format!("How many records `{}` has, exactly.", model.table)
        } else {
            format!(
                "How many records have this value, exactly. {}",
                self.order_text(model, index)
            )
        };
        let text = format!("{of} One short scan, whatever the number.");
        let doc = if index.docs.0.is_empty() {
            Doc::sentence(text)
        } else {
            Doc::of(&index.docs, String::new).paragraph(text)
        };
        match &index.condition {
            None => doc,
            Some(condition) => doc.paragraph(format!(
                "Counts only records where {}.",
                self.condition_text(model, condition)
            )),
        }
    }
}
