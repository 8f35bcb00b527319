//! A schema as one module.

use crate::{
    model::Schema,
    plan::Plan,
    render::{self, RenderError},
};

/// What may be chosen about generated code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether records derive `Serialize` and `Deserialize`; on unless turned off.
    pub serde: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { serde: true }
    }
}

/// The code of a schema as one module, `pub mod NAME { … }`.
pub fn generate_module(schema: &Schema, options: Options) -> Result<String, RenderError> {
    render::module(&Plan::new(schema, options.serde))
}
