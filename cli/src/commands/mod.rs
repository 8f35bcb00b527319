//! The commands. Exit codes: 0 if all is well, 1 if the schema has faults, 2 if the command was used wrongly.

pub(crate) mod breaking;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod generate;
pub(crate) mod graph;
pub(crate) mod input;
pub(crate) mod language;
pub(crate) mod lsp;
pub(crate) mod new;
pub(crate) mod output;
pub(crate) mod package;
pub(crate) mod replace;
pub(crate) mod schema;
pub(crate) mod store;
pub(crate) mod transfer;
pub(crate) mod unified;
