//! A schema as a whole crate.

use std::{collections::BTreeSet, fmt};

use super::{
    Options,
    files::{GeneratedFile, MARK},
};
use crate::{
    model::Schema,
    plan::{Plan, Table, Taken},
    render::{self, Library, Manifest, Origin, RenderError, TableFile},
};

/// Names of modules that cannot be names of files in `src`: Cargo, rustc or an operating system takes them otherwise.
const NOT_FILES: &[&str] = &[
    "lib", "main", "mod", "aux", "con", "nul", "prn", "com1", "com2", "com3", "com4", "com5",
    "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8",
    "lpt9",
];

/// What a generated crate is called, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrateOptions {
    /// What may be chosen about the code.
    pub code: Options,
    /// The name of the package.
    pub name: String,
    /// Where the package finds the runtime.
    pub runtime: Runtime,
    /// The schema's name, for the header of each file.
    pub schema: String,
    /// The command that makes the crate again, for the header of each file.
    pub command: String,
}

/// Where a generated crate finds the runtime, `keyloom`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// In the registry, in the version that belongs to this generator.
    Registry,
    /// In a folder, relative to the crate's own.
    Path(String),
}

/// Why a schema cannot be a crate of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrateError {
    /// The generated text is no Rust.
    Render(RenderError),
    /// A computed part names a function that the crate has no place for.
    Computed {
        /// The model's table.
        table: String,
        /// The function as written in the schema.
        function: String,
    },
}

impl fmt::Display for CrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Render(fault) => fault.fmt(f),
            Self::Computed { table, function } => write!(
                f,
                "the computed part of `{table}` calls `{function}`, which a generated crate cannot hold: name a \
                 function in a module of its own, such as `crate::domains::of_user`, and write `src/domains.rs`; the \
                 module may not be called like a table, nor like a file of every crate or a device"
            ),
        }
    }
}

impl std::error::Error for CrateError {}

impl From<RenderError> for CrateError {
    fn from(fault: RenderError) -> Self {
        Self::Render(fault)
    }
}

/// The files of a crate that holds the code of a schema: `Cargo.toml`, `src/lib.rs`, and a file a table.
///
/// A computed part that calls `crate::MODULE::FUNCTION` makes the crate declare `mod MODULE`; its file is written by
/// hand and left alone.
pub fn generate_crate(
    schema: &Schema,
    options: &CrateOptions,
) -> Result<Vec<GeneratedFile>, CrateError> {
    let plan = Plan::new(schema, options.code.serde);
    let functions = function_modules(schema)?;
    let library = Library {
        docs: plan.root.docs.inner(),
        tables: table_files(&plan.tables, &functions),
        functions: functions.into_iter().collect(),
        items: render::root_items(&plan)?,
    };
    let manifest = Manifest {
        name: toml_string(&options.name),
        rust_version: env!("CARGO_PKG_RUST_VERSION"),
        description: toml_string(&format!(
            "Typed data access for the store `{}`.",
            schema.name
        )),
        runtime: match &options.runtime {
            Runtime::Registry => toml_string(env!("CARGO_PKG_VERSION")),
            Runtime::Path(path) => format!("{{ path = {} }}", toml_string(path)),
        },
    };
    let origin = Origin {
        mark: MARK,
        schema: &options.schema,
        command: &options.command,
    };
    let mut files = vec![
        GeneratedFile {
            path: "Cargo.toml".to_owned(),
            text: render::manifest(&origin, &manifest)?,
        },
        GeneratedFile {
            path: "src/lib.rs".to_owned(),
            text: render::library(&origin, &library)?,
        },
    ];
    for (table, file) in plan.tables.iter().zip(&library.tables) {
        files.push(GeneratedFile {
            path: format!("src/{}", file.file),
            text: render::table_file(&origin, table)?,
        });
    }
    Ok(files)
}

/// The file of each table's module; one that cannot be called like its table has a name that nothing else has.
fn table_files(tables: &[Table], functions: &BTreeSet<String>) -> Vec<TableFile> {
    let names = tables.iter().map(|table| table.name.as_str());
    let mut taken: Taken = names.chain(functions.iter().map(String::as_str)).collect();
    let file = |table: &Table| {
        let is_odd = NOT_FILES.contains(&table.name.as_str());
        let name = if is_odd {
            taken.fresh(&format!("{}_table", table.name))
        } else {
            table.name.clone()
        };
        TableFile {
            module: table.module.clone(),
            file: format!("{name}.rs"),
            is_odd,
        }
    };
    tables.iter().map(file).collect()
}

/// A text as a string of TOML.
#[must_use]
pub fn toml_string(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Modules of this crate that computed parts call into.
fn function_modules(schema: &Schema) -> Result<BTreeSet<String>, CrateError> {
    let mut modules = BTreeSet::new();
    for model in &schema.models {
        for computed in &model.computed {
            let steps: Vec<&str> = computed.function.split("::").map(str::trim).collect();
            match steps.as_slice() {
                ["crate", module, _, ..]
                    if !NOT_FILES.contains(module)
                        && schema.models.iter().all(|it| it.table != *module) =>
                {
                    modules.insert((*module).to_owned());
                }
                ["crate" | "self" | "super", ..] => {
                    return Err(CrateError::Computed {
                        table: model.table.clone(),
                        function: computed.function.clone(),
                    });
                }
                _ => {}
            }
        }
    }
    Ok(modules)
}
