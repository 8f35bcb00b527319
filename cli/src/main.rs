//! The command line: `keyloom check`, `keyloom explain`, `keyloom generate` …

#![forbid(unsafe_code)]

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tools for Keyloom schemas.
#[derive(Debug, Parser)]
#[command(name = "keyloom", version, about, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// One file a command in `commands`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Starts a project that builds and runs at once
    New(commands::new::New),
    /// Checks a schema, and what it imports
    Check(commands::check::Check),
    /// Explains the code of a fault: what it means, a wrong and a right schema
    Explain(commands::explain::Explain),
    /// Formats schema files: indentation, spaces and columns; comments stay
    Fmt(commands::fmt::Fmt),
    /// Draws the models of a schema with their fields, keys and relations
    Graph(commands::graph::Graph),
    /// Compares two schemas: what stored data cannot follow, which indexes are built, what callers see
    Breaking(commands::breaking::Breaking),
    /// Generates a whole crate from a schema
    Generate(commands::generate::Generate),
    /// Shows what is stale or was edited by hand in a generated crate, as a unified diff
    Diff(commands::diff::Diff),
    /// Prints the checked schema for other tools
    Schema(commands::schema::Schema),
    /// Describes the schema language: statements, properties, types, reserved names
    Language(commands::language::Language),
    /// Serves editors over standard input and output: the language server protocol
    Lsp(commands::lsp::Lsp),
    /// Writes everything that a store holds, from one snapshot
    Dump(commands::transfer::Dump),
    /// Loads a dump into an empty store, and compares; run again, it goes on where it was interrupted
    Load(commands::transfer::Load),
    /// Shows topics, consumer groups and events of a live store, and moves groups
    Events(commands::events::Events),
    /// Prints a script that completes `keyloom` in a shell
    Completions(commands::completions::Completions),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::New(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Fmt(command) => command.run(),
        Command::Graph(command) => command.run(),
        Command::Breaking(command) => command.run(),
        Command::Generate(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Schema(command) => command.run(),
        Command::Language(command) => command.run(),
        Command::Lsp(command) => command.run(),
        Command::Dump(command) => command.run(),
        Command::Load(command) => command.run(),
        Command::Events(command) => command.run(),
        Command::Completions(command) => command.run(),
    }
}
