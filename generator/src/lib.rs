//! Turns a KDL schema into a typed Rust data-access crate over a transactional key-value store.
//!
//! Text goes through `syntax` (a tree with spans) and `check` (a [`model::Schema`]) to `plan` (every name and type of the
//! generated code) and `render` (templates, then formatted Rust). Two doors stand around this core: [`compile`] for build
//! scripts, and [`generate_crate`] for the command line. A build script of several schemas collects their outcomes into one
//! [`Outcome`].
//!
//! **Invariant:** generation is a pure function of the schema's text and the options: same input, same bytes.
#![forbid(unsafe_code)]

mod breaking;
mod check;
mod checked;
pub mod diagnostics;
pub mod editor;
mod emit;
mod format;
pub mod language;
pub mod model;
mod plan;
mod render;
pub mod source;
mod syntax;
pub use breaking::{Breaking, breaking};
pub use checked::{Checked, check, check_text};
pub use emit::{
    Changes, Config, CrateError, CrateOptions, GeneratedFile, Mode, Options, Outcome, Runtime,
    WriteError, compile, generate_crate, generate_module, toml_string, write_files,
};
pub use format::{Refused, format};
pub use render::RenderError;
