//! `keyloom language`

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use keyloom_generator::language::{self as words, Place, Property, Word};
use serde::Serialize;

use super::output::write;
use super::schema::print_json;

/// The version of the form; a change that is not an addition makes it higher.
const FORMAT: u32 = 1;

/// Describes the schema language: statements, properties, types, reserved names
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom language                  # to read\n  \
                  keyloom language --format json    # for a plugin of an editor\n\n\
                  The tables are those that `keyloom check` reads schemas by."
)]
pub(crate) struct Language {
    /// The form
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
}

/// A form of the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// One JSON object
    Json,
}

impl Language {
    pub(crate) fn run(self) -> ExitCode {
        match self.format {
            Form::Json => print_json(&Description::new()),
            Form::Text => write(&text()),
        }
    }
}

#[derive(Debug, Serialize)]
struct Description {
    format: u32,
    places: Vec<PlaceJson>,
    types: Vec<Type>,
    containers: Vec<Container>,
    annotations: Vec<WordJson>,
    conditions: Vec<PropertyJson>,
    tests: Vec<WordJson>,
    combinations: Vec<WordJson>,
    reserved: Reserved,
}

#[derive(Debug, Serialize)]
struct PlaceJson {
    name: &'static str,
    /// Statements that start with a word of the language.
    statements: Vec<Statement>,
    /// Lines that start with a name.
    line: Option<Statement>,
}

#[derive(Debug, Serialize)]
struct Statement {
    name: &'static str,
    form: &'static str,
    docs: &'static str,
    example: &'static str,
    flags: Vec<WordJson>,
    properties: Vec<PropertyJson>,
    block: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct PropertyJson {
    name: &'static str,
    value: &'static str,
    docs: &'static str,
    words: Vec<WordJson>,
}

#[derive(Debug, Serialize)]
struct WordJson {
    name: &'static str,
    docs: &'static str,
}

#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a place where the type stands or not"
)]
struct Type {
    name: &'static str,
    rust: &'static str,
    docs: &'static str,
    optional: bool,
    key: bool,
    index: bool,
    unique: bool,
    equality: bool,
    ranges: bool,
}

#[derive(Debug, Serialize)]
struct Container {
    name: &'static str,
    form: &'static str,
    rust: &'static str,
    docs: &'static str,
}

#[derive(Debug, Serialize)]
struct Reserved {
    functions: &'static [&'static str],
    tables: &'static [&'static str],
    rust: &'static [&'static str],
    /// Fine names, which are raw identifiers in Rust.
    raw: &'static [&'static str],
    /// Names that start so.
    prefixes: [&'static str; 1],
}

impl Description {
    fn new() -> Self {
        Self {
            format: FORMAT,
            places: Place::ALL
                .iter()
                .map(|place| PlaceJson {
                    name: place.name(),
                    statements: place.statements().iter().map(Statement::new).collect(),
                    line: place.line().map(Statement::new),
                })
                .collect(),
            types: words::TYPES.iter().map(Type::new).collect(),
            containers: words::CONTAINERS
                .iter()
                .map(|it| Container {
                    name: it.name,
                    form: it.form,
                    rust: it.rust,
                    docs: it.docs,
                })
                .collect(),
            annotations: several(words::ANNOTATIONS),
            conditions: properties(words::CONDITIONS),
            tests: several(words::TESTS),
            combinations: several(words::COMBINATIONS),
            reserved: Reserved {
                functions: words::FUNCTIONS,
                tables: words::TABLES,
                rust: words::KEPT_BY_RUST,
                raw: words::KEYWORDS,
                prefixes: [words::KEPT_PREFIX],
            },
        }
    }
}

impl Statement {
    fn new(it: &words::Statement) -> Self {
        Self {
            name: it.name,
            form: it.form,
            docs: it.docs,
            example: it.example,
            flags: several(it.flags),
            properties: properties(it.properties),
            block: it.block.map(Place::name),
        }
    }
}

impl Type {
    fn new(it: &words::Type) -> Self {
        Self {
            name: it.name,
            rust: it.rust,
            docs: it.docs,
            optional: it.optional,
            key: it.key,
            index: it.index,
            unique: it.unique,
            equality: it.equality,
            ranges: it.ranges,
        }
    }
}

fn several(words: &[Word]) -> Vec<WordJson> {
    words
        .iter()
        .map(|it| WordJson {
            name: it.name,
            docs: it.docs,
        })
        .collect()
}

fn properties(list: &[Property]) -> Vec<PropertyJson> {
    list.iter()
        .map(|it| PropertyJson {
            name: it.name,
            value: it.value,
            docs: it.docs,
            words: several(it.words),
        })
        .collect()
}

/// The description for people: a heading a place, a paragraph a statement.
fn text() -> String {
    let mut out = String::new();
    for place in Place::ALL {
        out.push_str(&format!("IN {}\n\n", heading(*place)));
        for it in place.statements().iter().chain(place.line()) {
            out.push_str(&format!("  {}\n      {}\n", it.form, it.docs));
            for property in it.properties {
                out.push_str(&format!(
                    "      {:12} {}\n",
                    format!("{}=", property.name),
                    property.docs
                ));
            }
            for flag in it.flags {
                out.push_str(&format!("      {:12} {}\n", flag.name, flag.docs));
            }
            out.push('\n');
        }
    }
    out.push_str("TYPES\n\n");
    for ty in words::TYPES {
        out.push_str(&format!("  {:20} {}\n", ty.name, ty.docs));
    }
    for ty in words::CONTAINERS {
        out.push_str(&format!("  {:20} {}\n", ty.form, ty.docs));
    }
    let lists = [
        ("ANNOTATIONS OF INDEX PARTS", words::ANNOTATIONS),
        ("VALUES OF default=", words::GENERATORS),
        ("VALUES OF on-delete=", words::ON_DELETE),
        ("TESTS AFTER A PATH", words::TESTS),
    ];
    for (title, words) in lists {
        out.push_str(&format!("\n{title}\n\n"));
        for word in words {
            out.push_str(&format!("  {:20} {}\n", word.name, word.docs));
        }
    }
    out
}

fn heading(place: Place) -> &'static str {
    match place {
        Place::File => "A FILE",
        Place::Enum => "AN enum",
        Place::Struct => "A struct",
        Place::Model => "A model",
        Place::Fields => "fields",
        Place::Renamed => "A FIELD OR VARIANT",
        Place::Index => "AN index OR unique",
        Place::Count => "A count",
        Place::Where => "where",
        Place::Relation => "A RELATION",
        _ => "events",
    }
}
