//! A plan as Rust text, formatted.
//!
//! **Invariant:** text leaves here only if it parses as Rust.

mod error;
mod pretty;
mod templates;

pub use error::RenderError;

use askama::Template;

use crate::plan::{Plan, Table};
use templates::{RootTemplate, TableTemplate};

/// The items of the root, without the tables' modules.
pub(crate) fn root_items(plan: &Plan) -> Result<String, RenderError> {
    let template = RootTemplate { root: &plan.root };
    formatted("the root module", &template)
}

/// The items of a table's module.
pub(crate) fn table_items(table: &Table) -> Result<String, RenderError> {
    let template = TableTemplate { table };
    formatted(&format!("the table `{}`", table.name), &template)
}

/// The whole code as one module: what `OUT_DIR` holds.
pub(crate) fn module(plan: &Plan) -> Result<String, RenderError> {
    let mut body = root_items(plan)?;
    for table in &plan.tables {
        let head = format!("{}pub mod {}", table.docs, table.module);
        body.push('\n');
        body.push_str(&pretty::module(&head, &table_items(table)?));
    }
    let head = format!("{}#[allow(dead_code, unused_imports)]\npub mod {}", plan.root.docs, plan.root.module);
    Ok(pretty::module(&head, &body))
}

fn formatted(what: &str, template: &impl Template) -> Result<String, RenderError> {
    let text = template.render().map_err(|fault| RenderError { what: what.to_owned(), message: fault.to_string() })?;
    pretty::items(what, &text)
}
