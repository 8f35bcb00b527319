//! `keyloom generate`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use keyloom_generator::{Mode, write_files};

use super::input;
use super::output::{Color, FAULTS, misuse};
use super::package::Shape;

/// Generates a whole crate from a schema
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom generate blog.kdl --out blog-data\n  \
                  keyloom generate blog.kdl --out blog-data --check   # in CI: is it fresh?"
)]
pub(crate) struct Generate {
    /// The first file of the schema
    schema: PathBuf,
    /// The folder of the crate
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    shape: Shape,
    /// Change nothing; exit with 1 if the crate is not as it would be generated
    #[arg(long)]
    check: bool,
    /// Whether to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

impl Generate {
    pub(crate) fn run(self) -> ExitCode {
        let package = input::schema(&self.schema, self.color)
            .and_then(|schema| self.shape.package(&self.schema, &self.out, &schema));
        let package = match package {
            Ok(package) => package,
            Err(code) => return code,
        };
        let mode = if self.check { Mode::Check } else { Mode::Write };
        let changes = match write_files(&self.out, &package.files, mode) {
            Ok(changes) => changes,
            Err(error) => return misuse(&error.to_string()),
        };
        // A closed standard output is no fault of the schema.
        let mut out = io::stdout();
        let verb = if self.check { "stale" } else { "wrote" };
        for path in &changes.written {
            let _ = writeln!(out, "{verb} {}", path.display());
        }
        let verb = if self.check { "stale" } else { "removed" };
        for path in &changes.removed {
            let _ = writeln!(out, "{verb} {}", path.display());
        }
        if self.check && !changes.is_empty() {
            let _ = writeln!(io::stderr(), "run `{}` to make it fresh", package.command);
            return ExitCode::from(FAULTS);
        }
        let _ = writeln!(
            out,
            "{}: {} files, {} changed",
            self.out.display(),
            package.files.len(),
            changes.written.len() + changes.removed.len()
        );
        ExitCode::SUCCESS
    }
}
