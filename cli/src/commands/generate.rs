//! `keyloom generate`

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use keyloom_generator::{CrateOptions, Mode, Options, Runtime, generate_crate, write_files};

use super::input;
use super::output::{Color, misuse};

/// Generates a whole crate from a schema
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  keyloom generate blog.kdl --out blog-data\n  \
                        keyloom generate blog.kdl --out blog-data --check   # in CI: is it fresh?"
)]
pub(crate) struct Generate {
    /// The first file of the schema
    schema: PathBuf,
    /// The folder of the crate
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Depend on a local runtime instead of the published one
    #[arg(long, value_name = "PATH")]
    runtime_path: Option<PathBuf>,
    /// The name of the package; the schema's name unless given
    #[arg(long)]
    name: Option<String>,
    /// Leave out `Serialize` and `Deserialize`
    #[arg(long)]
    no_serde: bool,
    /// Change nothing; exit with 1 if the crate is not as it would be generated
    #[arg(long)]
    check: bool,
    /// Whether to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

impl Generate {
    pub(crate) fn run(self) -> ExitCode {
        let schema = match input::schema(&self.schema, self.color) {
            Ok(schema) => schema,
            Err(code) => return code,
        };
        let options = CrateOptions {
            code: Options {
                serde: !self.no_serde,
            },
            name: self
                .name
                .clone()
                .unwrap_or_else(|| schema.name.replace('_', "-")),
            runtime: match &self.runtime_path {
                None => Runtime::Registry,
                Some(path) => Runtime::Path(slashes(&relative_to(path, &self.out))),
            },
            schema: slashes(Path::new(self.schema.file_name().unwrap_or_default())),
            command: self.command(),
        };
        let files = match generate_crate(&schema, &options) {
            Ok(files) => files,
            Err(error) => return misuse(&error.to_string()),
        };
        let mode = if self.check { Mode::Check } else { Mode::Write };
        let changes = match write_files(&self.out, &files, mode) {
            Ok(changes) => changes,
            Err(error) => return misuse(&error.to_string()),
        };
        // A closed standard output is no fault of the schema.
        let mut out = io::stdout();
        let verb = if self.check { "stale" } else { "wrote" };
        for path in &changes.written {
            let _ = writeln!(out, "{verb} {}", path.display());
        }
        for path in &changes.removed {
            let _ = writeln!(
                out,
                "{} {}",
                if self.check { "stale" } else { "removed" },
                path.display()
            );
        }
        if self.check && !changes.is_empty() {
            let _ = writeln!(io::stderr(), "run `{}` to make it fresh", options.command);
            return ExitCode::FAILURE;
        }
        let _ = writeln!(
            out,
            "{}: {} files, {} changed",
            self.out.display(),
            files.len(),
            changes.written.len() + changes.removed.len()
        );
        ExitCode::SUCCESS
    }

    /// The command that makes the crate again, from the folder of the schema: the same wherever this one ran.
    fn command(&self) -> String {
        let folder = match self.schema.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let near = |path: &Path| quoted(&slashes(&relative_to(path, folder)));
        let schema = slashes(Path::new(self.schema.file_name().unwrap_or_default()));
        let mut command = format!(
            "keyloom generate {} --out {}",
            quoted(&schema),
            near(&self.out)
        );
        if let Some(path) = &self.runtime_path {
            command.push_str(" --runtime-path ");
            command.push_str(&near(path));
        }
        if let Some(name) = &self.name {
            command.push_str(" --name ");
            command.push_str(&quoted(name));
        }
        if self.no_serde {
            command.push_str(" --no-serde");
        }
        command
    }
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:".contains(character);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''").replace('\n', " "))
    }
}

fn slashes(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// `path`, seen from the crate's folder; absolute where neither folder can be found.
fn relative_to(path: &Path, folder: &Path) -> PathBuf {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = fs::canonicalize(path).unwrap_or_else(|_| absolute(path));
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| absolute(folder));
    let shared = path
        .components()
        .zip(folder.components())
        .take_while(|(left, right)| left == right)
        .count();
    let up = folder
        .components()
        .skip(shared)
        .map(|_| PathBuf::from(".."));
    let relative: PathBuf = up
        .chain(
            path.components()
                .skip(shared)
                .map(|part| PathBuf::from(part.as_os_str())),
        )
        .collect();
    if relative == Path::new("") {
        PathBuf::from(".")
    } else {
        relative
    }
}
