//! `keyloom check`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::input;
use super::output::{Color, FAULTS, Format, print};

/// Checks a schema, and what it imports
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  keyloom check schema.kdl\n  \
                  keyloom check schema.kdl --format github   # in CI: annotations of a pull request\n  \
                  keyloom check schema.kdl --format json     # for programs\n\n\
                  Exit codes: 0 no errors, 1 errors, 2 wrong use or a file that cannot be read.")]
pub(crate) struct Check {
    /// The first file of the schema
    file: PathBuf,
    /// How to print what is wrong
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Whether to use colours in the human form
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

impl Check {
    pub(crate) fn run(self) -> ExitCode {
        let name = self.file.display().to_string();
        let checked = match input::check(&self.file) {
            Ok(checked) => checked,
            Err(code) => return code,
        };
        if print(&checked, self.format, self.color).is_err() {
            return ExitCode::from(FAULTS);
        }
        let Some(schema) = &checked.schema else {
            return ExitCode::from(FAULTS);
        };
        if self.format == Format::Human {
            let fields: usize = schema.models.iter().map(|model| model.fields.len()).sum();
            let indexes: usize = schema.models.iter().map(|model| model.indexes.len()).sum();
            let counts = [
                (schema.models.len(), "model", "models"),
                (fields, "field", "fields"),
                (indexes, "index", "indexes"),
            ]
            .map(|(number, one, several)| {
                format!("{number} {}", if number == 1 { one } else { several })
            });
            // A closed standard output is no fault of the schema.
            let _ = writeln!(
                io::stdout(),
                "{name}: schema `{}` is fine: {}",
                schema.name,
                counts.join(", ")
            );
        }
        ExitCode::SUCCESS
    }
}
