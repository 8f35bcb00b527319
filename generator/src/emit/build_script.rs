//! The door for build scripts: `compile("schema.kdl")`.

use std::{
    env, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::{ExitCode, Termination},
};

use super::{Options, files::write_if_changed, generate_module};
use crate::{
    Checked, check,
    diagnostics::{Human, human},
};

/// How a build script's generation ended. Returned from `main`, it makes a fault fail the build with its diagnostics, without
/// a panic.
#[derive(Debug)]
#[must_use = "return it from `main`, so that a fault fails the build"]
pub struct Outcome(Result<PathBuf, String>);

impl Outcome {
    /// The file that was generated, or what is to be printed.
    pub fn into_result(self) -> Result<PathBuf, String> {
        self.0
    }
}

impl Termination for Outcome {
    fn report(self) -> ExitCode {
        match self.0 {
            Ok(_) => ExitCode::SUCCESS,
            Err(text) => {
                // Nobody is left to tell if standard error is closed.
                let _ = writeln!(io::stderr(), "{}", text.trim_end());
                ExitCode::FAILURE
            }
        }
    }
}

/// Generates `OUT_DIR/NAME.rs` from a schema, where `NAME` is what the schema calls itself; for build scripts.
///
/// The path is relative to the package. `keyloom::include_schema!("NAME")` brings the module into the program. Prints the
/// `rerun-if-changed` line of every file that was read; writes only if the text differs.
pub fn compile(schema: impl AsRef<Path>) -> Outcome {
    Config::new(schema).compile()
}

/// [`compile`] with options.
#[derive(Debug, Clone)]
#[must_use = "options do nothing until `compile`"]
pub struct Config {
    schema: PathBuf,
    out: Option<PathBuf>,
    options: Options,
}

impl Config {
    /// For the schema at this path, relative to the package.
    pub fn new(schema: impl AsRef<Path>) -> Self {
        Self {
            schema: schema.as_ref().to_owned(),
            out: None,
            options: Options::default(),
        }
    }

    /// Whether records derive `Serialize` and `Deserialize`; on unless turned off. Half of the compile time of large schemas
    /// goes into these.
    pub const fn serde(mut self, serde: bool) -> Self {
        self.options.serde = serde;
        self
    }

    /// Writes into this folder instead of `OUT_DIR`.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out = Some(folder.into());
        self
    }

    /// Generates the module.
    pub fn compile(&self) -> Outcome {
        Outcome(self.run())
    }

    fn run(&self) -> Result<PathBuf, String> {
        let out = match &self.out {
            Some(folder) => folder.clone(),
            None => env::var_os("OUT_DIR").map(PathBuf::from).ok_or(
                "error: OUT_DIR is not set: call `keyloom_generator::compile` from a build script, or give `out_dir`",
            )?,
        };
        let root = self.schema.display().to_string();
        // Watched even if it cannot be read, so that making the file builds again.
        println!("cargo::rerun-if-changed={root}");
        let checked = check(&root, |file| fs::read_to_string(file))
            .map_err(|error| format!("error: `{root}` cannot be read: {error}"))?;
        for source in checked.sources.iter().filter(|source| source.name != root) {
            println!("cargo::rerun-if-changed={}", source.name);
        }
        let Some(schema) = &checked.schema else {
            return Err(report(&checked));
        };
        for warning in report(&checked).lines().filter(|line| !line.is_empty()) {
            println!("cargo::warning={warning}");
        }
        let text = generate_module(schema, self.options).map_err(|error| error.to_string())?;
        let file = out.join(format!("{}.rs", schema.name));
        write_if_changed(&file, &text).map_err(|error| format!("error: {error}"))?;
        Ok(file)
    }
}

/// The diagnostics for people, without colours: cargo shows them as they are.
fn report(checked: &Checked) -> String {
    human(&checked.sources, &checked.diagnostics, Human::default())
}
