//! `keyloom graph`

mod diagram;
mod layers;
mod layout;
mod mermaid;
mod svg;
mod tangle;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use self::diagram::Diagram;
use super::input;
use super::output::{Color, misuse, write};

/// Draws the models of a schema with their fields, keys and relations
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom graph blog.kdl --out blog.svg     # a picture, for light and dark pages\n  \
                  keyloom graph blog.kdl                    # Mermaid, for a README on GitHub\n\n\
                  Relations have crow's feet: a fork is many, a bar is one, a circle is none."
)]
pub(crate) struct Graph {
    /// The first file of the schema
    schema: PathBuf,
    /// The form; `svg` if the file ends in `.svg`, else `mermaid`
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Whether to use colours in diagnostics
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

/// A form of the diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Text that GitHub and others draw
    Mermaid,
    /// A picture
    Svg,
}

impl Graph {
    pub(crate) fn run(self) -> ExitCode {
        let schema = match input::schema(&self.schema, self.color) {
            Ok(schema) => schema,
            Err(code) => return code,
        };
        let diagram = Diagram::new(&schema);
        let text = match self.form() {
            Form::Mermaid => mermaid::write(&diagram),
            Form::Svg => svg::write(&diagram, &layout::place(&diagram)),
        };
        let Some(file) = &self.out else {
            return write(&text);
        };
        match fs::write(file, text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => misuse(&format!("`{}` cannot be written: {error}", file.display())),
        }
    }

    fn form(&self) -> Form {
        let picture = self
            .out
            .as_ref()
            .and_then(|file| file.extension())
            .is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
        self.format
            .unwrap_or(if picture { Form::Svg } else { Form::Mermaid })
    }
}
