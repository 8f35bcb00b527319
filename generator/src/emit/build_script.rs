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
    diagnostics::{Human, SHOWN, human},
    source,
};

/// How a build script's generation ended. Returned from `main`, it makes a fault fail the build with its diagnostics, without
/// a panic.
///
/// Outcomes of several schemas are collected into one, which shows the faults of all of them:
///
/// ```no_run
/// use keyloom_generator::{Outcome, compile};
///
/// fn main() -> Outcome {
///     ["blog.kdl", "shop.kdl"].into_iter().map(compile).collect()
/// }
/// ```
#[derive(Debug)]
#[must_use = "return it from `main`, so that a fault fails the build"]
pub struct Outcome(Result<Vec<PathBuf>, String>);

impl Outcome {
    /// The files that were generated, or what is to be printed.
    pub fn into_result(self) -> Result<Vec<PathBuf>, String> {
        self.0
    }
}

impl FromIterator<Self> for Outcome {
    fn from_iter<I: IntoIterator<Item = Self>>(outcomes: I) -> Self {
        let (mut files, mut faults) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            match outcome.0 {
                Ok(more) => files.extend(more),
                Err(text) => faults.push(text.trim_end().to_owned()),
            }
        }
        Self(if faults.is_empty() {
            Ok(files)
        } else {
            Err(faults.join("\n\n"))
        })
    }
}

/// Of what else a build script does, or the text that is to be printed.
impl From<Result<(), String>> for Outcome {
    fn from(outcome: Result<(), String>) -> Self {
        Self(outcome.map(|()| Vec::new()))
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
        Outcome(self.run().map(|file| vec![file]))
    }

    fn run(&self) -> Result<PathBuf, String> {
        let out = match &self.out {
            Some(folder) => folder.clone(),
            None => env::var_os("OUT_DIR").map(PathBuf::from).ok_or(
                "error: OUT_DIR is not set: call `keyloom_generator::compile` from a build script, or give `out_dir`",
            )?,
        };
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let names = Names::new(&package.unwrap_or_default());
        self.generate(&names, &out, &mut |line| println!("cargo::{line}"))
    }

    /// Generates the module; `tell` gets what Cargo is told.
    fn generate(
        &self,
        names: &Names,
        out: &Path,
        tell: &mut dyn FnMut(String),
    ) -> Result<PathBuf, String> {
        let root = names.shown(&self.schema);
        // Watched even if it cannot be read, so that making the file builds again.
        tell(format!("rerun-if-changed={}", names.watched(&root)));
        let checked = check(&root, |file| source::read(names.base.join(file)))
            .map_err(|error| format!("error: `{root}` cannot be read: {error}"))?;
        for source in checked.sources.iter().filter(|source| source.name != root) {
            tell(format!("rerun-if-changed={}", names.watched(&source.name)));
        }
        let Some(schema) = &checked.schema else {
            // Without colours: Cargo shows it as it is.
            let look = Human::default();
            return Err(human(&checked.sources, &checked.diagnostics, look));
        };
        for warning in warnings(&checked) {
            tell(format!("warning={warning}"));
        }
        let text = generate_module(schema, self.options).map_err(|error| error.to_string())?;
        let file = out.join(format!("{}.rs", schema.name));
        write_if_changed(&file, &text).map_err(|error| format!("error: {error}"))?;
        Ok(file)
    }
}

/// A line a warning: Cargo puts the name of the package before each line.
fn warnings(checked: &Checked) -> Vec<String> {
    let warnings = checked.diagnostics.len();
    let mut lines: Vec<String> = checked
        .diagnostics
        .iter()
        .take(SHOWN)
        .map(|it| {
            let source = checked.sources.get(it.span().file);
            let place = source.position(it.span().start);
            format!(
                "{}:{}:{}: {} [{}]: {}",
                source.name, place.line, place.column, it.message, it.code, it.help
            )
        })
        .collect();
    if warnings > SHOWN {
        let more = warnings - SHOWN;
        lines.push(format!("and {more} more: `keyloom check` shows them all"));
    }
    lines
}

/// How files are called: as the compiler does, from the root of the workspace, so that a place in a message can be opened.
struct Names {
    /// What names are relative to.
    base: PathBuf,
    /// The package, from there, with `/` at its end; empty if it is that folder.
    package: String,
}

impl Names {
    fn new(package: &Path) -> Self {
        let is_workspace = |folder: &Path| {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
            manifest.lines().any(|line| line.trim() == "[workspace]")
        };
        let root = package
            .ancestors()
            .find(|folder| is_workspace(folder))
            .unwrap_or(package);
        let below = package.strip_prefix(root).unwrap_or(Path::new(""));
        let mut below = slashes(below);
        if !below.is_empty() {
            below.push('/');
        }
        Self {
            base: root.to_owned(),
            package: below,
        }
    }

