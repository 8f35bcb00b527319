//! x
mod check;
mod checked;
pub mod diagnostics;
mod emit;
pub mod model;
mod plan;
mod render;
pub mod source;
mod syntax;
pub use checked::{Checked, check, check_text};
pub use emit::{
    Changes, CrateError, CrateOptions, GeneratedFile, Mode, Options, Runtime, WriteError,
    generate_crate, generate_module, write_files,
};
pub use render::RenderError;
