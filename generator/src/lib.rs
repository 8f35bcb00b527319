//! x
mod emit;
pub mod model;
mod plan;
mod render;
pub use emit::{
    Changes, CrateError, CrateOptions, GeneratedFile, Mode, Options, Runtime, WriteError, generate_crate, generate_module,
    write_files,
};
pub use render::RenderError;