    /// The name of a file that the build script calls so.
    fn shown(&self, file: &Path) -> String {
        if file.is_absolute() {
            return slashes(file);
        }
        format!("{}{}", self.package, slashes(file))
    }

    /// The name by which Cargo watches a file: from the package.
    fn watched(&self, name: &str) -> String {
        match name.strip_prefix(&self.package) {
            Some(name) => name.to_owned(),
            None => slashes(&self.base.join(name)),
        }
    }
}

fn slashes(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::{Config, Names, Outcome};
    use std::fs;

    /// Generates for a package below a folder; the outcome, and what Cargo is told.
    fn generated(files: &[(&str, &str)], package: &str) -> (Result<(), String>, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        let names = Names::new(&folder.path().join(package));
        let mut told = Vec::new();
        let outcome =
            Config::new("schema.kdl").generate(&names, folder.path(), &mut |line| told.push(line));
        let root = folder.path().display().to_string();
        let told = told.iter().map(|line| line.replace(&root, "ROOT"));
        (outcome.map(|_| ()), told.collect())
    }

    const WRONG: &str = "schema a\nmodel M table=ms { fields { id uid }; key id }\n";
    const RIGHT: &str = "schema a\nimport \"../shared.kdl\"\nmodel M table=ms {\n    fields { id uuid; a string; b string }\n    \
                         key id\n    index by_a a\n    index by_b b\n}\n";

    #[test]
    fn a_place_in_a_message_is_named_from_the_root_of_the_workspace_as_the_compiler_does() {
        let manifest = ("Cargo.toml", "[workspace]\nmembers = [\"app\"]\n");
        let (outcome, told) = generated(&[manifest, ("app/schema.kdl", WRONG)], "app");
        let wanted = "error[S003]: unknown type `uid`\n --> app/schema.kdl:2:32\n  |\n\
                      2 | model M table=ms { fields { id uid }; key id }\n  |                                ^^^\n  \
                      = help: did you mean `uuid`?\n\n1 error; `keyloom explain S003` says more about the first\n";
        assert_eq!(outcome, Err(wanted.to_owned()));
        assert_eq!(told, ["rerun-if-changed=schema.kdl"]);
        let (outcome, _) = generated(&[("schema.kdl", WRONG)], "");
        assert_eq!(outcome, Err(wanted.replace("app/", "")));
    }

    #[test]
    fn a_warning_is_one_line_and_every_file_is_watched() {
        let files = [
            ("Cargo.toml", "[workspace]\n"),
            ("app/schema.kdl", RIGHT),
            ("shared.kdl", "enum E { x }\n"),
        ];
        let (outcome, told) = generated(&files, "app");
        assert_eq!(outcome, Ok(()));
        let help = "write `max=254`, or whatever is the longest; without it, a longer key is refused when it is written";
        let wanted = [
            "rerun-if-changed=schema.kdl".to_owned(),
            "rerun-if-changed=ROOT/shared.kdl".to_owned(),
            format!(
                "warning=app/schema.kdl:4:23: `a` has no `max=`, and is in a key [I005]: {help}"
            ),
            format!(
                "warning=app/schema.kdl:4:33: `b` has no `max=`, and is in a key [I005]: {help}"
            ),
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn outcomes_are_collected_into_one_with_every_fault_and_every_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("it can be written");
            Config::new(path).out_dir(folder.path())
        };
        let right = ["a", "b"].map(|name| {
            let text =
                format!("schema {name}\nmodel M table=ms {{ fields {{ id uuid }}; key id }}\n");
            config(&format!("{name}.kdl"), &text)
        });
        let wrong = ["c.kdl", "d.kdl"].map(|name| config(name, WRONG));
        let all = |configs: &[&Config]| {
            let outcomes = configs.iter().map(|config| config.compile());
            outcomes.collect::<Outcome>().into_result()
        };
        let fault = |config: &Config| {
            let fault = config.compile().into_result().expect_err("it is wrong");
            fault.trim_end().to_owned()
        };
        assert_eq!(
            all(&[&right[0], &right[1]]),
            Ok(["a.rs", "b.rs"].map(|file| folder.path().join(file)).into())
        );
        assert_eq!(
            all(&[&wrong[0], &right[0], &wrong[1]]),
            Err([fault(&wrong[0]), fault(&wrong[1])].join("\n\n"))
        );
        let outcomes = [Ok(()), Err("no `OUT_DIR`".to_owned())].map(Outcome::from);
        let outcome = outcomes.into_iter().collect::<Outcome>();
        assert_eq!(outcome.into_result(), Err("no `OUT_DIR`".to_owned()));
    }

    #[test]
    fn a_schema_that_cannot_be_read_is_watched_all_the_same() {
        let (outcome, told) = generated(&[], "");
        let wanted = "error: `schema.kdl` cannot be read: No such file or directory (os error 2)";
        assert_eq!(outcome, Err(wanted.to_owned()));
        assert_eq!(told, ["rerun-if-changed=schema.kdl"]);
    }
}
