//! The command line: `keyloom check`, `keyloom explain`, `keyloom generate` …

#![forbid(unsafe_code)]

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tools for Keyloom schemas.
#[derive(Debug, Parser)]
#[command(name = "keyloom", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// One file a command in `commands`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Checks a schema, and what it imports
    Check(commands::check::Check),
    /// Explains the code of a fault: what it means, a wrong and a right schema
    Explain(commands::explain::Explain),
    /// Formats schema files: indentation, spaces and columns; comments stay
    Fmt(commands::fmt::Fmt),
    /// Generates a whole crate from a schema
    Generate(commands::generate::Generate),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Check(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Fmt(command) => command.run(),
        Command::Generate(command) => command.run(),
    }
}
