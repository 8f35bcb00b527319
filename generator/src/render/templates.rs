//! The templates, filled in with a plan.

use askama::Template;

use crate::plan::{Doc, Root, Table};

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

/// Where a generated file comes from: its first lines.
#[derive(Debug)]
pub(crate) struct Origin<'a> {
    /// What every generated file says in its first line.
    pub(crate) mark: &'static str,
    /// The schema's name.
    pub(crate) schema: &'a str,
    /// The command that makes the file again.
    pub(crate) command: &'a str,
}

/// The file of a table.
#[derive(Template)]
#[template(path = "file.jinja", escape = "none")]
pub(super) struct FileTemplate<'a> {
    pub(super) origin: &'a Origin<'a>,
    pub(super) docs: Doc,
    pub(super) items: String,
}

/// `src/lib.rs`.
#[derive(Template)]
#[template(path = "library.jinja", escape = "none")]
pub(super) struct LibraryTemplate<'a> {
    pub(super) origin: &'a Origin<'a>,
    pub(super) library: &'a Library,
}

/// What `src/lib.rs` declares.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) docs: Doc,
    /// Modules of computed parts, written by hand.
    pub(crate) functions: Vec<String>,
    pub(crate) tables: Vec<TableFile>,
    /// What stands beside the tables, formatted.
    pub(crate) items: String,
}

/// The file of a table's module.
#[derive(Debug)]
pub(crate) struct TableFile {
    pub(crate) module: String,
    pub(crate) file: String,
    /// Whether the file is not called like the module.
    pub(crate) is_odd: bool,
}

/// `Cargo.toml`.
#[derive(Template)]
#[template(path = "cargo.jinja", escape = "none")]
pub(super) struct ManifestTemplate<'a> {
    pub(super) origin: &'a Origin<'a>,
    pub(super) manifest: &'a Manifest,
}

/// What `Cargo.toml` says, each as TOML.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    pub(crate) rust_version: &'static str,
    pub(crate) description: String,
    pub(crate) runtime: String,
}
