//! A plan as Rust text, formatted.
//!
//! **Invariant:** text leaves here only if it parses as Rust.

mod error;
mod pretty;
mod templates;

pub use error::RenderError;
pub(crate) use templates::{Library, Manifest, Origin, TableFile};

use askama::Template;

use crate::plan::{Plan, Table};
use templates::{FileTemplate, LibraryTemplate, ManifestTemplate, RootTemplate, TableTemplate};

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
    let head = format!(
        "{}#[allow(dead_code, unused_imports)]\npub mod {}",
        plan.root.docs, plan.root.module
    );
    Ok(pretty::module(&head, &body))
}

/// The file of a table in a crate.
pub(crate) fn table_file(origin: &Origin<'_>, table: &Table) -> Result<String, RenderError> {
    let template = FileTemplate {
        origin,
        docs: table.docs.inner(),
        items: table_items(table)?,
    };
    whole(&table.name, &template)
}

/// The root file of a crate.
pub(crate) fn library(origin: &Origin<'_>, library: &Library) -> Result<String, RenderError> {
    whole("src/lib.rs", &LibraryTemplate { origin, library })
}

/// The manifest of a crate.
pub(crate) fn manifest(origin: &Origin<'_>, manifest: &Manifest) -> Result<String, RenderError> {
    whole("Cargo.toml", &ManifestTemplate { origin, manifest })
}

/// A file: it ends with one line end.
fn whole(what: &str, template: &impl Template) -> Result<String, RenderError> {
    let mut text = filled(what, template)?;
    text.truncate(text.trim_end().len());
    text.push('\n');
    Ok(text)
}

fn formatted(what: &str, template: &impl Template) -> Result<String, RenderError> {
    pretty::items(what, &filled(what, template)?)
}

fn filled(what: &str, template: &impl Template) -> Result<String, RenderError> {
    template.render().map_err(|fault| RenderError {
        what: what.to_owned(),
        message: fault.to_string(),
    })
}
