//! The doors around the generator: a module for a build script, a whole crate for the command line.

mod module;

pub use module::{Options, generate_module};
