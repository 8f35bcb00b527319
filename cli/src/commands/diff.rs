//! `keyloom diff`

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use keyloom_generator::{Mode, write_files};

use super::input;
use super::output::{Color, FAULTS, misuse, put};
use super::package::{Package, Shape};
use super::unified::unified;

/// Shows what is stale or was edited by hand in a generated crate, as a unified diff
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom diff blog.kdl --out blog-data            # exit code 1 if anything differs\n  \
                  keyloom diff blog.kdl --out blog-data | patch -p0   # the same as `keyloom generate`"
)]
pub(crate) struct Diff {
    /// The first file of the schema
    schema: PathBuf,
    /// The folder of the crate
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    shape: Shape,
    /// Whether to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

impl Diff {
    pub(crate) fn run(self) -> ExitCode {
        // A crate says itself in which shape it was made.
        let shape = if self.shape == Shape::default() {
            Shape::recorded(&self.schema, &self.out).unwrap_or_default()
        } else {
            self.shape.clone()
        };
        let compared = input::schema(&self.schema, self.color)
            .and_then(|schema| shape.package(&self.schema, &self.out, &schema))
            .and_then(|package| self.compare(&package).map(|files| (files, package)));
        let (files, package) = match compared {
            Ok(compared) => compared,
            Err(code) => return code,
        };
        if files == 0 {
            return ExitCode::SUCCESS;
        }
        let differ = if files == 1 {
            "1 file differs".to_owned()
        } else {
            format!("{files} files differ")
        };
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(
            io::stderr(),
            "{differ}; `{}` makes the crate fresh",
            package.command
        );
        ExitCode::from(FAULTS)
    }

    /// Prints what differs; says in how many files.
    fn compare(&self, package: &Package) -> Result<usize, ExitCode> {
        let mut differing = 0;
        for file in &package.files {
            let path = self.out.join(&file.path);
            differing += usize::from(self.file(&path, Some(&file.text))?);
        }
        // A foreign file in the place of a generated one has been shown.
        let gone = write_files(&self.out, &package.files, Mode::Check)
            .map_or_else(|_| Vec::new(), |changes| changes.removed);
        for path in gone {
            differing += usize::from(self.file(&path, None)?);
        }
        Ok(differing)
    }

    /// Prints how a file differs from what is generated; `None` if it should not be there.
    fn file(&self, path: &Path, generated: Option<&str>) -> Result<bool, ExitCode> {
        let present = match fs::read(path) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let name = path.display();
                return Err(misuse(&format!("`{name}` cannot be read: {error}")));
            }
        };
        let name = path.display().to_string();
        let side = |there: bool| if there { name.as_str() } else { "/dev/null" };
        let names = (side(present.is_some()), side(generated.is_some()));
        // A checkout may have turned line ends.
        let present = present.unwrap_or_default().replace("\r\n", "\n");
        let color = self.color.on(io::stdout().is_terminal());
        let diff = unified(&present, generated.unwrap_or_default(), names, color);
        put(&diff)?;
        Ok(!diff.is_empty())
    }
}
