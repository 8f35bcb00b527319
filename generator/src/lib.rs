//! x
mod emit;
pub mod model;
mod plan;
mod render;
pub use emit::{Options, generate_module};
pub use render::RenderError;
