//! `keyloom schema`

mod conditions;
mod fields;
mod models;
mod types;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use keyloom_generator::model::{Docs, Enum, Schema as Checked, Struct};
use serde::Serialize;

use self::fields::Field;
use self::models::Model;
use super::input;
use super::output::{Color, unwritten};

/// The version of the form; a change that is not an addition makes it higher.
const FORMAT: u32 = 1;

/// Prints the checked schema for other tools
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom schema blog.kdl                                     # all of it\n  \
                  keyloom schema blog.kdl | jq -r '.models[] | .table'        # its tables\n  \
                  keyloom schema blog.kdl | jq '.models[].fields[] | select(.secret)'\n\n\
                  The form is described in docs/schema-json.md."
)]
pub(crate) struct Schema {
    /// The first file of the schema
    #[arg(value_name = "SCHEMA")]
    file: PathBuf,
    /// The form
    #[arg(long, value_enum, default_value_t = Form::Json)]
    format: Form,
    /// Whether to use colours in diagnostics
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

/// A form of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One JSON object
    Json,
}

impl Schema {
    pub(crate) fn run(self) -> ExitCode {
        let schema = match input::schema(&self.file, self.color) {
            Ok(schema) => schema,
            Err(code) => return code,
        };
        let Form::Json = self.format;
        print_json(&Document::new(&schema))
    }
}

/// Prints a value as JSON with a line for each fact.
pub(crate) fn print_json(value: &impl Serialize) -> ExitCode {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let printed = serde_json::to_writer_pretty(&mut out, value)
        .map_err(io::Error::from)
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => unwritten(&error),
    }
}

/// A schema.
#[derive(Debug, Serialize)]
struct Document<'s> {
    format: u32,
    name: &'s str,
    docs: String,
    enums: Vec<Enumeration<'s>>,
    structs: Vec<Structure<'s>>,
    models: Vec<Model<'s>>,
}

#[derive(Debug, Serialize)]
struct Enumeration<'s> {
    name: &'s str,
    docs: String,
    ordered: bool,
    open: bool,
    variants: Vec<Variant<'s>>,
}

#[derive(Debug, Serialize)]
struct Variant<'s> {
    name: &'s str,
    docs: String,
    was: &'s [String],
}

#[derive(Debug, Serialize)]
struct Structure<'s> {
    name: &'s str,
    docs: String,
    fields: Vec<Field<'s>>,
}

impl<'s> Document<'s> {
    fn new(schema: &'s Checked) -> Self {
        Self {
            format: FORMAT,
            name: &schema.name,
            docs: text(&schema.docs),
            enums: schema.enums.iter().map(Enumeration::new).collect(),
            structs: schema
                .structs
                .iter()
                .map(|it| Structure::new(schema, it))
                .collect(),
            models: schema
                .models
                .iter()
                .map(|it| Model::new(schema, it))
                .collect(),
        }
    }
}

impl<'s> Enumeration<'s> {
    fn new(it: &'s Enum) -> Self {
        Self {
            name: &it.name,
            docs: text(&it.docs),
            ordered: it.ordered,
            open: it.open,
            variants: it
                .variants
                .iter()
                .map(|variant| Variant {
                    name: &variant.name,
                    docs: text(&variant.docs),
                    was: &variant.was,
                })
                .collect(),
        }
    }
}

impl<'s> Structure<'s> {
    fn new(schema: &'s Checked, it: &'s Struct) -> Self {
        Self {
            name: &it.name,
            docs: text(&it.docs),
            fields: it
                .fields
                .iter()
                .map(|field| Field::new(schema, field))
                .collect(),
        }
    }
}

fn text(docs: &Docs) -> String {
    docs.0.join("\n")
}
