//! `keyloom new`

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use heck::{ToKebabCase, ToSnakeCase, ToUpperCamelCase};
use keyloom_generator::{check_text, language, toml_string};

use super::output::misuse;
use super::package::{quoted, relative_to, slashes};

/// The files of a project, with `{…}` where something is filled in.
const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        include_str!("../../templates/new/Cargo.toml.txt"),
    ),
    ("build.rs", include_str!("../../templates/new/build.rs.txt")),
    (
        "schema.kdl",
        include_str!("../../templates/new/schema.kdl.txt"),
    ),
    (
        "src/main.rs",
        include_str!("../../templates/new/main.rs.txt"),
    ),
    (
        "README.md",
        include_str!("../../templates/new/README.md.txt"),
    ),
    (
        ".gitignore",
        include_str!("../../templates/new/gitignore.txt"),
    ),
];

/// The model of a new project: the first whose names do not meet the project's own.
const MODELS: &[(&str, &str)] = &[("Note", "notes"), ("Task", "tasks")];

/// Starts a project that builds and runs at once
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom new address-book && cd address-book && cargo run\n  \
                  keyloom new shop --dir services/shop\n  \
                  keyloom new shop --keyloom-path ../keyloom   # on a checkout of Keyloom"
)]
pub(crate) struct New {
    /// The name of the package; the schema is called like it
    name: String,
    /// The folder, which may not hold anything yet; called like the package unless given
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Depend on a checkout of Keyloom instead of the published crates
    #[arg(long, value_name = "PATH")]
    keyloom_path: Option<PathBuf>,
}

impl New {
    pub(crate) fn run(self) -> ExitCode {
        if let Some(fault) = name_fault(&self.name) {
            return misuse(&fault);
        }
        let folder = self
            .dir
            .clone()
            .unwrap_or_else(|| PathBuf::from(&self.name));
        if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
            let folder = folder.display();
            return misuse(&format!(
                "`{folder}` is not empty: name another folder with `--dir`"
            ));
        }
        if let Some(path) = &self.keyloom_path
            && !path.join("runtime/Cargo.toml").is_file()
        {
            let path = path.display();
            return misuse(&format!(
                "`{path}` is no checkout of Keyloom: there is no `runtime/Cargo.toml` in it"
            ));
        }
        match self.write(&folder) {
            Ok(()) => {
                // A closed standard output is no fault of the project.
                let _ = writeln!(
                    io::stdout(),
                    "made the project `{}`; next: cd {} && cargo run",
                    self.name,
                    quoted(&folder.display().to_string())
                );
                ExitCode::SUCCESS
            }
            Err((path, error)) => {
                misuse(&format!("`{}` cannot be written: {error}", path.display()))
            }
        }
    }

    fn write(&self, folder: &Path) -> Result<(), (PathBuf, io::Error)> {
        fs::create_dir_all(folder).map_err(|error| (folder.to_owned(), error))?;
        let (model, table) = self.model();
        let (runtime, generator) = self.dependencies(folder);
        let values = [
            ("{package}", self.name.clone()),
            ("{folder}", format!("{}-data", self.name.to_kebab_case())),
            ("{schema}", self.name.to_snake_case()),
            ("{Store}", self.name.to_upper_camel_case()),
            ("{Model}", model.to_owned()),
            ("{model}", model.to_lowercase()),
            ("{table}", table.to_owned()),
            ("{runtime}", runtime),
            ("{generator}", generator),
            ("{rust}", env!("CARGO_PKG_RUST_VERSION").to_owned()),
            ("{workspace}", workspace(folder).to_owned()),
        ];
        for (name, template) in FILES {
            let mut text = (*template).to_owned();
            for (place, value) in &values {
                text = text.replace(place, value);
            }
            let path = folder.join(name);
            path.parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| fs::write(&path, text))
                .map_err(|error| (path, error))?;
        }
        Ok(())
    }

    /// The model and its table.
    fn model(&self) -> (&'static str, &'static str) {
        let schema = self.name.to_snake_case();
        let fits = |(model, table): &&(&str, &str)| {
            let text = format!(
                "schema {schema}\nmodel {model} table={table} {{ fields {{ id uuid }}; key id }}\n"
            );
            *table != schema && check_text("schema.kdl", &text).schema.is_some()
        };
        MODELS.iter().find(fits).copied().unwrap_or(MODELS[0])
    }

    /// The values of the two dependencies.
    fn dependencies(&self, folder: &Path) -> (String, String) {
        let Some(path) = &self.keyloom_path else {
            let version = toml_string(env!("CARGO_PKG_VERSION"));
            return (version.clone(), version);
        };
        let path = slashes(&relative_to(path, folder));
        let local = |name: &str| format!("{{ path = {} }}", toml_string(&format!("{path}/{name}")));
        (local("runtime"), local("generator"))
    }
}

/// What is wrong with the name of a package.
fn name_fault(name: &str) -> Option<String> {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    let taken = [
        "test",
        "keyloom",
        "tokio",
        "std",
        "core",
        "alloc",
        "proc-macro",
    ];
    if !plain {
        let meant = name.to_kebab_case();
        let help = if meant.starts_with(|c: char| c.is_ascii_lowercase()) && meant.is_ascii() {
            format!("write `{meant}`")
        } else {
            "write small letters, digits and `-`, as in `address-book`".to_owned()
        };
        return Some(format!("`{name}` is not a name of a package: {help}"));
    }
    let schema = name.to_snake_case();
    if language::KEYWORDS.contains(&schema.as_str())
        || language::KEPT_BY_RUST.contains(&schema.as_str())
        || taken.contains(&name)
    {
        return Some(format!(
            "Rust keeps the name `{name}`: write another one, as in `my-{name}`"
        ));
    }
    None
}

/// Within another workspace a project is one of its own, so that it builds at once.
fn workspace(folder: &Path) -> &'static str {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let outer = absolute
        .ancestors()
        .skip(1)
        .any(|outer| outer.join("Cargo.toml").is_file());
    if outer {
        "\n# Remove this if the package becomes a member of the workspace around it.\n[workspace]\n"
    } else {
        ""
    }
}
