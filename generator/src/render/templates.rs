//! The templates, filled in with a plan.

use askama::Template;

use crate::plan::{Root, Table};

/// What stands beside the tables.
#[derive(Template)]
#[template(path = "root.jinja", escape = "none")]
pub(super) struct RootTemplate<'a> {
    pub(super) root: &'a Root,
}

/// What stands in the module of a table.
#[derive(Template)]
#[template(path = "table.jinja", escape = "none")]
pub(super) struct TableTemplate<'a> {
    pub(super) table: &'a Table,
}
