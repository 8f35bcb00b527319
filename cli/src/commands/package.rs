//! A generated crate: how it is shaped, its files, and the command that makes it again.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser};
use keyloom_generator::model::Schema;
use keyloom_generator::{CrateOptions, GeneratedFile, Options, Runtime, generate_crate};

use super::output::misuse;

/// What may be chosen about a generated crate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct Shape {
    /// Depend on a local runtime instead of the published one
    #[arg(long, value_name = "PATH")]
    runtime_path: Option<PathBuf>,
    /// The name of the package; the schema's name unless given
    #[arg(long)]
    name: Option<String>,
    /// Leave out `Serialize` and `Deserialize`
    #[arg(long)]
    no_serde: bool,
}

/// A crate as it is generated.
pub(crate) struct Package {
    pub(crate) files: Vec<GeneratedFile>,
    /// What makes it again, from the folder of the schema.
    pub(crate) command: String,
}

/// The command in the head of a generated file.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Recorded {
    schema: PathBuf,
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    shape: Shape,
}

impl Shape {
    /// The shape that a crate was generated in, as its head says; `None` if it does not say.
    pub(crate) fn recorded(schema: &Path, out: &Path) -> Option<Self> {
        let manifest = fs::read_to_string(out.join("Cargo.toml")).ok()?;
        let line = manifest.lines().nth(1)?.trim_start_matches(['#', ' ']);
        let words = shlex::split(line.strip_prefix("keyloom generate ")?)?;
        let mut shape = Recorded::try_parse_from(words).ok()?.shape;
        shape.runtime_path = shape.runtime_path.map(|path| folder_of(schema).join(path));
        Some(shape)
    }

    /// The crate of a schema; the exit code if it cannot be one.
    pub(crate) fn package(
        &self,
        file: &Path,
        out: &Path,
        schema: &Schema,
    ) -> Result<Package, ExitCode> {
        let command = self.command(file, out);
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
                Some(path) => Runtime::Path(slashes(&relative_to(path, out))),
            },
            schema: slashes(Path::new(file.file_name().unwrap_or_default())),
            command: command.clone(),
        };
        let files = generate_crate(schema, &options).map_err(|error| misuse(&error.to_string()))?;
        Ok(Package { files, command })
    }

    /// The command that makes the crate again, from the folder of the schema: the same wherever this one ran.
    fn command(&self, file: &Path, out: &Path) -> String {
        let folder = folder_of(file);
        let near = |path: &Path| quoted(&slashes(&relative_to(path, folder)));
        let schema = slashes(Path::new(file.file_name().unwrap_or_default()));
        let mut command = format!("keyloom generate {} --out {}", quoted(&schema), near(out));
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

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// An argument as a shell takes it, on one line.
pub(crate) fn quoted(argument: &str) -> String {
    let line = argument.replace(['\n', '\r', '\0'], " ");
    let quoted = shlex::try_quote(&line).expect("a shell takes all but a zero byte");
    quoted.into_owned()
}

/// A path with `/` on every system.
pub(crate) fn slashes(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// `path`, seen from the crate's folder; absolute where neither folder can be found.
pub(crate) fn relative_to(path: &Path, folder: &Path) -> PathBuf {
    let absolute =
        |path: &Path| normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
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

/// A path without `..`, as far as it can be.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        if part != Component::ParentDir || !normal.pop() {
            normal.push(part);
        }
    }
    normal
}
