//! The checked schema as what the templates print: every name, type, expression and comment, ready.
//!
//! **Invariant:** a template decides nothing. What depends on the schema is decided here, and a plan of the same schema
//! is always the same.

mod condition;
mod constructor;
mod context;
mod counts;
mod covered;
mod definition;
mod descriptor;
mod docs;
mod entries;
mod events;
mod literals;
pub(crate) mod names;
mod paths;
mod query;
mod record;
mod relations;
mod root;
mod table;
mod types;

pub(crate) use docs::Doc;
pub(crate) use names::Taken;
pub(crate) use root::Root;
pub(crate) use table::Table;

use context::Context;

use crate::model::{ModelId, Schema};

/// All of the generated code, before it is text.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) root: Root,
    pub(crate) tables: Vec<Table>,
}

impl Plan {
    /// Plans the code of a schema; `serde` is whether records derive serde's traits.
    pub(crate) fn new(schema: &Schema, serde: bool) -> Self {
        let context = Context::new(schema, serde);
        let tables: Vec<Table> = (0..schema.models.len())
            .map(|place| context.table(ModelId(place)))
            .collect();
        Self {
            root: context.root(&tables),
            tables,
        }
    }
}
