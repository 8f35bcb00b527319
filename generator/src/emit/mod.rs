//! The doors around the generator: a module for a build script, a whole crate for the command line.

mod build_script;
mod files;
mod module;
mod package;

pub use build_script::{Config, Outcome, compile};
pub use files::{Changes, GeneratedFile, Mode, WriteError, write_files};
pub use module::{Options, generate_module};
pub use package::{CrateError, CrateOptions, Runtime, generate_crate, toml_string};
